"""The verb of a unit whose ticket should not count: ask to leave it out of the rates (Art. 32)."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.exclusion.actions import Application, do_apply
from jieban.exclusion.rules import asked_too_late, reasons
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.web.desk.forms_exclusion import ApplyForm
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button, Cleaned, Verb

OFFERED_IN = (w.SHELVED, w.CALLBACK, w.CLOSED)
"""Where a unit is shown the verb: on the ledger, and when the requester is asked or has answered."""


def _apply(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    day = given["shelf_until"]
    zone = ZoneInfo(desk.book.identity.timezone)
    until = datetime.combine(day, time(23, 59), zone) if day else None
    application = Application(given["code"], given["words"], given["platform"], until)
    do_apply(ticket, application, desk.actor, now=desk.now, book=desk.book)
    return ticket


def _applied(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    days = int(desk.book.rule("exclusion.review_days", desk.today))
    return _(
        "Your application lies with the level above; it decides within %(days)s days. "
        "Add photos of the proof under “Exclusions”."
    ) % {"days": days}


def _too_late(ticket: Ticket, desk: Sitting) -> str:
    days = int(desk.book.rule("exclusion.apply_days", desk.today))
    if asked_too_late(ticket.closed_at, desk.now, days):
        return _("This could be asked for within %(days)s days after the call-back.") % {"days": days}
    return _("It is left out already.") if ticket.exclusion else ""


def _choices(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    rows = reasons(desk.book, desk.today)
    return {
        "reasons": [(row.code, row.name_en if desk.english and row.name_en else row.name) for row in rows]
    }


VERBS = (
    Verb(
        "exclusion", ("ask_exclusion",), gettext_lazy("Ask not to count it"), ApplyForm, _apply, _applied,
        (Button(gettext_lazy("Ask the level above")),), _too_late,
        lambda ticket, desk: ticket.state in OFFERED_IN, _choices,
    ),
)  # fmt: skip
