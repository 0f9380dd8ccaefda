"""The only writers of the ledger of shelved tickets (挂账, Ordinance Art. 15, 24): what cannot be solved
now waits for a date, with a reason and a plan, is looked at again regularly, and comes back.

While it waits the limit stands still: a span of ``pauses``, marked ``shelf``, that ends at the planned
date or when it is taken off, so that ``tickets.clocks.limit`` needs to know nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import due_at, local_day
from jieban.city.rows import Exclusion
from jieban.handling.actions import HandlingRefused, iso
from jieban.matters.rules import Actor
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets.actions import say
from jieban.tickets.clocks import limit, tier_of
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

SHELF = "shelf"
"""The mark of a span in which the limit stood still because the ticket was on the ledger."""


@dataclass(frozen=True, slots=True)
class Shelving:
    """Why a ticket is put on the ledger: a code of ``exclusions.csv`` (group ``ledger``), until when, the
    reason that the requester is told, and the plan: what is done meanwhile, and by whom."""

    code: str
    until: datetime
    reason: str
    plan: str


def ledger_codes(book: Book, now: datetime) -> list[Exclusion]:
    """The grounds for which a ticket may wait on the ledger today."""
    return [row for row in book.current("exclusions", local_day(book, now)) if row.group == "ledger"]


def last_day(ticket: Ticket, book: Book, now: datetime) -> datetime:
    """Until when a ticket may be on the ledger at most: ``shelf.max_days`` since it came there."""
    begun = datetime.fromisoformat(ticket.pauses[-1][0]) if _is_shelved(ticket) else now
    return begun + timedelta(days=float(book.rule("shelf.max_days", local_day(book, now))))


def do_shelve(ticket: Ticket, shelving: Shelving, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """Put a ticket on the ledger (Art. 15, 24). Three SQL statements.

    Raises ``HandlingRefused`` for an unknown ground, without reason or plan, for a date beyond
    ``shelf.max_days``, and after the limit has passed.
    """
    TICKET.workflow.transition(ticket.state, "shelve")
    if ticket.due_at is None or now >= ticket.due_at:
        raise HandlingRefused(_("The limit has passed; the requester is asked now"))
    if shelving.code not in {row.code for row in ledger_codes(book, now)}:
        raise HandlingRefused(_("Choose one of the grounds of the ledger"))
    if not shelving.reason.strip() or not shelving.plan.strip():
        raise HandlingRefused(_("Write the reason and the plan; the requester is told both (Art. 15)"))
    _check_date(ticket, shelving.until, book, now)
    changes = {
        "shelf_code": shelving.code,
        "shelf_plan": masked_by_staff(shelving.plan),
        "shelved_until": shelving.until,
        "pauses": [*ticket.pauses, [now.isoformat(), shelving.until.isoformat(), SHELF]],
        "clock": "shelf",
        "clock_at": _next_look(shelving.until, book, now),
    }
    return say(ticket, "shelve", actor, now, changes, {"reason": masked_by_staff(shelving.reason)}, book=book)


def do_review_shelf(
    ticket: Ticket, words: str, actor: Actor, *, now: datetime, book: Book, until: datetime | None = None
) -> Ticket:
    """The unit has looked at it again (Art. 24): how the plan stands, and perhaps a new date. Two SQL
    statements. A later date must lie within ``shelf.max_days`` since the ticket came on the ledger.
    """
    TICKET.workflow.transition(ticket.state, "review_shelf")
    if not words.strip():
        raise HandlingRefused(_("Write how the plan stands"))
    if until is not None:
        _check_date(ticket, until, book, now)
    planned = until or ticket.shelved_until
    assert planned is not None
    changes = {
        "shelved_until": planned,
        "pauses": [*ticket.pauses[:-1], [ticket.pauses[-1][0], planned.isoformat(), SHELF]],
        "clock": "shelf",
        "clock_at": _next_look(planned, book, now),
    }
    detail = {"note": masked_by_staff(words), "moved_from": iso(ticket.shelved_until) if until else None}
    return say(ticket, "review_shelf", actor, now, changes, detail, book=book)


def do_miss_review(ticket: Ticket, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The unit should look at what it put on the ledger: it is reminded (Art. 24). Three SQL statements."""
    assert ticket.shelved_until is not None
    changes = {"clock": "shelf", "clock_at": _next_look(ticket.shelved_until, book, now)}
    return say(ticket, "remind", actor, now, changes, {"of": [SHELF]}, book=book)


def do_unshelve(ticket: Ticket, words: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """Take a ticket off the ledger: the unit handles it, its limit moved by the time it waited.

    It came off when its date came, even where the worker notices later. At least ``shelf.days_after``, or
    the whole of a shorter tier, is left to work: else the limit stands still for so much longer.
    Three SQL statements.
    """
    TICKET.workflow.transition(ticket.state, "unshelve")
    began, planned, *_mark = ticket.pauses[-1]
    ended = min(now, datetime.fromisoformat(planned))
    pauses = [*ticket.pauses[:-1], [began, ended.isoformat(), SHELF]]
    due = limit({**ticket.row(), "pauses": pauses}, book)
    least = _least_end(ticket, book, now)
    if due < least:
        pauses[-1] = [began, (ended + (least - due)).isoformat(), SHELF]
        due = limit({**ticket.row(), "pauses": pauses}, book)
    changes: dict[str, Any] = {
        "pauses": pauses,
        "due_at": due,
        "shelved_until": None,
        "reminded": [one for one in ticket.reminded if one != "warn"],
    }
    detail = {"note": masked_by_staff(words), "moved_from": iso(ticket.due_at)}
    return say(ticket, "unshelve", actor, now, changes, detail, book=book)


def _least_end(ticket: Ticket, book: Book, now: datetime) -> datetime:
    after = now + timedelta(days=float(book.rule("shelf.days_after", local_day(book, now))))
    tier = tier_of(ticket.row(), book)
    return min(after, due_at(now, tier, book)) if tier else after


def _check_date(ticket: Ticket, until: datetime, book: Book, now: datetime) -> None:
    if not now < until <= last_day(ticket, book, now):
        most = float(book.rule("shelf.max_days", local_day(book, now)))
        raise HandlingRefused(
            _("A ticket comes off the ledger on a day to come, within %(days)s days") % {"days": f"{most:g}"}
        )


def _next_look(until: datetime, book: Book, now: datetime) -> datetime:
    """When the unit is to look at it again: every ``shelf.review_days``, and at the planned date."""
    days = float(book.rule("shelf.review_days", local_day(book, now)))
    return min(until, now + timedelta(days=days))


def _is_shelved(ticket: Ticket) -> bool:
    return ticket.shelved_until is not None and bool(ticket.pauses)
