"""Drafting (智能草拟): an optional language model proposes words; a person edits and uses them.

Nothing of the house waits for it and nothing is decided by it. Without a model that the city has set up
the room is silent (docs/drafting.md).
"""
