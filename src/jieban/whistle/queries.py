"""The only readers of more than one whistle. Lists are paged by key: the last row seen, never an offset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Manager, Max, Q, QuerySet

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.matters.models import Event, Matter
from jieban.matters.paging import page
from jieban.tickets.queries import Scope
from jieban.whistle import rules
from jieban.whistle import workflow as w
from jieban.whistle.models import ReportIn, Whistle

PAGE = 20
COME = (*w.WORKING, w.RESULT, w.RATED)
"""States of a report-in whose unit has come."""


@dataclass(frozen=True, slots=True)
class Found[M: Matter]:
    """Some matters by their clock, and the key to go on from; empty when it was the last page."""

    rows: list[M]
    after: str


def by_number(number: str) -> Whistle | None:
    """The whistle with this number. One SQL statement."""
    return None if "\0" in number else Whistle.objects.filter(number=number.strip()).first()


def may_see(whistle: Whistle, scope: Scope) -> bool:
    """Whether a whistle lies within a scope: its street, the units called, the districts concerned.

    A unit that must keep out of a ticket (回避) sees no whistle for it, as in ``tickets.queries.visible``.
    """
    if scope.everything:
        return True
    if scope.unit in whistle.recused:
        return False
    seers = {whistle.lead_id, whistle.district, *whistle.called, *whistle.copied_to}
    return bool(scope.unit) and scope.unit in seers


def reports_of(*whistles: int) -> list[ReportIn]:
    """The report-ins of whistles, in the order of calling. One SQL statement."""
    return list(ReportIn.objects.filter(whistle__in=whistles).order_by("id"))


def of_ticket(ticket: int) -> list[Whistle]:
    """The whistles blown for a ticket, the latest first. One SQL statement."""
    return list(Whistle.objects.filter(tickets__contains=[ticket]).order_by("-id"))


def history(whistle: int, reports: Sequence[int]) -> list[Event]:
    """The events of a whistle and its report-ins, newest first. One SQL statement."""
    return list(Event.objects.filter(matter__in=[whistle, *reports]).order_by("-at", "-id"))


def visible_reports(scope: Scope) -> QuerySet[ReportIn]:
    """The report-ins within a scope: one's own, those one called for, those of one's territory."""
    if scope.everything:
        return ReportIn.objects.all()
    if not scope.unit:
        return ReportIn.objects.none()
    mine = Q(lead_id=scope.unit) | Q(sender_id=scope.unit) | Q(copied_to__contains=[scope.unit])
    return _for(scope.unit, ReportIn.objects).filter(
        mine | Q(district=scope.district) if scope.district else mine
    )


def called(unit: str, after: str = "", size: int = PAGE) -> Found[ReportIn]:
    """What a unit has been called to and has not ended, by its clock. One SQL statement."""
    open_ = _for(unit, ReportIn.objects).filter(lead_id=unit).exclude(state__in=w.REPORT_CLOSED)
    return _page(open_, after, size)


def awaited(unit: str, size: int = 3) -> list[ReportIn]:
    """The whistles that a unit hears and has not come to, the most urgent first. One SQL statement."""
    waiting = _for(unit, ReportIn.objects).filter(lead_id=unit, state__in=w.AWAITED)
    return list(waiting.order_by("due_at", "id")[:size])


def blown(street: str, after: str = "", size: int = PAGE) -> Found[Whistle]:
    """A street's whistles that are not over, by their clock. One SQL statement."""
    open_ = _for(street, Whistle.objects).filter(lead_id=street).exclude(state__in=w.CLOSED_STATES)
    return _page(open_, after, size)


def watched(scope: Scope, after: str = "", size: int = PAGE) -> Found[ReportIn]:
    """The report-ins of a territory that somebody still waits for, by their clock. One SQL statement."""
    return _page(visible_reports(scope).filter(state__in=w.OWING), after, size)


def to_rule_on(scope: Scope, after: str = "", size: int = PAGE) -> Found[ReportIn]:
    """Refusals and joint whistles that wait for a word of the judges. One SQL statement."""
    waiting = ReportIn.objects.filter(state__in=(w.REFUSED, w.JOINING))
    if not scope.everything:
        mine = _for(scope.unit, waiting).filter(copied_to__contains=[scope.unit])
        waiting = mine if scope.unit else waiting.none()
    return _page(waiting, after, size)


def not_come(scope: Scope, after: str = "", size: int = PAGE) -> Found[ReportIn]:
    """Units whose limit has passed and who have not reported in. One SQL statement."""
    return _page(visible_reports(scope).filter(state__in=w.AWAITED, late=True), after, size)


@dataclass(frozen=True, slots=True)
class Counted:
    """Which report-ins a figure counts: a month of the city, one unit or street, one trait."""

    begin: datetime
    end: datetime
    unit: str = ""
    street: str = ""
    what: str = ""


def counted(scope: Scope, look: Counted, after: str = "", size: int = PAGE) -> Found[ReportIn]:
    """The report-ins behind a figure. One SQL statement."""
    reports = visible_reports(scope).filter(opened_at__gte=look.begin, opened_at__lt=look.end)
    if look.unit:
        reports = reports.filter(lead_id=look.unit)
    if look.street:
        reports = reports.filter(sender_id=look.street)
    if look.what in TRAITS:
        reports = reports.filter(TRAITS[look.what])
    return _page(reports, after, size)


HAS_COME = Q(state__in=COME) | Q(state=w.ABSENT, arrived_at__isnull=False)
TRAITS: dict[str, Q] = {
    "timely": HAS_COME & Q(late=False),
    "late": HAS_COME & Q(late=True),
    "not_come": Q(state__in=(*w.AWAITED, w.REFUSED), late=True)
    | Q(state=w.WITHDRAWN, late=True)
    | Q(state=w.ABSENT, arrived_at__isnull=True),
    "refused": Q(refusals__gt=0),
    "solved": Q(state__in=(w.RESULT, w.RATED), solved="yes"),
    "unit_rated": Q(state=w.RATED, unit_rated_at__isnull=False),
    "street_rated": Q(state=w.RATED, street_rated_at__isnull=False),
    "unnecessary": Q(state=w.RATED, unnecessary=True),
}
"""What a figure counts -> the report-ins. Ratings count only when both sides may see them."""


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """A called unit in a month. ``mark``: mean of the streets' marks; ``score`` = mark x factor."""

    unit: str
    called: int
    timely: int
    late: int
    not_come: int
    refused: int
    solved: int
    rated: int
    mark: Decimal | None
    factor: Decimal | None
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class StreetFigures:
    """A whistling street in a month; ``abuse`` is the share of ratings that say unnecessary, percent."""

    street: str
    whistles: int
    calls: int
    rated: int
    unnecessary: int
    necessity: Decimal | None
    preparation: Decimal | None
    abuse: Decimal | None


def unit_figures(scope: Scope, begin: datetime, end: datetime, book: Book) -> list[UnitFigures]:
    """The called units between two moments, best score first. One SQL statement (Art. 33)."""
    late_factor = book.rule("whistle.late_factor", local_day(book, begin))
    mark = Avg(
        (F("timeliness") + F("attendance") + F("effect")) / 3.0,
        filter=TRAITS["unit_rated"],
        output_field=FloatField(),
    )
    names = ("timely", "late", "not_come", "refused", "solved")
    rows = _in(scope, begin, end).values("lead_id").annotate(
        called=Count("pk"),
        rated=Count("pk", filter=TRAITS["unit_rated"]),
        mark=mark,
        **{f"n_{name}": Count("pk", filter=TRAITS[name]) for name in names},
    )  # fmt: skip
    figures = [_unit_row(dict(row), late_factor) for row in rows.order_by("lead_id")]
    return sorted(figures, key=lambda one: (one.score is None, -(one.score or 0), one.unit))


def _unit_row(row: dict[str, Any], late_factor: Decimal) -> UnitFigures:
    timely, late, not_come = row["n_timely"], row["n_late"], row["n_not_come"]
    factor = rules.timeliness_factor(timely, late, not_come, late_factor)
    mark = None if row["mark"] is None else Decimal(str(row["mark"]))
    return UnitFigures(
        unit=row["lead_id"],
        called=row["called"],
        timely=timely,
        late=late,
        not_come=not_come,
        refused=row["n_refused"],
        solved=row["n_solved"],
        rated=row["rated"],
        mark=mark,
        factor=factor,
        score=rules.department_score([] if mark is None else [mark], factor),
    )


def street_figures(scope: Scope, begin: datetime, end: datetime) -> list[StreetFigures]:
    """The whistling streets between two moments, most whistles first. One SQL statement (Art. 33)."""
    rated = TRAITS["street_rated"]
    rows = _in(scope, begin, end).values("sender_id").annotate(
        whistles=Count("whistle", distinct=True),
        calls=Count("pk"),
        rated=Count("pk", filter=rated),
        n_unnecessary=Count("pk", filter=TRAITS["unnecessary"]),
        index=Avg("necessity", filter=rated, output_field=FloatField()),
        prepared=Avg("preparation", filter=rated, output_field=FloatField()),
    )  # fmt: skip
    return [
        StreetFigures(
            street=row["sender_id"],
            whistles=row["whistles"],
            calls=row["calls"],
            rated=row["rated"],
            unnecessary=row["n_unnecessary"],
            necessity=None if row["index"] is None else Decimal(str(row["index"])),
            preparation=None if row["prepared"] is None else Decimal(str(row["prepared"])),
            abuse=rules.abuse_index(row["n_unnecessary"], row["rated"]),
        )
        for row in rows.order_by("-whistles", "sender_id")
    ]


def _in(scope: Scope, begin: datetime, end: datetime) -> QuerySet[ReportIn]:
    return visible_reports(scope).filter(opened_at__gte=begin, opened_at__lt=end).order_by()


@dataclass(frozen=True, slots=True)
class Neglect:
    """A unit that refused or came late again and again: how often, when last, for which whistles."""

    unit: str
    times: int
    last_at: datetime


def neglected(now: datetime, *, book: Book, times: int | None = None) -> list[Neglect]:
    """Units that refused or were late ``whistle.neglect_times`` in ``whistle.neglect_days`` (Art. 44 STO).

    What the district excused does not count. Worst first; ``times`` overrides the rule. One SQL statement.
    """
    on = local_day(book, now)
    least = times if times is not None else int(book.rule("whistle.neglect_times", on))
    since = now - timedelta(days=float(book.rule("whistle.neglect_days", on)))
    bad = ReportIn.objects.filter(opened_at__gt=since, opened_at__lte=now).filter(
        Q(late=True) | Q(refusals__gt=0)
    )
    rows = (
        bad.exclude(state=w.EXCUSED)
        .order_by()
        .values("lead_id")
        .annotate(n=Count("pk"), last=Max("opened_at"))
    )
    return [
        Neglect(row["lead_id"], row["n"], row["last"])
        for row in rows.filter(n__gte=least).order_by("-n", "lead_id")
    ]


def _for[M: Matter](unit: str, matters: Manager[M] | QuerySet[M]) -> QuerySet[M]:
    """Without what the unit must keep out of (回避)."""
    return matters.exclude(recused__contains=[unit])


def _page[M: Matter](rows: QuerySet[M], after: str, size: int) -> Found[M]:
    return Found(*page(rows, after, size))
