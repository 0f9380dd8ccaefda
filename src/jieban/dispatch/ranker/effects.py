"""What dispatch has learned since the catalogue was written: who took such matters there, who sent them back.

Pure. An effect lowers or raises a unit for one category at one place, in log-odds, bounded by dated rules,
and says why in figures that anybody can count again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import exp, log

from jieban.city.book import Book, MissingRule
from jieban.reading.result import Reading

FEWEST_SENT = 10.0
"""So many earlier dispatches weigh as much as not knowing anything."""
RETURNED, TAKEN = "returned", "taken"


@dataclass(frozen=True, slots=True)
class Past:
    """How often a unit was sent such matters at a place since a day, and how often it was the wrong one."""

    sent: int
    returned: int
    since: date


History = Mapping[tuple[str, str], Mapping[str, Past]]
"""(category of four digits, place) -> unit -> its past. The place is the street, else the district."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One learned effect (学习影响): ``change`` in log-odds, with the counts that it rests on.

    ``kind`` is ``returned`` (``count`` accepted objections or rulings) or ``taken`` (``count`` of
    ``total`` such matters there went to the unit); ``since`` a day as ISO text.
    """

    unit: str
    kind: str
    count: int
    total: int
    since: str
    change: float


@dataclass(frozen=True, slots=True)
class Weights:
    """The dated numbers of learned effects (rules ``dispatch.history_weight``, ``dispatch.return_…``)."""

    taken: float
    returned: float
    most_returns: int


def weights_of(book: Book, on: date) -> Weights:
    """The numbers of a day; a city without these rules learns nothing."""
    return Weights(
        _number(book, "dispatch.history_weight", on),
        _number(book, "dispatch.return_weight", on),
        int(_number(book, "dispatch.return_most", on)),
    )


def return_days(book: Book, on: date) -> int:
    """For how many days an accepted objection counts."""
    return int(_number(book, "dispatch.return_days", on))


def _number(book: Book, code: str, on: date) -> float:
    try:
        return float(book.rule(code, on))
    except MissingRule:
        return 0.0


def effects_of(unit: str, pasts: Mapping[str, Past], weights: Weights) -> tuple[Effect, ...]:
    """What the past of a category at a place says of a unit; at most one effect of each kind.

    ``taken`` gives at most ``weights.taken``; ``returned`` takes away at most ``most_returns`` times
    ``weights.returned``.
    """
    past = pasts.get(unit)
    if past is None:
        return ()
    found = []
    total = sum(each.sent for each in pasts.values())
    kept = max(0, past.sent - past.returned)
    if kept and weights.taken:
        change = weights.taken * kept / (total + FEWEST_SENT)
        found.append(Effect(unit, TAKEN, kept, total, past.since.isoformat(), round(change, 4)))
    if past.returned and weights.returned:
        change = -weights.returned * min(past.returned, weights.most_returns)
        found.append(
            Effect(unit, RETURNED, past.returned, past.sent, past.since.isoformat(), round(change, 4))
        )
    return tuple(found)


def moved(confidence: float, change: float) -> float:
    """A confidence moved by a change in log-odds; 0 and 1 stay what they are."""
    if not change or not 0 < confidence < 1:
        return confidence
    value = log(confidence / (1 - confidence)) + change
    return round(1 / (1 + exp(-value)), 4)


def likely_units(pasts: Mapping[str, Past]) -> tuple[str, ...]:
    """The units that took such matters there and kept them, the most frequent first."""
    kept = {unit: past.sent - past.returned for unit, past in pasts.items()}
    return tuple(unit for unit in sorted(kept, key=lambda unit: (-kept[unit], unit)) if kept[unit] >= 3)


def place_key(street: str, district: str) -> str:
    """The place by which history is counted."""
    return street or district


def pairs_of(reading: Reading) -> list[tuple[str, str]]:
    """The pairs (category, place) whose history a proposal for this reading asks for."""
    place = place_key(reading.place.street, reading.place.district) if reading.place else ""
    return list(dict.fromkeys((guess.code[:4], place) for guess in reading.categories))
