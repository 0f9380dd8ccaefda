"""Which clock of a ticket rings next while its unit's limit runs. Pure.

A limit (办理时限) holds smaller ones: by when the unit signs (签收), by when it has reached the requester
(先行联系), and from when the end is near. All count in the calendar of the tier (``limit_tiers.csv``).
One clock is kept per ticket, the earliest; what is done, or was reminded of in this round, does not ring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from jieban.city.book import Book, MissingRule
from jieban.city.clock import add_time, calendar_of, due_after_pauses, due_at, local_day
from jieban.city.rows import LimitTier
from jieban.tickets import workflow as w

Values = Mapping[str, Any]


def tier_of(row: Values, book: Book) -> LimitTier | None:
    """The tier by which the ticket's limit was set: as it was in force on the day of dispatch."""
    if row["dispatched_at"] is None:
        return None
    try:
        tier: LimitTier = book.dated("limit_tiers", row["tier"], local_day(book, row["dispatched_at"]))
    except MissingRule:
        return None
    return tier


def sign_by(row: Values, book: Book) -> datetime | None:
    """By when the unit should have signed for the ticket; None before dispatch."""
    tier = tier_of(row, book)
    return _within(row, tier, tier.sign_in_hours, book) if tier else None


def contact_by(row: Values, book: Book) -> datetime | None:
    """By when the requester should have been reached the first time; None before dispatch."""
    tier = tier_of(row, book)
    return _within(row, tier, tier.first_contact_hours, book) if tier else None


def _within(row: Values, tier: LimitTier, hours: Any, book: Book) -> datetime:
    return add_time(row["dispatched_at"], hours, calendar_of(book, tier.calendar))


def limit(row: Values, book: Book) -> datetime:
    """When the limit ends: the tier's, moved by the pauses and the extension of this round (Art. 13, 15).

    Raises ``MissingRule`` where the tier had no row on the day of dispatch, and ``NoWorkingTime``.
    """
    tier: LimitTier = book.dated("limit_tiers", row["tier"], local_day(book, row["dispatched_at"]))
    spans = [(datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end, *_ in row["pauses"]]
    due = due_after_pauses(row["dispatched_at"], tier, spans, book)
    days = row["extension_days"]
    if not days:
        return due
    return due_at(due, replace(tier, amount=days, unit="day"), book)


def reminders(row: Values, book: Book) -> dict[str, datetime]:
    """The reminders that may still come in this round: ``sign``, ``pass_on``, ``contact``, ``warn`` -> moment
    (UTC)."""
    tier = tier_of(row, book)
    if tier is None or row["submitted_at"] is not None:
        return {}
    found: dict[str, datetime] = {}
    if row["signed_at"] is None:
        found["sign"] = _within(row, tier, tier.sign_in_hours, book)
    if (hours := _pass_on_hours(row, book)) is not None:
        found["pass_on"] = _within(row, tier, hours, book)
    if row["contacted_at"] is None and row["secrecy"] != "anonymous":
        found["contact"] = _within(row, tier, tier.first_contact_hours, book)
    found["warn"] = row["due_at"] - timedelta(hours=float(tier.warn_hours))
    return {name: at for name, at in found.items() if name not in row["reminded"] and at < row["due_at"]}


def _pass_on_hours(row: Values, book: Book) -> Decimal | None:
    """Within how many hours a district that holds a ticket passes it on (Art. 12); None for other units."""
    lead = book.units.get(row["lead_id"] or "")
    if lead is None or lead.kind != "district" or row["state"] not in (w.DISPATCHED, w.SIGNED):
        return None
    try:
        return book.rule("dispatch.pass_on_hours", local_day(book, row["dispatched_at"]))
    except MissingRule:
        return None


def running(row: Values, book: Book) -> dict[str, Any]:
    """The columns ``clock`` and ``clock_at`` of a ticket whose limit runs: the earliest moment to act."""
    if row["state"] not in w.RUNNING:
        raise ValueError(f"no limit runs while a ticket is '{row['state']}'")
    moments = {**reminders(row, book), "limit": row["due_at"]}
    clock = min(moments, key=lambda name: (moments[name], name))
    return {"clock": clock, "clock_at": moments[clock]}
