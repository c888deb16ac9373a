"""registry: what the registers of each country hold, as it decides itself. A folder a matter."""
