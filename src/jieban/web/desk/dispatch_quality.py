"""How good dispatch is (派单质量): a month's success, honest confidence, drift, thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jieban.dispatch.quality import Bin, report
from jieban.dispatch.ranker.learned import learned_for
from jieban.dispatch.ranker.ranking import NEVER
from jieban.dispatch.why.explain import name_of
from jieban.people.access import page
from jieban.web.desk.sitting import sitting

SIDE = 200
"""Side of the picture of the confidence, in units of its own."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A bin in the picture: where it stands, how large, and its row."""

    x: int
    y: int
    size: int
    bin: Bin


@page("catalogue.propose")
@never_cache
@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    """The report of a month. Three SQL statements besides the frame's."""
    desk = sitting(request)
    month = _month(request.GET.get("month", "")) or desk.today.replace(day=1)
    found = report(desk.book, learned_for(desk.book), month)
    after = (month + timedelta(days=32)).replace(day=1)
    shown = {
        "desk": desk,
        "report": found,
        "month": found.month,
        "before": f"{month - timedelta(days=1):%Y-%m}",
        "after": f"{after:%Y-%m}" if after <= desk.today else "",
        "dots": _dots(found.bins),
        "side": SIDE,
        "thresholds": [
            (name_of(desk.book, code, desk.english) if code else "", value if value < NEVER else None)
            for code, value in sorted(found.thresholds.items())
        ],
    }
    return render(request, "desk/dispatch_quality.html", shown)


def _dots(bins: tuple[Bin, ...]) -> list[Dot]:
    most = max((one.count for one in bins), default=1)
    return [
        Dot(
            x=round(one.said * SIDE),
            y=round((1 - one.right) * SIDE),
            size=3 + round(7 * (one.count / most) ** 0.5),
            bin=one,
        )
        for one in bins
    ]


def _month(written: str) -> date | None:
    """The first day of a month written as 2026-11; None for anything else."""
    try:
        found = datetime.strptime(written[:7], "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        return None
    return found if found.year >= 2000 else None
