"""What a pack may not say about whistles."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from jieban.city.book import Book
from jieban.city.check import check_pack
from jieban.city.pack import book_from_files

ON = date(2026, 11, 2)
BOOK = book_from_files("beijing")


def with_rows(table: str, code: str, **changes: Any) -> Book:
    rows = tuple(replace(row, **changes) if row.code == code else row for row in BOOK.tables[table])
    return Book(BOOK.identity, {**BOOK.tables, table: rows}, "", "")


@pytest.mark.parametrize(
    ("share", "sound"), [("0.3333", True), ("0.5", True), ("0.33", False), ("0", False), ("1.1", False)]
)
def test_art_33_the_streets_weigh_at_least_a_third(share: str, sound: bool) -> None:
    book = with_rows("rules", "assessment.whistle_share", value=Decimal(share))
    found = [one for one in check_pack(book, ON) if one.file == "rules.csv" and "streets" in one.message]
    assert bool(found) is not sound
    assert all(one.is_error and "Art. 33" in one.message and "seed 001" in one.message for one in found)


def test_a_limit_of_no_time_is_refused() -> None:
    book = with_rows("whistle_kinds", "emergency", report_minutes=Decimal(0))
    assert [one.column for one in check_pack(book, ON) if one.file == "whistle_kinds.csv"] == [
        "report_minutes"
    ]
