"""What the clock does to tickets that wait for the hotline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from procrastinate.contrib.django import app

from jieban.city.clock import local_day
from jieban.city.queries import NoCity, book
from jieban.dispatch.actions import do_mark_late
from jieban.dispatch.events.tasks import look_over_events, move_event_bars, suggest_events
from jieban.dispatch.fallback import do_rule_in_default
from jieban.dispatch.ranker.history import do_count_month
from jieban.matters.actors import PLATFORM
from jieban.tickets.models import Ticket

__all__ = ["late", "look_over_events", "move_event_bars", "ruling_late", "suggest_events"]


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


@app.periodic(cron="41 2 * * *")
@app.task(name="dispatch.count", queueing_lock="dispatch_count", queue="work")
def count(timestamp: int) -> None:
    """Count each night who took what where, of this month and, in its first week, of the one before."""
    try:
        city = book()
    except NoCity:
        return
    today = local_day(city, datetime.now(UTC))
    if today.day <= 7:
        do_count_month(today.replace(day=1) - timedelta(days=1), city)
    do_count_month(today, city)
