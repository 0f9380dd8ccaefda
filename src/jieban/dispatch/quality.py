"""How good dispatch is: drift, calibration, first-dispatch success, by month and unit.

``report`` reads the counts of the nightly job in three SQL statements, whatever the volume; the figures
are pure functions over those counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from math import log
from typing import Any

from django.db.models import Case, F, Sum, When
from django.db.models.functions import Coalesce

from jieban.city.book import Book, MissingRule
from jieban.dispatch.models import DispatchFact, DispatchMonth
from jieban.dispatch.ranker.learned import Learned
from jieban.dispatch.ranker.learning import tables_key

BINS = 10
MONTHS = 6
MOST_UNITS = 50
STEADY, WATCHED = 0.1, 0.25
"""The usual reading of a population stability index: below 0.1 steady, from 0.25 on another population."""
_LEAST_SHARE = 0.0005


@dataclass(frozen=True, slots=True)
class Bin:
    """Proposals with a confidence from ``low`` to ``high``: what was said and what was right, as shares."""

    low: float
    high: float
    count: int
    said: float
    right: float


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """A unit in a month: tickets, the share that stayed with it, that it was proposed for, returned."""

    unit: str
    count: int
    first_success: float
    agreed: float
    returned: int


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """All dispatches of a month: ``alone`` is the share that went out without a person."""

    month: date
    count: int
    alone: float
    first_success: float
    agreed: float
    alone_right: float


@dataclass(frozen=True, slots=True)
class CategoryShare:
    """A category of the first level: its share of the month and of what the model learned from."""

    code: str
    share: float
    trained: float
    count: int


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a month. ``drift`` is the population stability index, None without a model."""

    month: date
    months: tuple[MonthFigures, ...]
    bins: tuple[Bin, ...]
    gap: float
    units: tuple[UnitFigures, ...]
    categories: tuple[CategoryShare, ...]
    drift: float | None
    notes: Mapping[str, Any]
    thresholds: Mapping[str, float]
    precision: float | None
    outdated: bool

    @property
    def standing(self) -> str:
        """``steady``, ``watched`` or ``moved``; empty without a model or tickets."""
        if self.drift is None:
            return ""
        return "steady" if self.drift < STEADY else "watched" if self.drift < WATCHED else "moved"

    def as_json(self) -> dict[str, Any]:
        """The report as the command prints it."""
        return {
            "month": f"{self.month:%Y-%m}",
            "months": [{**asdict(one), "month": f"{one.month:%Y-%m}"} for one in self.months],
            "drift": {"psi": self.drift, "standing": self.standing,
                      "categories": [asdict(one) for one in self.categories]},
            "calibration": {"gap": self.gap, "bins": [asdict(one) for one in self.bins]},
            "units": [asdict(one) for one in self.units],
            "model": {**self.notes, "outdated": self.outdated},
            "auto": {"precision": self.precision, "thresholds": dict(self.thresholds)},
        }  # fmt: skip


def report(book: Book, learned: Learned | None, month: date) -> Report:
    """The report of the month of ``month`` and the months before it. Three SQL statements."""
    first = month.replace(day=1)
    since = (first - timedelta(days=31 * (MONTHS - 1))).replace(day=1)
    facts = DispatchFact.objects.order_by()
    months = list(
        facts.filter(month__gte=since, month__lte=first)
        .values_list("month", "category", "bin", "agreed", "alone", "first")
        .annotate(total=Sum("n"), sure=Sum("said"))
    )
    units = (
        facts.filter(month=first)
        .values_list("unit")
        .annotate(total=Sum("n"), stayed=_when("first"), fitted=_when("agreed"))
    )
    returned = dict(
        DispatchMonth.objects.filter(month=first, returned__gt=0)
        .order_by()
        .values_list("unit")
        .annotate(total=Sum("returned"))
    )
    now = [row[1:] for row in months if row[0] == first]
    bins = reliability((number, agreed, total, sure) for _, number, agreed, _, _, total, sure in now)
    shares = category_shares(((code, total) for code, _, _, _, _, total, _ in now), learned)
    precision = _precision(book, first)
    return Report(
        month=first,
        months=_months(months),
        bins=bins,
        gap=calibration_gap(bins),
        units=_units(list(units), returned),
        categories=shares,
        drift=drift(shares) if learned and any(one.count for one in shares) else None,
        notes=dict(learned.settled.notes) if learned else {},
        thresholds=learned.settled.thresholds(precision) if learned and precision is not None else {},
        precision=precision,
        outdated=learned is not None and learned.settled.notes.get("tables_key") != tables_key(book),
    )


def _when(column: str) -> Coalesce:
    return Coalesce(Sum(Case(When(**{column: True}, then=F("n")))), 0)


def _precision(book: Book, on: date) -> float | None:
    try:
        return float(book.rule("dispatch.auto_precision", on))
    except MissingRule:
        return None


def reliability(counts: Iterable[tuple[int, bool, int, float]]) -> tuple[Bin, ...]:
    """The reliability table from (tenth, right, count, sum of confidences)."""
    total, right, said = [0] * BINS, [0] * BINS, [0.0] * BINS
    for number, hit, count, sure in counts:
        if 0 <= number < BINS:
            total[number] += count
            right[number] += count if hit else 0
            said[number] += sure
    return tuple(
        Bin(n / BINS, (n + 1) / BINS, total[n], round(said[n] / total[n], 4), round(right[n] / total[n], 4))
        for n in range(BINS)
        if total[n]
    )


def calibration_gap(bins: Sequence[Bin]) -> float:
    """Expected calibration error: how far what is said lies from what is right, weighed by the counts."""
    count = sum(one.count for one in bins)
    return round(sum(abs(one.said - one.right) * one.count for one in bins) / count, 4) if count else 0.0


def category_shares(counts: Iterable[tuple[str, int]], learned: Learned | None) -> tuple[CategoryShare, ...]:
    """Each category's share now and in training, the largest difference first."""
    now: dict[str, int] = defaultdict(int)
    for code, count in counts:
        now[code] += count
    total = sum(now.values())
    trained = dict(learned.settled.shares) if learned else {}
    found = [
        CategoryShare(
            code, round(now.get(code, 0) / max(1, total), 5), trained.get(code, 0.0), now.get(code, 0)
        )
        for code in sorted({*now, *trained})
    ]
    return tuple(sorted(found, key=lambda one: (-abs(one.share - one.trained), one.code)))


def drift(shares: Iterable[CategoryShare]) -> float:
    """The population stability index of the categories: 0 where nothing has changed."""
    total = 0.0
    for one in shares:
        now, before = max(one.share, _LEAST_SHARE), max(one.trained, _LEAST_SHARE)
        total += (now - before) * log(now / before)
    return round(total, 4)


def _months(rows: Sequence[tuple[date, str, int, bool, bool, bool, int, float]]) -> tuple[MonthFigures, ...]:
    grouped: dict[date, list[tuple[bool, bool, bool, int]]] = defaultdict(list)
    for month, _, _, agreed, alone, first, total, _ in rows:
        grouped[month].append((agreed, alone, first, total))
    return tuple(_month(month, grouped[month]) for month in sorted(grouped))


def _month(month: date, rows: Sequence[tuple[bool, bool, bool, int]]) -> MonthFigures:
    count = sum(total for *_, total in rows)
    alone = sum(total for _, by_itself, _, total in rows if by_itself)
    return MonthFigures(
        month,
        count,
        alone=_share(alone, count),
        first_success=_share(sum(total for _, _, first, total in rows if first), count),
        agreed=_share(sum(total for agreed, _, _, total in rows if agreed), count),
        alone_right=_share(sum(total for _, by_itself, first, total in rows if by_itself and first), alone),
    )


def _units(rows: Sequence[tuple[str, int, int, int]], returned: Mapping[str, int]) -> tuple[UnitFigures, ...]:
    figures = [
        UnitFigures(unit, total, _share(stayed, total), _share(fitted, total), returned.get(unit, 0))
        for unit, total, stayed, fitted in rows
    ]
    gone = [UnitFigures(unit, 0, 0.0, 0.0, n) for unit, n in returned.items()
            if unit not in {one.unit for one in figures}]  # fmt: skip
    return tuple(
        sorted([*figures, *gone], key=lambda one: (-one.returned, -one.count, one.unit))[:MOST_UNITS]
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
