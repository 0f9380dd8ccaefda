"""Two at once: one wins, the other is told; nothing happens twice, whoever is first."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from tests.tickets.stage import (
    CALLER,
    DISPATCHER,
    HEATING,
    STREET,
    SUPERVISOR,
    clerk,
    stored,
    ticket_in,
    waiting_ticket,
)

from jieban.callback.actions import Answers, do_answers, do_limit_reached
from jieban.city.book import Book
from jieban.dispatch.actions import Choice, do_dispatch
from jieban.handling.actions import do_sign
from jieban.intake.actions import Request, do_take_in
from jieban.matters.actions import Overtaken
from jieban.matters.actors import PLATFORM
from jieban.matters.models import Event
from jieban.matters.queries import timeline
from jieban.matters.tick import tick
from jieban.people.actions import Contact
from jieban.people.models import Requester, Words
from jieban.reading.reader import Reader, reader_for
from jieban.tickets import workflow
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do all at the same moment, each on a connection of its own; gives results or the errors."""
    start = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(index: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[index] = act()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def live_reader(live_city: Book) -> Reader:
    return reader_for(live_city)


def request(key: str, phone: str = "", text: str = "双井街道路灯坏了") -> Request:
    return Request("test", key, "same", "call", text=text, contact=Contact(phone=phone))


def test_of_two_dispatchers_at_once_one_wins_and_the_other_is_told_by_whom(
    live_city: Book, now: datetime
) -> None:
    for _ in range(10):
        ticket = waiting_ticket(live_city, now)
        mine, yours = stored(ticket), stored(ticket)
        results = together(
            lambda: do_dispatch(mine, Choice(STREET), DISPATCHER, now=now, book=live_city),  # noqa: B023
            lambda: do_dispatch(yours, Choice(HEATING), SUPERVISOR, now=now, book=live_city),  # noqa: B023
        )
        winners = [result for result in results if isinstance(result, Ticket)]
        losers = [result for result in results if isinstance(result, Overtaken)]
        assert (len(winners), len(losers)) == (1, 1), results
        winner = DISPATCHER if winners[0].lead_id == STREET else SUPERVISOR
        assert (losers[0].by, losers[0].verb) == (winner.name, "dispatch")
        assert stored(ticket).lead_id == winners[0].lead_id
        assert [event.verb for event in timeline(ticket.pk)].count("dispatch") == 1


def test_the_same_request_by_eight_at_once_is_one_ticket(
    live_city: Book, live_reader: Reader, now: datetime
) -> None:
    def file() -> Any:
        return do_take_in(
            [request("k", "13812345678")], PLATFORM, now=now, book=live_city, reader=live_reader
        )

    results = [outcome for outcomes in together(*[file] * 8) for outcome in outcomes]
    assert Counter(outcome.result for outcome in results) == {"accepted": 1, "duplicate": 7}
    assert len({outcome.number for outcome in results}) == 1
    assert (Ticket.objects.count(), Words.objects.count(), Requester.objects.count()) == (1, 1, 1)


def test_a_new_requester_who_files_eight_times_at_once_is_one_person(
    live_city: Book, live_reader: Reader, now: datetime
) -> None:
    def file(number: int) -> Any:
        one = request(f"k{number}", "13812345678")
        return do_take_in([one], PLATFORM, now=now, book=live_city, reader=live_reader)

    results = together(*[lambda n=n: file(n) for n in range(8)])
    assert all(outcomes[0].result == "accepted" for outcomes in results), results
    assert Requester.objects.count() == 1
    assert set(Ticket.objects.values_list("requester", flat=True)) == {Requester.objects.get().pk}


def test_two_files_with_the_same_rows_in_another_order_do_not_block_each_other(
    live_city: Book, live_reader: Reader, now: datetime
) -> None:
    rows = [request(f"k{n:03d}", f"1380000{n:04d}") for n in range(120)]

    def take(order: list[Request]) -> Any:
        return do_take_in(order, PLATFORM, now=now, book=live_city, reader=live_reader)

    results = together(lambda: take(rows), lambda: take(rows[::-1]), lambda: take(rows[60:] + rows[:60]))
    told = Counter(outcome.result for outcomes in results for outcome in outcomes)
    assert told == {"accepted": 120, "duplicate": 240}
    assert Ticket.objects.count() == 120
    assert list(differences()) == []


def test_a_unit_signs_while_the_limit_is_reached(live_city: Book, now: datetime) -> None:
    for _ in range(10):
        ticket = ticket_in(workflow.DISPATCHED, live_city, now)
        mine = stored(ticket)
        signed, moved = together(
            lambda: do_sign(mine, clerk(), now=now, book=live_city),  # noqa: B023
            lambda: tick(now + timedelta(days=30)),
        )
        assert moved in (0, 1)
        if isinstance(signed, Overtaken):
            assert (signed.verb, signed.by) == ("expire", PLATFORM.name)
        tick(now + timedelta(days=30))  # a tick that met the row locked finds it the next time
        verbs = [event.verb for event in timeline(ticket.pk)]
        assert verbs.count("expire") == 1
        assert verbs.count("sign") == isinstance(signed, Ticket)
        assert stored(ticket).state == workflow.CALLBACK
        Ticket.objects.filter(pk=ticket.pk).update(clock="", clock_at=None)


def test_four_ticks_at_once_move_each_ticket_once(live_city: Book, now: datetime) -> None:
    tickets = [ticket_in(workflow.SIGNED, live_city, now) for _ in range(30)]
    later = now + timedelta(days=30)
    moved = together(*[lambda: tick(later)] * 4)
    assert all(isinstance(count, int) for count in moved), moved
    assert sum(moved) + tick(later) == len(tickets)
    assert Event.objects.filter(verb="expire").count() == len(tickets)
    assert list(differences()) == []


def test_of_two_answers_at_once_one_counts(live_city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, live_city, now)
    by_phone, by_page = stored(ticket), stored(ticket)
    good, bad = Answers(True, "yes", "satisfied"), Answers(True, "partly", "dissatisfied", "", ("D1",))
    results = together(
        lambda: do_answers(by_phone, good, CALLER, now=now, book=live_city),
        lambda: do_answers(by_page, bad, CALLER, now=now, book=live_city),
    )
    assert sorted(type(result).__name__ for result in results) == ["Overtaken", "Ticket"]
    winner = next(result for result in results if isinstance(result, Ticket))
    assert stored(ticket).solved == winner.solved


def test_the_limit_reached_twice_asks_once(live_city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SUBMITTED, live_city, now)
    here, there = stored(ticket), stored(ticket)
    results = together(
        *[lambda one=one: do_limit_reached(one, PLATFORM, now=now, book=live_city) for one in (here, there)]
    )
    assert sorted(type(result).__name__ for result in results) == ["Overtaken", "Ticket"]
