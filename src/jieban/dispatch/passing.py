"""A ticket moves on before anybody handles it: a district passes it on, the hotline calls it back.

Ordinance Art. 12 (b): where only the district is known the ticket goes to the district, which must
organise the handling. Each move counts in ``passed``; who is passed on too often becomes a case for
oversight (trigger ``passed`` of ``oversight_triggers.csv``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.rows import Unit
from jieban.city.units import superiors
from jieban.dispatch.actions import (
    NOBODY,
    Choice,
    DispatchRefused,
    check_choice,
    helping,
    sending,
    waiting,
)
from jieban.dispatch.along import along, do_send_along
from jieban.dispatch.rules import RETURNED_QUEUE, Candidate, switched_on
from jieban.matters.rules import Actor
from jieban.reading.privacy.notes import masked_by_staff
from jieban.subtickets.actions import do_end_all
from jieban.subtickets.workflow import INDUSTRY
from jieban.tickets.actions import say
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket


def do_pass_on(ticket: Ticket, choice: Choice, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """A district sends a ticket to one of its streets or departments (Art. 12 (b)).

    The ticket keeps its limit unless the city gives it a new one (rule ``pass_on.own_limit``); the
    district keeps a copy, to urge and coordinate. Two SQL statements, five more where it had asked
    others. Raises ``DispatchRefused`` naming the article.
    """
    TICKET.workflow.transition(ticket.state, "pass_on")
    district = book.units.get(ticket.lead_id or "")
    if district is None or district.kind != "district":
        raise _refused(_("Only the government of a district passes a ticket on"))
    candidate = replace(check_choice(ticket, choice, book, now), industry="")  # as it was dispatched
    if not of_district(book, book.units[candidate.unit], district):
        raise _refused(
            _("%(unit)s does not belong to your district: object to the dispatch, and the hotline decides")
            % {"unit": book.units[candidate.unit].name}
        )
    changes = _passed(ticket, candidate, district, book, now) | {"dispatched_by": actor.id}
    note = masked_by_staff(choice.note)
    asked_before = ticket.asked
    with transaction.atomic(savepoint=False):
        ticket = say(ticket, "pass_on", actor, now, changes, {"note": note, "from": district.code}, book=book)
        if asked_before:
            do_end_all(ticket.pk, now=now, keep=(INDUSTRY,))
        do_send_along([(ticket, candidate)], actor, now=now, book=book, note=note)
    return ticket


def _passed(
    ticket: Ticket, candidate: Candidate, district: Unit, book: Book, now: datetime
) -> dict[str, Any]:
    """The columns of a ticket that its district gives to ``candidate``."""
    copied = dict.fromkeys((*candidate.copied_to, district.code))
    more = {
        "passed": ticket.passed + 1,
        "copied_to": [code for code in copied if code not in ticket.recused],
        "assist": helping(candidate, ticket.industry, ticket.recused),
        "industry": ticket.industry,
        "asked": bool(ticket.industry) + len(along(book, candidate, now, ticket.recused)),
    }
    if switched_on(book, "pass_on.own_limit", local_day(book, now)):
        own = sending(book, candidate, ticket.tier, now, secrecy=ticket.secrecy, recused=ticket.recused)
        return {name: value for name, value in own.items() if name not in ("clock", "clock_at")} | more
    return {
        "lead_id": candidate.unit,
        "catalogue_row": candidate.row,
        "signed_at": None,
        "reminded": [],
        **more,
    }


def of_district(book: Book, unit: Unit, district: Unit) -> bool:
    """Whether a unit is a street or a department of this district (or of a zone of that rank)."""
    if unit.kind not in ("street", "district_department"):
        return False
    return district.code in {above.code for above in superiors(book, unit.code)}


def within(book: Book, district: str, now: datetime) -> list[Unit]:
    """The streets and departments to which a district may pass a ticket, in the order of the city."""
    above, on = book.units[district], local_day(book, now)
    return [unit for unit in book.tables["units"] if unit.in_force(on) and of_district(book, unit, above)]


def do_recall(ticket: Ticket, reason: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The hotline takes back what it sent wrongly (Art. 12); it waits for a dispatcher again.

    Two SQL statements, five more where the unit had asked others.
    """
    if not reason.strip():
        raise _refused(_("Say why the ticket is called back; the unit reads it"))
    changes = {**waiting(book, RETURNED_QUEUE, now), **NOBODY, "passed": ticket.passed + 1}
    detail = {"note": masked_by_staff(reason), "from": ticket.lead_id}
    asked_before = ticket.asked
    with transaction.atomic(savepoint=False):
        ticket = say(ticket, "recall", actor, now, changes, detail, book=book)
        if asked_before:
            do_end_all(ticket.pk, now=now)
    return ticket


def _refused(message: str) -> DispatchRefused:
    return DispatchRefused(message, _("Ordinance Art. 12"))
