"""Handing a request over to an emergency line (Ordinance Art. 11 ¶3 (1)): recorded, and acknowledged.

A hand-over is no note: the ticket waits, with a clock of minutes, until somebody at the line (110, 119,
120, 122) is known to have taken it. When nobody has in time, the clock rings (``dispatch.late``) and the
ticket stands before all others at the dispatcher's desk.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.law import EmergencyLine
from jieban.dispatch.actions import DispatchRefused, waiting
from jieban.dispatch.rules import DANGER_QUEUE, HANDOVER_QUEUE
from jieban.matters.rules import Actor, Step
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets.actions import advance, over
from jieban.tickets.models import Ticket

ARTICLE = "Ordinance Art. 11 ¶3 (1)"
BRANCH = "EMERGENCY"
RECEIPT_CHARS = 100


def lines(book: Book, now: datetime) -> list[EmergencyLine]:
    """The emergency lines in force today."""
    return list(book.current("emergency_lines", local_day(book, now)))


def do_hand_over(ticket: Ticket, line: str, note: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """Hand a request over to an emergency line; the minutes to acknowledge begin. Three SQL statements.

    Raises ``DispatchRefused`` for a line that the city does not have, and the refusals of the engine.
    """
    row = next((one for one in lines(book, now) if one.code == line), None)
    if row is None:
        raise DispatchRefused(_("Choose one of the emergency lines"), _(ARTICLE))
    limit = now + timedelta(minutes=float(row.acknowledge_minutes))
    changes = {
        "handed_to": row.code,
        "handover_receipt": "",
        "lead_id": None,
        "queue": HANDOVER_QUEUE,
        "due_at": limit,
        "overdue": False,
        "clock": "handover",
        "clock_at": limit,
    }
    detail = {"line": row.code, "note": masked_by_staff(note)}
    return advance(ticket, Step("hand_over", actor, now, changes, detail))


def do_acknowledge(ticket: Ticket, receipt: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """Note who took it at the line, by name or number: the hotline's part ends here. Two SQL statements.

    The requester is told what happened in the words of the branch.
    """
    taken_by = " ".join(receipt.split())
    if len(taken_by) < 2:
        raise DispatchRefused(_("Write the name or number of whoever took it at the line"), _(ARTICLE))
    on = local_day(book, now)
    row = book.dated("branches", BRANCH, on)
    changes = {
        "handover_receipt": masked_by_staff(taken_by)[:RECEIPT_CHARS],
        "branch": BRANCH,
        "explanation": masked_by_staff(row.explanation),
        "queue": "",
        **over(now),
    }
    minutes = _minutes_since_handed(ticket, book, now)
    return advance(ticket, Step("acknowledge", actor, now, changes, {"after_minutes": minutes}))


def do_take_back(ticket: Ticket, reason: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The line did not take it, or it is no emergency: a dispatcher decides at once. Two SQL statements."""
    if not reason.strip():
        raise DispatchRefused(_("Write in a sentence why the line does not take it"), _(ARTICLE))
    changes = {**waiting(book, DANGER_QUEUE, now), "handed_to": "", "handover_receipt": "", "overdue": False}
    detail = {"note": masked_by_staff(reason), "line": ticket.handed_to}
    return advance(ticket, Step("take_back", actor, now, changes, detail))


def _minutes_since_handed(ticket: Ticket, book: Book, now: datetime) -> int | None:
    """How long the line took, from the limit that it had; None where the row is gone."""
    rows = book.by_code("emergency_lines").get(ticket.handed_to, ())
    if ticket.due_at is None or not rows:
        return None
    handed = ticket.due_at - timedelta(minutes=float(rows[0].acknowledge_minutes))
    return max(0, int((now - handed).total_seconds() // 60))
