"""The pure law of the call-back: what sends a ticket back, which reasons fit, when one may call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.callback import rules
from jieban.callback.rules import AtLimit
from jieban.city.pack import book_from_files

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # noon in Beijing
BOOK = book_from_files("beijing")


@pytest.mark.parametrize(
    ("solved", "satisfied", "on", "back"),
    [
        ("no", "satisfied", 0, True),
        ("partly", "dissatisfied", 0, False),
        ("yes", "dissatisfied", 1, True),
        ("partly", "basic", 1, False),
        ("partly", "basic", 2, True),
        ("yes", "basic", 2, False),
    ],
)
def test_jinan_art_27_what_sends_a_ticket_back_is_a_number(
    solved: str, satisfied: str, on: int, back: bool
) -> None:
    assert rules.goes_back(solved, satisfied, 0, most=1, on=on) is back
    assert rules.goes_back(solved, satisfied, 1, most=1, on=on) is False


def test_art_8_who_has_rated_is_not_asked_and_who_cannot_be_asked_neither() -> None:
    assert rules.at_the_limit(False, "", None) is AtLimit.ASK
    assert rules.at_the_limit(False, "confidential", 7) is AtLimit.ASK
    assert rules.at_the_limit(False, "anonymous", 7) is AtLimit.ASK, "he left a way to reach him"
    assert rules.at_the_limit(False, "anonymous", None) is AtLimit.NOBODY
    assert rules.at_the_limit(True, "anonymous", None) is AtLimit.SETTLE


def test_reasons_belong_to_what_was_denied() -> None:
    known = rules.reasons_of(BOOK, NOON)
    denied = rules.questions_denied(True, "partly", "basic")
    assert denied == {"solved"}
    assert rules.fitting(["D1", "S2", "S2", "C1"], denied, known) == ["S2"]
    with pytest.raises(ValueError, match="Z9"):
        rules.fitting(["Z9"], denied, known)


@pytest.mark.parametrize("city", ["beijing", "xining-chengzhong"])
def test_each_city_has_reasons_for_each_question_in_both_languages(city: str) -> None:
    known = rules.reasons_of(book_from_files(city), NOON)
    assert {row.question for row in known} == {"contacted", "solved", "satisfied"}
    assert all(row.name and row.name_en for row in known)


def test_calling_hours_are_those_of_the_city() -> None:
    hours = rules.calling_hours(BOOK, NOON)
    assert (hours.begin, hours.until) == (8, 21)
    allowed = {
        hour: hours.allow(datetime(2026, 11, 20, hour, 0, tzinfo=hours.zone)) for hour in (0, 7, 8, 20, 21)
    }
    assert allowed == {0: False, 7: False, 8: True, 20: True, 21: False}
    assert not hours.allow(datetime(2026, 11, 20, 7, 59, tzinfo=hours.zone))


def test_an_hour_is_written_as_on_a_clock() -> None:
    assert [rules.clock_words(hour) for hour in (8, 8.5, 21)] == ["8:00", "8:30", "21:00"]


def test_the_next_call_waits_for_the_gap_or_for_the_time_agreed_on() -> None:
    gap = timedelta(hours=4)
    assert rules.next_call(None, False, gap) is None
    assert rules.next_call(NOON, False, gap) == NOON + gap
    assert rules.next_call(NOON, True, gap) == NOON


@given(st.booleans(), st.sampled_from(rules.SOLVED), st.sampled_from(rules.SATISFIED), st.integers(0, 3))
def test_more_that_sends_back_never_sends_back_less(
    contacted: bool, solved: str, satisfied: str, redone: int
) -> None:
    back = [rules.goes_back(solved, satisfied, redone, most=2, on=on) for on in (0, 1, 2)]
    assert back == sorted(back)
    if any(back):
        assert rules.questions_denied(contacted, solved, satisfied), "the unit is told why"
