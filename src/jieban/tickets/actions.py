"""What the rooms of work share when they change a ticket; the verbs themselves stand in their rooms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jieban.matters.actions import do_advance
from jieban.matters.rules import Step
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

NOTHING_DONE: dict[str, Any] = {
    "signed_at": None,
    "contacted_at": None,
    "replied_at": None,
    "submitted_at": None,
    "reply": "",
    "pauses": [],
    "overdue": False,
}
"""What a unit has done when a round begins: what was done in an earlier one does not count."""


def advance(ticket: Ticket, *steps: Step) -> Ticket:
    """Take steps on a ticket as it was read (see ``matters.actions.do_advance``)."""
    advanced = do_advance(TICKET, ticket, *steps)
    assert isinstance(advanced, Ticket)
    return advanced


def over(now: datetime) -> dict[str, Any]:
    """The columns of a ticket that ends now."""
    return {"closed_at": now, "clock": "", "clock_at": None}


def limited(limit: datetime) -> dict[str, Any]:
    """The columns of a ticket whose time limit is ``limit``: the clock rings then."""
    return {"due_at": limit, "clock": "limit", "clock_at": limit}
