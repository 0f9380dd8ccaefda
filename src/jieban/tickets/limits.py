"""Which tier (办理时限档) a ticket gets: the catalogue's, unless a row of the city says otherwise. Pure.

Ordinance Art. 13: the limit stands on each ticket; the table of limits is the city's own. Where a city
(or a rule pack laid over it) fixes limits by the type of demand, the channel or the round, a row of
``tier_choices.csv`` gives the tier instead of the catalogue's. Words of alarm only ever shorten it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from jieban.city.book import Book
from jieban.city.law import TierChoice
from jieban.city.rows import LimitTier

SAME_DAY_HOURS = 12
"""A limit that ends with the day is compared with limits of hours as half a day."""


def tier_for(
    book: Book,
    on: date,
    catalogue_tier: str,
    *,
    alarm_tier: str = "",
    demand_type: str = "",
    category: str = "",
    channel: str = "",
    redone: bool = False,
) -> str:
    """The code of the tier that holds; empty where nothing gives one.

    Of the rows that fit the most specific counts: words of alarm first, then the deeper category, the
    channel, the type of demand; of equals the first. What is done again (``redone``) keeps the tier of
    the round before, unless a row for what is done again fits. The tier of the alarm (``alarm_tier``)
    wins where it is shorter. Raises ``MissingRule`` for a tier that is not in force.
    """
    asked = (demand_type, category, channel, redone, bool(alarm_tier))
    rows = [row for row in book.current("tier_choices", on) if _fits(row, *asked)]
    chosen = max(rows, key=_weight).tier if rows else catalogue_tier
    return more_urgent(book, chosen, alarm_tier, on)


def more_urgent(book: Book, one: str, other: str, on: date) -> str:
    """Of two tiers the one with the shorter limit; an empty code loses. Raises ``MissingRule``."""
    tiers: list[LimitTier] = [book.dated("limit_tiers", code, on) for code in (one, other) if code]
    return min(tiers, key=_hours).code if tiers else ""


def _hours(tier: LimitTier) -> int:
    if tier.unit == "hour":
        return tier.amount
    return tier.amount * 24 or SAME_DAY_HOURS


def _fits(
    row: TierChoice, demand_type: str, category: str, channel: str, redone: bool, alarmed: bool
) -> bool:
    return (
        row.demand_type in ("", demand_type)
        and category.startswith(row.category)
        and row.channel in ("", channel)
        and row.redo == redone
        and (alarmed or not row.alarm)
    )


def _weight(row: TierChoice) -> tuple[bool, int, bool, bool]:
    return (row.alarm, len(row.category), bool(row.channel), bool(row.demand_type))


def tier_of(
    row: Mapping[str, Any],
    catalogue_tier: str,
    book: Book,
    on: date,
    *,
    category: str = "",
    redone: bool = False,
) -> str:
    """The tier of a ticket as its columns stand; ``category`` is what a person chose instead of its own."""
    return tier_for(
        book,
        on,
        catalogue_tier,
        alarm_tier=row["alarm_tier"],
        demand_type=row["demand_type"],
        category=category or row["category_id"] or "",
        channel=row["channel"],
        redone=redone,
    )
