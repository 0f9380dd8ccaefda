"""What goes out beside a ticket when it is dispatched: dual dispatch (双派) and assisting units (协办).

The territory leads; the department of the industry, and where the city wants it the units that the
catalogue names as assisting, get sub-tickets with limits of their own in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.units import hotline_code
from jieban.dispatch.rules import Candidate, switched_on
from jieban.matters.rules import Actor
from jieban.subtickets.actions import Ask, Asking, do_send_many
from jieban.subtickets.rules import answer_by
from jieban.subtickets.workflow import ASSIST, INDUSTRY
from jieban.tickets.models import Ticket


def along(
    book: Book, candidate: Candidate, now: datetime, recused: Iterable[str] = ()
) -> list[tuple[str, str]]:
    """The units that are asked with the dispatch itself, each with the purpose. Pure."""
    on, kept_out = local_day(book, now), {*recused, candidate.unit}
    found = [(candidate.industry, INDUSTRY)] if candidate.industry else []
    if candidate.assist and switched_on(book, "dispatch.send_assist", on):
        found += [(code, ASSIST) for code in candidate.assist if code != candidate.industry]
    return [(code, purpose) for code, purpose in found if code not in kept_out and _in_force(book, code, now)]


def _in_force(book: Book, code: str, now: datetime) -> bool:
    unit = book.units.get(code)
    return unit is not None and unit.in_force(local_day(book, now))


def do_send_along(
    sent: Sequence[tuple[Ticket, Candidate]], actor: Actor, *, now: datetime, book: Book, note: str = ""
) -> None:
    """Ask the units that go with these dispatched tickets. Three SQL statements for all, none for none.

    The hotline is the sender of a dual dispatch, the lead that of what assists it: to whom the result
    returns (Art. 14). ``note`` must be masked already.
    """
    sendings = []
    for ticket, candidate in sent:
        for unit, purpose in along(book, candidate, now, ticket.recused) if ticket.asked else ():
            sender = hotline_code(book) if purpose == INDUSTRY else candidate.unit
            words = note or ticket.title or ticket.text[:300] or ticket.number
            due = answer_by(None, now + _usual(book, purpose, now), ticket.due_at)
            sendings.append((asking(ticket, sender), Ask(unit, purpose, words, due)))
    do_send_many(sendings, actor, now=now, book=book)


def asking(ticket: Ticket, sender: str | None) -> Asking:
    """On behalf of a ticket, by this unit."""
    return Asking(ticket.pk, ticket.number, sender, tuple(ticket.recused), ticket.simulated)


def _usual(book: Book, purpose: str, now: datetime) -> timedelta:
    on = local_day(book, now)
    if purpose == INDUSTRY:
        return timedelta(hours=float(book.rule("dispatch.industry_hours", on)))
    return timedelta(hours=float(book.rule("assist.hours", on)))
