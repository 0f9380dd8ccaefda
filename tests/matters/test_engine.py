"""The engine on a real database: a row and its event are one, nobody overwrites, history stays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from tests.tickets.stage import (
    DISPATCHER,
    SEAT,
    SUPERVISOR,
    first_columns,
    stored,
    ticket_in,
    waiting_ticket,
)

from jieban.city.book import Book
from jieban.dispatch.actions import Choice, do_dispatch
from jieban.matters import actions
from jieban.matters.actions import Opening, Overtaken, do_advance, do_open, new_number, series
from jieban.matters.models import Event
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours, Step, WrongState, check_digit
from jieban.tickets import workflow
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences

HISTORY_TRIGGER = """
CREATE TRIGGER events_stay BEFORE TRUNCATE ON matters_event
    FOR EACH STATEMENT EXECUTE FUNCTION matters_refuse()
"""


def _break(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the process dies here")

    monkeypatch.setattr(actions, name, broken)


def test_a_new_matter_has_an_event_for_each_step(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    events = Event.objects.filter(matter=ticket.pk).order_by("seq")
    assert [(event.seq, event.verb, event.state_to) for event in events] == [
        (1, "receive", "received"),
        (2, "queue", "waiting"),
    ]
    assert (ticket.version, ticket.state) == (2, "waiting")
    assert stored(ticket).row() == ticket.row()


def test_opening_that_fails_leaves_neither_row_nor_event(
    city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break(monkeypatch, "enqueue")
    with pytest.raises(RuntimeError), transaction.atomic():
        waiting_ticket(city, now)
    assert (Ticket.objects.count(), Event.objects.count()) == (0, 0)


@pytest.mark.parametrize("moment", ["insert_together", "enqueue"])
def test_a_crash_between_row_and_event_leaves_neither(
    moment: str, city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = waiting_ticket(city, now)
    before = stored(ticket).row()
    _break(monkeypatch, moment)
    with pytest.raises(RuntimeError), transaction.atomic():
        do_dispatch(ticket, Choice("110105016"), DISPATCHER, now=now, book=city)
    assert stored(ticket).row() == before
    assert Event.objects.filter(matter=ticket.pk).count() == 2


def test_a_refused_step_writes_nothing(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    with pytest.raises(WrongState):
        do_advance(TICKET, ticket, Step("sign", DISPATCHER, now))
    with pytest.raises(NotYours):
        do_advance(TICKET, ticket, Step("dispatch", SEAT, now))
    assert stored(ticket).version == 2
    assert ticket.version == 2


def test_of_two_steps_at_once_both_are_taken_or_none(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    before = stored(ticket).row()
    good, bad = Step("urge", SEAT, now, {"urged": 1}), Step("close", SEAT, now)
    with pytest.raises(WrongState):
        do_advance(TICKET, ticket, good, bad)
    assert stored(ticket).row() == before


def test_whoever_comes_second_is_told_who_was_first_and_writes_nothing(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    as_read_by_second = stored(ticket)
    do_dispatch(ticket, Choice("110105016"), DISPATCHER, now=now, book=city)
    with pytest.raises(Overtaken) as caught, transaction.atomic():
        do_dispatch(as_read_by_second, Choice("110108011"), SUPERVISOR, now=now, book=city)
    assert (caught.value.by, caught.value.verb) == (DISPATCHER.name, "dispatch")
    assert caught.value.number == ticket.number
    assert DISPATCHER.name in str(caught.value)
    assert stored(ticket).lead_id == "110105016"
    assert [event.verb for event in timeline(ticket.pk)] == ["dispatch", "queue", "receive"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE matters_event SET verb = 'nothing'",
        "UPDATE matters_event SET changes = '{}' WHERE seq = 1",
        "DELETE FROM matters_event",
        "TRUNCATE matters_event",
    ],
)
def test_the_database_refuses_to_rewrite_history(statement: str, city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS events_stay ON matters_event")
        cursor.execute(HISTORY_TRIGGER)
    with (
        pytest.raises(IntegrityError, match="history"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert [event.verb for event in timeline(ticket.pk)] == ["queue", "receive"]


def test_the_trigger_that_this_test_makes_is_the_one_of_the_migration() -> None:
    from importlib import import_module

    migration = import_module("jieban.matters.migrations.0002_history")
    assert " ".join(HISTORY_TRIGGER.split()) in " ".join(migration.REFUSE.split())


def test_two_events_can_never_have_the_same_place_in_a_history(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    twin = Event.objects.get(matter=ticket.pk, seq=2)
    twin.pk = None
    with pytest.raises(IntegrityError, match="one_event_per_step"), transaction.atomic():
        twin.save(force_insert=True)


def test_a_row_changed_past_the_engine_is_found(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    assert list(differences()) == []
    Ticket.objects.filter(pk=ticket.pk).update(reply="nobody wrote this")
    assert list(differences()) == [(ticket.number, "reply", "nobody wrote this", "")]


def test_a_ticket_without_events_and_events_without_a_ticket_are_found(city: Book, now: datetime) -> None:
    first, second = waiting_ticket(city, now), waiting_ticket(city, now)
    Ticket.objects.filter(pk=first.pk).delete()
    Ticket.objects.create(
        **first_columns(city, now), state=workflow.RECEIVED, updated_at=now
    )  # nobody's verb, so nobody's event
    told = {str(row or events) for _, _, row, events in differences()}
    assert told == {"events without a ticket", "a ticket without events"}
    assert second.version == 2


@pytest.mark.django_db(transaction=True)
def test_numbers_are_unique_and_checked_however_many_file_at_once(live_city: Book, now: datetime) -> None:
    numbers: list[str] = []

    def file_some() -> None:
        for _ in range(60):
            numbers.append(new_number(series.take(), now, live_city.identity.number_format))
        connection.close()

    _together([file_some] * 4)
    assert len(numbers) == len(set(numbers)) == 240
    assert all(number[-1] == check_digit(number[:-1]) for number in numbers)
    assert all(number.startswith("261120") and len(number) == 13 for number in numbers)


@pytest.mark.django_db(transaction=True)
def test_two_processes_never_take_the_same_ids(live_city: Book) -> None:
    here, there = actions._Series(), actions._Series()
    taken = [one.take() for _ in range(actions.BLOCK + 5) for one in (here, there)]
    assert len(taken) == len(set(taken))
    here.forget()
    assert here.take() not in taken


def test_a_step_at_another_moment_of_the_same_matter_keeps_the_order(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    do_advance(TICKET, ticket, Step("urge", SEAT, now - timedelta(days=1), {"urged": 1}))
    assert [event.seq for event in timeline(ticket.pk)] == [5, 4, 3, 2, 1]
    assert list(differences()) == []


def test_many_matters_are_opened_by_one_statement(
    city: Book, now: datetime, django_assert_num_queries: Callable[..., object]
) -> None:
    series.take()
    openings = [
        Opening(first_columns(city, now), (Step("receive", SEAT, now, {"text": f"{n}"}),)) for n in range(40)
    ]
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        matters = do_open(TICKET, openings)
    assert len({matter.number for matter in matters}) == 40


def _together(workers: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=worker) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
