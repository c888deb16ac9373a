"""The bridge kit: what every country's bridge does alike. A country adds its formats, identifiers and keys."""
