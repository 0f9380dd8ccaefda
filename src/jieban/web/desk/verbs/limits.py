"""The verbs that move a limit: extension, the ledger, pause and resume."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.handling import actions as handling
from jieban.handling import extending, shelving
from jieban.handling.extending import Extension
from jieban.handling.shelving import Shelving
from jieban.tickets.models import Ticket
from jieban.web.desk import forms as f
from jieban.web.desk import forms_limits as fl
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button, Cleaned, Verb
from jieban.web.words import when_words


def _end_of(day: date, desk: Sitting) -> datetime:
    return datetime.combine(day, time(23, 59), ZoneInfo(desk.book.identity.timezone))


def _due(ticket: Ticket, desk: Sitting) -> str:
    return when_words(ticket.due_at, desk.now) if ticket.due_at else ""


def _asked(given: Cleaned) -> Extension:
    return Extension(given["days"], given["ground"], given["basis"])


def _extend(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return extending.do_extend(ticket, _asked(given), desk.actor, now=desk.now, book=desk.book)


def _extended(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Extended: due %(when)s. The requester and the hotline are told why.") % {
        "when": _due(ticket, desk)
    }


def _ask_extension(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return extending.do_ask_extension(ticket, _asked(given), desk.actor, now=desk.now, book=desk.book)


def _extension_asked(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("The hotline decides on it. Until then the clock runs on.")


def _no_extension(ticket: Ticket, desk: Sitting) -> str:
    if ticket.extension:
        return _("An extension has been asked for; the hotline has not decided yet.")
    if not extending.days_left(ticket, desk.book, desk.now):
        return _("The limit has been extended as far as the rules allow.")
    return ""


def _units_decide(ticket: Ticket, desk: Sitting) -> bool:
    return not extending.needs_approval(desk.book, desk.now)


def _hotline_decides(ticket: Ticket, desk: Sitting) -> bool:
    return extending.needs_approval(desk.book, desk.now)


def _decide(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    grant = given["decision"] == "yes"
    say = extending.do_grant_extension if grant else extending.do_refuse_extension
    return say(ticket, given["note"], desk.actor, now=desk.now, book=desk.book)


def _decided(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    if given["decision"] == "yes":
        return _("Granted: due %(when)s. The unit and the requester are told.") % {"when": _due(ticket, desk)}
    return _("Refused. The limit stays, and the unit reads your reason.")


def _is_asked(ticket: Ticket, desk: Sitting) -> bool:
    return bool(ticket.extension)


def _shelve(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    until = _end_of(given["until"], desk)
    told = Shelving(given["code"], until, given["reason"], given["plan"])
    return shelving.do_shelve(ticket, told, desk.actor, now=desk.now, book=desk.book)


def _shelved(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    until = when_words(ticket.shelved_until, desk.now) if ticket.shelved_until else ""
    return _(
        "On the ledger until %(until)s; the clock stands still. The requester is told the date, the reason "
        "and the plan. “Take it off the ledger” brings it back earlier."
    ) % {"until": until}


def _shelf_codes(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    rows = shelving.ledger_codes(desk.book, desk.now)
    return {"codes": [(row.code, row.name_en if desk.english and row.name_en else row.name) for row in rows]}


def _review_shelf(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    until = _end_of(given["until"], desk) if given["until"] else None
    return shelving.do_review_shelf(
        ticket, given["note"], desk.actor, now=desk.now, book=desk.book, until=until
    )


def _shelf_reviewed(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    when = when_words(ticket.clock_at, desk.now) if ticket.clock_at else ""
    return _("Noted. It is before you again %(when)s.") % {"when": when}


def _unshelve(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return shelving.do_unshelve(ticket, given["note"], desk.actor, now=desk.now, book=desk.book)


def _unshelved(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("It is yours to handle again, due %(when)s.") % {"when": _due(ticket, desk)}


def _pause(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    until = _end_of(given["until"], desk)
    return handling.do_pause(ticket, until, given["ground"], desk.actor, now=desk.now, book=desk.book)


def _paused(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    when = when_words(ticket.clock_at, desk.now) if ticket.clock_at else ""
    return _("The clock stands still until %(when)s. “Let the clock run” ends the pause earlier.") % {
        "when": when
    }


def _resume(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handling.do_resume(ticket, desk.actor, now=desk.now, book=desk.book)


def _resumed(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("The clock runs again; the ticket is now due %(when)s.") % {"when": _due(ticket, desk)}


VERBS = (
    Verb(
        "resume", ("resume",), gettext_lazy("Let the clock run"), f.BareForm, _resume, _resumed,
        (Button(gettext_lazy("Let it run")),),
    ),
    Verb(
        "extend", ("extend",), gettext_lazy("Extend the limit"), fl.ExtendForm, _extend, _extended,
        (Button(gettext_lazy("Extend")),), _no_extension, _units_decide,
    ),
    Verb(
        "ask_extension", ("ask_extension",), gettext_lazy("Ask for an extension"), fl.ExtendForm,
        _ask_extension, _extension_asked, (Button(gettext_lazy("Ask the hotline")),), _no_extension,
        _hotline_decides,
    ),
    Verb(
        "decide_extension", ("grant_extension", "refuse_extension"), gettext_lazy("Decide on the extension"),
        fl.ExtensionDecisionForm, _decide, _decided,
        (Button(gettext_lazy("Grant it"), "yes"), Button(gettext_lazy("Refuse it"), "no", "quiet")),
        offered=_is_asked,
    ),
    Verb(
        "pause", ("pause",), gettext_lazy("Stop the clock"), f.PauseForm, _pause, _paused,
        (Button(gettext_lazy("Stop the clock")),),
    ),
    Verb(
        "review_shelf", ("review_shelf",), gettext_lazy("Look at it again"), fl.ReviewShelfForm,
        _review_shelf, _shelf_reviewed, (Button(gettext_lazy("Note it")),),
    ),
    Verb(
        "unshelve", ("unshelve",), gettext_lazy("Take it off the ledger"), fl.UnshelveForm,
        _unshelve, _unshelved, (Button(gettext_lazy("Take it off")),),
    ),
    Verb(
        "shelve", ("shelve",), gettext_lazy("Put it on the ledger"), fl.ShelveForm, _shelve, _shelved,
        (Button(gettext_lazy("Put it on the ledger")),), choices=_shelf_codes,
    ),
)  # fmt: skip
