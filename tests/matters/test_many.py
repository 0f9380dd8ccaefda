"""Many matters at once obey the same law as one: the table, compare-and-set, events, the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import SEAT, stored, ticket_in

from jieban.city.book import Book
from jieban.matters.actions import Overtaken
from jieban.matters.actors import PLATFORM
from jieban.matters.many import do_advance_alike, do_advance_many
from jieban.matters.models import Event, Notice
from jieban.matters.rules import Incomplete, NotYours, Step, WrongState
from jieban.matters.tick import tick
from jieban.tickets import workflow
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences


def expire(now: datetime) -> Step:
    changes = {"overdue": True, "clock": "visit", "clock_at": now + timedelta(days=7)}
    return Step("expire", PLATFORM, now, changes, {"state": "signed"})


def test_many_are_moved_each_with_its_event_and_outbox_row(city: Book, now: datetime) -> None:
    tickets = [ticket_in(workflow.SIGNED, city, now) for _ in range(5)]
    before = (Event.objects.count(), Notice.objects.count())
    with CaptureQueriesContext(connection) as captured:
        do_advance_many(TICKET, [(ticket, [expire(now)]) for ticket in tickets])
    assert len(captured) == 2, "rows; events and outbox"
    assert {stored(ticket).state for ticket in tickets} == {workflow.CALLBACK}
    assert (Event.objects.count(), Notice.objects.count()) == (before[0] + 5, before[1] + 5)
    assert list(differences()) == []


def test_many_with_steps_of_their_own(city: Book, now: datetime) -> None:
    first, second = (ticket_in(workflow.SIGNED, city, now) for _ in range(2))
    urge = Step("urge", SEAT, now, {"urged": 1}, {"note": "急"})
    do_advance_many(TICKET, [(first, [urge, expire(now)]), (second, [urge])])
    assert (stored(first).state, stored(first).urged, stored(first).version) == (
        workflow.CALLBACK, 1, first.version + 2,
    )  # fmt: skip
    assert (stored(second).state, stored(second).urged) == (workflow.SIGNED, 1)
    assert list(differences()) == []


def test_one_that_was_overtaken_holds_all_back(city: Book, now: datetime) -> None:
    first, second = (ticket_in(workflow.SIGNED, city, now) for _ in range(2))
    Ticket.objects.filter(pk=second.pk).update(version=second.version + 1)
    with pytest.raises(Overtaken), transaction.atomic():
        do_advance_many(TICKET, [(first, [expire(now)]), (second, [expire(now)])])
    assert stored(first).state == workflow.SIGNED


def test_alike_is_one_statement_and_leaves_alone_what_has_moved(city: Book, now: datetime) -> None:
    tickets = [ticket_in(workflow.SIGNED, city, now) for _ in range(4)]
    gone = ticket_in(workflow.HANDLING, city, now)
    ids = [ticket.pk for ticket in (*tickets, gone)]
    with CaptureQueriesContext(connection) as captured:
        assert do_advance_alike(TICKET, ids, workflow.SIGNED, expire(now)) == 4
    assert len(captured) == 1
    assert stored(gone).state == workflow.HANDLING
    assert Notice.objects.filter(verb="expire").count() == 4
    assert list(differences()) == []


def test_alike_asks_the_table(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    with pytest.raises(WrongState):
        do_advance_alike(TICKET, [ticket.pk], workflow.CLOSED, expire(now))
    with pytest.raises(NotYours):
        do_advance_alike(TICKET, [ticket.pk], workflow.SIGNED, Step("urge", SEAT, now, {"urged": 1}))
    without = Step("recompute", PLATFORM, now, {"due_at": None})
    with pytest.raises(Incomplete):
        do_advance_alike(TICKET, [ticket.pk], workflow.SIGNED, without)
    close = Step("close", PLATFORM, now, {"visit_result": "reached"})
    with pytest.raises(ValueError, match="enqueues jobs"):
        do_advance_alike(TICKET, [ticket.pk], workflow.CALLBACK, close)
    assert stored(ticket).version == ticket.version


def test_an_idle_tick_is_one_statement(city: Book, now: datetime) -> None:
    ticket_in(workflow.SIGNED, city, now)
    with CaptureQueriesContext(connection) as captured:
        assert tick(now) == 0
    assert len(captured) == 1


def test_a_tick_over_many_limits_costs_what_it_costs_for_few(city: Book, now: datetime) -> None:
    cost = {}
    for size in (2, 12):
        for _ in range(size):
            ticket_in(workflow.SUBMITTED, city, now)
        with CaptureQueriesContext(connection) as captured:
            assert tick(now + timedelta(days=30)) == size
        cost[size] = len(captured)
        Ticket.objects.update(clock="", clock_at=None)
    assert cost[2] == cost[12]
