"""The verbs of an objection: object, and rule on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.dispatch.actions import do_rule_on_objection
from jieban.dispatch.fallback import fallback_for
from jieban.dispatch.queries import held_since, objection_of
from jieban.dispatch.teaching import differs, do_propose
from jieban.handling import actions as handling
from jieban.tickets.models import Ticket
from jieban.web.desk.forms_asking import ObjectForm, RuleForm
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.units import as_choices, likely, near, of_codes
from jieban.web.desk.verbs.base import Button, Cleaned, Verb
from jieban.web.desk.verbs.dispatching import leads
from jieban.web.words import unit_words


def _object(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handling.do_object(
        ticket, given["ground"], desk.actor,
        now=desk.now, book=desk.book, why=given["why"] or "other", named=given["other"],
    )  # fmt: skip


def _objected(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Your objection lies before the hotline. Until it is ruled on, the clock runs on.")


def _no_objection_now(ticket: Ticket, desk: Sitting) -> str:
    if ticket.heard.count(ticket.lead_id) >= int(desk.book.rule("objection.max_count", desk.today)):
        return _("Your unit has objected to this ticket before; the ruling stands.")
    hours = float(desk.book.rule("objection.hours", desk.today))
    since = held_since(ticket)
    if since and desk.now > since + timedelta(hours=hours):
        said = {"hours": f"{hours:g}"}
        return _("An objection was possible within %(hours)s hours of the dispatch; now handle it.") % said
    return ""


def _rule(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    accept = given["decision"] == "yes"
    unit = (given["other"] or given["unit"]) if accept else ""
    ticket = do_rule_on_objection(
        ticket, accept, given["ruling"].strip(), desk.actor, now=desk.now, book=desk.book, unit=unit
    )
    if unit and given["teach"] and differs(ticket, desk.book, desk.today):
        do_propose(ticket, given["ruling"], desk.actor, now=desk.now, book=desk.book)
    return ticket


def _ruled(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    if given["decision"] == "yes" and ticket.lead_id:
        return _("Objection accepted. %(unit)s has the ticket now, with a limit of its own.") % {
            "unit": unit_words(desk.book, ticket.lead_id, desk.english)
        }
    if given["decision"] == "yes":
        return _("Objection accepted. The ticket waits for another unit, before all ordinary ones.")
    return _("Objection rejected. The unit keeps the ticket and its clock, and may not object again.")


def _not_own_ruling(ticket: Ticket, desk: Sitting) -> str:
    if desk.actor.id == ticket.dispatched_by:
        return _("You dispatched this ticket yourself, so somebody else rules on the objection.")
    return ""


def _nameable(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    """Units that an objection may name."""
    listed = [unit for unit in near(desk.book, ticket.district, desk.today) if unit.code != ticket.lead_id]
    pool = [unit for unit in leads(desk) if unit.code != ticket.lead_id]
    return {"pool": pool, "listed": listed, "english": desk.english}


def _rulable(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    """The unit that was named, those of which the catalogue thinks, the fallback; or a dispatcher decides."""
    book, on = desk.book, desk.today
    named = objection_of(ticket).named
    codes = [named, *(unit.code for unit in likely(ticket, book, on))]
    barred = {*ticket.objected_by, *ticket.recused, ticket.lead_id}
    found = of_codes(book, [*codes, fallback_for(ticket, book, on)], on)
    offered = as_choices((unit for unit in found if unit.code not in barred), desk.english)
    return {
        **_nameable(ticket, desk),
        "suggested": [("", _("A dispatcher decides")), *offered],
        "initial": {"unit": named if any(code == named for code, _name in offered) else ""},
    }


VERBS = (
    Verb(
        "object", ("object",), gettext_lazy("Not our duty: object"), ObjectForm, _object, _objected,
        (Button(gettext_lazy("Object")),), _no_objection_now, choices=_nameable,
    ),
    Verb(
        "rule", ("accept_objection", "redirect", "reject_objection"),
        gettext_lazy("Rule on the objection"), RuleForm,
        _rule, _ruled,
        (Button(gettext_lazy("Accept it"), "yes"), Button(gettext_lazy("Reject it"), "no", "quiet")),
        _not_own_ruling, choices=_rulable,
    ),
)  # fmt: skip
