"""What the clock does to tickets whose limit is reached or whose call-back runs out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jieban.callback.actions import do_give_up, do_limit_reached
from jieban.city.queries import book
from jieban.matters.actors import PLATFORM
from jieban.tickets.models import Ticket


def limit_reached(tickets: Sequence[Ticket], now: datetime) -> None:
    """Open the call-back of tickets whose limit is reached."""
    for ticket in tickets:
        do_limit_reached(ticket, PLATFORM, now=now, book=book())


def give_up(tickets: Sequence[Ticket], now: datetime) -> None:
    """Close tickets whose requester could not be reached in the days of the rules."""
    for ticket in tickets:
        do_give_up(ticket, PLATFORM, now=now)
