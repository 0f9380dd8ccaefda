"""How alike requests are, and which of them tell of one event."""
