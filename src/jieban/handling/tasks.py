"""What the clock does to tickets at their unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from procrastinate.contrib.django import app

from jieban.city.queries import NoCity, book
from jieban.handling.actions import do_resume
from jieban.handling.recomputing import do_check_limits
from jieban.handling.shelving import do_miss_review, do_unshelve
from jieban.matters.actors import PLATFORM
from jieban.tickets.models import Ticket


def pause_over(tickets: Sequence[Ticket], now: datetime) -> None:
    """The pause has ended: the limit runs on."""
    for ticket in tickets:
        do_resume(ticket, PLATFORM, now=now, book=book())


def shelf_due(tickets: Sequence[Ticket], now: datetime) -> None:
    """A ticket on the ledger is to be looked at again, or its planned date has come (Art. 24)."""
    for ticket in tickets:
        if ticket.shelved_until is None or ticket.shelved_until <= now:
            do_unshelve(ticket, "", PLATFORM, now=now, book=book())
        else:
            do_miss_review(ticket, PLATFORM, now=now, book=book())


@app.periodic(cron="*/5 * * * *")
@app.task(name="handling.recompute_limits", queueing_lock="recompute_limits", lock="recompute_limits")
def recompute_limits(timestamp: int) -> None:
    """Compute the limits of open tickets anew when their rules or calendars have changed (Art. 13)."""
    try:
        city = book()
    except NoCity:
        return
    do_check_limits(PLATFORM, now=datetime.now(UTC), book=city)
