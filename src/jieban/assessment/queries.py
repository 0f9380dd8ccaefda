"""The only readers of the month's counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jieban.assessment.models import MonthCount
from jieban.assessment.rules import Counts, Rates, rates
from jieban.city.rows import Scheme


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit in a month: its rates, its place (1 = best; None without answers) and the month before."""

    unit: str
    counts: Counts
    rates: Rates
    rank: int | None
    before: Rates | None
    simulated: bool


def months() -> list[date]:
    """The months that have counts, latest first. One SQL statement."""
    return list(MonthCount.objects.order_by("-month").values_list("month", flat=True).distinct())


def standings(month: date, scheme: Scheme, *, kind: str = "street", district: str = "") -> list[Standing]:
    """The units of a kind in a month, best first; those without answers last. Two SQL statements."""
    first = month.replace(day=1)
    rows = _month_rows(first, kind, district)
    previous = date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
    before = {row.unit_id: rates(row.counts, scheme) for row in _month_rows(previous, kind, district)}
    scored = [(row, rates(row.counts, scheme)) for row in rows]
    scored.sort(key=lambda pair: (pair[1].composite is None, -(pair[1].composite or 0), pair[0].unit_id))
    found: list[Standing] = []
    for position, (row, rate) in enumerate(scored, start=1):
        tied = found and found[-1].rates.composite == rate.composite
        rank = None if rate.composite is None else found[-1].rank if tied else position
        found.append(
            Standing(row.unit_id, row.counts, rate, rank, before.get(row.unit_id), bool(row.simulated))
        )
    return found


def _month_rows(month: date, kind: str, district: str) -> list[MonthCount]:
    rows = MonthCount.objects.filter(month=month, unit__kind=kind)
    if district:
        rows = rows.filter(unit__parent=district)
    return list(rows)
