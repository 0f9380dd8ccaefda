"""Cases for the tests of oversight, and the people who hold them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.tickets.stage import (
    DISTRICT,
    SUPERVISOR,
    member,
    stored,
    ticket_in,
)

from jieban.city.book import Book
from jieban.oversight.actions import (
    do_raise,
    do_supervise,
)
from jieban.oversight.models import Case
from jieban.people.roles import Role
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

WHY = "媒体报道该小区连续三天停暖，请说明情况。"
DONE = "已更换阀门并逐户测温，安排专人值守至供暖恢复。"
CHIEF = member(Role.LEADER, DISTRICT)
MAYOR = member(Role.LEADER, "110000")


def triggers(city: Book, now: datetime) -> dict[str, Any]:
    return {row.code: row for row in city.current("oversight_triggers", now.date())}


def changed(ticket: Ticket, **columns: Any) -> Ticket:
    Ticket.objects.filter(pk=ticket.pk).update(**columns)
    return stored(ticket)


def case_on(city: Book, now: datetime, trigger: str = "media", state: str = w.HANDLING) -> Case:
    return do_supervise(ticket_in(state, city, now), trigger, WHY, SUPERVISOR, now=now, book=city)


def ticket_of(case: Case) -> Ticket:
    return Ticket.objects.get(pk=case.ticket or 0)


def marks(case: Case) -> list[str]:
    return list(ticket_of(case).marks)


def case_raised(city: Book, now: datetime) -> Case:
    case = case_on(city, now)
    do_raise(case, "情况紧急。", CHIEF, now=now, book=city)
    assert case.step == "talk_down"
    return case
