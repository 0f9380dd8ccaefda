"""What the clock does to tickets that wait for the hotline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jieban.city.queries import book
from jieban.dispatch.actions import do_mark_late
from jieban.dispatch.fallback import do_rule_in_default
from jieban.matters.actors import PLATFORM
from jieban.tickets.models import Ticket


def late(tickets: Sequence[Ticket], now: datetime) -> None:
    """Nobody has dispatched these within the hours of the rules: mark them, so that they come first."""
    city = book()
    for ticket in tickets:
        do_mark_late(ticket, PLATFORM, now=now, book=city)


def ruling_late(tickets: Sequence[Ticket], now: datetime) -> None:
    """Nobody has ruled on these objections in the hours of the rules: handle first, argue later.

    The unit that objects handles it; where the city wants it so, the fallback unit does.
    """
    for ticket in tickets:
        do_rule_in_default(ticket, PLATFORM, now=now, book=book())
