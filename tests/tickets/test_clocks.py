"""The smaller limits count in hours of the tier's calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jieban.city.book import Book
from jieban.intake.receipt_pages import contact_hours
from jieban.tickets.clocks import contact_by, sign_by
from jieban.tickets.models import Ticket
from jieban.web.words import explanation_words, is_near

FRIDAY = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)  # 17:30 in the city, half an hour before closing
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 9:00 in the city


@pytest.fixture
def at_work(city: Book) -> Book:
    """The city with its third tier counted in working hours."""
    tiers = tuple(
        replace(row, calendar="working", sign_in_hours=1, first_contact_hours=2, warn_hours=3)
        if row.code == "T3"
        else row
        for row in city.tables["limit_tiers"]
    )
    return Book(city.identity, {**city.tables, "limit_tiers": tiers}, "")


def test_they_run_on_when_the_office_opens(at_work: Book) -> None:
    ticket = Ticket(tier="T3", dispatched_at=FRIDAY)
    assert sign_by(ticket.row(), at_work) == MONDAY + timedelta(minutes=30)
    assert contact_by(ticket.row(), at_work) == MONDAY + timedelta(minutes=90)
    assert contact_hours(ticket, at_work, FRIDAY) == 65
    assert contact_hours(Ticket(tier=""), at_work, FRIDAY) is None


def test_the_warning_counts_them_too(at_work: Book) -> None:
    ticket = Ticket(tier="T3", dispatched_at=FRIDAY)
    due = MONDAY + timedelta(hours=2)
    assert is_near(ticket, due, FRIDAY, at_work), "two and a half working hours are left"
    assert not is_near(ticket, due + timedelta(hours=1), FRIDAY, at_work)
    assert is_near(Ticket(tier=""), FRIDAY + timedelta(minutes=30), FRIDAY, at_work)


def test_natural_time_is_as_before(city: Book) -> None:
    assert sign_by(Ticket(tier="T1", dispatched_at=FRIDAY).row(), city) == FRIDAY + timedelta(minutes=30)


def test_standard_words_of_a_branch_are_shown_in_the_readers_language(city: Book) -> None:
    row = next(row for row in city.tables["branches"] if row.explanation_en)
    assert explanation_words(city, row.code, row.explanation, english=True) == row.explanation_en
    assert explanation_words(city, row.code, row.explanation, english=False) == row.explanation
    assert explanation_words(city, row.code, "另有说明", english=True) == "另有说明"
