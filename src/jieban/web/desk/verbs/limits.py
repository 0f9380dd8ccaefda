"""The verbs that move a limit: pause and resume."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.handling import actions as handling
from jieban.tickets.models import Ticket
from jieban.web.desk import forms as f
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button, Cleaned, Verb
from jieban.web.words import when_words


def _pause(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    until = datetime.combine(given["until"], time(23, 59), ZoneInfo(desk.book.identity.timezone))
    return handling.do_pause(ticket, until, given["ground"], desk.actor, now=desk.now, book=desk.book)


def _paused(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    when = when_words(ticket.clock_at, desk.now) if ticket.clock_at else ""
    return _("The clock stands still until %(when)s. “Let the clock run” ends the pause earlier.") % {
        "when": when
    }


def _resume(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handling.do_resume(ticket, desk.actor, now=desk.now, book=desk.book)


def _resumed(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    when = when_words(ticket.due_at, desk.now) if ticket.due_at else ""
    return _("The clock runs again; the ticket is now due %(when)s.") % {"when": when}


VERBS = (
    Verb(
        "resume", ("resume",), gettext_lazy("Let the clock run"), f.BareForm, _resume, _resumed,
        (Button(gettext_lazy("Let it run")),),
    ),
    Verb(
        "pause", ("pause",), gettext_lazy("Stop the clock"), f.PauseForm, _pause, _paused,
        (Button(gettext_lazy("Stop the clock")),),
    ),
)  # fmt: skip
