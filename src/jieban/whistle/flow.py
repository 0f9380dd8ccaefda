"""What follows an event of a whistle or a report-in, and what their clocks do (see ``tickets.flow``)."""

FLOW: dict[str, tuple[str, ...]] = {}

CLOCKS: dict[str, str] = {
    "rate": "whistle.rating_over",  # the days for rating each other are over
}

NOTICES: frozenset[str] = frozenset({"settle", "rated"})

REPORT_FLOW: dict[str, tuple[str, ...]] = {
    "order_in": ("oversight.refused_whistle",),  # refused without ground: supervised (Art. 44)
    "give_up": ("whistle.settle",),  # nobody waits for it any more: the others may rate
    "keep_out": ("whistle.settle",),  # what a recused unit owed is withdrawn: it may have been the last
}

REPORT_CLOCKS: dict[str, str] = {
    "join": "whistle.join_late",  # the other district has not said whether it joins
    "report": "whistle.late",  # the unit has not reported in
    "refusal": "whistle.refusal_late",  # nobody has ruled on the refusal: the unit reports in
    "result": "whistle.result_late",  # the unit owes its result
}

REPORT_NOTICES: frozenset[str] = frozenset(
    {
        "call",
        "ask_to_join",
        "join",
        "decline",
        "join_late",
        "acknowledge",
        "arrive",
        "give",
        "refuse",
        "order_in",
        "accept_refusal",
        "late",
        "result_late",
        "withdraw",
        "reveal",
    }
)
