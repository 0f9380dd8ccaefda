"""The dispatch catalogue (派单目录): which rows apply, and which unit a row means for a place.

Pure. The forms of a selector are told in docs/city-pack.md. Ordinance Art. 11 (dispatch by duty), 12
(a matter whose street is not known goes to the district).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any, cast

from jieban.city.book import Book
from jieban.city.rows import CatalogueRow, Unit

LEVELS = ("street", "district", "city", "any")
"""What a row may ask of the place, the most specific first."""

_SATISFIED = {
    "community": LEVELS,
    "street": LEVELS,
    "district": LEVELS[1:],
    "city": LEVELS[2:],
    "": LEVELS[2:],
}


class BadSelector(ValueError):
    """A text in the catalogue that is none of the forms of a selector."""

    def __init__(self, selector: str) -> None:
        super().__init__(
            f"'{selector}' names no unit:"
            " write street, district, district:<line>, city:<line> or unit:<code>."
        )
        self.selector = selector


def split_selector(selector: str) -> tuple[str, str]:
    """The form of a selector and what stands behind its colon. Raises ``BadSelector``."""
    form, colon, name = selector.partition(":")
    if colon == "" and form in ("street", "district"):
        return form, ""
    if form in ("district", "city", "unit") and name:
        return f"{form}:", name
    raise BadSelector(selector)


def resolve(book: Book, selector: str, place_code: str, on: date) -> Unit | None:
    """The unit that ``selector`` means for a place on the day ``on`` (city date), or None.

    ``place_code`` is the smallest place that is known, or empty. Where the street is not known or has
    no unit, ``street`` gives the district (Ordinance Art. 12); where a district has no department of the
    line, ``district:<line>`` gives the government of the district. Raises ``BadSelector``.
    """
    if place_code and place_code not in book.places:
        return _resolve(book, selector, "", on)  # an unknown place is no place, and is not kept
    kept = _of_day(book, "resolve", on)
    key = selector, place_code
    if key not in kept:
        kept[key] = _resolve(book, selector, place_code, on)
    return cast(Unit | None, kept[key])


def _resolve(book: Book, selector: str, place_code: str, on: date) -> Unit | None:
    form, name = split_selector(selector)
    if form == "unit:":
        return _in_force(book.units.get(name), on)
    if form == "city:":
        return _department(book, "", name, on)
    district = district_of(book, place_code, on)
    if form == "district:":
        return (_department(book, district.place, name, on) if district else None) or district
    if form == "street":
        return _unit_of(book, place_code, "street", on) or district
    return district


def rows_for(book: Book, category: str, place_level: str, on: date) -> list[CatalogueRow]:
    """The catalogue rows in force for a category, the most specific first.

    ``place_level`` is how far the place is known: ``community``, ``street``, ``district``, ``city`` or
    empty. A row of a longer category code goes before one of a shorter; among equals the row that asks
    for the smaller place goes first: street, district, city, any.
    """
    if category not in book.categories:
        return _rows_for(book, category, place_level, on)
    kept = _of_day(book, "rows_for", on)
    key = category, place_level
    if key not in kept:
        kept[key] = tuple(_rows_for(book, category, place_level, on))
    return list(kept[key])


def _rows_for(book: Book, category: str, place_level: str, on: date) -> list[CatalogueRow]:
    levels = _SATISFIED.get(place_level, LEVELS[2:])
    found = []
    for length in range(len(category), 0, -1):
        rows = [
            row
            for row in book.catalogue.get(category[:length], ())
            if row.place_level in levels and row.in_force(on)
        ]
        found += sorted(rows, key=lambda row: levels.index(row.place_level))
    return found


_MOST_DAYS = 4
"""For so many days answers are kept: today's are asked for, now and then those of another day."""


def _of_day(book: Book, what: str, on: date) -> dict[Any, Any]:
    """The answers of one kind that were worked out for a day: the same few hundred are asked all day."""
    days: dict[date, dict[Any, Any]] = book.memo.setdefault(("of_day", what), {})
    kept = days.get(on)
    if kept is None:
        if len(days) >= _MOST_DAYS:
            days.clear()
        kept = days[on] = {}
    return kept


def district_of(book: Book, place_code: str, on: date) -> Unit | None:
    """The government of district rank that answers for a place, or None.

    A street that reports to a zone of district rank (Beijing E-Town) belongs to the zone, whatever
    district the statistics count it in: the parent of the street's unit decides.
    """
    street = _unit_of(book, place_code, "street", on)
    above = _in_force(book.units.get(street.parent), on) if street else None
    if above and above.kind == "district":
        return above
    return _unit_of(book, place_code, "district", on)


def _in_force(unit: Unit | None, on: date) -> Unit | None:
    return unit if unit and unit.in_force(on) else None


def _unit_of(book: Book, place_code: str, level: str, on: date) -> Unit | None:
    """The government of the place of this level that holds ``place_code``: it has the place's code."""
    place = book.place_at(place_code, level)
    return _in_force(book.units.get(place.code), on) if place else None


def _department(book: Book, district: str, line: str, on: date) -> Unit | None:
    """The department of a line: of a district, or of the city when ``district`` is empty."""
    units = _departments(book).get((district, line), ())
    return next((unit for unit in units if unit.in_force(on)), None)


def _departments(book: Book) -> dict[tuple[str, str], list[Unit]]:
    kept = book.memo.get("departments")
    if kept is None:
        kept = defaultdict(list)
        for unit in book.tables["units"]:
            if unit.kind in ("department", "service_department"):
                kept["", unit.line].append(unit)
            elif unit.kind == "district_department":
                place = book.place_at(unit.place, "district")
                kept[place.code if place else unit.place, unit.line].append(unit)
        book.memo["departments"] = kept
    return cast(dict[tuple[str, str], list[Unit]], kept)
