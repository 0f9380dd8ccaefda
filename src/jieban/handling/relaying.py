"""The only writer of what the hotline says to a requester in place of the unit (Ordinance Art. 8, 15).

Who asked for confidentiality stays unknown to the unit; the first contact is owed to him all the same.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.handling.actions import CONTACT_OUTCOMES, HandlingRefused
from jieban.matters.rules import Actor
from jieban.reading.privacy.notes import masked
from jieban.tickets.actions import say
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

RELAY_OUTCOMES = tuple(outcome for outcome in CONTACT_OUTCOMES if outcome != "visited")


def do_relay(ticket: Ticket, words: str, outcome: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The hotline reached a confidential requester for the unit, or tried to. Two SQL statements.

    What he said is masked as his own words are: the unit reads it.
    """
    TICKET.workflow.transition(ticket.state, "relay")
    if ticket.secrecy != "confidential":
        raise HandlingRefused(_("The hotline speaks for the unit only where the requester wants secrecy"))
    if outcome not in RELAY_OUTCOMES:
        raise HandlingRefused(_("Say how it went: one of the outcomes of a contact"))
    reached = outcome == "reached"
    if reached and not words.strip():
        raise HandlingRefused(_("Write what the requester said; the unit works with it"))
    changes = {"contacted_at": now} if reached and ticket.contacted_at is None else {}
    return say(ticket, "relay", actor, now, changes, {"outcome": outcome, "note": masked(words)}, book=book)
