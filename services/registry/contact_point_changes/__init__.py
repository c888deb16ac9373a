"""Changes of a side's contact point (M2): told, and acknowledged."""
