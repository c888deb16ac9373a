"""Test-fraud reports: shared, corrected, withdrawn, acknowledged (M5.3)."""
