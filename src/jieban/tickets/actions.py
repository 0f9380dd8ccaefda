"""What the rooms of work share when they change a ticket; the verbs themselves stand in their rooms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jieban.city.book import Book
from jieban.matters.actions import do_advance
from jieban.matters.rules import Actor, Step
from jieban.tickets import clocks
from jieban.tickets import workflow as w
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

NOTHING_DONE: dict[str, Any] = {
    "signed_at": None,
    "contacted_at": None,
    "replied_at": None,
    "submitted_at": None,
    "reply": "",
    "outcome": "",
    "pauses": [],
    "overdue": False,
    "reminded": [],
    "extended": 0,
    "extension": {},
    "extension_days": 0,
    "self_rated": False,
}
"""What a unit has done when a round begins: what was done in an earlier one does not count."""


def advance(ticket: Ticket, *steps: Step) -> Ticket:
    """Take steps on a ticket as it was read (see ``matters.actions.do_advance``)."""
    advanced = do_advance(TICKET, ticket, *steps)
    assert isinstance(advanced, Ticket)
    return advanced


def say(
    ticket: Ticket,
    verb: str,
    actor: Actor,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
    *,
    book: Book,
) -> Ticket:
    """Say one verb on a ticket and set the clock that follows from it while the unit's limit runs.

    Two SQL statements, one more where somebody is told. Raises the refusals of the engine.
    """
    return advance(ticket, step(ticket.row(), verb, actor, now, changes, detail, book=book))


def step(
    row: Mapping[str, Any],
    verb: str,
    actor: Actor,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
    *,
    book: Book,
) -> Step:
    """The step of ``verb`` on a ticket's row, with the clock that follows. Raises ``WrongState``."""
    line = TICKET.workflow.transition(row["state"], verb)
    changed = dict(changes or {})
    after = {**row, **changed, "state": line.to or row["state"]}
    if after["state"] in w.RUNNING and after["due_at"] is not None and "clock" not in changed:
        changed |= clocks.running(after, book)
    return Step(verb, actor, now, changed, detail or {})


def over(now: datetime) -> dict[str, Any]:
    """The columns of a ticket that ends now."""
    return {"closed_at": now, "clock": "", "clock_at": None}
