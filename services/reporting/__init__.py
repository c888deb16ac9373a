"""reporting: what either side learns of misconduct and shares with the other (M4.1)."""
