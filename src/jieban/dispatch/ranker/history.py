"""The counts behind learned effects: read in one statement, written at once when a unit is ruled wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.models import DispatchFact, DispatchMonth
from jieban.dispatch.ranker.effects import History, Past, place_key, return_days
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

MOST_PAIRS = 400
"""So many pairs of category and place are looked up for one batch of requests."""


def history_for(wanted: Iterable[tuple[str, str]], book: Book, now: datetime) -> History:
    """The past of some pairs (category of any length, place). One SQL statement; none where nothing is asked.

    Months are whole: those that ``dispatch.return_days`` reaches into count from their first day.
    """
    pairs = list(dict.fromkeys((category[:4], place) for category, place in wanted if len(category) >= 4))
    days = return_days(book, local_day(book, now))
    if not pairs or not days:
        return {}
    since = (local_day(book, now) - timedelta(days=days)).replace(day=1)
    found = defaultdict[tuple[str, str], dict[str, Past]](dict)
    with connection.cursor() as cursor:
        asked = pairs[:MOST_PAIRS]
        cursor.execute(_PAST, [[one for one, _ in asked], [place for _, place in asked], since])
        for category, place, unit, sent, returned in cursor.fetchall():
            found[category, place][unit] = Past(max(sent, returned), returned, since)
    return dict(found)


_PAST = """
    SELECT category, place, unit, sum(sent)::int, sum(returned)::int
    FROM unnest(%s::text[], %s::text[]) AS asked(category, place)
    JOIN dispatch_dispatchmonth USING (category, place)
    WHERE month >= %s
    GROUP BY category, place, unit
"""


def do_note_return(ticket: Ticket, unit: str, *, now: datetime, book: Book) -> None:
    """Remember that ``unit`` was the wrong one for this matter at this place. One SQL statement."""
    category = (ticket.category_id or "")[:4]
    if len(category) < 4 or not unit:
        return
    with connection.cursor() as cursor:
        month = local_day(book, now).replace(day=1)
        cursor.execute(_ONE_MORE, [category, place_key(ticket.street, ticket.district), unit, month])


_ONE_MORE = """
    INSERT INTO dispatch_dispatchmonth (category, place, unit, month, sent, returned)
    VALUES (%s, %s, %s, %s, 0, 1)
    ON CONFLICT (category, place, month, unit)
    DO UPDATE SET returned = dispatch_dispatchmonth.returned + 1
"""
_COUNT = """
    INSERT INTO dispatch_dispatchmonth (category, place, unit, month, sent, returned)
    SELECT left(category_id, 4), coalesce(nullif(street, ''), district), lead_id, %(month)s, count(*), 0
    FROM tickets_ticket
    WHERE state = ANY(%(states)s) AND due_at >= %(begin)s
      AND dispatched_at >= %(begin)s AND dispatched_at < %(end)s
      AND length(category_id) >= 4 AND lead_id IS NOT NULL
    GROUP BY 1, 2, 3
    ON CONFLICT (category, place, month, unit) DO UPDATE SET sent = excluded.sent
"""


_FACTS = """
    INSERT INTO dispatch_dispatchfact (month, category, unit, bin, agreed, alone, first, n, said)
    SELECT %(month)s, left(coalesce(category_id, ''), 2), lead_id,
           CASE WHEN confidence IS NULL THEN 10 ELSE least(greatest(floor(confidence * 10), 0), 9) END,
           coalesce(proposal->'candidates'->0->>'unit' = lead_id, false),
           dispatched_by = '', cardinality(objected_by) = 0, count(*), coalesce(sum(confidence), 0)
    FROM tickets_ticket
    WHERE state = ANY(%(states)s) AND due_at >= %(begin)s
      AND dispatched_at >= %(begin)s AND dispatched_at < %(end)s AND lead_id IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


def do_count_month(day: date, book: Book) -> int:
    """Count again the dispatches of the month of ``day``, as the tickets lie today. Four SQL statements.

    Twice gives the same counts; what was returned is left as it is. Gives the number of rows written.
    """
    zone = ZoneInfo(book.identity.timezone)
    first = day.replace(day=1)
    begin = datetime(first.year, first.month, 1, tzinfo=zone)
    following = (first + timedelta(days=32)).replace(day=1)
    end = datetime(following.year, following.month, 1, tzinfo=zone)
    with transaction.atomic(), connection.cursor() as cursor:
        DispatchMonth.objects.filter(month=first).update(sent=0)
        asked: dict[str, Any] = {"month": first, "begin": begin, "end": end, "states": list(w.COUNTED)}
        cursor.execute(_COUNT, asked)
        counted = int(cursor.rowcount)
        DispatchFact.objects.filter(month=first).delete()
        cursor.execute(_FACTS, asked)
    return counted
