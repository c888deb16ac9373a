"""Consents (M3b): asked by a holder, granted or refused by the originator, used, withdrawn, run out."""
