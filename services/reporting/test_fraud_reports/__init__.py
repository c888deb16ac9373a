"""Test-fraud reports: shared, corrected, withdrawn; acknowledged, assessed, acted on, closed (M5.3)."""
