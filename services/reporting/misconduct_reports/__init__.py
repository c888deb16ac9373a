"""Misconduct reports: shared, corrected, withdrawn; acknowledged, assessed, acted on, closed (M4.1)."""
