"""The plan of the house: which room stands on which floor, and who may look at whom.

A room (a folder under ``jieban``) imports only from floors below its own. On the work floor a few
neighbours may call each other; they are listed in ``NEIGHBOURS``, and nowhere else.
``tests/guards/test_floors.py`` holds the code against this table.
"""

FLOORS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("foundation", ("foundation",)),
    ("ground", ("city", "people")),
    ("matter", ("matters",)),
    ("record", ("tickets", "subtickets")),
    ("reading", ("reading", "knowledge")),
    (
        "work",
        (
            "intake",
            "dispatch",
            "handling",
            "whistle",
            "callback",
            "exclusion",
            "oversight",
            "notices",
            "drafting",
        ),
    ),
    ("mind", ("assessment",)),
    ("roof", ("web", "api", "cli", "demo")),
)
"""From the ground up. Later rooms: ledger (ground), items (record), applications,
licences, sharing, policy, supervision, sensing (work), insight, topics (mind)."""

NEIGHBOURS: frozenset[tuple[str, str]] = frozenset(
    {
        ("intake", "dispatch"),  # a request taken in is dispatched at once when the case is clear
        ("handling", "dispatch"),  # an objection goes back to dispatch
        ("callback", "handling"),  # an unsolved ticket is handed out again
        ("whistle", "handling"),  # one unit cannot do it alone: its result returns to the ticket
        ("oversight", "whistle"),  # who neglects whistles is supervised
        ("web", "api"),  # the roof is one floor; the shell mounts the API
        ("demo", "cli"),  # the demonstration ends in serving
    }
)
"""(from, to): the only imports allowed between rooms of one floor."""


def floor_of(room: str) -> int:
    """The floor number of ``room``, 0 = foundation. Raises ``KeyError`` for a room not in the plan."""
    for number, (_, rooms) in enumerate(FLOORS):
        if room in rooms:
            return number
    raise KeyError(f"{room} has no floor: add it to jieban/house.py")


def may_import(importer: str, imported: str) -> bool:
    """Whether code in room ``importer`` may import from room ``imported``."""
    if importer == imported:
        return True
    return floor_of(imported) < floor_of(importer) or (importer, imported) in NEIGHBOURS
