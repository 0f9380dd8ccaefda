"""The pure rules of a whistle: whom a street may call, until when, and what the ratings are worth."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.whistle.stage import ENFORCEMENT, GAS, OTHER_DISTRICT, OTHER_HOUSING, STREET

from jieban.city.pack import book_from_files
from jieban.whistle import rules

BOOK = book_from_files("beijing")
FRIDAY_NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
TODAY = FRIDAY_NOON.date()


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("emergency", datetime(2026, 11, 20, 4, 30, tzinfo=UTC)),  # 30 minutes [R:HAND19]
        ("enforcement", datetime(2026, 11, 20, 6, 0, tzinfo=UTC)),  # two hours
        ("routine", datetime(2026, 11, 23, 4, 0, tzinfo=UTC)),  # one working day: Monday noon
        ("campaign", datetime(2026, 11, 23, 4, 0, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("pack", ["beijing", "xining-chengzhong"])
def test_art_16_units_report_in_within_the_time_of_the_kind(kind: str, due: datetime, pack: str) -> None:
    book = book_from_files(pack)
    row = book.dated("whistle_kinds", kind, TODAY)
    assert rules.report_by(row, FRIDAY_NOON, book) == due


@pytest.mark.parametrize(
    ("unit", "may", "joins"),
    [
        (ENFORCEMENT, True, False),  # a department of its own district
        ("city.housing", True, False),
        (GAS, True, False),  # enterprises may be called, in emergencies above all
        (OTHER_HOUSING, True, True),
        ("110106001", True, True),  # a street of another district: Fengtai and Xicheng, 2018
        ("110105012", False, False),  # a street of the same district
        (STREET, False, False),
        ("110105", False, False),  # the district supervises, it is not called
        ("hotline", False, False),
        ("110105016064", False, False),  # a community (Art. 17)
    ],
)
def test_sto_5_a_street_calls_departments_and_enterprises(unit: str, may: bool, joins: bool) -> None:
    street, other = BOOK.units[STREET], BOOK.units[unit]
    assert rules.may_be_called(street, other, TODAY, BOOK) is may
    if may:
        assert rules.must_join(street, other, BOOK) is joins


def test_sto_44_the_district_rules_on_a_refusal_and_the_city_on_its_own_units() -> None:
    assert rules.judges(BOOK.units[ENFORCEMENT], BOOK) == ["110105"]
    assert rules.judges(BOOK.units[OTHER_HOUSING], BOOK) == [OTHER_DISTRICT]
    assert rules.judges(BOOK.units[GAS], BOOK) == ["hotline"]


@pytest.mark.parametrize(
    ("solved", "all_in_all"),
    [
        (["yes", "yes"], "yes"),
        (["yes", "no"], "partly"),
        (["partly"], "partly"),
        (["no", "no"], "no"),
        ([], "no"),
    ],
)
def test_result_of_a_whistle_is_that_of_its_units(solved: list[str], all_in_all: str) -> None:
    assert rules.overall(solved) == all_in_all


def test_art_33_score_of_a_department_is_mean_of_marks_times_timeliness() -> None:
    factor = rules.timeliness_factor(timely=6, late=2, not_come=2, late_factor=Decimal("0.8"))
    assert factor == Decimal("0.76")
    marks = [Decimal(80), Decimal(100)]
    assert rules.department_score(marks, factor) == Decimal("68.4")
    assert rules.department_score([], factor) is None
    assert rules.timeliness_factor(0, 0, 0, Decimal(1)) is None


def test_art_33_a_street_that_whistles_for_nothing_is_seen() -> None:
    assert rules.abuse_index(1, 4) == 25
    assert rules.abuse_index(0, 0) is None
