"""双派, 主办/协办: the territory leads, the industry acts beside it, one verdict, both are counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.dispatch.books import with_rules
from tests.tickets.stage import (
    CALLER,
    COMMUNITY,
    DISPATCHER,
    DISTRICT,
    HEATING,
    STREET,
    SUPERVISOR,
    clerk,
    stored,
    ticket_in,
    waiting_ticket,
)

from jieban.assessment.queries import industry_counts
from jieban.callback.actions import Answers, do_answers
from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.actions import Choice, DispatchRefused, do_dispatch
from jieban.dispatch.passing import do_pass_on
from jieban.dispatch.rules import candidate_for, place_at
from jieban.handling.returning import do_give_result
from jieban.matters.queries import timeline
from jieban.subtickets.queries import of_ticket
from jieban.subtickets.workflow import ASSIST, INDUSTRY, SENT
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

MARKET = f"{DISTRICT}.market"
FOOD = "010101"


def dual(city: Book, now: datetime, lead: str = STREET, **columns: Any) -> Ticket:
    ticket = waiting_ticket(city, now, **columns)
    return do_dispatch(ticket, Choice(lead, industry=MARKET), DISPATCHER, now=now, book=city)


def test_dual_dispatch_leaves_the_territory_leading_and_asks_the_industry(city: Book, now: datetime) -> None:
    ticket = dual(city, now)
    assert (ticket.lead_id, ticket.industry, ticket.asked) == (STREET, MARKET, 1)
    (sub,) = of_ticket(ticket.pk)
    assert (sub.purpose, sub.lead_id, sub.sender_id, sub.state) == (INDUSTRY, MARKET, "hotline", SENT)
    assert ticket.due_at is not None
    assert sub.due_at == min(now + timedelta(hours=72), ticket.due_at)
    do_give_result(sub, "已责令整改", clerk(MARKET), now=now, book=city)
    assert timeline(ticket.pk)[0].verb == "returned"


@pytest.mark.parametrize(
    ("lead", "industry", "article"),
    [
        (HEATING, MARKET, "12"),
        (STREET, COMMUNITY, "12"),
        (STREET, DISTRICT, "12"),
        (STREET, "ent.none", "目录|catalogue"),
    ],
)
def test_a_street_or_district_leads_and_a_department_acts_beside_it(
    lead: str, industry: str, article: str, city: Book, now: datetime
) -> None:
    ticket = waiting_ticket(city, now)
    with pytest.raises(DispatchRefused, match=article):
        do_dispatch(ticket, Choice(lead, industry=industry), DISPATCHER, now=now, book=city)
    assert stored(ticket).state == w.WAITING


def test_a_recused_department_gets_no_part(city: Book, now: datetime) -> None:
    with pytest.raises(DispatchRefused, match="8"):
        dual(city, now, recused=[MARKET])


def test_the_catalogue_proposes_dual_dispatch_where_the_city_wants_it(city: Book, now: datetime) -> None:
    on, place = local_day(city, now), place_at(city, STREET)
    wanted = with_rules(city, dispatch__dual=1)
    found = [
        (plain, both)
        for code in city.categories
        if len(code) == 6
        and (plain := candidate_for(city, code, place, on))
        and (both := candidate_for(wanted, code, place, on))
        and both.industry
    ]
    assert found, "some row of a territory names a department that assists"
    assert all(plain.industry == "" for plain, _ in found)
    assert all(city.units[both.unit].kind in ("street", "district") for _, both in found)


def test_assisting_units_are_asked_at_dispatch_where_the_city_wants_it(city: Book, now: datetime) -> None:
    wanted = with_rules(city, dispatch__send_assist=1)
    on = local_day(city, now)
    code, best = next(
        (code, found)
        for code in city.categories
        if (found := candidate_for(city, code, place_at(city, STREET), on)) and found.assist
    )
    ticket = waiting_ticket(city, now, category_id=code)
    do_dispatch(ticket, Choice(best.unit), DISPATCHER, now=now, book=wanted)
    asked = of_ticket(ticket.pk)
    assert [(sub.lead_id, sub.purpose, sub.sender_id) for sub in asked] == [
        (unit, ASSIST, best.unit) for unit in best.assist
    ]
    assert ticket.asked == len(asked)
    again = waiting_ticket(city, now, category_id=code)
    do_dispatch(again, Choice(best.unit), DISPATCHER, now=now, book=city)
    assert not of_ticket(again.pk), "by default the lead decides whom it asks"


def test_the_industry_goes_on_when_the_district_passes_the_ticket_on(city: Book, now: datetime) -> None:
    ticket = dual(city, now, DISTRICT, place_id=DISTRICT, street="")
    do_pass_on(ticket, Choice(STREET), clerk(DISTRICT), now=now, book=city)
    assert (ticket.lead_id, ticket.industry, ticket.asked) == (STREET, MARKET, 1)
    assert [sub.state for sub in of_ticket(ticket.pk)] == [SENT]


def test_one_verdict_counts_for_both(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.CALLBACK, city, now)
    Ticket.objects.filter(pk=ticket.pk).update(industry=MARKET)
    do_answers(stored(ticket), Answers(True, "yes", "satisfied"), CALLER, now=now, book=city)
    after = stored(ticket)
    assert after.due_at is not None
    counts = industry_counts(local_day(city, after.due_at), city)
    assert set(counts) == {MARKET}
    assert (counts[MARKET].due, counts[MARKET].solved, counts[MARKET].satisfied) == (1, 1, 1)
    assert industry_counts(local_day(city, after.due_at), city, unit=STREET) == {}


def test_a_supervisor_may_dispatch_to_both_too(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    do_dispatch(ticket, Choice(STREET, industry=MARKET), SUPERVISOR, now=now, book=city)
    assert ticket.industry == MARKET
