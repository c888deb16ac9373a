"""Return assistance (M8.3): asked, accepted or declined, procedure, travel document, departure, closed."""
