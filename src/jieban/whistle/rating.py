"""The mutual rating after a whistle (双考核, Art. 33): blind until both are in or the time is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from jieban.matters.actions import do_advance
from jieban.matters.actors import PLATFORM
from jieban.matters.many import do_advance_many
from jieban.matters.rules import Actor, Step
from jieban.reading.privacy.notes import masked_by_staff
from jieban.whistle import workflow as w
from jieban.whistle.actions import WhistleRefused
from jieban.whistle.kind import REPORT, WHISTLE
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.queries import reports_of

MOST = 100


@dataclass(frozen=True, slots=True)
class UnitMarks:
    """What a street says of a unit, each mark 0 to 100."""

    timeliness: int
    attendance: int
    effect: int
    comment: str = ""


@dataclass(frozen=True, slots=True)
class StreetMarks:
    """What a unit says of the street's whistle, each mark 0 to 100."""

    necessity: int
    preparation: int
    unnecessary: bool
    comment: str = ""


def do_rate_unit(report: ReportIn, marks: UnitMarks, actor: Actor, *, now: datetime) -> ReportIn:
    """The street rates a unit, once. At most nine SQL statements (Art. 33; Street ordinance Art. 44)."""
    _once(report.unit_rated_at)
    changes = {
        "timeliness": _mark(marks.timeliness),
        "attendance": _mark(marks.attendance),
        "effect": _mark(marks.effect),
        "unit_comment": masked_by_staff(marks.comment),
        "unit_rated_at": now,
    }
    return _rate(report, Step("rate_unit", actor, now, changes), report.street_rated_at is not None)


def do_rate_street(report: ReportIn, marks: StreetMarks, actor: Actor, *, now: datetime) -> ReportIn:
    """A unit rates the whistle of the street, once. At most nine SQL statements (Art. 33)."""
    _once(report.street_rated_at)
    changes = {
        "necessity": _mark(marks.necessity),
        "preparation": _mark(marks.preparation),
        "unnecessary": marks.unnecessary,
        "street_comment": masked_by_staff(marks.comment),
        "street_rated_at": now,
    }
    return _rate(report, Step("rate_street", actor, now, changes), report.unit_rated_at is not None)


def do_reveal(whistle: Whistle, *, now: datetime) -> Whistle:
    """The time for rating is over: what was given is opened, and the whistle is closed.

    The whistle is held by the caller. At most seven SQL statements.
    """
    open_ = [report for report in reports_of(whistle.pk) if report.state == w.RESULT]
    do_advance_many(REPORT, [(report, (_reveal(now),)) for report in open_])
    do_advance(WHISTLE, whistle, _rated(now))
    return whistle


def _rate(report: ReportIn, step: Step, both: bool) -> ReportIn:
    steps = (step, _reveal(step.at)) if both else (step,)
    REPORT.workflow.take(report.row(), step)
    with transaction.atomic(savepoint=False):
        whistle = Whistle.objects.select_for_update().get(pk=report.whistle)
        do_advance(REPORT, report, *steps)
        if both and whistle.state == w.DONE and _all_over(reports_of(whistle.pk)):
            do_advance(WHISTLE, whistle, _rated(step.at))
    return report


def _all_over(reports: Sequence[ReportIn]) -> bool:
    return all(report.state in w.REPORT_CLOSED for report in reports)


def _reveal(now: datetime) -> Step:
    return Step("reveal", PLATFORM, now, {"closed_at": now})


def _rated(now: datetime) -> Step:
    return Step("rated", PLATFORM, now, {"closed_at": now, "clock": "", "clock_at": None})


def _mark(given: int) -> int:
    if not 0 <= given <= MOST:
        raise WhistleRefused(_("A mark is a whole number from 0 to 100"))
    return given


def _once(rated_at: datetime | None) -> None:
    if rated_at is not None:
        raise WhistleRefused(_("You have rated already; a rating is given once, before the other is seen"))
