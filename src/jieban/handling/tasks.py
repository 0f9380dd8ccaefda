"""What the clock does to tickets at their unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jieban.city.queries import book
from jieban.handling.actions import do_resume
from jieban.matters.actors import PLATFORM
from jieban.tickets.models import Ticket


def pause_over(tickets: Sequence[Ticket], now: datetime) -> None:
    """The pause has ended: the limit runs on."""
    for ticket in tickets:
        do_resume(ticket, PLATFORM, now=now, book=book())


def shelf_due(tickets: Sequence[Ticket], now: datetime) -> None:
    """A ticket on the ledger is to be looked at again, or its planned date has come."""
    raise NotImplementedError
