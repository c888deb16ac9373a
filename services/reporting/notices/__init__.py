"""Notices that an organization seems to act improperly: investigated, and the result returned (M7.3)."""
