"""What the services that own cases between two countries have in common."""
