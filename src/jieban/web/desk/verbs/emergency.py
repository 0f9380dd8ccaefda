"""The verbs of an emergency: hand over to a line, note who took it, take it back (Art. 11 ¶3 (1))."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.dispatch import handover
from jieban.tickets.models import Ticket
from jieban.web.desk import forms_protection as f
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button, Cleaned, Verb
from jieban.web.words import when_words


def lines(desk: Sitting) -> list[tuple[str, str]]:
    """The emergency lines in force, with their names."""
    rows = handover.lines(desk.book, desk.now)
    named = [(row.code, row.name_en if desk.english and row.name_en else row.name) for row in rows]
    return [(code, f"{code} {name}") for code, name in named]


def _hand_over(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handover.do_hand_over(
        ticket, given["line"], given["note"], desk.actor, now=desk.now, book=desk.book
    )


def _handed(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    when = when_words(ticket.due_at, desk.now) if ticket.due_at else ""
    return _("Handed to %(line)s. Note who took it by %(when)s, or it stands before all others.") % {
        "line": ticket.handed_to,
        "when": when,
    }


def _acknowledge(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handover.do_acknowledge(ticket, given["receipt"], desk.actor, now=desk.now, book=desk.book)


def _acknowledged(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Noted: the line has it. The requester is told; your part is done.")


def _take_back(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handover.do_take_back(ticket, given["note"], desk.actor, now=desk.now, book=desk.book)


def _taken_back(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("It is back at the hotline, before all ordinary ones.")


def _choices(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    return {"lines": lines(desk), "call": str(ticket.proposal.get("call", ""))}


VERBS = (
    Verb(
        "acknowledge", ("acknowledge",), gettext_lazy("The line took it"), f.AcknowledgeForm,
        _acknowledge, _acknowledged, (Button(gettext_lazy("Note it")),),
    ),
    Verb(
        "take_back", ("take_back",), gettext_lazy("The line does not take it"), f.TakeBackForm,
        _take_back, _taken_back, (Button(gettext_lazy("Take it back"), look="quiet"),),
    ),
)  # fmt: skip

HAND_OVER = Verb(
    "hand_over", ("hand_over",), gettext_lazy("Hand over to an emergency line"), f.HandOverForm,
    _hand_over, _handed, (Button(gettext_lazy("Hand it over")),), choices=_choices,
)  # fmt: skip
"""Stands after the everyday verbs on the page of a ticket; the desk opens it where there is danger."""
