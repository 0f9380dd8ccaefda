"""The ledger (挂账, Ordinance Art. 15, 24): a date, a reason, a plan; looked at again; and the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.tickets.stage import DISPATCHER, STREET, clerk, reviewer, stored, ticket_in, waiting_ticket

from jieban.city.book import Book
from jieban.dispatch.actions import Choice, do_dispatch
from jieban.handling.actions import HandlingRefused, do_contact, do_pause, do_resume, do_sign
from jieban.handling.shelving import Shelving, do_review_shelf, do_shelve, do_unshelve
from jieban.matters.actors import PLATFORM
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours, WrongState
from jieban.matters.tick import tick
from jieban.tickets import clocks, workflow
from jieban.tickets.models import Ticket

DAY = timedelta(days=1)


def works(until: datetime, **other: Any) -> Shelving:
    told = Shelving("H1", until, "道路需列入明年改造工程", "区交通委列入二〇二七年计划，六月完工")
    return replace(told, **other)


def on_the_ledger(city: Book, now: datetime, days: int = 90) -> Ticket:
    ticket = ticket_in(workflow.HANDLING, city, now)
    return do_shelve(ticket, works(now + days * DAY), reviewer(), now=now, book=city)


def test_art_24_a_ticket_goes_on_the_ledger_with_date_reason_and_plan(city: Book, now: datetime) -> None:
    ticket = on_the_ledger(city, now)
    assert (ticket.state, ticket.shelf_code, ticket.shelved_until) == (
        workflow.SHELVED, "H1", now + 90 * DAY,
    )  # fmt: skip
    assert (ticket.clock, ticket.clock_at) == ("shelf", now + 30 * DAY)
    assert timeline(ticket.pk)[0].detail["reason"] == "道路需列入明年改造工程"


def handled(city: Book, now: datetime, tier: str) -> Ticket:
    """A ticket that a street handles under another limit."""
    ticket = waiting_ticket(city, now)
    do_dispatch(ticket, Choice(STREET, tier=tier), DISPATCHER, now=now, book=city)
    do_sign(ticket, clerk(), now=now, book=city)
    return do_contact(ticket, "reached", "", clerk(), now=now, book=city)


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "E1"},
        {"code": ""},
        {"reason": " "},
        {"plan": ""},
        {"days": 0},
        {"days": 366},
    ],
)
def test_art_15_nothing_is_shelved_without_them(wrong: dict[str, Any], city: Book, now: datetime) -> None:
    days = wrong.pop("days", 90) if "days" in wrong else 90
    ticket = ticket_in(workflow.HANDLING, city, now)
    with pytest.raises(HandlingRefused, match=r"."):
        do_shelve(ticket, works(now + days * DAY, **wrong), reviewer(), now=now, book=city)
    assert stored(ticket).state == workflow.HANDLING


def test_it_is_the_reviewers_word(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    with pytest.raises(NotYours):
        do_shelve(ticket, works(now + DAY), clerk(), now=now, book=city)
    with pytest.raises(WrongState):
        do_shelve(ticket_in(workflow.SIGNED, city, now), works(now + DAY), reviewer(), now=now, book=city)


def test_art_24_it_is_looked_at_again_and_gets_another_date(city: Book, now: datetime) -> None:
    ticket = on_the_ledger(city, now)
    later = now + 20 * DAY
    do_review_shelf(ticket, "计划已批复", reviewer(), now=later, book=city, until=now + 120 * DAY)
    assert (ticket.clock_at, ticket.shelved_until) == (later + 30 * DAY, now + 120 * DAY)
    with pytest.raises(HandlingRefused, match="365"):
        do_review_shelf(ticket, "再等", reviewer(), now=later, book=city, until=now + 366 * DAY)
    with pytest.raises(HandlingRefused, match=r"."):
        do_review_shelf(ticket, " ", reviewer(), now=later, book=city)
    do_review_shelf(ticket, "按计划", reviewer(), now=now + 110 * DAY, book=city)
    assert ticket.clock_at == now + 120 * DAY, "the planned date rings before the next look"


@pytest.mark.django_db(transaction=True)
def test_art_24_a_missed_look_is_reminded_of_and_the_date_takes_it_off(
    live_city: Book, now: datetime
) -> None:
    ticket = on_the_ledger(live_city, now, days=50)
    limit = ticket.due_at
    assert limit is not None
    assert tick(now + 29 * DAY) == 0
    assert tick(now + 30 * DAY) == 1
    seen = stored(ticket)
    assert (seen.state, seen.clock_at) == (workflow.SHELVED, now + 50 * DAY)
    told = timeline(ticket.pk)[0]
    assert (told.verb, told.detail) == ("remind", {"of": ["shelf"]})
    assert tick(now + 50 * DAY) == 1
    back = stored(ticket)
    assert (back.state, back.shelved_until) == (workflow.HANDLING, None)
    assert back.due_at == limit + 50 * DAY == clocks.limit(back.row(), live_city)
    assert back.clock == "warn"


def test_the_limit_stood_still(city: Book, now: datetime) -> None:
    ticket = on_the_ledger(city, now)
    limit = ticket.due_at
    assert limit is not None
    do_unshelve(ticket, "工程提前完成", reviewer(), now=now + 10 * DAY, book=city)
    assert ticket.due_at == limit + 10 * DAY == clocks.limit(ticket.row(), city)


def test_it_came_off_when_its_date_came_however_late_the_worker_is(city: Book, now: datetime) -> None:
    ticket = handled(city, now, "T4")
    do_shelve(ticket, works(now + 10 * DAY), reviewer(), now=now, book=city)
    limit = ticket.due_at
    assert limit is not None
    do_unshelve(ticket, "", PLATFORM, now=now + 11 * DAY, book=city)
    assert ticket.due_at == limit + 10 * DAY


@pytest.mark.parametrize(("tier", "days"), [("T2", 1), ("T3", 3), ("T4", 3)])
def test_who_comes_off_with_nothing_left_has_the_days_of_the_rule_or_of_a_shorter_tier(
    tier: str, days: int, city: Book, now: datetime
) -> None:
    ticket = handled(city, now, tier)
    assert ticket.due_at is not None
    late = ticket.due_at - timedelta(hours=1)
    do_shelve(ticket, works(late + 10 * DAY), reviewer(), now=late, book=city)
    off = late + 5 * DAY
    do_unshelve(ticket, "", reviewer(), now=off, book=city)
    assert ticket.due_at == off + days * DAY == clocks.limit(ticket.row(), city)


def test_nothing_is_shelved_after_its_limit(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    assert ticket.due_at is not None
    with pytest.raises(HandlingRefused, match=r"."):
        do_shelve(ticket, works(ticket.due_at + DAY), reviewer(), now=ticket.due_at, book=city)


def test_the_ledger_uses_up_no_pause(city: Book, now: datetime) -> None:
    ticket = on_the_ledger(city, now)
    off = now + 60 * DAY
    do_unshelve(ticket, "", reviewer(), now=off, book=city)
    do_pause(ticket, off + 30 * DAY, "等待检测结果", reviewer(), now=off, book=city)
    do_resume(ticket, reviewer(), now=off + 30 * DAY, book=city)
    assert ticket.due_at == clocks.limit(ticket.row(), city)
