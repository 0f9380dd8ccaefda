"""Stored shape of the city."""
