"""Which rows of the dispatch catalogue apply, and which unit a row means."""

from __future__ import annotations

from datetime import date

import pytest

from jieban.city.book import Book
from jieban.city.catalogue import BadSelector, resolve, rows_for, split_selector

ON = date(2026, 11, 2)
STREET, OTHER_STREET, DISTRICT, OTHER_DISTRICT = "990101001", "990102001", "990101", "990102"

CASES = [
    ("street", STREET, STREET),
    ("street", "990101001001", STREET),  # a community is known: its street leads (Ordinance Art. 17)
    ("street", DISTRICT, DISTRICT),  # only the district is known (Ordinance Art. 12)
    ("street", "990000", None),
    ("street", "", None),
    ("district", STREET, DISTRICT),
    ("district", DISTRICT, DISTRICT),
    ("district", "990000", None),
    ("district:water", STREET, "990101.water"),
    ("district:water", OTHER_STREET, OTHER_DISTRICT),  # no department of the line there
    ("district:water", "", None),
    ("city:water", "", "city.water"),
    ("city:water", STREET, "city.water"),
    ("city:parks", STREET, None),
    ("unit:ent.power", "", "ent.power"),
    ("unit:990101001001", "", "990101001001"),
    ("unit:ent.gas", "", None),
    ("street", "no such place", None),
]


@pytest.mark.parametrize(("selector", "place", "unit"), CASES)
def test_a_selector_finds_its_unit(small_city: Book, selector: str, place: str, unit: str | None) -> None:
    found = resolve(small_city, selector, place, ON)
    assert (found.code if found else None) == unit


@pytest.mark.parametrize("selector", ["", "streets", "city", "unit:", "district:", "street:", "place:990101"])
def test_other_texts_are_refused(small_city: Book, selector: str) -> None:
    with pytest.raises(BadSelector, match="names no unit"):
        resolve(small_city, selector, STREET, ON)


def test_a_selector_is_split_at_its_colon() -> None:
    assert split_selector("district") == ("district", "")
    assert split_selector("district:water") == ("district:", "water")


def test_a_unit_that_is_not_in_force_is_not_found(small_city: Book) -> None:
    assert resolve(small_city, "street", STREET, date(2019, 12, 31)) is None


@pytest.mark.parametrize(
    ("category", "level", "rows"),
    [
        ("010101", "street", ["R3", "R1", "R2"]),  # the longer category first, whatever its level
        ("010101", "community", ["R3", "R1", "R2"]),
        ("010101", "district", ["R3", "R2"]),
        ("010101", "city", ["R2"]),
        ("010101", "", ["R2"]),
        ("010201", "street", ["R4", "R1", "R2"]),
        ("0102", "street", ["R1", "R2"]),
        ("02", "street", []),
        ("", "street", []),
    ],
)
def test_the_most_specific_row_comes_first(
    small_city: Book, category: str, level: str, rows: list[str]
) -> None:
    assert [row.code for row in rows_for(small_city, category, level, ON)] == rows


def test_rows_of_other_days_do_not_apply(small_city: Book) -> None:
    assert rows_for(small_city, "010101", "street", date(2019, 12, 31)) == []
