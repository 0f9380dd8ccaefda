"""What the clock does to tickets whose limit is reached or whose call-back runs out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jieban.callback.actions import do_give_up, do_limit_reached
from jieban.city.queries import book
from jieban.handling.actions import do_remind
from jieban.matters.actors import PLATFORM
from jieban.tickets.models import Ticket


def limit_reached(tickets: Sequence[Ticket], now: datetime) -> None:
    """Open the call-back of tickets whose limit is reached."""
    for ticket in tickets:
        do_limit_reached(ticket, PLATFORM, now=now, book=book())


def remind(tickets: Sequence[Ticket], now: datetime) -> None:
    """Remind units of what they have not done: sign, reach the requester, submit (Art. 13, 15).

    After an outage the limit itself may have passed: then nobody is reminded, the requester is asked.
    It stands here and not in ``handling``, because it may be the call-back that begins.
    """
    passed = [ticket for ticket in tickets if ticket.due_at is not None and ticket.due_at <= now]
    limit_reached(passed, now)
    for ticket in tickets:
        if ticket not in passed:
            do_remind(ticket, PLATFORM, now=now, book=book())


def give_up(tickets: Sequence[Ticket], now: datetime) -> None:
    """Close tickets whose requester could not be reached in the days of the rules."""
    for ticket in tickets:
        do_give_up(ticket, PLATFORM, now=now)
