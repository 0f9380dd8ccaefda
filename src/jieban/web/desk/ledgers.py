"""The pages of special ledgers (台账): all of them with counts, one as a list, its sums, its export.

Ordinance Art. 21-22. A double ledger (双台账) shows both sides: what is served, and what is asked.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jieban.city.law import Ledger
from jieban.people.access import page
from jieban.tickets.ledgers import ASK, PARTY, SERVE
from jieban.web.desk import special
from jieban.web.desk.home import next_address
from jieban.web.desk.sitting import Sitting, sitting
from jieban.web.words import unit_words

COLUMNS = (
    "number",
    "opened_at",
    "state",
    "demand_type",
    "category",
    "district",
    "street",
    "unit",
    "due_at",
    "closed_at",
    "solved",
    "satisfied",
)
_SOURCE = {"category": "category_id", "unit": "lead_id"}


@page("ledger.view")
@never_cache
@require_GET
def all_ledgers(request: HttpRequest) -> HttpResponse:
    """All ledgers and topics with their counts. Two SQL statements more for each ledger of what is asked."""
    desk = sitting(request)
    rows = _rows(desk)
    codes = [row.code for row in rows if row.direction != ASK]
    counts = special.ledger_counts(desk.scope, codes)
    for row in rows:
        if row.direction == ASK:
            counts[row.code] = special.asked_counts(desk.scope, _parties(desk, row))
    surges = list({row.code: row for row in desk.book.tables["surges"]}.values())
    topics = special.surge_counts(desk.scope, [row.code for row in surges])
    shown = {
        "desk": desk,
        "ledgers": [(row, counts[row.code], _through(desk, row)) for row in rows],
        "topics": [(row, topics[row.code], row.in_force(desk.today)) for row in surges],
    }
    return render(request, "desk/ledgers.html", shown)


@page("ledger.view")
@never_cache
@require_GET
def ledger(request: HttpRequest, code: str) -> HttpResponse:
    """One ledger. At most five SQL statements besides session, account and the city's serial."""
    desk = sitting(request)
    row = _row(desk, code)
    after = request.GET.get("after", "")
    shown: dict[str, Any] = {
        "desk": desk,
        "ledger": row,
        "through": _through(desk, row),
        "other_side": _other_side(desk, row),
        "only_open": request.GET.get("open") == "1",
    }
    if row.direction == ASK:
        found = special.asked_page(desk.scope, _parties(desk, row), after)
        shown |= {
            "subs": [(sub, _party_name(desk, sub.party)) for sub in found.subs],
            "next": _next(request, found.after),
            "counted": special.asked_counts(desk.scope, _parties(desk, row)),
        }
        return render(request, "desk/ledger.html", shown)
    listed = special.ledger_page(desk.scope, code, after, only_open=shown["only_open"])
    summed = special.summed_rows(desk.book, code)
    sums = special.ledger_sums(desk.scope, code, summed)
    shown |= {
        "page": listed,
        "next": next_address(request, listed),
        "counted": special.ledger_counts(desk.scope, [code])[code],
        "sums": [(one, sums[one.code]) for one in summed],
        "csv": reverse("ledger_csv", args=[code]),
    }
    return render(request, "desk/ledger.html", shown)


@page("ledger.view")
@never_cache
@require_GET
def ledger_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The ledger as a table, without words and names. One SQL statement."""
    desk = sitting(request)
    row = _row(desk, code)
    if row.direction == ASK:
        raise Http404
    answer = StreamingHttpResponse(_lines(desk, code), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="ledger-{code}.csv"'
    return answer


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _lines(desk: Sitting, code: str) -> Iterator[str]:
    told = list(dict.fromkeys(row.code for row in desk.book.tables["form_fields"] if row.kind != "text"))
    writer = csv.writer(_Echo())
    zone = ZoneInfo(desk.book.identity.timezone)
    yield "\ufeff" + str(writer.writerow([*COLUMNS, PARTY, *told]))
    for row in special.ledger_rows(desk.scope, code):
        values = [_cell(row[_SOURCE.get(name, name)], zone) for name in COLUMNS]
        answers = row["answers"]
        yield str(writer.writerow([*values, *(answers.get(name, "") for name in (PARTY, *told))]))


def _cell(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return str(value or "")


def _rows(desk: Sitting) -> list[Ledger]:
    """The ledgers in force, and those that were, each code once."""
    rows: dict[str, Ledger] = {}
    for row in desk.book.tables["ledgers"]:
        if row.code not in rows or row.in_force(desk.today):
            rows[row.code] = row
    return list(rows.values())


def _row(desk: Sitting, code: str) -> Ledger:
    found = next((row for row in _rows(desk) if row.code == code), None)
    if found is None:
        raise Http404
    return found


def _parties(desk: Sitting, row: Ledger) -> list[str]:
    return list({one.code for one in desk.book.tables["parties"] if one.kind == row.party_kind})


def _party_name(desk: Sitting, code: str) -> str:
    row = next((one for one in desk.book.tables["parties"] if one.code == code), None)
    if row is None:
        return code
    return str(row.name_en if desk.english and row.name_en else row.name)


def _through(desk: Sitting, row: Ledger) -> str:
    return unit_words(desk.book, row.coordinator, desk.english) if row.coordinator else ""


def _other_side(desk: Sitting, row: Ledger) -> Ledger | None:
    """The other side of a double ledger."""
    wanted = {SERVE: ASK, ASK: SERVE}.get(row.direction, "")
    return next(
        (
            one
            for one in _rows(desk)
            if wanted and one.direction == wanted and one.party_kind == row.party_kind
        ),
        None,
    )


def _next(request: HttpRequest, after: str) -> str:
    if not after:
        return ""
    given = request.GET.copy()
    given["after"] = after
    return f"{request.path}?{given.urlencode()}"
