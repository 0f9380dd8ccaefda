"""Art. 12 (会商): units are asked before a hard ticket is dispatched, and the minutes are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import (
    COMMUNITY,
    DISPATCHER,
    DISTRICT,
    HEATING,
    STREET,
    SUPERVISOR,
    clerk,
    stored,
    waiting_ticket,
)

from jieban.city.book import Book
from jieban.dispatch.actions import Choice, DispatchRefused, do_dispatch
from jieban.dispatch.consulting import do_conclude, do_consult, do_decide
from jieban.dispatch.rules import DISPATCH_QUEUE
from jieban.dispatch.tasks import late
from jieban.handling.returning import do_give_result
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours
from jieban.subtickets.actions import AskRefused
from jieban.subtickets.models import SubTicket
from jieban.subtickets.queries import of_ticket
from jieban.subtickets.workflow import ACCEPTED, OPINION, RETURNED, WITHDRAWN
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

QUESTION = "小区自管锅炉不热，归街道还是供热企业？"


def consulted(city: Book, now: datetime) -> Ticket:
    ticket = waiting_ticket(city, now)
    return do_consult(ticket, [STREET, HEATING], QUESTION, DISPATCHER, now=now, book=city)


def opinion(ticket: Ticket, unit: str) -> SubTicket:
    return next(sub for sub in of_ticket(ticket.pk) if sub.lead_id == unit)


def test_art_12_units_are_asked_before_dispatch(city: Book, now: datetime) -> None:
    ticket = consulted(city, now)
    assert (ticket.state, ticket.queue, ticket.clock) == (w.CONSULTING, "consult", "consult")
    assert ticket.due_at == ticket.clock_at == now + timedelta(hours=4)
    asked = of_ticket(ticket.pk)
    assert {(sub.lead_id, sub.purpose, sub.sender_id) for sub in asked} == {
        (STREET, OPINION, "hotline"),
        (HEATING, OPINION, "hotline"),
    }


def test_art_12_the_decision_keeps_opinions_as_minutes(city: Book, now: datetime) -> None:
    ticket = consulted(city, now)
    do_give_result(
        opinion(ticket, STREET),
        "不在目录职责内",
        clerk(STREET),
        now=now,
        book=city,
        stance="theirs",
        points_to=HEATING,
    )
    assert opinion(ticket, STREET).state == RETURNED
    do_decide(ticket, Choice(HEATING), "按目录由供热企业办理", SUPERVISOR, now=now, book=city)
    assert (ticket.state, ticket.lead_id, ticket.queue, ticket.asked) == (w.DISPATCHED, HEATING, "", 0)
    told = timeline(ticket.pk)[0].detail
    assert told["ruling"] == "按目录由供热企业办理"
    assert told["minutes"][0] == {
        "unit": STREET,
        "stance": "theirs",
        "points_to": HEATING,
        "words": "不在目录职责内",
        "state": RETURNED,
    }
    assert {sub.lead_id: sub.state for sub in of_ticket(ticket.pk)} == {STREET: ACCEPTED, HEATING: WITHDRAWN}


def test_an_opinion_says_whose_duty_it_is(city: Book, now: datetime) -> None:
    ticket = consulted(city, now)
    with pytest.raises(AskRefused):
        do_give_result(opinion(ticket, STREET), "不好说", clerk(STREET), now=now, book=city)
    with pytest.raises(NotYours):
        do_give_result(opinion(ticket, STREET), "我们的", clerk(HEATING), now=now, book=city, stance="ours")


def test_a_consultation_is_decided_and_not_passed_over(city: Book, now: datetime) -> None:
    ticket = consulted(city, now)
    with pytest.raises(DispatchRefused, match="12"):
        do_dispatch(ticket, Choice(STREET), DISPATCHER, now=now, book=city)
    with pytest.raises(DispatchRefused, match="12"):
        do_decide(ticket, Choice(STREET), " ", DISPATCHER, now=now, book=city)


def test_it_may_end_without_a_decision(city: Book, now: datetime) -> None:
    ticket = consulted(city, now)
    do_conclude(ticket, "等待补充地址", DISPATCHER, now=now, book=city)
    assert (ticket.state, ticket.queue) == (w.WAITING, DISPATCH_QUEUE)
    assert {sub.state for sub in of_ticket(ticket.pk)} == {WITHDRAWN}
    assert do_dispatch(ticket, Choice(STREET), DISPATCHER, now=now, book=city).lead_id == STREET


def test_a_second_round_keeps_its_own_minutes(city: Book, now: datetime) -> None:
    ticket = consulted(city, now)
    do_conclude(ticket, "", DISPATCHER, now=now, book=city)
    do_consult(ticket, [DISTRICT], QUESTION, DISPATCHER, now=now, book=city)
    do_decide(ticket, Choice(DISTRICT), "区政府统筹", DISPATCHER, now=now, book=city)
    assert [one["unit"] for one in timeline(ticket.pk)[0].detail["minutes"]] == [DISTRICT]


@pytest.mark.parametrize("units", [[], [COMMUNITY], ["no.such.unit"], [STREET, "ent.x"]])
def test_whom_it_makes_no_sense_to_ask(units: list[str], city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    with pytest.raises(DispatchRefused, match="12"):
        do_consult(ticket, units, QUESTION, DISPATCHER, now=now, book=city)
    assert stored(ticket).state == w.WAITING


def test_a_recused_unit_is_never_asked(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now, recused=[STREET])
    with pytest.raises(AskRefused):
        do_consult(ticket, [STREET], QUESTION, DISPATCHER, now=now, book=city)
    assert stored(ticket).state == w.WAITING
    assert not of_ticket(ticket.pk)


def test_units_that_do_not_answer_make_it_late(city: Book, now: datetime) -> None:
    ticket = consulted(city, now)
    late([ticket], now + timedelta(hours=4))
    after = stored(ticket)
    assert (after.overdue, after.state) == (True, w.CONSULTING)


def test_what_a_decision_costs(city: Book, now: datetime) -> None:
    ticket = consulted(city, now)
    do_give_result(opinion(ticket, STREET), "是我们的", clerk(STREET), now=now, book=city, stance="ours")
    with CaptureQueriesContext(connection) as captured:
        do_decide(ticket, Choice(STREET), "街道认领", DISPATCHER, now=now, book=city)
    assert len(captured) <= 13
