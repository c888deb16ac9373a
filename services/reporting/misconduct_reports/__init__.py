"""Misconduct reports: shared, corrected, withdrawn, acknowledged (M4.1)."""
