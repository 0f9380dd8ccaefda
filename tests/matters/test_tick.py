"""The tick moves what is due, once, and one matter that cannot be moved never holds up the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.tickets.stage import REPLY, STREET, clerk, stored, ticket_in, waiting_ticket

from jieban.city.book import Book
from jieban.handling.actions import do_reply
from jieban.matters import tick as ticking
from jieban.matters.kinds import Kind
from jieban.matters.many import do_advance_alike
from jieban.matters.queries import timeline
from jieban.matters.tick import tick
from jieban.tickets import workflow
from jieban.tickets.models import Ticket


def test_nothing_is_moved_before_it_is_due(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.DISPATCHED, city, now)
    assert ticket.due_at is not None
    assert ticket.clock_at is not None
    assert tick(ticket.clock_at - timedelta(seconds=1)) == 0
    assert tick(ticket.due_at) == 1
    assert stored(ticket).state == workflow.CALLBACK
    assert tick(ticket.due_at) == 0


def test_after_an_outage_the_first_tick_catches_up(city: Book, now: datetime) -> None:
    for _ in range(5):
        ticket_in(workflow.SIGNED, city, now)
    waiting_ticket(city, now)
    assert tick(now + timedelta(days=40)) == 6
    assert Ticket.objects.filter(state=workflow.CALLBACK).count() == 5


def test_many_batches_are_all_moved(city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticking, "BATCH", 2)
    for _ in range(5):
        ticket_in(workflow.DISPATCHED, city, now)
    assert tick(now + timedelta(days=40)) == 5
    assert not Ticket.objects.filter(state=workflow.DISPATCHED).exists()


def test_a_ticket_that_nobody_dispatches_is_marked_late_and_rings_again(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    assert ticket.clock_at is not None
    assert tick(ticket.clock_at) == 1
    after = stored(ticket)
    assert (after.overdue, after.state) == (True, workflow.WAITING)
    assert after.clock_at == ticket.clock_at + timedelta(days=1)
    assert timeline(ticket.pk)[0].verb == "late"


def test_a_pause_that_is_over_lets_the_limit_run_on_from_its_end_however_late_the_tick(
    city: Book, now: datetime
) -> None:
    ticket = ticket_in(workflow.PAUSED, city, now)
    limit, until = ticket.due_at, ticket.clock_at
    assert limit is not None
    assert until is not None
    assert tick(until + timedelta(hours=5)) == 1  # the worker was down for five hours
    after = stored(ticket)
    assert (after.state, after.clock) == (workflow.HANDLING, "warn")
    assert after.due_at == limit + timedelta(days=2), "the requester does not wait longer for our outage"


def test_one_matter_that_cannot_be_moved_does_not_hold_up_the_others(
    city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, *others = (ticket_in(workflow.SIGNED, city, now) for _ in range(4))

    def sometimes(kind: Kind, ids: Sequence[int], *args: Any) -> int:
        if stuck.pk in ids:
            raise LookupError("there is no rule for this one")
        return do_advance_alike(kind, ids, *args)

    monkeypatch.setattr("jieban.callback.tasks.do_advance_alike", sometimes)
    tick(now + timedelta(days=40))
    assert [stored(ticket).state for ticket in others] == [workflow.CALLBACK] * 3
    assert stored(stuck).state == workflow.SIGNED
    assert stuck.number in caplog.text, "somebody must be able to find it"


def test_a_unit_that_acts_before_the_tick_keeps_its_verb(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    do_reply(ticket, REPLY, clerk(STREET), now=now, book=city)
    tick(now + timedelta(days=40))
    after = stored(ticket)
    assert (after.state, after.reply) == (workflow.CALLBACK, REPLY)
    assert [event.verb for event in timeline(ticket.pk)][:2] == ["expire", "reply"]
