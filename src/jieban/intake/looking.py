"""What intake looks up around new requests: the caller's earlier ones, and his neighbours' open ones.

One SQL statement for a whole batch, each request bounded by ``MOST``; month and year counts of a caller
(月次、年次) follow from his latest tickets. Requests of the same batch see the earlier ones among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from psycopg.types.json import Jsonb

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.intake.same import Gathering, Hit, Limits, Told, closest, near
from jieban.reading.likeness.words import MOST as MOST_SIGNS
from jieban.tickets.workflow import CLOSED_STATES

MOST = 12
"""So many earlier requests are held against a new one; the latest count."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A new request: its place in the batch, who brought it, what is compared of it, and whether a person
    speaks (and not a sensor or a forecast)."""

    index: int
    requester: int | None
    told: Told
    person: bool = True


@dataclass(slots=True)
class Found:
    """What was found around a new request. ``nth_month`` and ``nth_year`` count this one too."""

    nth_month: int = 0
    nth_year: int = 0
    same: list[Hit] = field(default_factory=list)
    near: list[Hit] = field(default_factory=list)


_COLUMNS = (
    f"id, number, coalesce(occurred_at, opened_at), title, left(text, {MOST_SIGNS}), address, "
    "coalesce(category_id, ''), coalesce(place_id, ''), district, street, danger, alarm_tier, photos, "
    "demand_type, coalesce(lead_id, ''), cluster, same_as, state, simulated, secrecy, recused, "
    "opened_at, nth_month, nth_year"
)

_CLOSED = ", ".join(f"'{state}'" for state in CLOSED_STATES)

# As JSON and not as arrays: the planner looks into an array and plans anew for each request.
_AROUND = f"""
WITH asked AS (
    SELECT * FROM jsonb_to_recordset(%s)
        AS a(n int, requester bigint, street varchar, category varchar, but bigint)
)
SELECT a.n, TRUE, t.* FROM asked a CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM tickets_ticket WHERE requester = a.requester AND id <> a.but
    ORDER BY id DESC LIMIT {MOST}
) t WHERE a.requester IS NOT NULL
UNION ALL
SELECT a.n, FALSE, t.* FROM asked a CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM tickets_ticket
    WHERE street = a.street AND category_id = a.category AND NOT street = ''
        AND NOT state IN ({_CLOSED}) AND opened_at >= %s AND NOT simulated
        AND requester IS DISTINCT FROM a.requester
    ORDER BY id DESC LIMIT {MOST}
) t WHERE NOT a.street = '' AND NOT a.category = ''
"""


def look_around(arrivals: Sequence[Arrival], *, now: datetime, book: Book) -> list[Found]:
    """What is around each of these new requests, in their order. One SQL statement, none for none."""
    limits, gathering = limits_of(book, now), gathering_of(book, now)
    stored = _stored(arrivals, now - timedelta(days=gathering.days))
    month = now.astimezone(ZoneInfo(book.identity.timezone)).strftime("%Y%m")
    counts: dict[int, tuple[int, int]] = {}
    mine: dict[int, list[Told]] = {}
    street: dict[tuple[str, str], list[tuple[int | None, Told]]] = {}
    found = []
    for arrival in arrivals:
        own, neighbours, earlier_counts = stored.get(arrival.index, ((), (), ()))
        one = Found()
        who, told = arrival.requester, arrival.told
        if who is not None:
            before = counts.get(who) or _counted(earlier_counts, month, book)
            counts[who] = (one.nth_month, one.nth_year) = (before[0] + 1, before[1] + 1)
            earlier = [*mine.setdefault(who, []), *own]
            one.same = closest(told, earlier, limits, book)
            mine[who].append(told)
        if told.street and told.category and not told.simulated:
            beside = street.setdefault((told.street, told.category), [])
            others = [other for whose, other in beside if whose is None or whose != who][-MOST:]
            one.near = near(told, [*others, *neighbours], gathering, book)
            beside.append((who, told))
        found.append(one)
    return found


def limits_of(book: Book, now: datetime) -> Limits:
    """When two requests of one caller are the same matter, as the rules of the day say."""
    on = local_day(book, now)
    return Limits(
        float(book.rule("intake.repeat_window_days", on)),
        float(book.rule("intake.same_similarity", on)),
        float(book.rule("intake.maybe_similarity", on)),
    )


def gathering_of(book: Book, now: datetime) -> Gathering:
    """When requests of several people are one matter, as the rules of the day say."""
    on = local_day(book, now)
    return Gathering(
        float(book.rule("cluster.window_days", on)),
        float(book.rule("cluster.radius_metres", on)),
        float(book.rule("cluster.similarity", on)),
    )


def _counted(earlier: Sequence[Count], month: str, book: Book) -> tuple[int, int]:
    """How many requests of this month and year the caller's latest tickets had counted.

    The highest count, not that of the highest id: of two calls at once the later may have the lower id.
    """
    zone = ZoneInfo(book.identity.timezone)
    of_month = of_year = 0
    for opened, nth_month, nth_year in earlier:
        then = opened.astimezone(zone).strftime("%Y%m")
        of_month = max(of_month, nth_month if then == month else 0)
        of_year = max(of_year, nth_year if then[:4] == month[:4] else 0)
    return of_month, of_year


type Count = tuple[datetime, int, int]
type _Around = tuple[tuple[Told, ...], tuple[Told, ...], tuple[Count, ...]]


def _stored(arrivals: Sequence[Arrival], since: datetime) -> dict[int, _Around]:
    """By place in the batch: the caller's tickets, his neighbours', and the counts of his own."""
    if not arrivals:
        return {}
    asked = [
        {
            "n": one.index,
            "requester": one.requester,
            "street": "" if one.told.simulated else one.told.street,
            "category": one.told.category,
            "but": one.told.id,
        }
        for one in arrivals
    ]
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, [Jsonb(asked), since])  # type: ignore[list-item]
        rows = cursor.fetchall()
    grouped: dict[tuple[int, bool], list[Any]] = {}
    for n, own, *row in rows:
        grouped.setdefault((n, own), []).append(row)
    return {
        one.index: (
            tuple(_told(row) for row in grouped.get((one.index, True), ())),
            tuple(_told(row) for row in grouped.get((one.index, False), ())),
            tuple((opened, month, year) for *_, opened, month, year in grouped.get((one.index, True), ())),
        )
        for one in arrivals
    }


def _told(row: Sequence[Any]) -> Told:
    (
        pk, number, at, title, text, address, category, place, district, street, danger, alarm, photos,
        demand_type, lead, cluster, same_as, state, simulated, secrecy, recused, *_,
    ) = row  # fmt: skip
    return Told(
        pk, number, at, title, text, address, category, place, district, street, danger, alarm, photos,
        demand_type, lead, cluster, same_as, state not in CLOSED_STATES, simulated, secrecy, tuple(recused),
    )  # fmt: skip
