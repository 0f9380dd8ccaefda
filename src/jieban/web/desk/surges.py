"""The page of a topic that fills the lines (专题): how many an hour, what was corrected, its feeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jieban.intake import feeds
from jieban.intake.models import SurgeFeed
from jieban.intake.surges import surge_named
from jieban.people.access import page
from jieban.web.desk import special
from jieban.web.desk.home import next_address
from jieban.web.desk.sitting import sitting

MOST_CORRECTIONS = 20
WIDTH, HEIGHT = 12, 96
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of the chart, in the units of its drawing."""

    at: datetime
    count: int
    left: int
    top: int
    height: int


@page("ledger.view")
@never_cache
@require_GET
def surge(request: HttpRequest, code: str) -> HttpResponse:
    """One topic. At most seven SQL statements besides session, account and the city's serial."""
    desk = sitting(request)
    row = surge_named(desk.book, code)
    if row is None:
        raise Http404
    made = feeds.last_feeds(code)
    since = made[0].ends_at if made else desk.now - timedelta(hours=float(row.feed_hours))
    changed = (one for one in feeds.changes(desk.book, row, since, desk.now) if one["corrections"])
    waiting = request.GET.get("waiting") == "1"
    listed = special.surge_page(desk.scope, code, request.GET.get("after", ""), waiting=waiting)
    hours = special.surge_hours(desk.scope, code, desk.book, desk.now)
    shown = {
        "desk": desk,
        "surge": row,
        "in_force": row.in_force(desk.today),
        "counted": special.surge_counts(desk.scope, [code])[code],
        "bars": _bars(hours),
        "most": max(count for _, count in hours),
        "width": len(hours) * WIDTH,
        "height": HEIGHT,
        "waiting": waiting,
        "page": listed,
        "next": next_address(request, listed),
        "feeds": made,
        "since": since,
        "corrected": list(islice(changed, MOST_CORRECTIONS)) if desk.scope.everything else [],
    }
    return render(request, "desk/surge.html", shown)


def _bars(hours: list[tuple[datetime, int]]) -> list[Bar]:
    most = max(max(count for _, count in hours), 1)
    bars = []
    for index, (hour, count) in enumerate(hours):
        height = round(count / most * (HEIGHT - 4))
        bars.append(Bar(hour, count, index * WIDTH, HEIGHT - height, height))
    return bars


@page("ledger.view")
@never_cache
@require_GET
def feed(request: HttpRequest, code: str, pk: int, ending: str) -> HttpResponseBase:
    """A feed as it was made; whole cities only. One SQL statement besides session and account."""
    desk = sitting(request)
    made = get_object_or_404(SurgeFeed, pk=pk, surge=code)
    path = feeds.feed_folder() / f"{made.file}.{ending}"
    if ending not in TYPES or not desk.scope.everything or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), content_type=TYPES[ending], as_attachment=True, filename=path.name)
