"""The verb that completes a record: what the requester was not asked at first (Ordinance Art. 10)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from jieban.intake.amending import do_amend
from jieban.intake.asking import AnswersForm, missing_words, rows_for
from jieban.intake.completeness import CONTACT
from jieban.people.actions import Contact
from jieban.people.phones import read_phone
from jieban.tickets.models import Ticket
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button, Cleaned, Verb


def _amend(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    codes = {row.code for row in rows_for(ticket, desk.book, desk.today)}
    answers = {code: value for code, value in given.items() if code in codes}
    phone = read_phone(given.get(CONTACT, ""))[0]
    contact = Contact(phone=phone, key=f"phone:{phone}") if phone else None
    return do_amend(
        ticket,
        answers,
        desk.actor,
        now=desk.now,
        book=desk.book,
        contact=contact,
        drafted=given["drafted"],
    )


def _amended(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    left = missing_words(ticket, desk.book, desk.today, desk.english)
    if not left:
        return _("Noted. Nothing is missing any more.")
    return _("Noted. Still to ask: %(what)s.") % {"what": pgettext("in a list", ", ").join(left)}


def _asks(ticket: Ticket) -> bool:
    return ticket.requester is None and ticket.secrecy != "anonymous"


def _offered(ticket: Ticket, desk: Sitting) -> bool:
    return _asks(ticket) or bool(rows_for(ticket, desk.book, desk.today))


def _choices(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    return {
        "rows": rows_for(ticket, desk.book, desk.today),
        "english": desk.english,
        "phone": _asks(ticket),
        "initial": ticket.answers,
    }


VERBS = (
    Verb(
        "amend", ("amend",), gettext_lazy("Complete the record"), AnswersForm, _amend, _amended,
        (Button(gettext_lazy("Note it")),), choices=_choices, offered=_offered,
    ),
)  # fmt: skip
