"""What the verbs between units cost: at most fifteen statements, however many units are asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from tests.tickets.stage import (
    DISPATCHER,
    DISTRICT,
    GROUND,
    HEATING,
    OTHER_STREET,
    STREET,
    SUPERVISOR,
    clerk,
    reviewer,
    ticket_in,
    waiting_ticket,
)

from jieban.city.book import Book
from jieban.city.queries import book
from jieban.dispatch.actions import Choice, do_dispatch, do_rule_on_objection
from jieban.dispatch.consulting import do_conclude, do_consult, do_decide
from jieban.dispatch.fallback import do_rule_in_default
from jieban.dispatch.passing import do_pass_on, do_recall
from jieban.handling.actions import do_object
from jieban.handling.asking import do_ask, do_escalate
from jieban.handling.returning import do_give_result, do_settle
from jieban.matters.actions import series
from jieban.matters.actors import PLATFORM
from jieban.subtickets.queries import of_ticket
from jieban.subtickets.workflow import ASSIST
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

MOST = 15
MARKET = f"{DISTRICT}.market"
FIVE = [STREET, OTHER_STREET, HEATING, MARKET, DISTRICT]

type Say = Callable[[Ticket, Book, datetime], Any]


def _handled_by_many(city: Book, now: datetime) -> Ticket:
    """A ticket whose unit has asked three others, one of which has answered."""
    ticket = ticket_in(w.HANDLING, city, now)
    do_ask(ticket, [HEATING, MARKET, OTHER_STREET], "请协助", ASSIST, clerk(), now=now, book=city)
    do_give_result(of_ticket(ticket.pk)[0], "已办", clerk(HEATING), now=now, book=city)
    return Ticket.objects.get(pk=ticket.pk)


def _at_district(city: Book, now: datetime) -> Ticket:
    return ticket_in(w.DISPATCHED, city, now, DISTRICT)


def _objected(city: Book, now: datetime) -> Ticket:
    ticket = ticket_in(w.DISPATCHED, city, now)
    return do_object(ticket, GROUND, clerk(), now=now, book=city, named=HEATING)


def _consulted(city: Book, now: datetime) -> Ticket:
    ticket = do_consult(waiting_ticket(city, now), FIVE, "归谁？", DISPATCHER, now=now, book=city)
    sub = of_ticket(ticket.pk)[0]
    do_give_result(sub, "是", clerk(sub.lead_id or ""), now=now, book=city, stance="ours")
    return ticket


VERBS: dict[str, tuple[Callable[[Book, datetime], Ticket], Say]] = {
    "dual dispatch": (
        waiting_ticket,
        lambda t, b, n: do_dispatch(t, Choice(STREET, industry=MARKET), DISPATCHER, now=n, book=b),
    ),
    "pass on": (_at_district, lambda t, b, n: do_pass_on(t, Choice(STREET), clerk(DISTRICT), now=n, book=b)),
    "recall": (_handled_by_many, lambda t, b, n: do_recall(t, "派错了", DISPATCHER, now=n, book=b)),
    "consult": (waiting_ticket, lambda t, b, n: do_consult(t, FIVE, "归谁？", DISPATCHER, now=n, book=b)),
    "decide": (_consulted, lambda t, b, n: do_decide(t, Choice(STREET), "归街道", DISPATCHER, now=n, book=b)),
    "conclude": (_consulted, lambda t, b, n: do_conclude(t, "", DISPATCHER, now=n, book=b)),
    "redirect": (
        _objected,
        lambda t, b, n: do_rule_on_objection(t, True, "x", SUPERVISOR, now=n, book=b, unit=HEATING),
    ),
    "default": (_objected, lambda t, b, n: do_rule_in_default(t, PLATFORM, now=n, book=b)),
    "ask": (
        _handled_by_many,
        lambda t, b, n: do_ask(t, [STREET[:6]], "请协调", ASSIST, clerk(), now=n, book=b),
    ),
    "escalate": (
        _handled_by_many,
        lambda t, b, n: do_escalate(t, DISTRICT, "请统筹", reviewer(), now=n, book=b),
    ),
    "give": (
        _handled_by_many,
        lambda t, b, n: do_give_result(of_ticket(t.pk)[1], "已办", clerk(MARKET), now=n, book=b),
    ),
    "send back": (
        _handled_by_many,
        lambda t, b, n: do_settle(of_ticket(t.pk)[0], "send_back", clerk(), now=n, book=b, words="缺照片"),
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_between_units(
    verb: str, city: Book, now: datetime, django_assert_max_num_queries: Any
) -> None:
    prepare, say = VERBS[verb]
    ticket = prepare(city, now)
    series.forget()  # the dearest case: a new block of numbers is due
    book()
    with django_assert_max_num_queries(MOST):
        say(ticket, city, now)
