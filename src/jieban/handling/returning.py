"""What comes back to the lead: results, reasons, interim reports, and the settling (Art. 14).

The sub-ticket and its ticket change together: the ticket is locked first, so that a result never fails
because somebody else wrote on the ticket in the same moment.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.handling.actions import HandlingRefused
from jieban.matters.actors import PLATFORM
from jieban.matters.rules import Actor
from jieban.reading.privacy.notes import masked_by_staff
from jieban.subtickets import actions as subs
from jieban.subtickets.models import SubTicket
from jieban.subtickets.rules import answer_by
from jieban.subtickets.workflow import OPINION
from jieban.tickets import workflow as w
from jieban.tickets.actions import say
from jieban.tickets.models import Ticket

DECISIONS = ("accept", "send_back", "withdraw")


def do_give_result(
    sub: SubTicket,
    result: str,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    stance: str = "",
    points_to: str = "",
) -> SubTicket:
    """The unit gives its result, and the lead's ticket says that it came back (Art. 14). Six SQL statements.

    An opinion (会商) needs ``stance`` and may name in ``points_to`` the unit whose duty it is (Art. 12).
    """
    if points_to and points_to not in book.units:
        raise HandlingRefused(_("There is no such unit today"))
    with transaction.atomic():
        ticket = _locked(sub)
        said = masked_by_staff(result)
        sub = subs.do_give(sub, said, actor, now=now, stance=stance, points_to=points_to)
        _returned(ticket, sub, "given", said, now, book)
    return sub


def do_refuse_with_reasons(
    sub: SubTicket, reasons: str, actor: Actor, *, now: datetime, book: Book
) -> SubTicket:
    """The unit cannot do it and says why and how far it came (Art. 14). Six SQL statements."""
    with transaction.atomic():
        ticket = _locked(sub)
        said = masked_by_staff(reasons)
        sub = subs.do_refuse(sub, said, actor, now=now)
        _returned(ticket, sub, "refused", said, now, book)
    return sub


def do_report_interim(sub: SubTicket, words: str, actor: Actor, *, now: datetime, book: Book) -> SubTicket:
    """The unit tells the lead how far it is (阶段性进展, Art. 14). Six SQL statements."""
    with transaction.atomic():
        ticket = _locked(sub)
        said = masked_by_staff(words)
        sub = subs.do_interim(sub, said, actor, now=now)
        _returned(ticket, sub, "interim", said, now, book)
    return sub


def do_settle(
    sub: SubTicket,
    decision: str,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    words: str = "",
    until: datetime | None = None,
) -> SubTicket:
    """Whoever asked accepts what came back, sends it back with words, or withdraws the request (Art. 14).

    What is sent back is due after ``assist.hours`` unless ``until`` says so, never after the ticket's own
    limit. At most four SQL statements.
    """
    if decision not in DECISIONS:
        raise HandlingRefused(_("Accept the result, send it back, or withdraw the request"))
    if decision == "accept":
        return subs.do_accept(sub, actor, now=now)
    if decision == "withdraw":
        return subs.do_withdraw(sub, actor, now=now)
    if until is not None and until <= now:
        raise HandlingRefused(_("The unit needs time: choose a moment to come"))
    hours = timedelta(hours=float(book.rule("assist.hours", local_day(book, now))))
    ticket = Ticket.objects.filter(pk=sub.ticket).first()
    latest = ticket.due_at if ticket and ticket.state in w.RUNNING else None
    due = answer_by(until, now + hours, latest)
    return subs.do_send_back(sub, masked_by_staff(words), due, actor, now=now)


def do_give_more_time(
    sub: SubTicket, until: datetime, actor: Actor, *, now: datetime, book: Book
) -> SubTicket:
    """Whoever asked gives more time, never beyond the ticket's own limit (Art. 14). Four SQL statements."""
    ticket = Ticket.objects.filter(pk=sub.ticket).first()
    due = answer_by(until, until, ticket.due_at if ticket and ticket.state in w.RUNNING else None)
    if due <= now or (sub.due_at is not None and due <= sub.due_at):
        raise HandlingRefused(_("That is no more time than the unit has: the ticket's own limit stands"))
    return subs.do_prolong(sub, due, actor, now=now)


def _locked(sub: SubTicket) -> Ticket | None:
    """The ticket, held until the end of the transaction; none for an opinion, which changes no ticket."""
    if sub.purpose == OPINION:
        return None
    return Ticket.objects.select_for_update(of=("self",)).filter(pk=sub.ticket).first()


def _returned(ticket: Ticket | None, sub: SubTicket, how: str, words: str, now: datetime, book: Book) -> None:
    """Say on a ticket that is still with its unit what came back, and from whom."""
    if ticket is None or ticket.state not in w.AT_THE_UNIT:
        return
    detail = {"unit": sub.lead_id, "subticket": sub.number, "how": how, "purpose": sub.purpose, "note": words}
    say(ticket, "returned", PLATFORM, now, {}, detail, book=book)
