"""The verbs of those above a unit: the district presses, leaders instruct."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.handling.urging import do_instruct, do_press, may_instruct
from jieban.tickets.models import Ticket
from jieban.web.desk.forms_handling import InstructForm, PressForm
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button, Cleaned, Verb


def _press(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_press(ticket, given["words"], desk.actor, now=desk.now, book=desk.book)


def _pressed(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("The unit reads your words now. What was said stays; to correct it, press once more.")


def _instruct(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_instruct(ticket, given["words"], desk.actor, now=desk.now, book=desk.book)


def _instructed(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("The unit and the hotline read your instruction now, and the ticket is marked.")


def _stands_above(ticket: Ticket, desk: Sitting) -> bool:
    return may_instruct(ticket, desk.unit, desk.book)


VERBS = (
    Verb(
        "press", ("press",), gettext_lazy("Press the unit"), PressForm, _press, _pressed,
        (Button(gettext_lazy("Press")),),
    ),
    Verb(
        "instruct", ("instruct",), gettext_lazy("Give an instruction"), InstructForm, _instruct, _instructed,
        (Button(gettext_lazy("Instruct")),), offered=_stands_above,
    ),
)  # fmt: skip
