"""The only readers of more than one sub-ticket."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q, QuerySet

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
    due, _sign, pk = after.partition("_")
    try:
        last = (datetime.fromtimestamp(float(due), UTC), int(pk)) if after else None
    except (ValueError, OverflowError, OSError):
        last = None
    if last and 0 <= last[1] < 2**63:
        subs = subs.filter(Q(due_at__gt=last[0]) | Q(due_at=last[0], pk__gt=last[1]))
    found = list(subs.order_by("due_at", "id")[: size + 1])
    if len(found) <= size:
        return Listed(found, "")
    end = found[size - 1]
    assert end.due_at is not None
    return Listed(found[:size], f"{end.due_at.timestamp():.6f}_{end.pk}")


def by_number(number: str) -> SubTicket | None:
    """The sub-ticket with this number. One SQL statement."""
    return None if "\0" in number else SubTicket.objects.filter(number=number.strip()).first()
