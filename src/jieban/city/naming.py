"""Learning names of places: what a requester said and a person placed becomes a row of ``place_names``.

A proposal never decides itself: whoever made it does not approve it. A name that is proposed again for the
same place counts once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Case, F, Max, When

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.editing import EditRefused, new_errors
from jieban.city.loading import touch
from jieban.city.models import PlaceName
from jieban.city.naming_models import APPROVED, PROPOSED, REJECTED, NameProposal

SHORTEST, LONGEST = 3, 20
"""Signs of a name that can be learned."""
NAMED_LEVELS = ("street", "community")
"""A name is learned only for a place so small that it says where to send a ticket."""


class NameRefused(Exception):
    """The proposal cannot be made or decided. ``reason``: ``too_wide``, ``known``, ``decided``, ``own`` or
    ``unsound``."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides or proposes: an opaque id and the name that is shown."""

    id: str
    name: str


def do_propose_name(
    name: str, place: str, kind: str, who: Decider, *, ticket: str, now: datetime, book: Book
) -> NameProposal:
    """Propose ``name`` for the place with code ``place``. At most three SQL statements.

    ``kind`` is one of ``place_names.csv`` (docs/city-pack.md). Raises ``NameRefused``.
    """
    name = name.strip()
    known = book.places.get(place)
    if known is None or known.level not in NAMED_LEVELS or not SHORTEST <= len(name) <= LONGEST:
        raise NameRefused("too_wide")
    if any(row.name == name and row.place == place for row in book.tables.get("place_names", ())):
        raise NameRefused("known")
    made, new = NameProposal.objects.get_or_create(
        name=name,
        place=place,
        state=PROPOSED,
        defaults={
            "kind": kind,
            "ticket_number": ticket,
            "proposed_by": who.id,
            "proposed_by_name": who.name[:80],
            "proposed_at": now,
        },
    )
    if not new and made.ticket_number != ticket:
        NameProposal.objects.filter(pk=made.pk).update(said=F("said") + 1, ticket_number=ticket)
        made.refresh_from_db()
    return made


def do_approve_name(proposal: NameProposal, who: Decider, *, now: datetime, book: Book) -> PlaceName:
    """Write the row of ``place_names``, in force from today; the whole city is checked. Raises
    ``NameRefused``; nothing is changed then.
    """
    _decidable(proposal, who)
    row = PlaceName(
        name=proposal.name,
        place=proposal.place,
        kind=proposal.kind,
        valid_from=local_day(book, now),
        source=f"ticket {proposal.ticket_number}",
        status="practice",
        by_hand=True,
        position=_end(),
    )
    try:
        with transaction.atomic():
            _decide(proposal, APPROVED, who, now)
            if found := new_errors([row]):
                raise EditRefused("unsound", found)
            row.save()
            touch()
    except EditRefused as error:
        raise NameRefused("unsound") from error
    proposal.refresh_from_db()
    return row


def do_reject_name(proposal: NameProposal, who: Decider, *, now: datetime) -> NameProposal:
    """Leave the names as they are. Two SQL statements. Raises ``NameRefused``."""
    _decidable(proposal, who)
    _decide(proposal, REJECTED, who, now)
    proposal.refresh_from_db()
    return proposal


def name_proposals(size: int = 50) -> list[NameProposal]:
    """What waits for a decision, the most said first, then what was decided lately. One SQL statement."""
    decided = Case(When(state=PROPOSED, then=0), default=1)
    return list(NameProposal.objects.order_by(decided, "-said", "-id")[:size])


def namesakes(names: Sequence[str], book: Book, on: date) -> dict[str, list[str]]:
    """For each name the codes of other places that have it already: what the owner should see first."""
    asked = set(names)
    found: dict[str, list[str]] = {name: [] for name in names}
    for place in book.places.values():
        if place.name in asked and place.in_force(on):
            found[place.name].append(place.code)
    for row in book.current("place_names", on):
        if row.name in asked and row.place not in found[row.name]:
            found[row.name].append(row.place)
    return found


def _decidable(proposal: NameProposal, who: Decider) -> None:
    if proposal.state != PROPOSED:
        raise NameRefused("decided")
    if proposal.proposed_by == who.id:
        raise NameRefused("own")


def _decide(proposal: NameProposal, verdict: str, who: Decider, now: datetime) -> None:
    """Compare-and-set: of two owners at once the first decides."""
    changed = {
        "state": verdict,
        "decided_by": who.id,
        "decided_by_name": who.name[:80],
        "decided_at": now,
    }
    if not NameProposal.objects.filter(pk=proposal.pk, state=PROPOSED).update(**changed):
        raise NameRefused("decided")


def _end() -> int:
    last = PlaceName.objects.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1
