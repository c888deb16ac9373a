"""Improvement orders to accepting organizations: issued, amended, lifted (M6.3a, M7.5)."""
