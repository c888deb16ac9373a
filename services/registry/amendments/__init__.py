"""Amendments of the agreement (M9): in force when both sides have signed the same text."""
