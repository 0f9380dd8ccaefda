"""What follows an event of an exclusion, and what its clocks do when they ring (see ``tickets.flow``)."""

FLOW: dict[str, tuple[str, ...]] = {}

CLOCKS: dict[str, str] = {
    "decision": "exclusion.late",  # nobody has decided in the days of the rules
    "appeal_over": "exclusion.appeal_over",  # nobody has appealed: the refusal stands
    "excluded": "exclusion.expire",  # the exclusion ends: the ticket counts again
}

NOTICES: frozenset[str] = frozenset(
    {"apply", "approve", "refuse", "appeal", "uphold", "overturn", "late", "revoke", "expire", "lapse"}
)
