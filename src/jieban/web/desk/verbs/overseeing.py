"""The verb of those who oversee: put a ticket under supervision (督办, Art. 5, 24)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.oversight.actions import do_supervise
from jieban.oversight.rules import answers_for, may_stand_over
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.web.desk.forms_exclusion import SuperviseForm
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button, Cleaned, Verb


def _supervise(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    do_supervise(ticket, given["trigger"], given["words"], desk.actor, now=desk.now, book=desk.book)
    return ticket


def _supervised(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Under supervision now. If no answer comes in time, it goes one rung up by itself.")


def _offered(ticket: Ticket, desk: Sitting) -> bool:
    lead = answers_for(ticket.row(), False, desk.book.units)
    return ticket.state in (*w.AT_THE_UNIT, w.CALLBACK) and may_stand_over(desk.actor, lead, desk.book)


def _choices(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    return {"triggers": trigger_choices(desk)}


def trigger_choices(desk: Sitting) -> list[tuple[str, str]]:
    """The reasons for supervision in force today."""
    rows = desk.book.current("oversight_triggers", desk.today)
    return [(row.code, row.name_en if desk.english and row.name_en else row.name) for row in rows]


VERBS = (
    Verb(
        "supervise", ("supervise",), gettext_lazy("Put it under supervision"), SuperviseForm, _supervise,
        _supervised, (Button(gettext_lazy("Supervise it")),), offered=_offered, choices=_choices,
    ),
)  # fmt: skip
