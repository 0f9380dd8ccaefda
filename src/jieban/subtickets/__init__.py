"""Sub-tickets: what the lead of a ticket, or the hotline, asks of another unit (协办、会商、双派、提级)."""
