"""The book of the city: its reference data as plain, immutable values in memory.

Rules (reading, dispatch, clocks, rates) are pure: they take a ``Book`` and never touch the database.
A book is built from the files of a pack (``city.pack``) or from the rows in the database
(``city.queries``); both give the same book. The row classes below *are* the schema of a pack:
``docs/city-pack.md`` describes the same columns in words, and a test keeps the two together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every row of a pack carries: its period, its source and its standing.

    In force from ``valid_from`` up to but not including ``valid_to`` (city time);
    ``status`` is ``official``, ``practice`` or ``demonstration``.
    """

    valid_from: date
    valid_to: date | None = None
    source: str = ""
    status: str = "demonstration"

    def in_force(self, on: date) -> bool:
        """Whether the row holds on the day ``on`` (city time)."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Row):
    """A division of the city (行政区划): city, district, street or community."""

    code: str
    parent: str = ""
    level: str
    name: str
    name_en: str = ""
    lon: float | None = None
    lat: float | None = None
    population: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceName(Row):
    """Another name by which people find a place: an estate, a road, a former name."""

    name: str
    place: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Row):
    """A line of business (条), such as housing or water, that runs through the levels."""

    code: str
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit(Row):
    """A body that can hold a ticket (承办单位) or lead those that do."""

    code: str
    name: str
    name_en: str = ""
    kind: str
    parent: str = ""
    place: str = ""
    line: str = ""
    calendar: str = "working"

    @property
    def can_lead(self) -> bool:
        """Communities may assist but never lead (Ordinance Art. 17)."""
        return self.kind not in ("community", "hotline", "city_government")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar(Row):
    """The hours in which a unit works: ``hours`` as spans ``09:00-12:00``, ``weekdays`` as digits 1-7."""

    code: str
    name: str
    name_en: str = ""
    hours: tuple[str, ...]
    weekdays: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay(Row):
    """A day on which a calendar differs from its weekly pattern: ``kind`` is ``off`` or ``work``."""

    calendar: str
    day: date
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandType(Row):
    """A type of demand (诉求类型), Ordinance Art. 2."""

    code: str
    name: str
    name_en: str = ""
    statutory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Row):
    """A mark on categories, such as one of the seven haves and five qualities (七有五性)."""

    code: str
    name: str
    name_en: str = ""
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Category(Row):
    """What a demand is about (问题分类): three levels, codes of 2, 4 and 6 digits."""

    code: str
    parent: str = ""
    level: int
    name: str
    name_en: str = ""
    keywords: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRow(Row):
    """One row of the dispatch catalogue (派单目录), Ordinance Art. 11, 12."""

    code: str
    category: str
    place_level: str
    lead: str
    assist: tuple[str, ...] = ()
    tier: str
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTier(Row):
    """A tier of time limits (办理时限), Ordinance Art. 13; the numbers are the city's, not the law's."""

    code: str
    name: str
    name_en: str = ""
    amount: int
    unit: str
    calendar: str
    sign_in_hours: Decimal
    first_contact_hours: Decimal
    warn_hours: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Row):
    """How a request ends that is not sent to a unit: direct answer or a branch of Art. 11 ¶3."""

    code: str
    name: str
    name_en: str = ""
    explanation: str = ""
    explanation_en: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion(Row):
    """A reason for leaving a ticket out of the rates (剔除) or on the ledger (挂账)."""

    code: str
    name: str
    name_en: str = ""
    group: str = ""
    days: int | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme(Row):
    """An evaluation scheme (考评办法): weights of the three rates, values of the middle answers."""

    code: str
    name: str
    name_en: str = ""
    weight_response: Decimal
    weight_resolution: Decimal
    weight_satisfaction: Decimal
    basic_satisfied: Decimal
    partly_solved: Decimal
    unreachable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm(Row):
    """Words that always raise the urgency; ``call`` is the number to hand over to, or empty."""

    phrase: str
    name: str
    tier: str
    call: str = ""
    reason: str = ""
    reason_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Row):
    """A single number that the city may change."""

    code: str
    value: Decimal
    unit: str = ""
    name: str = ""
    name_en: str = ""


TABLES: Mapping[str, type[Row]] = {
    "places": Place,
    "place_names": PlaceName,
    "lines": Line,
    "units": Unit,
    "calendars": Calendar,
    "calendar_days": CalendarDay,
    "demand_types": DemandType,
    "tags": Tag,
    "categories": Category,
    "dispatch_catalogue": CatalogueRow,
    "limit_tiers": LimitTier,
    "branches": Branch,
    "exclusions": Exclusion,
    "schemes": Scheme,
    "alarms": Alarm,
    "rules": Rule,
}
"""File name of a pack table -> the class of its rows."""


@dataclass(frozen=True)
class Identity:
    """Who the city is (``pack.toml``)."""

    code: str
    name: str
    name_en: str
    version: str
    timezone: str
    division: str
    number_format: str


@dataclass(frozen=True)
class Book:
    """All reference data of one city. Immutable; look-ups are built on first use."""

    identity: Identity
    tables: Mapping[str, tuple[Any, ...]]
    fingerprint: str
    folder: str = field(default="", compare=False)

    @cached_property
    def places(self) -> dict[str, Place]:
        """Place by code."""
        return {row.code: row for row in self.tables["places"]}

    @cached_property
    def units(self) -> dict[str, Unit]:
        """Unit by code, the communities among them: each is a unit that can only assist."""
        units = {row.code: row for row in self.tables["units"]}
        for place in self.places.values():
            if place.level == "community" and place.code not in units:
                units[place.code] = community_unit(place)
        return units

    @cached_property
    def categories(self) -> dict[str, Category]:
        """Category by code."""
        return {row.code: row for row in self.tables["categories"]}

    @cached_property
    def children(self) -> dict[str, tuple[Category, ...]]:
        """Categories by the code of their parent; ``""`` gives the first level."""
        grouped: dict[str, list[Category]] = defaultdict(list)
        for category in self.categories.values():
            grouped[category.parent].append(category)
        return {code: tuple(rows) for code, rows in grouped.items()}

    @cached_property
    def catalogue(self) -> dict[str, tuple[CatalogueRow, ...]]:
        """Catalogue rows by category code."""
        grouped: dict[str, list[CatalogueRow]] = defaultdict(list)
        for row in self.tables["dispatch_catalogue"]:
            grouped[row.category].append(row)
        return {code: tuple(rows) for code, rows in grouped.items()}

    @cached_property
    def memo(self) -> dict[Any, Any]:
        """Where pure rules keep what they derive from this book, for as long as the book lives."""
        return {}

    def dated(self, table: str, code: str, on: date) -> Any:
        """The row of ``table`` with ``code`` that is in force on ``on`` (city date).

        Raises ``MissingRule`` naming table, code and day when there is none.
        """
        for row in self.by_code(table).get(code, ()):
            if row.in_force(on):
                return row
        raise MissingRule(table, code, on)

    def current(self, table: str, on: date) -> Iterator[Any]:
        """All rows of ``table`` in force on ``on``, in the order of the file."""
        return (row for row in self.tables[table] if row.in_force(on))

    def rule(self, code: str, on: date) -> Decimal:
        """The value of a single-number rule on a day. Raises ``MissingRule``."""
        row: Rule = self.dated("rules", code, on)
        return row.value

    def by_code(self, table: str) -> dict[str, tuple[Any, ...]]:
        """Rows of a table grouped by code."""
        kept: dict[str, tuple[Any, ...]] | None = self.memo.get(("by_code", table))
        if kept is None:
            grouped: dict[str, list[Any]] = defaultdict(list)
            for row in self.tables[table]:
                grouped[row.code].append(row)
            kept = self.memo["by_code", table] = {code: tuple(rows) for code, rows in grouped.items()}
        return kept

    def category_path(self, code: str) -> tuple[Category, ...]:
        """The category and those above it, first level first; empty for an unknown code."""
        path = [
            self.categories[code[:n]] for n in (2, 4, 6) if n <= len(code) and code[:n] in self.categories
        ]
        return tuple(path)

    def place_path(self, code: str) -> tuple[Place, ...]:
        """The place and those that hold it, the city first; empty for an unknown code."""
        path: list[Place] = []
        while code and code in self.places and len(path) < 8:
            path.append(self.places[code])
            code = self.places[code].parent
        return tuple(reversed(path))

    def place_at(self, code: str, level: str) -> Place | None:
        """The place of ``level`` that holds ``code`` (or is it)."""
        return next((place for place in self.place_path(code) if place.level == level), None)


class MissingRule(LookupError):
    """No row of a dated table is in force on the day asked for."""

    def __init__(self, table: str, code: str, on: date) -> None:
        super().__init__(f"{table}.csv has no row '{code}' in force on {on.isoformat()}")
        self.table, self.code, self.on = table, code, on


def community_unit(place: Place) -> Unit:
    """The unit that a community is by law: it may assist, never lead (Ordinance Art. 17)."""
    return Unit(
        code=place.code,
        name=place.name,
        name_en=place.name_en,
        kind="community",
        parent=place.parent,
        place=place.code,
        calendar="working",
        valid_from=place.valid_from,
        valid_to=place.valid_to,
        source=place.source,
        status=place.status,
    )


def names(rows: Iterable[Any], english: bool = False) -> list[str]:
    """The names of rows for people: English where asked for and there is one."""
    return [(row.name_en if english and row.name_en else row.name) for row in rows]
