"""The only readers of more than one event of handling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from jieban.matters.models import Event
from jieban.tickets.models import Ticket
from jieban.tickets.queries import CONTACTS


def replied_by(ticket: Ticket) -> str:
    """The id of whoever wrote the reply that waits for review. One SQL statement."""
    written = Event.objects.filter(matter=ticket.pk, verb="reply").order_by("-seq")
    return written.values_list("actor_id", flat=True).first() or ""


def attempts(events: Iterable[Event]) -> Counter[str]:
    """The tries to reach the requester among ``events``: outcome -> how often."""
    return Counter(str(event.detail.get("outcome", "")) for event in events if event.verb in CONTACTS)
