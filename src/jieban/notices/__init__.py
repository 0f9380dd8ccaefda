"""Notices: who is told of an event, by which way, in which words; delivered from the outbox."""
