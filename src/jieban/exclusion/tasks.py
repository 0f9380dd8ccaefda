"""What the clock does to exclusions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jieban.city.queries import book
from jieban.exclusion.actions import do_expire, do_mark_late, do_settle
from jieban.exclusion.models import Exclusion
from jieban.tickets.models import Ticket


def late(exclusions: Sequence[Exclusion], now: datetime) -> None:
    """Mark applications and appeals that nobody has decided in time."""
    for exclusion in exclusions:
        do_mark_late(exclusion, now=now)


def appeal_over(exclusions: Sequence[Exclusion], now: datetime) -> None:
    """Let refusals stand against which nobody has appealed."""
    for exclusion in exclusions:
        do_settle(exclusion, now=now)


def expire(exclusions: Sequence[Exclusion], now: datetime) -> None:
    """Count tickets again whose exclusion is over. One SQL statement to read them all."""
    tickets = Ticket.objects.in_bulk([exclusion.ticket for exclusion in exclusions])
    for exclusion in exclusions:
        do_expire(exclusion, now=now, book=book(), ticket=tickets[exclusion.ticket])
