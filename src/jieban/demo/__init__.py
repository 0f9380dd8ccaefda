"""The demonstration: a city that lives for sixty days."""
