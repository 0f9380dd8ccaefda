"""In which order people look at what waits: danger first, then by how much looking now is worth.

Pure; the weights are dated rules (``queue.weight_…``). Nothing of the requester counts but the named groups
at risk that his own words tell (``risk_groups``): no name, number, channel or way of speaking.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from math import log2

from jieban.city.book import Book, MissingRule

MOST_PEOPLE = 64
"""More people who ask the same raise the value no further."""
MOST_POINTS = 3.0
"""Whoever tells of more groups at risk than these points is no further before the others."""
MOST_OVERDUE = 2.0
"""A request that has waited twice its time is worth as much as one that has waited ten times."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the value of a waiting request depends on.

    ``tier``: code of its time limit; ``confidence``: how sure the proposal is (0 to 1), None without one;
    ``since`` and ``due``: from when until when somebody is to decide; ``people``: how many ask the same;
    ``risks``: codes of the named groups at risk that its words tell of.
    """

    tier: str
    danger: bool = False
    confidence: float | None = None
    since: datetime | None = None
    due: datetime | None = None
    people: int = 1
    risks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueWeights:
    """The dated weights of a day."""

    urgency: float
    uncertainty: float
    waiting: float
    people: float
    risk: float


def value_weights(book: Book, on: date) -> ValueWeights:
    """The weights in force; a rule that the city does not have weighs nothing."""
    return ValueWeights(*(_weight(book, name, on) for name in _WEIGHTS))


_WEIGHTS = ("weight_urgency", "weight_uncertainty", "weight_waiting", "weight_people", "weight_risk")


def _weight(book: Book, name: str, on: date) -> float:
    try:
        return float(book.rule(f"queue.{name}", on))
    except MissingRule:
        return 0.0


DANGER = 1000.0
"""No sum of the other parts reaches this: whoever may be in danger is first."""


def queue_value(
    one: Waiting, book: Book, weights: ValueWeights, on: date, now: datetime | None = None
) -> float:
    """How much it is worth that a person looks at a request now; greater is earlier.

    Urgency (1 for the shortest limit of the city, falling to 0 for the longest) × its weight; then how
    unsure the proposal is: people change most where the machine is least sure; how much of the time for a
    decision has passed (0 to 2); how many ask the same (log); and the points of named groups at risk.
    """
    parts = value_parts(one, book, weights, on, now)
    return round(sum(parts.values()), 6)


def value_parts(
    one: Waiting, book: Book, weights: ValueWeights, on: date, now: datetime | None = None
) -> dict[str, float]:
    """The parts of the value by name, for those who ask why one stands before another."""
    unsure = 1.0 if one.confidence is None else 1.0 - min(max(one.confidence, 0.0), 1.0)
    return {
        "danger": DANGER if one.danger else 0.0,
        "urgency": weights.urgency * _urgency(book, one.tier, on),
        "uncertainty": weights.uncertainty * unsure,
        "waiting": weights.waiting * _passed(one, now),
        "people": weights.people * log2(min(max(one.people, 1), MOST_PEOPLE)) / 6,
        "risk": weights.risk * _points(one.risks, book, on),
    }


def _urgency(book: Book, tier: str, on: date) -> float:
    codes = [row.code for row in book.current("limit_tiers", on)]
    if tier not in codes or len(codes) < 2:
        return 0.0
    return 1.0 - codes.index(tier) / (len(codes) - 1)


def _points(risks: Collection[str], book: Book, on: date) -> float:
    """The points of the groups in force that day by their own weights, at most ``MOST_POINTS``."""
    rows = (row for row in book.tables.get("risk_groups", ()) if row.code in risks and row.in_force(on))
    return min(float(sum(row.weight for row in rows)), MOST_POINTS)


def _passed(one: Waiting, now: datetime | None) -> float:
    if now is None or one.since is None or one.due is None or one.due <= one.since:
        return 0.0
    share = (now - one.since) / (one.due - one.since)
    return min(max(share, 0.0), MOST_OVERDUE)
