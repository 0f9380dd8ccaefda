"""Joining, refusing and ruling: what is settled before a unit comes (Street-office Ordinance Art. 44)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.matters.rules import Actor, Step
from jieban.reading.privacy.notes import masked_by_staff
from jieban.whistle import rules
from jieban.whistle.actions import (
    NO_CLOCK,
    WhistleRefused,
    advance_report,
    ended,
    kind_of,
    report_until,
    required,
)
from jieban.whistle.models import ReportIn


def do_join(report: ReportIn, note: str, actor: Actor, *, now: datetime, book: Book) -> ReportIn:
    """The other district joins (跨区联合吹哨); from now on the unit's time runs. Three SQL statements."""
    due = rules.report_by(kind_of(report.whistle_kind, book, report.opened_at), now, book)
    changes = {"copied_to": report.copied_to[:1], **report_until(due)}
    return advance_report(report, Step("join", actor, now, changes, {"note": masked_by_staff(note)}))


def do_decline(report: ReportIn, note: str, actor: Actor, *, now: datetime, book: Book) -> ReportIn:
    """The other district does not join, with its reason; the unit is not called."""
    required(note, _("Give the reason; the street reads it"))
    changes = {"ruling": masked_by_staff(note), "closed_at": now, **NO_CLOCK}
    return ended(report, Step("decline", actor, now, changes), now, book)


def do_refuse(report: ReportIn, reason: str, actor: Actor, *, now: datetime, book: Book) -> ReportIn:
    """The unit refuses to come, with its reason; its district rules on it (Street-office Ordinance Art. 44).

    Only its reviewer or head may say so, and once: what the district has ordered stands.
    """
    required(reason, _("Give the reason: your district rules on it"))
    if report.refusals:
        raise WhistleRefused(
            _("The district has ruled on this already: report in (Street ordinance Art. 44)")
        )
    hours = float(book.rule("whistle.refusal_hours", local_day(book, now)))
    until = now + timedelta(hours=hours)
    unit = book.units[report.lead_id or ""]
    changes = {
        "refusal": masked_by_staff(reason),
        "refusals": report.refusals + 1,
        "copied_to": rules.judges(unit, book, report.recused),
        "due_at": until,
        "clock": "refusal",
        "clock_at": until,
    }
    return advance_report(report, Step("refuse", actor, now, changes))


def do_rule(
    report: ReportIn, accept: bool, note: str, actor: Actor, *, now: datetime, book: Book
) -> ReportIn:
    """The district rules on a refusal: it stands, or the unit comes (Street-office Ordinance Art. 44)."""
    required(note, _("Give the ground of your ruling; unit and street read it"))
    if accept:
        changes = {"ruling": masked_by_staff(note), "closed_at": now, **NO_CLOCK}
        return ended(report, Step("accept_refusal", actor, now, changes), now, book)
    return do_order_in(report, masked_by_staff(note), actor, now=now, book=book)


def do_order_in(report: ReportIn, ruling: str, actor: Actor, *, now: datetime, book: Book) -> ReportIn:
    """The unit must come: its time begins anew, and it counts as late [I].

    The platform says so when nobody ruled within ``whistle.refusal_hours``: come first, argue later [I].
    """
    due = rules.report_by(kind_of(report.whistle_kind, book, report.opened_at), now, book)
    changes = {"ruling": ruling, "late": True, **report_until(due)}
    return advance_report(report, Step("order_in", actor, now, changes))
