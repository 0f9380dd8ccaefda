"""Commands of the city."""
