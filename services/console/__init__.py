"""The operators' console: what runs, what waits, one message's way; an operator's word on what is parked or held."""
