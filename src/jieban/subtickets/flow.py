"""What follows an event of a sub-ticket, and what its clock does when it rings (see ``tickets.flow``)."""

FLOW: dict[str, tuple[str, ...]] = {}

CLOCKS: dict[str, str] = {
    "asked": "subtickets.late",  # the unit that was asked has not answered in time
}

NOTICES: frozenset[str] = frozenset({"send", "interim", "give", "refuse", "send_back", "withdraw", "late"})
