"""Reading drafts, and what may be drafted for whom."""

from __future__ import annotations

from jieban.drafting.client import is_set_up
from jieban.drafting.models import KINDS, REPLY, SLOTS, SUMMARY, Draft
from jieban.matters.rules import Actor
from jieban.tickets.models import Ticket
from jieban.tickets.workflow import WORKFLOW

VERB_OF = {SUMMARY: "amend", SLOTS: "amend", REPLY: "reply"}
"""A kind of draft is for whoever may say this verb on the ticket now."""
SHOWN = 20


def kinds_for(ticket: Ticket, actor: Actor) -> tuple[str, ...]:
    """What may be drafted of a ticket for this person now; nothing where no model is set up. No SQL."""
    if not is_set_up() or protected(ticket):
        return ()
    allowed = set(WORKFLOW.verbs(ticket.row(), actor))
    return tuple(kind for kind in KINDS if VERB_OF[kind] in allowed)


def protected(ticket: Ticket) -> bool:
    """Whether a ticket's words stay in the house: confidential ones and those of minors (PIPL Art. 28)."""
    return ticket.secrecy == "confidential" or ticket.minor


def of_ticket(ticket: int) -> list[Draft]:
    """The latest drafts of a ticket, the newest first. One SQL statement."""
    return list(Draft.objects.filter(ticket=ticket).order_by("-pk")[:SHOWN])


def ready(pk: int, ticket: int, verb: str = "") -> Draft | None:
    """A draft of this ticket that nobody has decided on, for ``verb`` if one is named. One SQL statement."""
    found = Draft.objects.filter(pk=pk, ticket=ticket, state="ready").first()
    return found if found and (not verb or VERB_OF[found.kind] == verb) else None
