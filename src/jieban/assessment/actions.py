"""The only writer of the month's counts. Counting again gives the same numbers from the same tickets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from jieban.city.book import Book
from jieban.tickets.workflow import CLOSED

_COUNT = """
INSERT INTO assessment_monthcount (month, unit_id, due, excluded, unreached, contacted, solved, partly,
                                   satisfied, basic, overdue, simulated, counted_at)
SELECT %(month)s, lead_id, count(*),
       count(*) FILTER (WHERE exclusion <> ''),
       count(*) FILTER (WHERE exclusion = '' AND visit_result <> 'reached'),
       count(*) FILTER (WHERE exclusion = '' AND visit_result = 'reached' AND contacted),
       count(*) FILTER (WHERE exclusion = '' AND visit_result = 'reached' AND solved = 'yes'),
       count(*) FILTER (WHERE exclusion = '' AND visit_result = 'reached' AND solved = 'partly'),
       count(*) FILTER (WHERE exclusion = '' AND visit_result = 'reached' AND satisfied = 'satisfied'),
       count(*) FILTER (WHERE exclusion = '' AND visit_result = 'reached' AND satisfied = 'basic'),
       count(*) FILTER (WHERE overdue),
       count(*) FILTER (WHERE simulated),
       %(now)s
FROM tickets_ticket
WHERE state = %(closed)s AND due_at >= %(start)s AND due_at < %(end)s {one_unit}
GROUP BY lead_id
ON CONFLICT (month, unit_id) DO UPDATE SET
    due = excluded.due, excluded = excluded.excluded, unreached = excluded.unreached,
    contacted = excluded.contacted, solved = excluded.solved, partly = excluded.partly,
    satisfied = excluded.satisfied, basic = excluded.basic, overdue = excluded.overdue,
    simulated = excluded.simulated, counted_at = excluded.counted_at
"""


def do_count_month(month: date, *, now: datetime, book: Book, unit: str = "") -> int:
    """Count the answers of a month (any day in it) for one unit or all. Two SQL statements.

    One count of a month at a time: a slow one never overwrites a later one's numbers. Gives how many
    units were counted.
    """
    start, end = month_span(month, book.identity.timezone)
    values: dict[str, Any] = {
        "month": month.replace(day=1),
        "now": now,
        "closed": CLOSED,
        "start": start,
        "end": end,
    }
    counted = _COUNT.format(one_unit="AND lead_id = %(unit)s" if unit else "")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"count {values['month']} {unit}"])
        cursor.execute(counted, {**values, "unit": unit} if unit else values)
        return int(cursor.rowcount)


def month_span(month: date, timezone: str) -> tuple[datetime, datetime]:
    """The first moment of the month and of the next one, in the city's time."""
    zone = ZoneInfo(timezone)
    first = month.replace(day=1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return (
        datetime(first.year, first.month, 1, tzinfo=zone),
        datetime(following.year, following.month, 1, tzinfo=zone),
    )
