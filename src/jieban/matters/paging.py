"""Paging matters by their limit: the last row seen is the key, never an offset."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import Q, QuerySet

from jieban.matters.models import Matter


def write_key(matter: Matter) -> str:
    """The key of the page that follows this matter."""
    assert matter.due_at is not None
    return f"{matter.due_at.timestamp():.6f}_{matter.pk}"


def read_key(key: str) -> tuple[datetime, int] | None:
    """The limit and the id that a key tells; None for one that is none."""
    due, _, pk = key.partition("_")
    try:
        moment, last = datetime.fromtimestamp(float(due), UTC), int(pk)
    except (ValueError, OverflowError, OSError):
        return None
    return (moment, last) if 0 <= last < 2**63 else None


def page[M: Matter](rows: QuerySet[M], after: str, size: int) -> tuple[list[M], str]:
    """Some of these matters by their limit, and the key to go on from; empty when it was the last page.

    One SQL statement, at the same cost however deep. A key that is none gives the first page.
    """
    last = read_key(after)
    if last:
        due, pk = last
        rows = rows.filter(Q(due_at__gt=due) | Q(due_at=due, pk__gt=pk))
    found = list(rows.filter(due_at__isnull=False).order_by("due_at", "pk")[: size + 1])
    return found[:size], write_key(found[size - 1]) if len(found) > size else ""
