"""What must happen after an event of a ticket, on a higher floor, and what each clock does when it rings.

``FLOW``: verb -> jobs enqueued in the same transaction as the event. ``CLOCKS``: clock -> handler.
Each name is ``room.function`` of that room's ``tasks`` module; a test checks that it exists.
``NOTICES``: verbs after which somebody is told; to whom and in which words say the templates of the city.
"""

LEAD_CHANGED = ("whistle.leave", "oversight.follow", "exclusion.follow")
"""What was begun for one lead does not go on under another."""

FLOW: dict[str, tuple[str, ...]] = {
    "pass_on": ("oversight.look", *LEAD_CHANGED),
    "recall": ("oversight.look", *LEAD_CHANGED),
    "accept_objection": LEAD_CHANGED,
    "redirect": LEAD_CHANGED,
    "dispatch": ("oversight.follow",),  # no exclusion and no whistle outlives what came before
    "protect": ("whistle.keep_out", "oversight.keep_out", "exclusion.keep_out"),
    "instruct": ("oversight.look",),
    "redo": ("oversight.look",),
    "close": ("assessment.count_ticket", "subtickets.end", "whistle.leave"),
    "close_unreached": ("assessment.count_ticket", "subtickets.end", "whistle.leave"),
    "revise": ("assessment.count_ticket",),
    "second_check": ("assessment.count_ticket",),
    "exclude": ("assessment.count_ticket",),
    "include": ("assessment.count_ticket",),
}

ONLY_WHERE: dict[str, str] = {
    "subtickets.end": "asked",  # other units were asked for something
    "whistle.leave": "whistled",  # a whistle was blown for it
    "whistle.keep_out": "whistled",
    "oversight.follow": "marks",  # supervised, among others
}
"""Job -> column: enqueued only where the column is filled."""

CLOCKS: dict[str, str] = {
    "dispatch": "dispatch.late",  # nobody has dispatched it within the hours of the rules
    "handover": "dispatch.late",  # the emergency line has not acknowledged
    "consult": "dispatch.late",  # the units consulted have not answered
    "ruling": "dispatch.ruling_late",  # nobody has ruled on an objection: the unit handles it
    "sign": "callback.remind",  # the unit has not signed for it
    "pass_on": "callback.remind",  # a district has not passed the ticket on (Art. 12)
    "contact": "callback.remind",  # the requester has not been reached
    "warn": "callback.remind",  # the limit is near and nothing is submitted
    "limit": "callback.limit_reached",  # the time limit is reached: ask the requester (Art. 23)
    "resume": "handling.pause_over",  # the pause ends: the limit runs on
    "shelf": "handling.shelf_due",  # a ticket on the ledger is to be looked at, or its date has come
    "visit": "callback.give_up",  # the requester could not be reached in the days of the rules
}

NOTICES: frozenset[str] = frozenset(
    {
        "answer",
        "explain",
        "hand_over",
        "acknowledge",
        "late",
        "consult",
        "dispatch",
        "amend",
        "attach",
        "pass_on",
        "recall",
        "redirect",
        "accept_objection",
        "reject_objection",
        "urge",
        "repeat",
        "remind",
        "recompute",
        "progress",
        "returned",
        "extend",
        "ask_extension",
        "grant_extension",
        "refuse_extension",
        "pause",
        "shelve",
        "unshelve",
        "reply",
        "approve_reply",
        "reject_reply",
        "press",
        "supervise",
        "instruct",
        "expire",
        "redo",
        "exclude",
    }
)
