"""Protecting a requester (Ordinance Art. 8, 35): confidential or anonymous, and the reported party kept out.

Jinan 2018: a report is never passed to the party that it is about, and whoever is concerned is recused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.dispatch.why.explain import name_of
from jieban.intake.standing import ANONYMOUS, SECRECIES
from jieban.matters.rules import Actor, NotPossible
from jieban.people.actions import do_forget_requester
from jieban.reading.privacy.notes import masked_by_staff
from jieban.subtickets.actions import do_keep_out
from jieban.tickets.actions import say
from jieban.tickets.models import Ticket

MOST_RECUSED = 20


class ProtectRefused(NotPossible):
    """The ticket cannot be protected like this; the message says what to do first."""

    reason = "protect_refused"


def do_protect(
    ticket: Ticket,
    secrecy: str,
    recused: Sequence[str],
    note: str,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
) -> Ticket:
    """Set how secret the requester is and which units must keep out (回避). At most three SQL statements,
    seven more where units were asked.

    A recused unit gets no copy and does not assist; one that leads already must be called back first.
    ``anonymous`` forgets who the requester is and is not taken back. Raises ``ProtectRefused``.
    """
    if secrecy not in SECRECIES:
        raise ProtectRefused(_("Choose one: open, confidential or anonymous"))
    if ticket.secrecy == ANONYMOUS and secrecy != ANONYMOUS:
        raise ProtectRefused(_("Who the requester is has been forgotten; that cannot be undone"))
    people = [one for one in ticket.recused if one not in book.units]
    units = sorted(set(recused))
    unknown = [code for code in units if code not in book.units]
    if unknown or len(units) > MOST_RECUSED:
        raise ProtectRefused(_("There is no unit “%(code)s”") % {"code": (unknown or units)[0]})
    if ticket.lead_id in units:
        raise ProtectRefused(
            _("%(unit)s has the ticket already: call it back first, then keep the unit out of it")
            % {"unit": name_of(book, ticket.lead_id or "")}
        )
    if len(note.strip()) < 2:
        raise ProtectRefused(_("Write in a few words why; it stays with the ticket"))
    changes: dict[str, Any] = {
        "secrecy": secrecy,
        "recused": [*people, *units],
        "assist": [code for code in ticket.assist if code not in units],
        "copied_to": [code for code in ticket.copied_to if code not in units],
        "industry": "" if ticket.industry in units else ticket.industry,
    }
    with transaction.atomic(savepoint=False):
        if secrecy == ANONYMOUS and ticket.secrecy != ANONYMOUS:
            changes["requester"] = None
            do_forget_requester(ticket.pk)
        detail = {"note": masked_by_staff(note)}
        protected = say(ticket, "protect", actor, now, changes, detail, book=book)
        if ticket.asked:
            do_keep_out(ticket.pk, changes["recused"], now=now)
    return protected
