"""What the clock does to exclusions, and what follows an event of their tickets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from procrastinate.contrib.django import app

from jieban.city.queries import book
from jieban.exclusion.actions import do_expire, do_follow, do_keep_out, do_mark_late, do_settle
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


@app.task(name="exclusion.follow", queue="work", retry=5)
def follow(matter: int) -> None:
    """A ticket was taken from the unit that led it: what that unit got does not go on."""
    do_follow(Ticket.objects.get(pk=matter), now=datetime.now(UTC), book=book())


@app.task(name="exclusion.keep_out", queue="work", retry=5)
def keep_out(matter: int) -> None:
    """Who must keep out of a ticket was decided anew: so it is for its applications (Art. 8)."""
    do_keep_out(Ticket.objects.get(pk=matter), now=datetime.now(UTC))
