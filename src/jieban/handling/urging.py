"""The only writers of what those above a unit say on its tickets: the district that has a copy urges its
street (Ordinance Art. 12), a leader of a superior unit gives an instruction (领导批示)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.handling.actions import HandlingRefused
from jieban.matters.rules import Actor
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets.actions import say
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

INSTRUCTED = "instructed"
"""The mark of a ticket on which a leader has given an instruction."""


def do_press(ticket: Ticket, words: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """A unit that has a copy, the district as a rule, presses the one that handles (Art. 12). Three SQL
    statements."""
    if not words.strip():
        raise HandlingRefused(_("Write what the unit should do, and by when"))
    return say(ticket, "press", actor, now, {}, {"note": masked_by_staff(words)}, book=book)


def do_instruct(ticket: Ticket, words: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """A leader of the city, or of the ticket's district, gives an instruction; the ticket is marked.

    Three SQL statements. Raises ``HandlingRefused`` for a leader who is not above the unit.
    """
    TICKET.workflow.transition(ticket.state, "instruct")
    if not may_instruct(ticket, actor.unit, book):
        raise HandlingRefused(_("Only a leader of the city or of this ticket's district gives instructions"))
    if not words.strip():
        raise HandlingRefused(_("Write the instruction"))
    changes = {} if INSTRUCTED in ticket.marks else {"marks": [*ticket.marks, INSTRUCTED]}
    return say(ticket, "instruct", actor, now, changes, {"note": masked_by_staff(words)}, book=book)


def may_instruct(ticket: Ticket, unit: str, book: Book) -> bool:
    """Whether ``unit`` stands above whoever handles the ticket: the city above all, a district above its
    territory and above what it has a copy of, but not above itself."""
    above = book.units.get(unit)
    if above is None or unit == ticket.lead_id:
        return False
    if above.kind == "city_government":
        return True
    return above.kind == "district" and (unit == ticket.district or unit in ticket.copied_to)
