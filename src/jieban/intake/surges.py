"""Surge mode (专题): a topic that fills the lines for a time has its own form, queue and feed. Pure.

As in the autumn of 2021, when two requests of five were about one topic and corrections were fed to
those who handled them each six hours [COVID21].
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from jieban.city.book import Book
from jieban.city.law import Surge


def surge_of(book: Book, on: date, category: str, text: str) -> Surge | None:
    """The topic in force that the request belongs to, by its words or its matter; the first that fits."""
    for row in book.current("surges", on):
        by_matter = any(category.startswith(code) for code in row.categories if category)
        if by_matter or any(phrase in text for phrase in row.phrases):
            found: Surge = row
            return found
    return None


def surge_named(book: Book, code: str) -> Surge | None:
    """The topic with this code, in force or over; the latest period of it."""
    rows = book.by_code("surges").get(code, ())
    return max(rows, key=lambda row: row.valid_from) if rows else None


def feed_spans(
    surge: Surge, last: datetime | None, since: datetime, now: datetime
) -> list[tuple[datetime, datetime]]:
    """The spans whose feed is due, oldest first: whole steps of ``feed_hours`` on the UTC clock.

    ``last`` is the end of the last feed made; ``since`` where the topic began. Nothing is due within an
    unfinished step, so that the same span is never fed twice with other contents.
    """
    step = timedelta(hours=float(surge.feed_hours))
    begin = last or _floor(since, step)
    spans = []
    while begin + step <= now:
        spans.append((begin, begin + step))
        begin += step
    return spans


def _floor(moment: datetime, step: timedelta) -> datetime:
    epoch = datetime(2000, 1, 1, tzinfo=UTC)
    return epoch + (moment - epoch) // step * step
