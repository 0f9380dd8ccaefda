"""The three rates: a published example to the digit, the schemes, and what the middle answers weigh."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.assessment.rules import Counts, Rates, rates
from jieban.city.pack import book_from_files
from jieban.city.rows import Scheme

XINING = Counts(due=670, contacted=670, solved=663, satisfied=614, basic=34)


def scheme(code: str, city: str = "beijing") -> Scheme:
    found: Scheme = book_from_files(city).dated("schemes", code, date(2026, 11, 20))
    return found


def test_the_published_example_of_xining_comes_out_to_the_digit() -> None:
    """Chengzhong district, June 2024: 670 answered, 663 solved, 614 + 34 + 22 (DOMAIN 3.2)."""
    told = rates(XINING, scheme("xining_2024", "xining-chengzhong"))
    assert (told.response, told.resolution, told.satisfaction) == (
        Decimal("100.00"),
        Decimal("98.96"),
        Decimal("94.69"),
    )
    assert told.base == 670


@pytest.mark.parametrize(("basic", "published"), [("0.5", "94.18"), ("0.8", "95.70"), ("1", "96.72")])
def test_no_other_weight_of_the_middle_answer_gives_what_xining_published(basic: str, published: str) -> None:
    other = replace(scheme("xining_2024", "xining-chengzhong"), basic_satisfied=Decimal(basic))
    assert rates(XINING, other).satisfaction == Decimal(published)


def test_the_composite_weighs_the_unrounded_rates() -> None:
    told = rates(Counts(due=3, contacted=3, solved=1, satisfied=2), scheme("demo_30_35_35"))
    assert (told.resolution, told.satisfaction) == (Decimal("33.33"), Decimal("66.67"))
    assert told.composite == Decimal("65.00")


def test_another_scheme_gives_another_composite_from_the_same_answers() -> None:
    counts = Counts(due=10, contacted=10, solved=5, partly=2, satisfied=6, basic=2)
    told = {code: rates(counts, scheme(code)) for code in ("demo_30_35_35", "demo_10_45_45", "demo_graded")}
    assert told["demo_30_35_35"].composite == Decimal("75.50")
    assert told["demo_10_45_45"].composite == Decimal("68.50")
    assert told["demo_graded"].resolution == Decimal("60.00")
    assert told["demo_graded"].satisfaction == Decimal("72.00")


def test_those_not_reached_leave_the_base_or_count_as_unsolved_by_scheme() -> None:
    counts = Counts(due=10, unreached=2, contacted=8, solved=8, satisfied=8)
    assert rates(counts, scheme("demo_30_35_35")).resolution == Decimal("100.00")
    assert rates(counts, scheme("demo_strict")).resolution == Decimal("80.00")


def test_the_excluded_share_is_told_beside_the_rates() -> None:
    told = rates(Counts(due=8, excluded=2, contacted=6, solved=6, satisfied=6), scheme("demo_30_35_35"))
    assert (told.base, told.excluded_share) == (6, Decimal("25.00"))


def test_without_answers_there_is_no_rate_rather_than_a_bad_one() -> None:
    assert rates(Counts(due=2, unreached=2), scheme("demo_30_35_35")) == Rates(
        None, None, None, None, Decimal("0.00"), 0
    )
    assert rates(Counts(), scheme("demo_30_35_35")).excluded_share is None


@given(st.lists(st.integers(0, 50), min_size=4, max_size=4), st.integers(0, 30), st.integers(0, 30))
def test_rates_lie_between_none_and_all_and_more_solved_is_never_worse(
    parts: list[int], excluded: int, unreached: int
) -> None:
    solved, partly, satisfied, basic = parts
    answered = max(solved + partly, satisfied + basic) + 1
    counts = Counts(
        due=answered + excluded + unreached,
        excluded=excluded,
        unreached=unreached,
        contacted=answered,
        solved=solved,
        partly=partly,
        satisfied=satisfied,
        basic=basic,
    )
    for code in ("demo_30_35_35", "demo_10_45_45", "demo_graded", "demo_strict"):
        told = rates(counts, scheme(code))
        better = rates(replace(counts, solved=solved + 1), scheme(code))
        assert told.composite is not None
        assert better.composite is not None
        assert 0 <= told.composite <= better.composite <= 100


def test_counts_add_up() -> None:
    assert Counts(1, 2, 3, 4, 5, 6, 7, 8, 9) + Counts(due=1, overdue=1) == Counts(2, 2, 3, 4, 5, 6, 7, 8, 10)
