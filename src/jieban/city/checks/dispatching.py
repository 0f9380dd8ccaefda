"""The dispatch catalogue: every category has an owner everywhere, every unit can be reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from jieban.city.catalogue import BadSelector, resolve, rows_for, split_selector
from jieban.city.checks.sheet import Sheet
from jieban.city.rows import CatalogueRow, Unit

TABLE = "dispatch_catalogue"
NAMED = "named_duties"
FORMS = "Write street, district, district:<line>, city:<line> or unit:<code>."


def check_catalogue(sheet: Sheet) -> None:
    """All questions about the catalogue; the last two only when every selector could be read."""
    sound = [_check_row(sheet, line, row) for line, row in sheet.rows(TABLE)]
    sound += [_check_selector(sheet, line, "lead", row.lead, NAMED) for line, row in sheet.rows(NAMED)]
    _check_twins(sheet)
    if all(sound):
        _check_owners(sheet)
        _check_reach(sheet)


def _check_row(sheet: Sheet, line: int, row: CatalogueRow) -> bool:
    """Whether lead and assisting units of a row can be read; notes what cannot."""
    sound = _check_selector(sheet, line, "lead", row.lead)
    for selector in row.assist:
        sound = _check_selector(sheet, line, "assist", selector) and sound
    lead = sheet.book.units.get(row.lead.removeprefix("unit:")) if row.lead.startswith("unit:") else None
    if lead and not lead.can_lead:
        law = " (Ordinance Art. 17)" if lead.kind == "community" else ""
        message = f"{lead.name} is a {lead.kind} and cannot lead{law}."
        sheet.error(TABLE, line, "lead", message, "Name the unit that is to lead; a community may assist.")
    if row.lead in row.assist:
        sheet.warn(TABLE, line, "assist", "The lead assists itself.", "Remove it from assist.")
    return sound


def _check_selector(sheet: Sheet, line: int, column: str, selector: str, table: str = TABLE) -> bool:
    try:
        form, name = split_selector(selector)
    except BadSelector:
        sheet.error(table, line, column, f"'{selector}' names no unit.", FORMS)
        return False
    if form == "unit:" and name not in sheet.book.units:
        sheet.error(table, line, column, f"There is no unit '{name}'.", "Write a code of units.csv.")
    elif form in ("city:", "district:") and name not in sheet.codes["lines"]:
        sheet.error(table, line, column, f"There is no line '{name}'.", "Write a code of lines.csv.")
    elif form == "city:" and not resolve(sheet.book, selector, "", sheet.on):
        message = f"The city has no department of the line '{name}'."
        sheet.error(table, line, column, message, f"Add a unit city.{name}, or name another unit.")
    elif form == "district:" and not _has_department(sheet, name):
        message = (
            f"No district has a department of the line '{name}', so this always means the district itself."
        )
        sheet.warn(table, line, column, message, "Write district, or add the departments to units.csv.")
    else:
        return True
    return form == "district:" and name in sheet.codes["lines"]


def _has_department(sheet: Sheet, line_code: str) -> bool:
    return any(
        unit.kind == "district_department" and unit.line == line_code for _, unit in sheet.current("units")
    )


def _check_twins(sheet: Sheet) -> None:
    """Two rows for the same category and level leave it to chance who leads."""
    seen: dict[tuple[str, str], int] = {}
    for line, row in sheet.current(TABLE):
        first = seen.setdefault((row.category, row.place_level), line)
        if first != line:
            message = (
                f"Line {first} tells already who leads {row.category} at level {row.place_level}; it wins."
            )
            sheet.warn(TABLE, line, "category", message, "Join the rows, or give one of them another level.")


def _check_owners(sheet: Sheet) -> None:
    """Each category finds a unit that may lead, in every street and in every district."""
    book, on = sheet.book, sheet.on
    places = {
        level: [place.code for _, place in sheet.current("places") if place.level == level]
        for level in ("street", "district")
    }

    @cache
    def without_owner(level: str, lead: str) -> frozenset[str]:
        return frozenset(code for code in places[level] if not _leads(resolve(book, lead, code, on)))

    parents = {category.parent for _, category in sheet.current("categories")}
    for line, category in sheet.current("categories"):
        if category.code in parents:
            continue
        for level, codes in places.items():
            rows = rows_for(book, category.code, level, on)
            bare = frozenset(codes).intersection(*(without_owner(level, row.lead) for row in rows))
            if bare:
                where = (
                    f"in {len(bare)} of {len(codes)}, such as {min(bare)}"
                    if len(bare) < len(codes)
                    else "anywhere"
                )
                message = f"Nobody leads '{category.name}' when the {level} is known ({where})."
                remedy = f"Add a row for {category.code} or the codes above it to {TABLE}.csv."
                sheet.error("categories", line, "code", message, remedy)


def _leads(unit: Unit | None) -> bool:
    return unit is not None and unit.can_lead


def _check_reach(sheet: Sheet) -> None:
    """Units to which no row can lead for any place; one finding for each kind and line."""
    selectors = {text for _, row in sheet.current(TABLE) for text in (row.lead, *row.assist)}
    reached = _reached(sheet, selectors | {row.lead for _, row in sheet.current(NAMED)})
    idle: dict[tuple[str, str], list[tuple[int, Unit]]] = defaultdict(list)
    for line, unit in sheet.current("units"):
        if unit.can_lead and unit.kind != "service_department" and unit.code not in reached:
            idle[unit.kind, unit.line].append((line, unit))
    for found in idle.values():
        line, unit = found[0]
        more = f" and {len(found) - 1} more of its kind and line" if len(found) > 1 else ""
        message = f"Nothing can ever be sent to {unit.name} ({unit.code}){more}."
        sheet.warn("units", line, "code", message, f"Name it in {TABLE}.csv if it handles requests.")


def _reached(sheet: Sheet, selectors: Iterable[str]) -> set[str]:
    """The codes of all units that some selector means for some street, district, or without a place."""
    places = [
        "",
        *(place.code for _, place in sheet.current("places") if place.level in ("district", "street")),
    ]
    found = set()
    for selector in selectors:
        fixed = selector.startswith(("unit:", "city:"))
        for place in places[:1] if fixed else places:
            unit = resolve(sheet.book, selector, place, sheet.on)
            if unit:
                found.add(unit.code)
    return found
