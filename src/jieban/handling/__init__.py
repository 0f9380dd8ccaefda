"""Handling (办理): what a unit does with a ticket — sign, contact, reply, object, review."""
