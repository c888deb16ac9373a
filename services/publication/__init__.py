"""publication: what each country has promised to publish, made public, and confirmed to whom it came from."""
