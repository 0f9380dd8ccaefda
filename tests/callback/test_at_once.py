"""Two at once on one ticket: exactly one of them counts, whoever is first."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.tickets.stage import CALLER, member, stored, ticket_in
from tests.tickets.test_together import together

from jieban.callback.actions import Answers, do_answers, do_limit_reached
from jieban.callback.checking import do_second_check
from jieban.callback.rating import do_rate, do_revise
from jieban.city.book import Book
from jieban.matters.actors import PLATFORM, requester
from jieban.people.roles import Role
from jieban.tickets import workflow
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = Answers(True, "yes", "satisfied")
BAD = Answers(True, "yes", "dissatisfied", "", ("D1",))


def names(results: list[object]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def test_who_rates_while_the_limit_is_reached_is_heard_or_asked(live_city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SUBMITTED, live_city, now)
    rating, expiring = stored(ticket), stored(ticket)
    himself = requester(ticket.number)
    results = together(
        lambda: do_rate(rating, GOOD, himself, now=now, book=live_city),
        lambda: do_limit_reached(expiring, PLATFORM, now=now, book=live_city),
    )
    assert names(results) == ["Overtaken", "Ticket"]
    after = stored(ticket)
    assert after.self_rated is (after.state == workflow.SUBMITTED)
    assert list(differences()) == []


def test_of_a_call_and_a_link_one_closes(live_city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, live_city, now)
    by_phone, by_link = stored(ticket), stored(ticket)
    himself = requester(ticket.number)
    results = together(
        lambda: do_answers(by_phone, GOOD, CALLER, now=now, book=live_city),
        lambda: do_answers(by_link, BAD, himself, now=now, book=live_city, by="link"),
    )
    assert names(results) == ["Overtaken", "Ticket"]
    assert stored(ticket).self_rated is (stored(ticket).satisfied == "dissatisfied")


def test_of_a_second_check_and_a_change_one_counts(
    live_city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jieban.callback.actions._draw", lambda ticket: 0.0)
    ticket = ticket_in(workflow.CALLBACK, live_city, now)
    do_answers(ticket, GOOD, CALLER, now=now, book=live_city)
    colleagues = [member(Role.CALLER, name=name) for name in ("one", "two")]
    himself = requester(ticket.number)
    copies: list[Ticket] = [stored(ticket) for _ in range(3)]
    results = together(
        lambda: do_second_check(copies[0], GOOD, colleagues[0], now=now, book=live_city),
        lambda: do_second_check(copies[1], BAD, colleagues[1], now=now, book=live_city),
        lambda: do_revise(copies[2], BAD, himself, now=now, book=live_city),
    )
    assert names(results) == ["Overtaken", "Overtaken", "Ticket"]
    assert stored(ticket).checked in ("agreed", "differs", "")
    assert list(differences()) == []
