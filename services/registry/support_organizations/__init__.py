"""Support organizations: what each edition of a country's register says of them (M6.3b, M7.5)."""
