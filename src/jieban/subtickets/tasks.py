"""What the clock does to sub-tickets, and what the end of a ticket does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from procrastinate.contrib.django import app

from jieban.matters.actors import PLATFORM
from jieban.subtickets.actions import do_end_all, do_mark_late
from jieban.subtickets.models import SubTicket


def late(subs: Sequence[SubTicket], now: datetime) -> None:
    """Mark what was not answered in time."""
    for sub in subs:
        do_mark_late(sub, PLATFORM, now=now)


@app.task(name="subtickets.end", queue="figures", retry=5)
def end(matter: int) -> None:
    """A ticket was closed: what is still open for it is settled. Doing it twice does no harm."""
    do_end_all(matter, now=datetime.now(UTC))
