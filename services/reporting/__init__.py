"""reporting: what either side learns of wrongdoing and shares with the other. A folder a matter."""
