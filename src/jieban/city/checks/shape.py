"""The shape of the city: places nest, units stand where they belong, categories form a tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from jieban.city.checks.sheet import Sheet
from jieban.city.rows import Category, Place, Unit

ABOVE = {"city": (), "district": ("city",), "street": ("district",), "community": ("street", "district")}
"""Level -> the levels it may lie in: a community whose street is not known lies in its district."""
DIGITS = {"city": 6, "district": 6, "street": 9, "community": 12}
FEWEST_KEYWORDS = 3


def check_places(sheet: Sheet) -> None:
    """Levels nest, codes begin with the code above, positions lie on the Earth."""
    places = sheet.book.places
    for line, place in sheet.rows("places"):
        parent = places.get(place.parent)
        if place.level in ABOVE:
            _check_level(sheet, line, place, parent)
        if parent:
            _check_stem(sheet, line, place, parent)
        _check_position(sheet, line, place)
    if not any(place.level == "city" for place in places.values()):
        sheet.error("places", 0, "level", "There is no place of level city.", "Add the city itself.")
    if sheet.book.identity.division not in places:
        message = f"The division {sheet.book.identity.division} is no code of places.csv."
        sheet.error("pack.toml", 0, "division", message, "Write the code of the place that the pack is for.")


def check_units(sheet: Sheet) -> None:
    """Codes tell kind and place; every district and street has its unit; no unit is above itself."""
    departments: dict[tuple[str, str], int] = {}
    for line, unit in sheet.rows("units"):
        _check_unit_code(sheet, line, unit)
        if not unit.parent and unit.kind != "city_government":
            sheet.error("units", line, "parent", "The unit has no parent.", "Name the unit above it.")
        if _above_itself(sheet, unit):
            sheet.error(
                "units", line, "parent", "The unit is above itself.", "Name the unit that is above it."
            )
        if unit.kind in ("department", "district_department") and unit.line and unit.in_force(sheet.on):
            first = departments.setdefault((unit.place, unit.line), line)
            if first != line:
                message = f"Line {first} holds a department of the line '{unit.line}' for this place already."
                sheet.warn(
                    "units",
                    line,
                    "line",
                    message,
                    "The catalogue finds only the first: give this one another line.",
                )
    for line, place in sheet.current("places"):
        if place.level in ("district", "street") and place.code not in sheet.codes["units"]:
            message = f"{place.name} has no unit, so nothing can be sent there."
            sheet.error("places", line, "code", message, f"Add a row with code {place.code} to units.csv.")


def check_categories(sheet: Sheet) -> None:
    """Codes of 2, 4 and 6 digits, each under the code it begins with; enough keywords."""
    for line, category in sheet.rows("categories"):
        _check_category(sheet, line, category)
        if len(category.keywords) < FEWEST_KEYWORDS and category.in_force(sheet.on):
            message = f"'{category.name}' has {len(category.keywords)} keywords."
            remedy = f"Give at least {FEWEST_KEYWORDS} words by which callers name it."
            sheet.warn("categories", line, "keywords", message, remedy)
    names: dict[tuple[str, str], list[int]] = defaultdict(list)
    for line, category in sheet.current("categories"):
        names[category.parent, category.name].append(line)
    for (_, name), lines in names.items():
        if len(lines) > 1:
            message = f"'{name}' stands twice under one parent, first on line {lines[0]}."
            sheet.warn("categories", lines[-1], "name", message, "Join the two or name them apart.")


def _stem(code: str) -> str:
    """What codes below this one begin with: 110000 holds 11…, 630100 holds 6301…, 110101 holds itself."""
    while len(code) <= 6 and code.endswith("00"):
        code = code[:-2]
    return code


def _check_stem(sheet: Sheet, line: int, place: Place, parent: Place) -> None:
    """Codes begin with the code above; a community keeps its own when streets are redrawn around it."""
    message = f"The code does not begin as that of its parent {parent.code} ({parent.name})."
    if place.level != "community":
        if not place.code.startswith(_stem(parent.code)):
            sheet.error("places", line, "code", message, "Correct the code or the parent.")
    elif not place.code.startswith(parent.code[:6]):
        sheet.warn("places", line, "code", message, "Look whether the community lies in this district.")


def _check_level(sheet: Sheet, line: int, place: Place, parent: Place | None) -> None:
    wanted = ABOVE[place.level]
    words = " or ".join(wanted)
    if parent and parent.level not in wanted:
        message = f"A {place.level} lies in a {parent.level}."
        remedy = f"Name a {words} as its parent." if wanted else "Leave the parent of the city empty."
        sheet.error("places", line, "parent", message, remedy)
    elif wanted and not place.parent:
        sheet.error("places", line, "parent", f"The {place.level} has no parent.", f"Name its {words}.")
    if not place.code.isdigit() or len(place.code) != DIGITS[place.level]:
        remedy = f"Write the national statistical code of {DIGITS[place.level]} digits."
        sheet.error("places", line, "code", f"'{place.code}' is not the code of a {place.level}.", remedy)


def _check_position(sheet: Sheet, line: int, place: Place) -> None:
    if (place.lon is None) != (place.lat is None):
        sheet.error(
            "places", line, "lon", "Half of the position is missing.", "Give both lon and lat, or none."
        )
    elif place.lon is not None and place.lat is not None and (abs(place.lon) > 180 or abs(place.lat) > 90):
        sheet.error("places", line, "lon", "The position is not on Earth.", "Write degrees, east and north.")
    if place.population is not None and place.population < 0:
        sheet.error("places", line, "population", "A population below zero.", "Leave it empty when unknown.")


_CODES: dict[str, Callable[[Unit], str]] = {
    "city_government": lambda unit: unit.place,
    "district": lambda unit: unit.place,
    "street": lambda unit: unit.place,
    "department": lambda unit: f"city.{unit.line}",
    "service_department": lambda unit: f"city.{unit.line}",
    "district_department": lambda unit: f"{unit.place}.{unit.line}",
    "hotline": lambda unit: "hotline",
}
"""Kind -> the code that a unit of this kind has (docs/city-pack.md)."""


def _check_unit_code(sheet: Sheet, line: int, unit: Unit) -> None:
    wanted = _CODES[unit.kind](unit) if unit.kind in _CODES else ""
    place = sheet.book.places.get(unit.place)
    if wanted and unit.code != wanted:
        sheet.error(
            "units", line, "code", f"A {unit.kind} with code '{unit.code}'.", f"The code would be {wanted}."
        )
    elif unit.kind == "enterprise" and not unit.code.startswith("ent."):
        sheet.error(
            "units", line, "code", "The code of an enterprise begins with 'ent.'.", "Write ent.<name>."
        )
    elif unit.kind in ("office", "property"):
        _check_inner_unit(sheet, line, unit)
    elif place and place.level == "community":
        remedy = (
            "Remove the row: a community becomes a unit by itself and can only assist (Ordinance Art. 17)."
        )
        sheet.error("units", line, "place", "The unit stands in a community.", remedy)
    elif place and unit.kind in ("district", "street") and place.level != unit.kind:
        message = f"The {unit.kind} stands at a place of level {place.level}."
        sheet.error("units", line, "place", message, f"Name the {unit.kind}'s own place.")
    elif unit.kind == "district_department" and place and place.level != "district":
        sheet.error("units", line, "place", "The department stands at no district.", "Name its district.")


def _check_inner_unit(sheet: Sheet, line: int, unit: Unit) -> None:
    """An office or a property company belongs to a street, bears its code, and stands at its place."""
    above = sheet.book.units.get(unit.parent)
    if above is None or above.kind != "street":
        message = f"The {unit.kind} belongs to no street."
        sheet.error("units", line, "parent", message, "Name the street whose work it does.")
    elif not unit.code.startswith(f"{unit.parent}.{unit.kind}."):
        remedy = f"Write {unit.parent}.{unit.kind}.<name>."
        sheet.error("units", line, "code", f"The {unit.kind} does not bear the code of its street.", remedy)
    elif unit.place != above.place:
        message = f"The {unit.kind} stands at another place than its street."
        sheet.error("units", line, "place", message, f"Write {above.place}.")


def _above_itself(sheet: Sheet, unit: Unit) -> bool:
    seen, code = {unit.code}, unit.parent
    while code and code in sheet.book.units:
        if code in seen:
            return code == unit.code
        seen.add(code)
        code = sheet.book.units[code].parent
    return False


def _check_category(sheet: Sheet, line: int, category: Category) -> None:
    code = category.code
    if not code.isdigit() or len(code) != 2 * category.level:
        remedy = "Write two digits for each level."
        sheet.error("categories", line, "code", f"'{code}' is not a code of level {category.level}.", remedy)
    elif category.parent != code[:-2]:
        message = f"The code does not begin with that of its parent '{category.parent}'."
        sheet.error("categories", line, "parent", message, f"The parent would be '{code[:-2]}'.")
