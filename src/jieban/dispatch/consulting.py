"""Consultation before dispatch (会商, Ordinance Art. 12): units are asked whose duty it is, then one decides.

The ticket waits in the queue ``consult`` with a clock of its own; each unit invited gets a sub-ticket
and says ``ours``, ``not_ours`` or ``theirs`` with its reasons. The minutes stand in the event that
decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.units import hotline_code
from jieban.dispatch.actions import Choice, DispatchRefused, send_out, waiting
from jieban.dispatch.along import asking
from jieban.dispatch.rules import CONSULT_QUEUE, DISPATCH_QUEUE
from jieban.matters.rules import Actor, Step
from jieban.reading.privacy.notes import masked_by_staff
from jieban.subtickets.actions import Ask, do_end_all, do_send
from jieban.subtickets.models import SubTicket
from jieban.subtickets.queries import of_ticket
from jieban.subtickets.workflow import OPINION
from jieban.tickets.actions import advance
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket
from jieban.tickets.workflow import CONSULTING


def do_consult(
    ticket: Ticket,
    units: Sequence[str],
    question: str,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    until: datetime | None = None,
) -> Ticket:
    """Ask units for their opinion before a hard ticket is dispatched (Art. 12). Five SQL statements.

    ``until``: by when; as usual after ``dispatch.consult_hours``. Raises ``DispatchRefused``.
    """
    TICKET.workflow.transition(ticket.state, "consult")
    on, invited = local_day(book, now), list(dict.fromkeys(units))
    most = int(book.rule("dispatch.consult_units", on))
    if not 1 <= len(invited) <= most:
        raise _refused(_("Invite between one and %(most)s units") % {"most": most})
    if not question.strip():
        raise _refused(_("Write what you want to know from the units"))
    for code in invited:
        _check_invited(book, code)
    due = until or now + timedelta(hours=float(book.rule("dispatch.consult_hours", on)))
    if due <= now:
        raise _refused(_("The units need time: choose a moment to come"))
    words = masked_by_staff(question)
    changes = {
        "queue": CONSULT_QUEUE,
        "due_at": due,
        "clock": "consult",
        "clock_at": due,
        "asked": len(invited),
    }
    detail = {"units": invited, "note": words}
    sender = actor.unit or hotline_code(book)
    with transaction.atomic():
        ticket = advance(ticket, Step("consult", actor, now, changes, detail))
        asks = [Ask(code, OPINION, words, due) for code in invited]
        do_send(asking(ticket, sender), asks, actor, now=now, book=book)
    return ticket


def _check_invited(book: Book, code: str) -> None:
    unit = book.units.get(code)
    if unit is None:
        raise _refused(_("There is no such unit today"))
    if not unit.can_lead:
        raise _refused(
            _("%(unit)s cannot be given the ticket, so it is not asked whose duty it is")
            % {"unit": unit.name}
        )


def minutes(subs: Sequence[SubTicket]) -> list[dict[str, Any]]:
    """The opinions as the event of the decision keeps them, in the order of asking."""
    return [
        {
            "unit": sub.lead_id,
            "stance": sub.stance,
            "points_to": sub.points_to,
            "words": sub.result,
            "state": sub.state,
        }
        for sub in subs
        if sub.purpose == OPINION
    ]


def do_decide(
    ticket: Ticket, choice: Choice, ruling: str, actor: Actor, *, now: datetime, book: Book
) -> Ticket:
    """Dispatch after the consultation; opinions and decision stand in the event (Art. 12).

    At most thirteen SQL statements. Raises ``DispatchRefused`` and the refusals of the engine.
    """
    if ticket.state != CONSULTING:
        TICKET.workflow.transition(ticket.state, "conclude")
    if not ruling.strip():
        raise _refused(_("Write the decision and its ground: the unit reads it"))
    said = {"ruling": masked_by_staff(ruling), "minutes": minutes(_of_this_round(ticket))}
    return send_out(ticket, "dispatch", choice, actor, now=now, book=book, detail=said)


def do_conclude(ticket: Ticket, note: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """End the consultation without a decision; the ticket waits for a dispatcher again (Art. 12).

    At most eight SQL statements.
    """
    TICKET.workflow.transition(ticket.state, "conclude")
    detail = {"note": masked_by_staff(note), "minutes": minutes(_of_this_round(ticket))}
    changes = {**waiting(book, DISPATCH_QUEUE, now), "asked": 0}
    with transaction.atomic(savepoint=False):
        ticket = advance(ticket, Step("conclude", actor, now, changes, detail))
        do_end_all(ticket.pk, now=now)
    return ticket


def _of_this_round(ticket: Ticket) -> list[SubTicket]:
    """The sub-tickets of the consultation that is going on: the last so many. One SQL statement."""
    return of_ticket(ticket.pk)[-ticket.asked :] if ticket.asked else []


def _refused(message: str) -> DispatchRefused:
    return DispatchRefused(message, _("Ordinance Art. 12"))
