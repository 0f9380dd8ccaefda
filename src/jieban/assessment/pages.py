"""The rates of the month for everybody: how each street's residents were served, by their own answers."""

from __future__ import annotations

import csv
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jieban.assessment.publishing import PublicRow, published, total
from jieban.assessment.queries import Standing, months, standings
from jieban.assessment.rules import rates
from jieban.city.book import Book
from jieban.city.queries import book
from jieban.city.rows import Place, Scheme
from jieban.dispatch.rules import local_day
from jieban.people.access import public


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader wants to see: a month that has counts (None where there is none) and a district."""

    month: date | None
    months: list[date]
    district: str


def _asked(request: HttpRequest, city: Book) -> Asked:
    there = months()
    wanted = request.GET.get("month", "")
    month = next((one for one in there if f"{one:%Y-%m}" == wanted), there[0] if there else None)
    district = request.GET.get("district", "")
    place = city.places.get(district)
    return Asked(month, there, district if place and place.level == "district" else "")


def default_scheme(city: Book, on: date) -> Scheme | None:
    """The scheme by which the rates are published: the first in force in the city's table, if any."""
    return next(iter(city.current("schemes", on)), None)


def rules_day(city: Book, month: date | None) -> date:
    """The day whose rules hold for a month: its last; today where there is no month."""
    if month is None:
        return local_day(city, datetime.now(UTC))
    return month.replace(day=monthrange(month.year, month.month)[1])


def scheme_name(scheme: Scheme) -> str:
    """What the scheme is called in the reader's language."""
    return scheme.name_en if _is_english() and scheme.name_en else scheme.name


def _rows(
    city: Book, asked: Asked, scheme: Scheme | None, on: date
) -> tuple[list[PublicRow], list[Standing]]:
    if asked.month is None or scheme is None:
        return [], []
    everything = standings(asked.month, scheme)
    rows = published(everything, int(city.rule("assessment.min_visits", on)))
    if asked.district:
        inside = {code for code, unit in city.units.items() if unit.parent == asked.district}
        rows = [row for row in rows if row.unit in inside]
        everything = [one for one in everything if one.unit in inside]
    return rows, everything


@public
@require_GET
def rates_page(request: HttpRequest) -> HttpResponse:
    """The table of the streets. Three SQL statements."""
    city = book()
    asked = _asked(request, city)
    on = rules_day(city, asked.month)
    scheme = default_scheme(city, on)
    rows, everything = _rows(city, asked, scheme, on)
    english = _is_english()
    shown: dict[str, Any] = {
        "asked": asked,
        "month_key": f"{asked.month:%Y-%m}" if asked.month else "",
        "districts": _districts(city, on),
        "scheme": scheme,
        "scheme_name": scheme_name(scheme) if scheme else "",
        "rows": [(row, *_names(city, row.unit, english)) for row in rows],
        "whole": rates(total(everything), scheme) if scheme else None,
        "least": int(city.rule("assessment.min_visits", on)),
        "simulated": any(one.simulated for one in everything),
        "csv": urlencode(
            {"month": f"{asked.month:%Y-%m}" if asked.month else "", "district": asked.district}
        ),
    }
    return render(request, "assessment/rates.html", shown)


@public
@require_GET
def rates_csv(request: HttpRequest) -> HttpResponse:
    """The same table as a file for a spreadsheet. Three SQL statements."""
    city = book()
    asked = _asked(request, city)
    on = rules_day(city, asked.month)
    scheme = default_scheme(city, on)
    rows, everything = _rows(city, asked, scheme, on)
    month = f"{asked.month:%Y-%m}" if asked.month else "none"
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rates-{month}.csv"'
    answer.write("\ufeff")  # a spreadsheet reads Chinese only with this mark
    writer = csv.writer(answer)
    writer.writerow(_heads())
    simulated = _("simulated data") if any(one.simulated for one in everything) else ""
    named = scheme_name(scheme) if scheme else ""
    for row in rows:
        writer.writerow([month, *_cells(city, row), named, simulated])
    return answer


def _heads() -> list[str]:
    return [
        _("Month"),
        _("Place"),
        _("District"),
        _("Street"),
        _("Answers"),
        _("Contacted %"),
        _("Solved %"),
        _("Satisfied %"),
        _("Composite"),
        _("Change to the month before"),
        _("Left out %"),
        _("Scheme"),
        _("Note"),
    ]


def _cells(city: Book, row: PublicRow) -> list[Any]:
    english = _is_english()
    rates_ = row.rates
    figures = [rates_.response, rates_.resolution, rates_.satisfaction, rates_.composite, row.change]
    shown = ["" if figure is None or not row.shown else figure for figure in figures]
    street, district = _names(city, row.unit, english)
    left_out = "" if row.excluded_share is None else row.excluded_share
    return [row.place or "", district, street, row.base, *shown, left_out]


def _districts(city: Book, on: date) -> list[Place]:
    return [place for place in city.places.values() if place.level == "district" and place.in_force(on)]


def _names(city: Book, unit: str, english: bool) -> tuple[str, str]:
    """The street and the district of a unit as places: ``双井街道``, ``朝阳区``."""
    where = city.units[unit].place if unit in city.units else ""
    return _name(city.places.get(where), english), _name(city.place_at(where, "district"), english)


def _name(place: Place | None, english: bool) -> str:
    if place is None:
        return ""
    return place.name_en if english and place.name_en else place.name


def _is_english() -> bool:
    return (get_language() or "").startswith("en")
