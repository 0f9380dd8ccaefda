"""Jieban (接办, "take it and see it done"): a city answers its people."""

__version__ = "0.1.0"
