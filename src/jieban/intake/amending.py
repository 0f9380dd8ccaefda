"""The only writer of what was missing at first (Ordinance Art. 10: complete and accurate)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.actions import place_columns
from jieban.intake.completeness import BadAnswer, form_of, missing
from jieban.intake.filling import kept, known_of
from jieban.intake.surges import surge_named
from jieban.matters.rules import Actor, NotPossible
from jieban.people.actions import Contact, do_remember_requesters
from jieban.tickets.actions import say
from jieban.tickets.kind import TICKET
from jieban.tickets.ledgers import PARTY, ledgers_of
from jieban.tickets.models import Ticket


class NothingNew(NotPossible):
    """Nothing was given that the ticket does not have already."""

    reason = "nothing_new"


def do_amend(
    ticket: Ticket,
    answers: Mapping[str, object],
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    place: str = "",
    contact: Contact | None = None,
    drafted: str = "",
) -> Ticket:
    """Fill in what was missing: answers of the form, the place, the contact. Two SQL statements, three
    with a contact.

    An answer left empty keeps what is there. ``drafted``: the id of the draft from which the answers
    came, kept with the event. Ordinance Art. 10. Raises ``BadAnswer`` naming the field, ``NothingNew``,
    and the refusals of the engine.
    """
    TICKET.workflow.transition(ticket.state, "amend")
    on = local_day(book, now)
    filled = kept(book, on, answers)
    if place and place not in book.places:
        raise BadAnswer("place", _("There is no such place."), _("Choose one of the list."))
    with transaction.atomic():
        changes: dict[str, Any] = {
            "answers": {**ticket.answers, **filled},
            **place_columns(book, place),
            **_contact_columns(ticket, contact, now),
        }
        row = ticket.row()
        new = sorted(name for name, value in changes.items() if row[name] != value)
        if not new:
            raise NothingNew(_("Nothing of this is new. Fill in at least one answer."))
        changes |= _follows({**row, **changes}, book, now)
        fields = [*sorted(filled), *(name for name in new if name in ("place_id", "requester"))]
        detail: dict[str, Any] = {"fields": fields} | ({"drafted": drafted} if drafted else {})
        return say(ticket, "amend", actor, now, changes, detail, book=book)


def _follows(row: Mapping[str, Any], book: Book, now: datetime) -> dict[str, Any]:
    on = local_day(book, now)
    known = known_of(row)
    surge = surge_named(book, row["surge"]) if row["surge"] else None
    form = form_of(book, on, known, surge.form if surge else "")
    party = next((one for one in book.tables["parties"] if one.code == row["answers"].get(PARTY)), None)
    entered = ledgers_of(book, on, category=known.category, requester_kind=known.requester_kind, party=party)
    return {
        "form": form,
        "missing": missing(book, on, known, form, row["answers"]),
        "ledgers": [*row["ledgers"], *(code for code in entered if code not in row["ledgers"])],
    }


def _contact_columns(ticket: Ticket, contact: Contact | None, now: datetime) -> dict[str, Any]:
    """The requester of the ticket, where he was not known and says now how to reach him."""
    if contact is None or ticket.requester is not None:
        return {}
    (requester,) = do_remember_requesters([contact], now=now)
    return {"requester": requester} if requester is not None else {}
