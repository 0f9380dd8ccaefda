"""What follows an event of a case of oversight, and what its clock does (see ``tickets.flow``)."""

FLOW: dict[str, tuple[str, ...]] = {}

CLOCKS: dict[str, str] = {
    "answer": "oversight.unanswered",  # the unit has not answered in the hours of the rung
}

NOTICES: frozenset[str] = frozenset(
    {"open", "answer", "accept", "not_enough", "raise", "note", "close", "move"}
)
