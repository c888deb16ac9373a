"""Cooperation requests (M5.2): asked, accepted in full or in part or declined, done."""
