"""Pressure: a national system that is down for long, consumers far behind, a start with much uncleared, a long run.

On a real broker, a real database and every service as its own process; see docs/pressure.md.
"""
