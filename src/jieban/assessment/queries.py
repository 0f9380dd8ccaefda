"""The only readers of the month's counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from jieban.assessment.actions import month_span
from jieban.assessment.models import MonthCount
from jieban.assessment.rules import Counts, Rates, rates
from jieban.city.book import Book
from jieban.city.rows import Scheme
from jieban.tickets.models import Ticket
from jieban.tickets.workflow import CLOSED


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


_ANSWERED = Q(exclusion="", visit_result="reached")


def industry_counts(month: date, book: Book, unit: str = "") -> dict[str, Counts]:
    """What requesters said in a month of tickets in which a department acted beside a territory (双派).

    One verdict, both assessed: the same answers as for the territory, by the department of the industry.
    ``month``: any day in it; ``unit``: of one department alone. One SQL statement.
    """
    start, end = month_span(month, book.identity.timezone)
    tickets = Ticket.objects.filter(state=CLOSED, due_at__gte=start, due_at__lt=end).exclude(industry="")
    if unit:
        tickets = tickets.filter(industry=unit)
    rows: Iterable[Mapping[str, Any]] = (
        tickets.order_by()
        .values("industry")
        .annotate(
            n_due=Count("pk"),
            n_excluded=Count("pk", filter=~Q(exclusion="")),
            n_unreached=Count("pk", filter=Q(exclusion="") & ~Q(visit_result="reached")),
            n_contacted=Count("pk", filter=_ANSWERED & Q(contacted=True)),
            n_solved=Count("pk", filter=_ANSWERED & Q(solved="yes")),
            n_partly=Count("pk", filter=_ANSWERED & Q(solved="partly")),
            n_satisfied=Count("pk", filter=_ANSWERED & Q(satisfied="satisfied")),
            n_basic=Count("pk", filter=_ANSWERED & Q(satisfied="basic")),
            n_overdue=Count("pk", filter=Q(overdue=True)),
        )
    )
    return {
        str(row["industry"]): Counts(
            **{name.removeprefix("n_"): int(n) for name, n in row.items() if name != "industry"}
        )
        for row in rows
    }
