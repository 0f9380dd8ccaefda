"""The only writers of limits computed anew (Ordinance Art. 13: limits are adjusted).

When the rules of limits or the calendars change, perhaps for days gone by, the end of each open ticket
is computed again by the same function that set it; where it differs, an event says so. Which rules have
been taken into account already is kept (``LimitCheck``), so that nothing is walked twice.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from jieban.city.book import Book, MissingRule
from jieban.city.clock import NoWorkingTime
from jieban.handling.models import LimitCheck
from jieban.matters.actions import Overtaken
from jieban.matters.many import do_advance_many
from jieban.matters.rules import Actor, NotPossible, Step, WrongState
from jieban.tickets import workflow as w
from jieban.tickets.actions import advance, step
from jieban.tickets.clocks import limit
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

BATCH = 1000
TOGETHER = 200
TABLES = ("limit_tiers", "calendars", "calendar_days")
STILL = (w.PAUSED, w.SHELVED)
"""States in which the limit stands still: the open span counts only when it has ended."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Walk:
    """What came of a walk over the open tickets: how many were looked at and how many moved.

    ``kept``: numbers of tickets whose end the rules would put into the past: a promise is not taken back
    after the day. ``stuck``: numbers of tickets whose tier or calendar has no row any more.
    """

    tickets: int = 0
    changed: int = 0
    kept: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)


def rules_mark(book: Book) -> str:
    """A mark of everything that the end of a limit follows from; the same rules give the same mark."""
    kept: str | None = book.memo.get("rules_of_limits")
    if kept is None:
        told = [book.identity.timezone, *(repr(book.tables[table]) for table in TABLES)]
        kept = book.memo["rules_of_limits"] = hashlib.sha256("\n".join(told).encode()).hexdigest()
    return kept


def end_by_rules(row: Mapping[str, Any], book: Book) -> datetime:
    """When the limit of a ticket ends by the rules as they are now.

    Raises ``MissingRule`` and ``NoWorkingTime``.
    """
    spans = row["pauses"][:-1] if row["state"] in STILL else row["pauses"]
    return limit({**row, "pauses": spans}, book)


def do_recompute(ticket: Ticket, actor: Actor, *, now: datetime, book: Book) -> bool:
    """Compute the end of a ticket's limit anew, and say so where it differs. Three SQL statements then.

    Gives whether it was moved. A limit is never put into the past: then it stays as it was.
    Raises ``MissingRule`` and ``NoWorkingTime``.
    """
    moving = _step(ticket, actor, now, book)
    if moving is None:
        return False
    advance(ticket, moving)
    return True


def _step(ticket: Ticket, actor: Actor, now: datetime, book: Book) -> Step | None:
    """The step that moves the end to where the rules put it; None where it stays."""
    due = end_by_rules(ticket.row(), book)
    if ticket.due_at is None or due == ticket.due_at or due <= now:
        return None
    changes: dict[str, Any] = {"due_at": due}
    if due > ticket.due_at:
        changes["reminded"] = [one for one in ticket.reminded if one != "warn"]
    detail = {"moved_from": ticket.due_at.isoformat(), "moved_to": due.isoformat()}
    return step(ticket.row(), "recompute", actor, now, changes, detail, book=book)


def do_recompute_all(actor: Actor, *, now: datetime, book: Book, dry_run: bool = False) -> Walk:
    """Compute the limits of all open tickets at units anew; one that cannot be computed stops no other.

    One SQL statement per thousand tickets, and some for each two hundred that differ.
    """
    walk, moved, waiting = Walk(), set[int](), list[int]()
    for row in _open_rows():
        if row["id"] in moved:
            continue  # it was moved behind the place where the walk is
        walk.tickets += 1
        try:
            due = end_by_rules(row, book)
        except (MissingRule, NoWorkingTime) as error:
            walk.stuck.append(row["number"])
            _log.error("the limit of %s cannot be computed: %s", row["number"], error)
            continue
        if due == row["due_at"]:
            continue
        if due <= now:
            walk.kept.append(row["number"])
            continue
        moved.add(row["id"])
        waiting.append(row["id"])
        if len(waiting) == TOGETHER:
            walk.changed += len(waiting) if dry_run else _move(waiting, actor, now, book)
            waiting.clear()
    walk.changed += len(waiting) if dry_run else _move(waiting, actor, now, book)
    return walk


def do_check_limits(actor: Actor, *, now: datetime, book: Book) -> Walk | None:
    """Walk over the open tickets when the rules of limits have changed since the last walk; else None.

    Three SQL statements and those of the walk; one when nothing has changed. A walk that was broken off
    is not recorded, so the next call does it again; what was moved already does not differ any more.
    """
    mark = rules_mark(book)
    last = LimitCheck.objects.order_by("-pk").first()
    if last is not None and last.mark == mark:
        return None
    walk = do_recompute_all(actor, now=now, book=book)
    LimitCheck.objects.create(
        mark=mark, at=now, tickets=walk.tickets, changed=walk.changed, kept=walk.kept, stuck=walk.stuck
    )
    return walk


def _move(keys: list[int], actor: Actor, now: datetime, book: Book) -> int:
    """Recompute these tickets together; one by one where somebody was faster with one of them."""
    try:
        with transaction.atomic():
            found = Ticket.objects.filter(pk__in=keys)
            moves = [(one, (moving,)) for one in found if (moving := _step(one, actor, now, book))]
            do_advance_many(TICKET, moves)
        return len(moves)
    except (Overtaken, NotPossible):
        return sum(_moved(pk, actor, now, book) for pk in keys)


def _moved(pk: int, actor: Actor, now: datetime, book: Book) -> bool:
    """Recompute one ticket as it is now; twice, when somebody else was faster the first time."""
    for _again in range(2):
        try:
            with transaction.atomic():
                return do_recompute(Ticket.objects.get(pk=pk), actor, now=now, book=book)
        except Overtaken:
            continue
        except WrongState:
            break  # it has left its unit meanwhile
    return False


_COLUMNS = ("id", "number", "state", "tier", "dispatched_at", "pauses", "extension_days", "due_at")


def _open_rows() -> Iterator[dict[str, Any]]:
    """The open tickets at units by their limit, in batches by key."""
    tickets = Ticket.objects.exclude(state__in=w.CLOSED_STATES).filter(
        state__in=w.AT_THE_UNIT, dispatched_at__isnull=False, due_at__isnull=False
    )
    after: Q | None = None
    while True:
        found = tickets.filter(after) if after else tickets
        batch = list(found.order_by("due_at", "id").values(*_COLUMNS)[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        due, pk = batch[-1]["due_at"], batch[-1]["id"]
        after = Q(due_at__gt=due) | Q(due_at=due, pk__gt=pk)
