"""Two at once on a real database: an answer never fails because the lead writes in the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from tests.tickets.stage import DISPATCHER, HEATING, STREET, SUPERVISOR, clerk, ticket_in, waiting_ticket

from jieban.city.book import Book
from jieban.dispatch.actions import Choice
from jieban.dispatch.consulting import do_conclude, do_consult, do_decide
from jieban.handling.actions import do_progress
from jieban.handling.asking import do_ask
from jieban.handling.returning import do_give_result, do_refuse_with_reasons, do_settle
from jieban.matters.actions import Overtaken
from jieban.matters.rules import NotPossible
from jieban.subtickets import workflow as s
from jieban.subtickets.models import SubTicket
from jieban.subtickets.queries import of_ticket
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


def at_once(*said: Callable[[], Any]) -> list[str]:
    """Say all of it at the same moment; gives for each what became of it."""
    start = Barrier(len(said))

    def one(say: Callable[[], Any]) -> str:
        start.wait()
        try:
            say()
        except (Overtaken, NotPossible) as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(said)) as pool:
        return list(pool.map(one, said))


def asked(city: Book, now: datetime) -> tuple[Ticket, SubTicket]:
    ticket = ticket_in(w.HANDLING, city, now)
    do_ask(ticket, [HEATING], "请查管网", s.ASSIST, clerk(), now=now, book=city)
    return ticket, of_ticket(ticket.pk)[0]


def test_an_answer_and_the_leads_own_words(live_city: Book, now: datetime) -> None:
    for _ in range(ROUNDS):
        ticket, sub = asked(live_city, now)
        answer, _words = at_once(
            lambda sub=sub: do_give_result(sub, "已查", clerk(HEATING), now=now, book=live_city),  # type: ignore[misc]
            lambda ticket=ticket: do_progress(ticket, "办理中", clerk(), now=now, book=live_city),  # type: ignore[misc]
        )
        assert answer == "done", "a result is never lost to a note of the lead"
        sub.refresh_from_db()
        assert sub.state == s.RETURNED
    assert not list(differences())


def test_two_answers_to_one_request(live_city: Book, now: datetime) -> None:
    for _ in range(ROUNDS):
        ticket, sub = asked(live_city, now)
        other = SubTicket.objects.get(pk=sub.pk)
        results = at_once(
            lambda sub=sub: do_give_result(sub, "已查", clerk(HEATING), now=now, book=live_city),  # type: ignore[misc]
            lambda sub=other: do_refuse_with_reasons(sub, "无权", clerk(HEATING), now=now, book=live_city),  # type: ignore[misc]
        )
        assert sorted(results) == ["Overtaken", "done"]
        told = Ticket.objects.get(pk=ticket.pk)
        assert told.version == ticket.version + 1, "one answer is told of once"


def test_an_answer_and_a_withdrawal(live_city: Book, now: datetime) -> None:
    for _ in range(ROUNDS):
        _ticket, sub = asked(live_city, now)
        other = SubTicket.objects.get(pk=sub.pk)
        results = at_once(
            lambda sub=sub: do_give_result(sub, "已查", clerk(HEATING), now=now, book=live_city),  # type: ignore[misc]
            lambda sub=other: do_settle(sub, "withdraw", clerk(), now=now, book=live_city),  # type: ignore[misc]
        )
        assert sorted(results) == ["Overtaken", "done"]


def test_two_who_decide_one_consultation(live_city: Book, now: datetime) -> None:
    for _ in range(ROUNDS):
        ticket = do_consult(
            waiting_ticket(live_city, now), [STREET, HEATING], "归谁？", DISPATCHER, now=now, book=live_city
        )
        other = Ticket.objects.get(pk=ticket.pk)
        results = at_once(
            lambda t=ticket: do_decide(t, Choice(STREET), "归街道", DISPATCHER, now=now, book=live_city),  # type: ignore[misc]
            lambda t=other: do_conclude(t, "", SUPERVISOR, now=now, book=live_city),  # type: ignore[misc]
        )
        assert sorted(results) == ["Overtaken", "done"]
        assert {sub.state for sub in of_ticket(ticket.pk)} == {s.WITHDRAWN}
    assert not list(differences())
