"""The packs that come with Jieban, and the document that describes them."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from django.utils import timezone

from jieban.city import loading, queries
from jieban.city.book import TABLES, Book
from jieban.city.check import check_pack
from jieban.city.clock import calendar_of
from jieban.city.findings import errors_of
from jieban.city.pack import read_pack
from jieban.city.schema import COMMON, column_names

ROOT = Path(__file__).resolve().parents[2]
PACKS = sorted(path.parent for path in (ROOT / "data").glob("*/pack.toml"))
BEIJING = ROOT / "data" / "beijing"


def beijing() -> Book:
    book = read_pack(BEIJING)
    assert isinstance(book, Book), book
    return book


@pytest.mark.parametrize("pack", PACKS, ids=[pack.name for pack in PACKS])
def test_a_pack_has_no_errors(pack: Path) -> None:
    assert [str(finding) for finding in errors_of(check_pack(pack))] == []


def test_both_packs_are_there() -> None:
    assert {"beijing", "xining-chengzhong"} <= {pack.name for pack in PACKS}


def test_working_days_of_beijing_are_those_of_the_state_council() -> None:
    book = beijing()
    working = calendar_of(book, "working")
    days = [row.day for row in book.tables["calendar_days"] if row.calendar == "working"]
    day, last = date(min(days).year, 1, 1), date(max(days).year, 12, 31)
    wrong = []
    while day <= last:
        if bool(working.spans(day)) != chinese_calendar.is_workday(day):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


def test_beijing_is_read_fast_enough() -> None:
    times = []
    for _ in range(3):
        start = time.process_time()
        beijing()
        times.append(time.process_time() - start)
    assert min(times) < 2  # seconds of the processor; usually a tenth of it


@pytest.mark.usefixtures("no_city_yet")
def test_beijing_is_loaded_in_seconds_and_comes_back_the_same() -> None:
    start = time.process_time()
    loading.load_pack(BEIJING, now=timezone.now())
    assert time.process_time() - start < 10  # seconds of the processor; usually a tenth of it
    book = queries.read_book()
    assert book.fingerprint == beijing().fingerprint
    assert len(book.places) > 7000


def test_the_document_names_every_column() -> None:
    document = (ROOT / "docs" / "city-pack.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)\.csv` \| `([^`]+)`", document, re.MULTILINE))
    own = {table: ", ".join(name for name in column_names(table) if name not in COMMON) for table in TABLES}
    assert told == own
    assert all(f"`{name}`" in document for name in COMMON)
