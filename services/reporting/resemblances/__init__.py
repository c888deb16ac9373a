"""Screening against everything ever reported: what organizations and those who were reported have in common (M1)."""
