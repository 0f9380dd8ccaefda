"""The verbs by which the lead asks others: assist, internal work, a higher level."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jieban.handling.asking import do_ask, do_escalate, higher_levels, inner_units
from jieban.subtickets.workflow import ASSIST, INTERNAL
from jieban.tickets.models import Ticket
from jieban.web.desk import forms_asking as f
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.units import as_choices, likely, near
from jieban.web.desk.verbs.base import Button, Cleaned, Verb

NOT_ASKED = ("office", "property", "community", "hotline", "city_government")
SHOWN_LEVELS = 3


def until(given: Cleaned, desk: Sitting) -> datetime | None:
    """The moment that a number of hours means; None where it was left empty."""
    hours = given.get("hours")
    return desk.now + timedelta(hours=hours) if hours else None


def _ask(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_ask(
        ticket, given["chosen"], given["words"], ASSIST, desk.actor,
        now=desk.now, book=desk.book, until=until(given, desk),
    )  # fmt: skip


def _ask_inner(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_ask(
        ticket, given["chosen"], given["words"], INTERNAL, desk.actor,
        now=desk.now, book=desk.book, until=until(given, desk),
    )  # fmt: skip


def _asked(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    n = len(given["chosen"])
    return ngettext(
        "%(n)s unit was asked; its answer comes back here. Not needed any more? Withdraw the request.",
        "%(n)s units were asked; their answers come back here. Not needed any more? Withdraw the request.",
        n,
    ) % {"n": n}


def _escalate(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_escalate(
        ticket, given["chosen"][0], given["words"], desk.actor,
        now=desk.now, book=desk.book, until=until(given, desk),
    )  # fmt: skip


def _escalated(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Reported. You still lead the ticket; the higher level answers here.")


def _others(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    pool = [
        unit
        for unit in desk.book.tables["units"]
        if unit.kind not in NOT_ASKED and unit.code != ticket.lead_id and unit.in_force(desk.today)
    ]
    return {
        "suggested": as_choices(likely(ticket, desk.book, desk.today), desk.english),
        "pool": pool,
        "listed": near(desk.book, ticket.district, desk.today),
        "english": desk.english,
    }


def _inner(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    return {"suggested": as_choices(inner_units(ticket, desk.book, desk.today), desk.english)}


def _has_inner(ticket: Ticket, desk: Sitting) -> bool:
    return bool(inner_units(ticket, desk.book, desk.today))


def _levels(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    levels = higher_levels(ticket, desk.book, desk.today)
    shown = [unit for unit in levels if unit.kind in ("district", "city_government")]
    lead = desk.book.units.get(ticket.lead_id or "")
    shown += [unit for unit in levels if lead and lead.line and unit.line == lead.line]
    return {
        "suggested": as_choices(shown[:SHOWN_LEVELS], desk.english),
        "pool": levels,
        "english": desk.english,
    }


VERBS = (
    Verb(
        "ask", ("ask",), gettext_lazy("Ask another unit"), f.AskForm, _ask, _asked,
        (Button(gettext_lazy("Ask")),), choices=_others,
    ),
    Verb(
        "ask_inner", ("ask",), gettext_lazy("Give work to your own"), f.InnerForm, _ask_inner, _asked,
        (Button(gettext_lazy("Give it")),), offered=_has_inner, choices=_inner,
    ),
    Verb(
        "escalate", ("ask",), gettext_lazy("Report to a higher level"), f.EscalateForm, _escalate, _escalated,
        (Button(gettext_lazy("Report")),), choices=_levels,
    ),
)  # fmt: skip
