"""registry: which sending organizations are accredited, as their own countries decide it (M7.1, M7.2, M7.4)."""
