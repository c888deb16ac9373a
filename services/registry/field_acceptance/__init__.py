"""Acceptance of workers by field: suspended, resumed, a suspension withdrawn before it begins (M8.1)."""
