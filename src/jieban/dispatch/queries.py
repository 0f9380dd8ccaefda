"""What dispatch reads of the past of a ticket."""

from __future__ import annotations

from dataclasses import dataclass

from jieban.matters.models import Event
from jieban.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection as it was raised: the ground's code, and the unit whose duty it is said to be."""

    ground: str = ""
    named: str = ""


def objection_of(ticket: Ticket) -> Objection:
    """The last objection to a ticket. One SQL statement."""
    told = (
        Event.objects.filter(matter=ticket.pk, verb="object")
        .order_by("-seq")
        .values_list("detail", flat=True)
    )
    detail = told.first() or {}
    return Objection(str(detail.get("ground", "")), str(detail.get("named", "")))
