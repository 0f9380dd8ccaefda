"""The book of the city: its reference data as plain, immutable values in memory.

Rules (reading, dispatch, clocks, rates) are pure: they take a ``Book`` and never touch the database.
A book is built from the files of a pack (``city.pack``) or from the rows in the database
(``city.queries``); both give the same book. Its rows stand in ``city.rows`` and ``city.law``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from jieban.city.law import LAW_TABLES
from jieban.city.rows import (
    Alarm,
    Branch,
    Calendar,
    CalendarDay,
    CatalogueRow,
    Category,
    DemandType,
    Exclusion,
    LimitTier,
    Line,
    Place,
    PlaceName,
    Row,
    Rule,
    Scheme,
    Tag,
    Unit,
    community_unit,
)

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
    **LAW_TABLES,
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
        kept: dict[tuple[str, str], Place | None] = self.memo.setdefault("place_at", {})
        key = code, level
        if key not in kept:
            found = next((place for place in self.place_path(code) if place.level == level), None)
            if found is None and code not in self.places:
                return None  # whatever else was asked for is not kept: it has no end
            kept[key] = found
        return kept[key]


class MissingRule(LookupError):
    """No row of a dated table is in force on the day asked for."""

    def __init__(self, table: str, code: str, on: date) -> None:
        super().__init__(f"{table}.csv has no row '{code}' in force on {on.isoformat()}")
        self.table, self.code, self.on = table, code, on


def names(rows: Iterable[Any], english: bool = False) -> list[str]:
    """The names of rows for people: English where asked for and there is one."""
    return [(row.name_en if english and row.name_en else row.name) for row in rows]
