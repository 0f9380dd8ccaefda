"""What must happen after an event of a ticket, on a higher floor, and what each clock does when it rings.

``FLOW``: verb -> jobs enqueued in the same transaction as the event. ``CLOCKS``: clock -> handler.
Each name is ``room.function`` of that room's ``tasks`` module; a test checks that it exists.
"""

FLOW: dict[str, tuple[str, ...]] = {
    "close": ("assessment.count_ticket",),
    "close_unreached": ("assessment.count_ticket",),
}

CLOCKS: dict[str, str] = {
    "dispatch": "dispatch.late",  # nobody has dispatched it within the hours of the rules
    "ruling": "dispatch.ruling_late",  # nobody has ruled on an objection: the unit handles it
    "limit": "callback.limit_reached",  # the time limit is reached: ask the requester (Art. 23)
    "resume": "handling.pause_over",  # the pause ends: the limit runs on
    "visit": "callback.give_up",  # the requester could not be reached in the days of the rules
}
