"""Limits follow their rules (Ordinance Art. 13): what changes in arrears is computed anew and says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from tests.tickets.stage import (
    DISPATCHER,
    DISTRICT,
    HEATING,
    STREET,
    clerk,
    reviewer,
    stored,
    ticket_in,
    waiting_ticket,
)

from jieban.callback.actions import Answers, do_answers
from jieban.city.book import Book
from jieban.city.rows import CalendarDay
from jieban.dispatch.actions import Choice, do_dispatch
from jieban.dispatch.passing import do_pass_on
from jieban.foundation.errors import OperatorError
from jieban.handling.actions import do_progress, do_resume
from jieban.handling.extending import Extension, do_extend
from jieban.handling.models import LimitCheck
from jieban.handling.recomputing import do_check_limits, do_recompute, do_recompute_all, end_by_rules
from jieban.handling.shelving import Shelving, do_shelve, do_unshelve
from jieban.matters.actions import Overtaken
from jieban.matters.actors import PLATFORM, requester
from jieban.matters.models import Notice
from jieban.matters.queries import timeline
from jieban.tickets import workflow
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences

DAY = timedelta(days=1)


def with_tier(book: Book, **other: Any) -> Book:
    """The city with another tier of 24 hours."""
    tiers = tuple(replace(row, **other) if row.code == "T2" else row for row in book.tables["limit_tiers"])
    return Book(book.identity, {**book.tables, "limit_tiers": tiers}, "")


def without_tier(book: Book, code: str) -> Book:
    """The city without a tier."""
    tiers = tuple(row for row in book.tables["limit_tiers"] if row.code != code)
    return Book(book.identity, {**book.tables, "limit_tiers": tiers}, "")


def test_art_13_a_longer_limit_moves_the_end_and_says_so(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    limit = ticket.due_at
    assert limit is not None
    Ticket.objects.filter(pk=ticket.pk).update(reminded=["warn"])
    ticket.reminded = ["warn"]
    assert do_recompute(ticket, PLATFORM, now=now, book=with_tier(city, amount=48))
    assert (ticket.due_at, ticket.reminded, ticket.clock) == (limit + DAY, [], "warn")
    told = timeline(ticket.pk)[0]
    assert (told.verb, told.actor_id) == ("recompute", "platform")
    assert told.detail == {"moved_from": limit.isoformat(), "moved_to": (limit + DAY).isoformat()}
    assert Notice.objects.filter(matter=ticket.pk, verb="recompute").count() == 1


def test_what_does_not_differ_says_nothing(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    assert not do_recompute(ticket, PLATFORM, now=now + DAY / 2, book=city)
    assert timeline(ticket.pk)[0].verb == "contact"


def test_art_13_a_holiday_told_of_in_arrears_gives_its_day_back(city: Book, now: datetime) -> None:
    book = with_tier(city, calendar="working", amount=2, unit="day")
    ticket = waiting_ticket(book, now)
    do_dispatch(ticket, Choice(STREET, tier="T2"), DISPATCHER, now=now, book=book)
    before = ticket.due_at
    assert before is not None
    monday = CalendarDay(
        calendar="working", day=date(2026, 11, 23), kind="off", valid_from=date(2021, 9, 24),
        source="own", status="demonstration",
    )  # fmt: skip
    days = (*book.tables["calendar_days"], monday)
    holiday = Book(book.identity, {**book.tables, "calendar_days": days}, "")
    walk = do_recompute_all(PLATFORM, now=now + DAY, book=holiday)
    assert (walk.tickets, walk.changed, walk.stuck) == (1, 1, [])
    assert stored(ticket).due_at == before + DAY


def test_an_end_is_never_put_into_the_past(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    limit = ticket.due_at
    walk = do_recompute_all(PLATFORM, now=now + timedelta(hours=3), book=with_tier(city, amount=2))
    assert (walk.changed, walk.kept) == (0, [ticket.number])
    assert stored(ticket).due_at == limit


def test_a_tier_that_vanished_is_reported_and_stops_no_other(city: Book, now: datetime) -> None:
    lost = waiting_ticket(city, now)
    do_dispatch(lost, Choice(STREET, tier="T4"), DISPATCHER, now=now, book=city)
    fine = ticket_in(workflow.HANDLING, city, now)
    walk = do_recompute_all(PLATFORM, now=now, book=without_tier(with_tier(city, amount=48), "T4"))
    assert (walk.tickets, walk.changed, walk.stuck) == (2, 1, [lost.number])
    assert stored(fine).due_at == now + 2 * DAY


def test_the_rules_are_walked_once(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    first = do_check_limits(PLATFORM, now=now, book=city)
    assert first is not None
    assert (first.tickets, first.changed) == (1, 0)
    assert do_check_limits(PLATFORM, now=now, book=city) is None
    again = do_check_limits(PLATFORM, now=now, book=with_tier(city, amount=48))
    assert again is not None
    assert again.changed == 1
    assert LimitCheck.objects.count() == 2
    assert stored(ticket).due_at == now + 2 * DAY


def test_a_dry_run_writes_nothing(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    walk = do_recompute_all(PLATFORM, now=now, book=with_tier(city, amount=48), dry_run=True)
    assert walk.changed == 1
    assert stored(ticket).version == ticket.version


def test_a_paused_limit_is_moved_without_its_open_span(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.PAUSED, city, now)
    book = with_tier(city, amount=48)
    clock = (ticket.clock, ticket.clock_at)
    assert not do_recompute(ticket, PLATFORM, now=now, book=city)
    assert do_recompute(ticket, PLATFORM, now=now, book=book)
    assert (ticket.due_at, ticket.clock, ticket.clock_at) == (now + 2 * DAY, *clock)
    do_resume(ticket, reviewer(), now=now + DAY, book=book)
    assert ticket.due_at == now + 3 * DAY


def test_every_way_of_setting_an_end_is_the_same_function(city: Book, now: datetime) -> None:
    """After each verb that sets an end, the rules would set the same one."""
    extended = ticket_in(workflow.HANDLING, city, now)
    do_extend(extended, Extension(5, "需要检测", "检测管理办法"), reviewer(), now=now, book=city)
    shelved = ticket_in(workflow.HANDLING, city, now)
    shelving = Shelving("H1", now + 30 * DAY, "需列入计划", "明年实施")
    do_shelve(shelved, shelving, reviewer(), now=now, book=city)
    back = ticket_in(workflow.HANDLING, city, now)
    do_shelve(back, shelving, reviewer(), now=now + DAY / 2, book=city)
    do_unshelve(back, "", reviewer(), now=now + 9 * DAY, book=city)
    resumed = ticket_in(workflow.PAUSED, city, now)
    do_resume(resumed, reviewer(), now=now + DAY, book=city)
    redone = ticket_in(workflow.CALLBACK, city, now)
    do_answers(
        redone, Answers(True, "no", "dissatisfied"), requester(redone.number), now=now + DAY, book=city
    )
    objected = ticket_in(workflow.OBJECTED, city, now, unit=HEATING)
    passed = waiting_ticket(city, now)
    do_dispatch(passed, Choice(DISTRICT), DISPATCHER, now=now, book=city)
    do_pass_on(passed, Choice(STREET), clerk(DISTRICT), now=now + DAY / 4, book=city)
    for ticket in (extended, shelved, back, resumed, redone, objected, passed):
        assert end_by_rules(stored(ticket).row(), city) == ticket.due_at, ticket.state
    assert do_recompute_all(PLATFORM, now=now, book=city).changed == 0
    assert not list(differences())


def test_the_command_tells_and_fails_for_a_lost_tier(
    city: Book, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    call_command("recompute", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told == {"tickets": 1, "moved": 0, "kept": [], "stuck": []}
    Ticket.objects.filter(pk=ticket.pk).update(tier="T9")
    with pytest.raises(OperatorError):
        call_command("recompute", "--dry-run")
    assert ticket.number in capsys.readouterr().out


def test_somebody_elses_step_in_between_is_no_hindrance(
    city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = [ticket_in(workflow.SIGNED, city, now) for _ in range(3)]

    def overtaken(*moves: object) -> None:
        monkeypatch.undo()
        do_progress(stored(tickets[1]), "正在维修", clerk(), now=now, book=city)
        raise Overtaken(tickets[1].number, "clerk", "progress", now)

    monkeypatch.setattr("jieban.handling.recomputing.do_advance_many", overtaken)
    walk = do_recompute_all(PLATFORM, now=now, book=with_tier(city, amount=48))
    assert (walk.tickets, walk.changed) == (3, 3)
    assert all(stored(ticket).due_at == now + 2 * DAY for ticket in tickets)
    assert [event.verb for event in timeline(tickets[1].pk)[:1]] == ["recompute"]
    assert not list(differences())
