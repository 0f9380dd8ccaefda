"""Which units could lead: from the catalogue, from names in the words, from the kind of text, from history.

Pure. Every candidate carries measures (``COLUMNS``) that tell how it came to be one; ``ranking`` weighs them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import log
from typing import cast

import numpy as np
import numpy.typing as npt

from jieban.city.book import Book
from jieban.city.catalogue import resolve, rows_for
from jieban.city.law import NamedDuty
from jieban.city.rows import CatalogueRow, Unit
from jieban.dispatch.ranker.leads import form_of, selectors_of
from jieban.reading.result import Guess, PlaceFound, Reading
from jieban.reading.text import fold

COLUMNS = (
    "share",  # log of the belief in the matters whose row leads to this unit
    "first",  # the best guess leads to it
    "sounds",  # score of its form by the words alone
    "sounds_best",  # no form has a higher one
    "assists",  # log of the belief in matters that it assists
    "place",  # how sure the place is, where the unit depends on it
    "city_level",  # a city department though the district is known
    "district_level",  # a district though the street is known
    "street",
    "enterprise",
    "other_row",  # log of the belief in matters with a later row that leads to it
    "named",  # the words name an operator that this unit answers for
    "nobody",  # ask where it is: the row needs a place that is not known
)
MOST_GUESSES = 8
MOST_FORMS = 3
"""So many kinds of unit are proposed by the words alone."""
MOST_OF_HISTORY = 3
NOBODY = ""
"""The candidate that means: ask for the place first."""
_HEAD = 2000
_FLOORS = {"share": 0.003, "assists": 0.01, "other_row": 0.01}


@dataclass(slots=True)
class Gathered:
    """A unit that could lead; ``row`` is None where no row of the catalogue names it."""

    unit: Unit | None
    category: str
    row: CatalogueRow | None = None
    duty: NamedDuty | None = None
    share: float = 0.0
    assists: float = 0.0
    other_row: float = 0.0
    first: bool = False
    guesses: int = 0
    origin: str = "row"

    @property
    def code(self) -> str:
        """The unit's code; empty for asking where it is."""
        return self.unit.code if self.unit else NOBODY


@dataclass(frozen=True, slots=True)
class Where:
    """How far the place is known: level and code for the catalogue, and how sure it is."""

    level: str
    code: str
    district: str
    sure: float


def where_of(place: PlaceFound | None) -> Where:
    """The place of a reading as the catalogue asks for it."""
    if place is None or not (place.street or place.district):
        return Where("city", "", "", 0.0)
    level = "street" if place.street else "district"
    return Where(level, place.street or place.district, place.district, place.confidence)


def duties_named(book: Book, reading: Reading, on: date) -> tuple[NamedDuty, ...]:
    """The rows of ``named_duties`` of which a phrase stands in the words, in the order of the table."""
    rows = _folded_duties(book)
    if not rows:
        return ()
    words = fold(f"{reading.title}\n{reading.text[:_HEAD]}\n{reading.address}")
    return tuple(
        row for row, phrases in rows if any(phrase in words for phrase in phrases) and row.in_force(on)
    )


def _folded_duties(book: Book) -> list[tuple[NamedDuty, tuple[str, ...]]]:
    """The duties with their phrases as texts are compared, made once for a book."""
    kept = book.memo.get("named_duties")
    if kept is None:
        kept = [
            (row, tuple(fold(phrase) for phrase in row.phrases))
            for row in book.tables.get("named_duties", ())
        ]
        book.memo["named_duties"] = kept
    return cast(list[tuple[NamedDuty, tuple[str, ...]]], kept)


def duty_for(duties: Sequence[NamedDuty], category: str) -> NamedDuty | None:
    """The first duty named that holds for a category."""
    for row in duties:
        if not row.categories or category.startswith(tuple(row.categories)):
            return row
    return None


@dataclass(slots=True)
class _Pool:
    book: Book
    on: date
    where: Where
    found: dict[str, Gathered] = field(default_factory=dict)

    def leading(self, selector: str) -> Unit | None:
        unit = resolve(self.book, selector, self.where.code, self.on)
        return unit if unit is not None and unit.can_lead else None

    def take(self, unit: Unit, category: str, origin: str) -> Gathered:
        return self.found.setdefault(unit.code, Gathered(unit, category, origin=origin))


def gather(
    reading: Reading,
    book: Book,
    on: date,
    sounds: Mapping[str, float] | None = None,
    known: Sequence[str] = (),
) -> list[Gathered]:
    """All candidates of a reading. ``sounds``: score of each form of lead; ``known``: units of history."""
    pool = _Pool(book, on, where_of(reading.place))
    duties = duties_named(book, reading, on)
    for number, guess in enumerate(reading.categories[:MOST_GUESSES]):
        _of_guess(pool, guess, number, duties)
    best = reading.category
    for form in sorted(sounds or {}, key=lambda form: (-(sounds or {})[form], form))[:MOST_FORMS]:
        for selector in selectors_of(form, bool(pool.where.district)):
            if pool.where.code or selector not in ("street", "district"):
                unit = pool.leading(selector)
                if unit is not None:
                    pool.take(unit, best, "words")
    for code in known[:MOST_OF_HISTORY]:
        unit = book.units.get(code)
        if unit is not None and unit.can_lead and unit.in_force(on):
            pool.take(unit, best, "history")
    return list(pool.found.values())


def _of_guess(pool: _Pool, guess: Guess, number: int, duties: Sequence[NamedDuty]) -> None:
    """The units of one guess at the matter: whoever is named, the row's lead, those that assist."""
    duty, belief, led = duty_for(duties, guess.code), guess.confidence, False
    if duty is not None and (unit := pool.leading(duty.lead)) is not None:
        one = pool.take(unit, guess.code, "named")
        _believe(one, belief, number, None)
        one.duty, led = duty, True
    for row in rows_for(pool.book, guess.code, pool.where.level, pool.on):
        unit = pool.leading(row.lead)
        if unit is None:
            continue
        one = pool.take(unit, guess.code, "row")
        if led:
            one.other_row += belief if number < 3 else 0.0
            one.row = one.row or row
            continue
        _believe(one, belief, number, row)
        led = True
        for selector in row.assist:
            helper = pool.leading(selector)
            if helper is not None:
                pool.take(helper, guess.code, "assists").assists += belief
    if not led and not pool.where.code:
        nobody = pool.found.setdefault(NOBODY, Gathered(None, guess.code, origin="nobody"))
        _believe(nobody, belief, number, None)


def _believe(one: Gathered, belief: float, number: int, row: CatalogueRow | None) -> None:
    one.share += belief
    one.guesses += 1
    one.first = one.first or number == 0
    one.row = one.row or row


def measures(
    gathered: Sequence[Gathered], where: Where, sounds: Mapping[str, float] | None = None
) -> npt.NDArray[np.float64]:
    """One row of ``COLUMNS`` for each candidate."""
    least = min(sounds.values()) if sounds else 0.0
    most = max(sounds.values()) if sounds else 0.0
    return np.array([_measured(one, where, sounds or {}, least, most) for one in gathered], dtype=np.float64)


def _measured(
    one: Gathered, where: Where, sounds: Mapping[str, float], least: float, most: float
) -> list[float]:
    kind = one.unit.kind if one.unit else ""
    sound = sounds.get(form_of(one.unit), least) if one.unit else least
    placed = kind in ("street", "district", "district_department")
    return [
        log(one.share + _FLOORS["share"]),
        float(one.first),
        sound,
        float(bool(sounds) and sound == most),
        log(one.assists + _FLOORS["assists"]),
        where.sure if placed else 0.0,
        float(kind in ("department", "service_department") and bool(where.district)),
        float(kind == "district" and where.level == "street"),
        float(kind == "street"),
        float(kind == "enterprise"),
        log(one.other_row + _FLOORS["other_row"]),
        float(one.duty is not None),
        float(one.unit is None),
    ]
