"""A small stage for tests of tickets: units, people who act, and a ticket brought to a given state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from jieban.callback.actions import do_limit_reached
from jieban.city.book import Book
from jieban.dispatch.actions import Choice, do_dispatch, waiting
from jieban.handling.actions import do_contact, do_object, do_pause, do_reply, do_review, do_sign
from jieban.matters.actions import Opening, do_open, new_number, series
from jieban.matters.actors import PLATFORM
from jieban.matters.rules import Actor, Step
from jieban.people.roles import Role
from jieban.tickets import workflow
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

STREET = "110105016"  # 双井街道
OTHER_STREET = "110108011"  # 中关村街道
DISTRICT = "110105"
COMMUNITY = "110105016064"
HEATING = "ent.heating"
COLD_ROOM = "040101"
REPLY = "工作人员已上门查看，更换了损坏的阀门，室温恢复到二十度，会再回访一次。"
GROUND = "按派单目录属于供热企业的职责。"


def member(role: Role, unit: str = "hotline", name: str = "") -> Actor:
    """A member of staff with one role in a unit."""
    name = name or f"{role}@{unit}"
    return Actor("staff", f"account:{name}"[:40], name, frozenset({role}), unit, frozenset({unit}))


DISPATCHER = member(Role.DISPATCHER)
SUPERVISOR = member(Role.SUPERVISOR)
CALLER = member(Role.CALLER)
SEAT = member(Role.SEAT)


def clerk(unit: str = STREET) -> Actor:
    """A clerk of a unit."""
    return member(Role.CLERK, unit)


def reviewer(unit: str = STREET) -> Actor:
    """A reviewer of a unit."""
    return member(Role.REVIEWER, unit)


def first_columns(book: Book, now: datetime, **columns: Any) -> dict[str, Any]:
    """The first columns of a new ticket, with an id and a number of its own."""
    serial = series.take()
    number = new_number(serial, now, book.identity.number_format)
    return {"id": serial, "number": number, "opened_at": now, "channel": "call", **columns}


def waiting_ticket(book: Book, now: datetime, queue: str = "dispatch", **columns: Any) -> Ticket:
    """A ticket that waits for a dispatcher; cold rooms in Shuangjing unless told otherwise."""
    told = {
        "text": "家里暖气不热",
        "category_id": COLD_ROOM,
        "place_id": STREET,
        "district": DISTRICT,
        "street": STREET,
    }
    receive = Step("receive", SEAT, now, told | columns)
    (ticket,) = do_open(
        TICKET,
        [
            Opening(
                first_columns(book, now),
                (receive, Step("queue", PLATFORM, now, waiting(book, queue, now))),
            )
        ],
    )
    assert isinstance(ticket, Ticket)
    return ticket


def ticket_in(state: str, book: Book, now: datetime, unit: str = STREET, **columns: Any) -> Ticket:
    """A ticket in this state, brought there by its verbs, all of them at ``now``."""
    ticket = waiting_ticket(book, now, **columns)
    if state == workflow.WAITING:
        return ticket
    for verb in _ROADS[state]:
        _SAY[verb](ticket, book, now, unit)
    assert ticket.state == state, ticket.state
    return ticket


_ROADS: dict[str, tuple[str, ...]] = {
    workflow.DISPATCHED: ("dispatch",),
    workflow.SIGNED: ("dispatch", "sign"),
    workflow.HANDLING: ("dispatch", "sign", "contact"),
    workflow.PAUSED: ("dispatch", "sign", "contact", "pause"),
    workflow.OBJECTED: ("dispatch", "object"),
    workflow.REPLIED: ("dispatch", "sign", "contact", "reply"),
    workflow.SUBMITTED: ("dispatch", "sign", "contact", "reply", "approve"),
    workflow.CALLBACK: ("dispatch", "sign", "contact", "reply", "approve", "expire"),
}

_SAY: dict[str, Callable[[Ticket, Book, datetime, str], Any]] = {
    "dispatch": lambda t, book, now, unit: do_dispatch(t, Choice(unit), DISPATCHER, now=now, book=book),
    "sign": lambda t, book, now, unit: do_sign(t, clerk(unit), now=now, book=book),
    "contact": lambda t, book, now, unit: do_contact(t, "reached", "", clerk(unit), now=now, book=book),
    "pause": lambda t, book, now, unit: do_pause(
        t, now + timedelta(days=2), "等待检测结果", reviewer(unit), now=now, book=book
    ),
    "object": lambda t, book, now, unit: do_object(t, GROUND, clerk(unit), now=now, book=book),
    "reply": lambda t, book, now, unit: do_reply(t, REPLY, clerk(unit), now=now, book=book),
    "approve": lambda t, book, now, unit: do_review(t, True, "", reviewer(unit), now=now, book=book),
    "expire": lambda t, book, now, unit: do_limit_reached(t, PLATFORM, now=now, book=book),
}


def stored(ticket: Ticket) -> Ticket:
    """The ticket as the database has it now."""
    return Ticket.objects.get(pk=ticket.pk)
