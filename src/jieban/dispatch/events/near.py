"""Other people's open tickets that may tell of the same event, nearby in place, time and matter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, hypot, radians
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from jieban.city.book import Book
from jieban.reading.likeness import pairs as model
from jieban.reading.likeness.pairs import Case
from jieban.reading.likeness.signature import shared_words
from jieban.reading.likeness.words import likeness
from jieban.reading.likeness.words import pairs as word_pairs
from jieban.tickets.models import Ticket
from jieban.tickets.workflow import CLOSED_STATES

MOST = 30
"""So many tickets of a street and matter are held against a new one; the latest count."""
_DAY = 86_400.0
_DEGREE = 111_195.0
_HOUSE = re.compile(r"(\d{1,4})(?:号楼|栋|幢|座|号)")

_CLOSED = ", ".join(f"'{state}'" for state in CLOSED_STATES)
_NEAR = f"""
WITH asked AS (
    SELECT * FROM jsonb_to_recordset(%s)
        AS a(id bigint, requester bigint, street varchar, low varchar, high varchar, simulated boolean)
)
SELECT a.id, t.id FROM asked a CROSS JOIN LATERAL (
    SELECT id FROM tickets_ticket
    WHERE street = a.street AND category_id >= a.low AND category_id < a.high AND NOT street = ''
        AND NOT state IN ({_CLOSED}) AND opened_at >= %s AND id < a.id
        AND requester IS DISTINCT FROM a.requester AND simulated = a.simulated
    ORDER BY id DESC LIMIT {MOST}
) t
"""


@dataclass(frozen=True, slots=True)
class Near:
    """An earlier ticket that may tell of the same event: how likely, and what a person is shown for it."""

    ticket: Ticket
    chance: float
    likeness: float
    metres: int | None
    days: float
    words: tuple[str, ...]

    def reasons(self, people: int) -> dict[str, Any]:
        """The reasons as they are stored."""
        return {
            "words": list(self.words),
            "metres": self.metres,
            "days": round(self.days, 1),
            "likeness": round(self.likeness, 2),
            "people": people,
            "by": "near",
        }


def candidates(tickets: Sequence[Ticket], since: datetime) -> dict[int, list[Ticket]]:
    """For each ticket the open earlier ones of others in its street with a matter of its branch.

    By an index at any size; two SQL statements, none for none.
    """
    asked = [
        {
            "id": one.pk,
            "requester": one.requester,
            "street": one.street,
            "low": one.category_id[:4],
            "high": one.category_id[:4] + "z",
            "simulated": one.simulated,
        }
        for one in tickets
        if one.street and one.category_id
    ]
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [Jsonb(asked), since])  # type: ignore[list-item]
        found = cursor.fetchall()
    rows = Ticket.objects.in_bulk({other for _, other in found}) if found else {}
    around: dict[int, list[Ticket]] = {}
    for one, other in found:
        around.setdefault(one, []).append(rows[other])
    return around


def judged(
    ticket: Ticket, others: Sequence[Ticket], book: Book, weights: model.Weights | None = None
) -> list[Near]:
    """How likely each of the others tells of the same event as this ticket, the likest first."""
    if not others:
        return []
    mine = word_pairs(f"{ticket.title}\n{ticket.text}")
    alike = [likeness(mine, word_pairs(f"{one.title}\n{one.text}")) for one in others]
    later, earlier = case_of(ticket, book), [case_of(one, book) for one in others]
    chances = (weights or model.shipped()).chances(model.vectors(later, earlier, words=alike))
    found = []
    for one, case, chance, how in zip(others, earlier, chances, alike, strict=True):
        metres = model.metres_apart(later, case)
        found.append(
            Near(
                one,
                round(float(chance), 4),
                how,
                None if metres is None else round(metres),
                abs(later.day - case.day),
                shared_words(f"{ticket.title}，{ticket.text}", f"{one.title}，{one.text}"),
            )
        )
    return sorted(found, key=lambda near: (-near.chance, -near.ticket.pk))


def case_of(ticket: Ticket, book: Book) -> Case:
    """What of a ticket the model compares."""
    place = book.places.get(ticket.place_id or "")
    fine = place is not None and place.level == "community"
    x, y = position(ticket.place_id or "", book) if fine else (None, None)
    house = _HOUSE.search(f"{ticket.address} {ticket.text[:200]}")
    category = ticket.category_id or ""
    return Case(
        id=str(ticket.pk),
        day=(ticket.occurred_at or ticket.opened_at).timestamp() / _DAY,
        x=x,
        y=y,
        address=ticket.address,
        streets=frozenset((ticket.place_id or "",)) if fine else frozenset(),
        house=int(house[1]) if house else None,
        matter=category,
        branch=category[:4],
        channel=ticket.channel,
        zone=ticket.street or ticket.district,
        closed=ticket.closed_at.timestamp() / _DAY if ticket.closed_at else None,
    )


def position(place: str, book: Book) -> tuple[float | None, float | None]:
    """Metres east and north of nowhere in particular; none for a place without a position."""
    row = book.places.get(place)
    if row is None or row.lon is None or row.lat is None:
        return None, None
    return row.lon * _DEGREE * cos(radians(row.lat)), row.lat * _DEGREE


def extent(places: Sequence[str], book: Book) -> int | None:
    """How far apart the farthest two of some places lie, in metres; None where fewer than two are known."""
    known = [
        (x, y) for x, y in (position(place, book) for place in set(places)) if x is not None and y is not None
    ]
    if len(known) < 2:
        return None
    wide = max(x for x, _ in known) - min(x for x, _ in known)
    return round(hypot(wide, max(y for _, y in known) - min(y for _, y in known)))
