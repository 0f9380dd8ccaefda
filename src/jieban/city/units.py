"""Which unit stands where: the hotline, the way up from a unit, the district that it belongs to. Pure."""

from __future__ import annotations

from datetime import date

from jieban.city.book import Book
from jieban.city.rows import Unit

HEIGHT = 6
"""So many units stand above another at most; a table whose units stand above themselves ends here too."""


def hotline_of(book: Book, on: date | None = None) -> Unit | None:
    """The unit of the hotline (市民热线服务机构), on a day or at any time; None where there is none.

    Ordinance Art. 5: one body of the city takes in, dispatches, supervises and assesses.
    """
    found: tuple[Unit, ...] | None = book.memo.get("hotlines")
    if found is None:
        found = tuple(unit for unit in book.tables["units"] if unit.kind == "hotline")
        book.memo["hotlines"] = found
    return next((unit for unit in found if on is None or unit.in_force(on)), None)


def hotline_code(book: Book) -> str:
    """The code of the hotline's unit; an empty text where the pack has none."""
    unit = hotline_of(book)
    return unit.code if unit else ""


def superiors(book: Book, code: str) -> list[Unit]:
    """The units above this one, the nearest first."""
    found: list[Unit] = []
    unit = book.units.get(code)
    while unit and unit.parent in book.units and len(found) < HEIGHT:
        unit = book.units[unit.parent]
        found.append(unit)
    return found


def district_above(book: Book, unit: Unit) -> str:
    """The code of the district that a unit belongs to or is; empty for a unit of the city."""
    way = [unit, *superiors(book, unit.code)]
    return next((one.code for one in way if one.kind == "district"), "")
