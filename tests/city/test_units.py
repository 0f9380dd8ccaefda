"""Which unit stands where."""

from __future__ import annotations

import pytest
from tests.tickets.stage import DISTRICT, HEATING, STREET

from jieban.city.book import Book
from jieban.city.pack import book_from_files
from jieban.city.units import district_above, hotline_code, hotline_of, superiors


@pytest.fixture(scope="module")
def beijing() -> Book:
    return book_from_files("beijing")


def test_the_hotline_is_found_by_its_kind(beijing: Book) -> None:
    found = hotline_of(beijing)
    assert found is not None
    assert found.kind == "hotline"
    assert hotline_code(beijing) == found.code


def test_the_way_up_is_told_the_nearest_first(beijing: Book) -> None:
    above = superiors(beijing, f"{STREET}.office.citycare")
    assert [one.code for one in above] == [STREET, DISTRICT, "110000"]
    assert superiors(beijing, "no.such") == []


@pytest.mark.parametrize(("code", "district"), [(STREET, DISTRICT), (DISTRICT, DISTRICT), (HEATING, "")])
def test_a_unit_belongs_to_one_district_or_to_the_city(beijing: Book, code: str, district: str) -> None:
    assert district_above(beijing, beijing.units[code]) == district
