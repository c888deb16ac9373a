"""Residence matters (M8.2): raised, answered or declined by law, closed."""
