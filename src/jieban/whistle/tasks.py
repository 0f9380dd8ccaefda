"""What the clock does to whistles and report-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jieban.city.queries import book
from jieban.matters.actors import PLATFORM
from jieban.whistle.actions import do_mark, do_order_in
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.rating import do_reveal


def late(reports: Sequence[ReportIn], now: datetime) -> None:
    """The limit has passed and the unit has not reported in; it still must."""
    do_mark(reports, "late", now=now)


def result_late(reports: Sequence[ReportIn], now: datetime) -> None:
    """The unit came and owes its result."""
    do_mark(reports, "result_late", now=now)


def join_late(reports: Sequence[ReportIn], now: datetime) -> None:
    """The other district has not said whether it joins: the city's supervisor may do so."""
    do_mark(reports, "join_late", now=now)


def refusal_late(reports: Sequence[ReportIn], now: datetime) -> None:
    """Nobody has ruled on a refusal in time: the unit comes first and argues later."""
    for report in reports:
        do_order_in(report, "", PLATFORM, now=now, book=book())


def rating_over(whistles: Sequence[Whistle], now: datetime) -> None:
    """The days for rating each other are over."""
    for whistle in whistles:
        do_reveal(whistle, now=now)
