"""The only readers of more than one sub-ticket."""

from __future__ import annotations

from jieban.subtickets import workflow as w
from jieban.subtickets.models import SubTicket


def of_ticket(ticket: int) -> list[SubTicket]:
    """The sub-tickets of a ticket, oldest first. One SQL statement."""
    return list(SubTicket.objects.filter(ticket=ticket).order_by("id"))


def inbox(unit: str, size: int = 50) -> list[SubTicket]:
    """What a unit has been asked and has not answered, by its clock. One SQL statement."""
    waiting = SubTicket.objects.filter(lead_id=unit, state__in=(w.SENT, w.SIGNED))
    return list(waiting.order_by("due_at", "id")[:size])


def outbox(unit: str, size: int = 50) -> list[SubTicket]:
    """What a unit has asked of others and not settled, by the clock. One SQL statement."""
    asked = SubTicket.objects.filter(sender_id=unit).exclude(state__in=w.CLOSED_STATES)
    return list(asked.order_by("due_at", "id")[:size])


def by_number(number: str) -> SubTicket | None:
    """The sub-ticket with this number. One SQL statement."""
    return None if "\0" in number else SubTicket.objects.filter(number=number.strip()).first()
