"""The tests that a country conducts and their sessions (M5.1)."""
