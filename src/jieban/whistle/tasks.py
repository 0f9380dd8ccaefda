"""What the clock does to whistles and report-ins, and what follows an event of their tickets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from procrastinate.contrib.django import app

from jieban.city.queries import book
from jieban.matters.actors import PLATFORM
from jieban.tickets.models import Ticket
from jieban.whistle.following import do_keep_out, do_leave, do_mark, do_settle
from jieban.whistle.joining import do_order_in
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.rating import do_reveal


def late(reports: Sequence[ReportIn], now: datetime) -> None:
    """The limit has passed and the unit has not reported in; it still must."""
    do_mark(reports, "late", now=now, book=book())


def result_late(reports: Sequence[ReportIn], now: datetime) -> None:
    """The unit came and owes its result."""
    do_mark(reports, "result_late", now=now, book=book())


def join_late(reports: Sequence[ReportIn], now: datetime) -> None:
    """The other district has not said whether it joins: the city's supervisor may do so."""
    do_mark(reports, "join_late", now=now, book=book())


def refusal_late(reports: Sequence[ReportIn], now: datetime) -> None:
    """Nobody has ruled on a refusal in time: the unit comes first and argues later."""
    for report in reports:
        do_order_in(report, "", PLATFORM, now=now, book=book())


def rating_over(whistles: Sequence[Whistle], now: datetime) -> None:
    """The days for rating each other are over."""
    for whistle in whistles:
        do_reveal(whistle, now=now)


@app.task(name="whistle.settle", queue="work", retry=5)
def settle(matter: int) -> None:
    """A report-in is not waited for any more: where it was the last, its whistle ends."""
    do_settle(ReportIn.objects.get(pk=matter), now=datetime.now(UTC), book=book())


@app.task(name="whistle.leave", queue="work", retry=5)
def leave(matter: int) -> None:
    """A ticket was closed or went to another unit: its whistles do not go on for it."""
    do_leave(Ticket.objects.get(pk=matter), now=datetime.now(UTC), book=book())


@app.task(name="whistle.keep_out", queue="work", retry=5)
def keep_out(matter: int) -> None:
    """Who must keep out of a ticket was decided anew: so it is for its whistles (Art. 8)."""
    do_keep_out(matter, now=datetime.now(UTC), book=book())
