"""The verbs that move a ticket before anybody handles it: pass on, call back, consult, decide."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.city.rows import Unit
from jieban.dispatch.actions import Choice
from jieban.dispatch.consulting import do_conclude, do_consult, do_decide
from jieban.dispatch.passing import do_pass_on, do_recall, within
from jieban.subtickets.queries import of_ticket
from jieban.subtickets.workflow import OPINION, OURS
from jieban.tickets.models import Ticket
from jieban.web.desk import forms_asking as f
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.units import as_choices, likely, near, of_codes
from jieban.web.desk.verbs.asking import until
from jieban.web.desk.verbs.base import Button, Cleaned, Verb
from jieban.web.words import unit_words, when_words


def _pass_on(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    choice = Choice(given["chosen"][0], note=given["note"])
    return do_pass_on(ticket, choice, desk.actor, now=desk.now, book=desk.book)


def _passed_on(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Passed on to %(unit)s; it is due %(when)s. You keep a copy, to urge and coordinate.") % {
        "unit": unit_words(desk.book, ticket.lead_id, desk.english),
        "when": when_words(ticket.due_at, desk.now) if ticket.due_at else "",
    }


def _is_district(ticket: Ticket, desk: Sitting) -> bool:
    lead = desk.book.units.get(ticket.lead_id or "")
    return lead is not None and lead.kind == "district"


def _own_units(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    pool = within(desk.book, ticket.lead_id or "", desk.now)
    codes = {unit.code for unit in pool}
    suggested = [unit for unit in likely(ticket, desk.book, desk.today) if unit.code in codes]
    return {"suggested": as_choices(suggested, desk.english), "pool": pool, "english": desk.english}


def _recall(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_recall(ticket, given["reason"], desk.actor, now=desk.now, book=desk.book)


def _recalled(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Called back. It waits for dispatch again, before all ordinary ones.")


def _consult(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_consult(
        ticket, given["chosen"], given["words"], desk.actor,
        now=desk.now, book=desk.book, until=until(given, desk),
    )  # fmt: skip


def _consulted(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    when = when_words(ticket.due_at, desk.now) if ticket.due_at else ""
    return _("The units were asked; they should answer by %(when)s. You can decide before that.") % {
        "when": when
    }


def _decide(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    choice = Choice(given["chosen"][0])
    return do_decide(ticket, choice, given["ruling"], desk.actor, now=desk.now, book=desk.book)


def _decided(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Sent to %(unit)s, with the opinions. Wrong unit? You can call it back.") % {
        "unit": unit_words(desk.book, ticket.lead_id, desk.english)
    }


def _conclude(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_conclude(ticket, given["note"], desk.actor, now=desk.now, book=desk.book)


def _concluded(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Ended. The ticket waits for dispatch; the opinions so far are kept with it.")


def leads(desk: Sitting) -> list[Unit]:
    """All units that may be given a ticket today."""
    return [unit for unit in desk.book.tables["units"] if unit.can_lead and unit.in_force(desk.today)]


def _invited(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    return {
        "suggested": as_choices(likely(ticket, desk.book, desk.today), desk.english),
        "pool": leads(desk),
        "listed": near(desk.book, ticket.district, desk.today),
        "english": desk.english,
    }


def _decidable(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    """Those that say it is theirs come first, then those named by others, then those asked."""
    subs = [sub for sub in of_ticket(ticket.pk) if sub.purpose == OPINION]
    codes = [
        *(sub.lead_id for sub in subs if sub.stance == OURS),
        *(sub.points_to for sub in subs if sub.points_to),
        *(sub.lead_id for sub in subs),
    ]
    found = of_codes(desk.book, [code for code in codes if code], desk.today)
    return {**_invited(ticket, desk), "suggested": as_choices(found, desk.english)}


VERBS = (
    Verb(
        "decide", ("conclude",), gettext_lazy("Decide who gets it"), f.DecideForm, _decide, _decided,
        (Button(gettext_lazy("Decide and send")),), choices=_decidable,
    ),
    Verb(
        "conclude", ("conclude",), gettext_lazy("End the consultation without a decision"), f.ConcludeForm,
        _conclude, _concluded, (Button(gettext_lazy("End it"), "", "quiet"),),
    ),
    Verb(
        "pass_on", ("pass_on",), gettext_lazy("Pass it on"), f.PassOnForm, _pass_on, _passed_on,
        (Button(gettext_lazy("Pass it on")),), offered=_is_district, choices=_own_units,
    ),
    Verb(
        "consult", ("consult",), gettext_lazy("Ask units for their opinion first"), f.ConsultForm,
        _consult, _consulted, (Button(gettext_lazy("Ask them")),), choices=_invited,
    ),
    Verb(
        "recall", ("recall",), gettext_lazy("Call it back"), f.RecallForm, _recall, _recalled,
        (Button(gettext_lazy("Call it back"), "", "quiet"),),
    ),
)  # fmt: skip
