"""The API for connected systems."""
