"""The verbs of an objection: object, and rule on it."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.dispatch.actions import do_rule_on_objection
from jieban.handling import actions as handling
from jieban.tickets.models import Ticket
from jieban.web.desk import forms as f
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button, Cleaned, Verb


def _object(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handling.do_object(ticket, given["ground"], desk.actor, now=desk.now, book=desk.book)


def _objected(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Your objection lies before the hotline. Until it is ruled on, the clock runs on.")


def _no_objection_now(ticket: Ticket, desk: Sitting) -> str:
    if ticket.heard.count(ticket.lead_id) >= int(desk.book.rule("objection.max_count", desk.today)):
        return _("Your unit has objected to this ticket before; the ruling stands.")
    hours = float(desk.book.rule("objection.hours", desk.today))
    if ticket.dispatched_at and desk.now > ticket.dispatched_at + timedelta(hours=hours):
        said = {"hours": f"{hours:g}"}
        return _("An objection was possible within %(hours)s hours of the dispatch; now handle it.") % said
    return ""


def _rule(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    accept = given["decision"] == "yes"
    return do_rule_on_objection(
        ticket, accept, given["ruling"].strip(), desk.actor, now=desk.now, book=desk.book
    )


def _ruled(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    if given["decision"] == "yes":
        return _("Objection accepted. The ticket waits for another unit, before all ordinary ones.")
    return _("Objection rejected. The unit keeps the ticket and its clock, and may not object again.")


def _not_own_ruling(ticket: Ticket, desk: Sitting) -> str:
    if desk.actor.id == ticket.dispatched_by:
        return _("You dispatched this ticket yourself, so somebody else rules on the objection.")
    return ""


VERBS = (
    Verb(
        "object", ("object",), gettext_lazy("Not our duty: object"), f.ObjectForm, _object, _objected,
        (Button(gettext_lazy("Object")),), _no_objection_now,
    ),
    Verb(
        "rule", ("accept_objection", "reject_objection"), gettext_lazy("Rule on the objection"), f.RuleForm,
        _rule, _ruled,
        (Button(gettext_lazy("Accept it"), "yes"), Button(gettext_lazy("Reject it"), "no", "quiet")),
        _not_own_ruling,
    ),
)  # fmt: skip
