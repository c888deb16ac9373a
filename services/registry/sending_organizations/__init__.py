"""Sending organizations: accredited, amended, revoked by their own countries (M7.1, M7.2, M7.4, M6.1, M6.2)."""
