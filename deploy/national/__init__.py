"""Stand-ins for national systems. Outside the product: services know an address and a contract, nothing of this."""
