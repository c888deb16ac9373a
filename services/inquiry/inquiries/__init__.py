"""Inquiries (M6.4, M7.6): asked, answered in part or whole or declined, and their clock."""
