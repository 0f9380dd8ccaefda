"""The only readers of more than one event of handling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from jieban.matters.models import Event
from jieban.tickets.models import Ticket

CONTACTS = ("contact", "relay")


def refusals(ticket: Ticket) -> int:
    """How often the requester refused to talk, on record (exclusion E7). One SQL statement."""
    tries = Event.objects.filter(matter=ticket.pk, verb__in=CONTACTS, detail__outcome="refused")
    return tries.count()


def attempts(events: Iterable[Event]) -> Counter[str]:
    """The tries to reach the requester among ``events``: outcome -> how often."""
    return Counter(str(event.detail.get("outcome", "")) for event in events if event.verb in CONTACTS)
