"""inquiry: what either side asks the other, and what is answered by when (M6.4, M7.6)."""
