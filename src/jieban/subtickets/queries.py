"""The only readers of more than one sub-ticket."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from jieban.matters.paging import page
from jieban.subtickets import workflow as w
from jieban.subtickets.models import SubTicket

PAGE = 20


def of_ticket(ticket: int) -> list[SubTicket]:
    """The sub-tickets of a ticket, oldest first. One SQL statement."""
    return list(SubTicket.objects.filter(ticket=ticket).order_by("id"))


def open_of(ticket: int) -> list[SubTicket]:
    """What is open for a ticket. One SQL statement."""
    return list(SubTicket.objects.filter(ticket=ticket).exclude(state__in=w.CLOSED_STATES).order_by("id"))


@dataclass(frozen=True, slots=True)
class Listed:
    """Some sub-tickets by their clock, and the key to go on from; empty when there are no more."""

    rows: list[SubTicket]
    after: str


def inbox(units: Collection[str], after: str = "", size: int = PAGE) -> Listed:
    """What these units have been asked and have not answered, by its clock. One SQL statement."""
    waiting = SubTicket.objects.filter(lead_id__in=units, state__in=(w.SENT, w.SIGNED))
    return _listed(waiting, after, size)


def outbox(units: Collection[str], after: str = "", size: int = PAGE) -> Listed:
    """What these units have asked of others and not settled, by the clock. One SQL statement."""
    asked = SubTicket.objects.filter(sender_id__in=units).exclude(state__in=w.CLOSED_STATES)
    return _listed(asked, after, size)


def _listed(subs: QuerySet[SubTicket], after: str, size: int) -> Listed:
    return Listed(*page(subs, after, size))


def by_number(number: str) -> SubTicket | None:
    """The sub-ticket with this number. One SQL statement."""
    return None if "\0" in number else SubTicket.objects.filter(number=number.strip()).first()
