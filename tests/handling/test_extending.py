"""Extensions (Ordinance Art. 15): lawful, before the end, within the rules, told to both sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from tests.tickets.stage import DISPATCHER, SUPERVISOR, clerk, reviewer, stored, ticket_in

from jieban.city.book import Book
from jieban.handling.actions import HandlingRefused
from jieban.handling.extending import (
    Extension,
    days_left,
    do_ask_extension,
    do_extend,
    do_grant_extension,
    do_refuse_extension,
)
from jieban.matters.models import Notice
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours
from jieban.tickets import clocks, workflow
from jieban.tickets.models import Ticket

FIVE = Extension(5, "需要专业机构检测", "《建设工程质量检测管理办法》")


def with_rule(book: Book, code: str, value: int) -> Book:
    """The same city with another number in one rule."""
    rules = tuple(
        replace(row, value=Decimal(value)) if row.code == code else row for row in book.tables["rules"]
    )
    return Book(book.identity, {**book.tables, "rules": rules}, "")


def extended(ticket: Ticket, book: Book, now: datetime, asked: Extension = FIVE) -> Ticket:
    return do_extend(ticket, asked, reviewer(), now=now, book=book)


def test_art_15_an_extension_moves_the_limit_and_tells_both(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    limit = ticket.due_at
    assert limit is not None
    extended(ticket, city, now + timedelta(hours=1))
    assert ticket.due_at == limit + timedelta(days=5) == clocks.limit(ticket.row(), city)
    assert (ticket.extended, ticket.extension_days, ticket.state) == (1, 5, workflow.HANDLING)
    told = timeline(ticket.pk)[0]
    assert told.detail == {
        "days": 5, "ground": FIVE.ground, "basis": FIVE.basis, "moved_from": limit.isoformat(),
    }  # fmt: skip
    assert Notice.objects.filter(matter=ticket.pk, verb="extend").count() == 1


def test_art_15_an_extension_comes_before_the_end(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    assert ticket.due_at is not None
    with pytest.raises(HandlingRefused, match=r"."):
        extended(ticket, city, ticket.due_at)
    assert stored(ticket).extended == 0
    extended(ticket, city, ticket.due_at - timedelta(minutes=1))


@pytest.mark.parametrize("asked", [replace(FIVE, ground=" "), replace(FIVE, basis="")])
def test_art_15_an_extension_is_lawful(asked: Extension, city: Book, now: datetime) -> None:
    with pytest.raises(HandlingRefused, match=r"."):
        extended(ticket_in(workflow.HANDLING, city, now), city, now, asked)


@pytest.mark.parametrize("days", [0, -1, 16])
def test_an_extension_keeps_to_the_days_of_the_rule(days: int, city: Book, now: datetime) -> None:
    with pytest.raises(HandlingRefused, match="15"):
        extended(ticket_in(workflow.HANDLING, city, now), city, now, replace(FIVE, days=days))


def test_a_round_is_extended_as_often_as_the_rule_says(city: Book, now: datetime) -> None:
    ticket = extended(ticket_in(workflow.HANDLING, city, now), city, now)
    assert days_left(ticket, city, now) == 0
    with pytest.raises(HandlingRefused, match=r"."):
        extended(ticket, city, now)
    twice = with_rule(city, "extension.max_count", 2)
    assert days_left(ticket, twice, now) == 10, "all extensions of a round together keep to the days"
    extended(ticket, twice, now, replace(FIVE, days=10))
    assert ticket.due_at == clocks.limit(ticket.row(), city)


def test_art_15_the_new_end_is_warned_of_again(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    assert ticket.due_at is not None
    late = ticket.due_at - timedelta(hours=1)
    ticket.reminded = ["warn"]
    Ticket.objects.filter(pk=ticket.pk).update(reminded=["warn"])
    extended(ticket, city, late)
    assert (ticket.reminded, ticket.clock) == ([], "warn")
    assert ticket.clock_at is not None
    assert late < ticket.clock_at < ticket.due_at


def test_xining_2023_an_extension_is_asked_for_before_the_hour_of_the_day(city: Book, now: datetime) -> None:
    xining = with_rule(city, "extension.before_hour", 17)
    ticket = ticket_in(workflow.HANDLING, city, now)
    with pytest.raises(HandlingRefused, match="17"):
        extended(ticket, xining, now + timedelta(hours=5))  # 17:00 in the city
    extended(ticket, xining, now + timedelta(hours=4, minutes=59))


def test_art_15_an_extension_is_the_reviewers_of_the_unit(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    for actor in (clerk(), reviewer("110108011"), DISPATCHER):
        with pytest.raises(NotYours):
            do_extend(ticket, FIVE, actor, now=now, book=city)


def test_where_the_hotline_decides_it_is_asked(city: Book, now: datetime) -> None:
    book = with_rule(city, "extension.needs_approval", 1)
    ticket = ticket_in(workflow.HANDLING, city, now)
    limit = ticket.due_at
    assert limit is not None
    with pytest.raises(HandlingRefused, match=r"."):
        extended(ticket, book, now)
    do_ask_extension(ticket, FIVE, reviewer(), now=now, book=book)
    assert (ticket.due_at, ticket.extension["days"], ticket.extended) == (limit, 5, 0)
    with pytest.raises(HandlingRefused, match=r"."):
        do_ask_extension(ticket, FIVE, reviewer(), now=now, book=book)
    with pytest.raises(NotYours):
        do_grant_extension(ticket, "", reviewer(), now=now, book=book)
    do_grant_extension(ticket, "同意", DISPATCHER, now=now, book=book)
    assert (ticket.due_at, ticket.extension) == (limit + timedelta(days=5), {})
    with pytest.raises(HandlingRefused, match=r"."):
        do_grant_extension(ticket, "同意", DISPATCHER, now=now, book=book)


def test_a_refusal_gives_its_reason_and_leaves_the_limit(city: Book, now: datetime) -> None:
    book = with_rule(city, "extension.needs_approval", 1)
    ticket = ticket_in(workflow.HANDLING, city, now)
    limit = ticket.due_at
    do_ask_extension(ticket, FIVE, reviewer(), now=now, book=book)
    with pytest.raises(HandlingRefused, match=r"."):
        do_refuse_extension(ticket, " ", SUPERVISOR, now=now, book=book)
    do_refuse_extension(ticket, "理由不充分", SUPERVISOR, now=now, book=book)
    assert (ticket.due_at, ticket.extension, ticket.extended) == (limit, {}, 0)
    assert timeline(ticket.pk)[0].detail["note"] == "理由不充分"


def test_what_was_asked_in_time_is_not_granted_after_the_end(city: Book, now: datetime) -> None:
    book = with_rule(city, "extension.needs_approval", 1)
    ticket = ticket_in(workflow.HANDLING, city, now)
    do_ask_extension(ticket, FIVE, reviewer(), now=now, book=book)
    assert ticket.due_at is not None
    with pytest.raises(HandlingRefused, match=r"."):
        do_grant_extension(ticket, "同意", DISPATCHER, now=ticket.due_at, book=book)


def test_where_units_decide_nobody_asks(city: Book, now: datetime) -> None:
    with pytest.raises(HandlingRefused, match=r"."):
        do_ask_extension(ticket_in(workflow.HANDLING, city, now), FIVE, reviewer(), now=now, book=city)
