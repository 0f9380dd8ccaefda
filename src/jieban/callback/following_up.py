"""What is said to be unsolved after the end is done again as a new ticket (DOMAIN §2.5: redo, or new ticket).

A closed ticket stays closed: what was counted stands. Where the city wants it so
(``callback.reopen_as_new``) later answers that would have sent it back open a follow-up at the same unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from jieban.callback import rules
from jieban.city.book import Book
from jieban.city.clock import due_at, local_day
from jieban.matters.actions import Opening, do_open, new_number, series
from jieban.matters.actors import PLATFORM
from jieban.matters.rules import Step
from jieban.people.actions import do_copy_words
from jieban.tickets import clocks
from jieban.tickets.actions import NOTHING_DONE, advance
from jieban.tickets.kind import TICKET
from jieban.tickets.limits import tier_of
from jieban.tickets.models import Ticket
from jieban.tickets.workflow import DISPATCHED

KEPT = (
    *("channel", "requester", "simulated", "requester_kind", "speaks_for", "minor", "secrecy", "recused"),
    *("title", "text", "address", "occurred_at", "demand_type", "category_id", "place_id", "district"),
    *("street", "form", "answers", "missing", "ledgers", "alarm_tier", "cluster"),
)
"""The columns that a follow-up has from the ticket before it."""


def do_settle_after_end(
    ticket: Ticket, step: Step, said: Mapping[str, Any], *, now: datetime, book: Book
) -> Ticket:
    """Take the step by which a closed ticket gets other answers; a follow-up opens where they ask for it.

    Two SQL statements, at most nine more with a follow-up: all or none.
    """
    if not _asks_for_more(ticket, said, book, now):
        return advance(ticket, step)
    with transaction.atomic(savepoint=False):
        follow_up = _do_open_again(ticket, said, now, book)
        marks = list(dict.fromkeys([*ticket.marks, "repeated"]))
        detail = {"again": follow_up.number, "why": "unsolved"}
        return advance(ticket, step, Step("repeat", PLATFORM, now, {"marks": marks}, detail))


def _asks_for_more(ticket: Ticket, said: Mapping[str, Any], book: Book, now: datetime) -> bool:
    on = local_day(book, now)
    if not int(book.rule("callback.reopen_as_new", on)) or ticket.lead_id is None:
        return False
    most, sent_back = (int(book.rule(f"callback.{name}", on)) for name in ("redo_max", "redo_on"))
    before, after = (
        rules.goes_back(solved, satisfied, ticket.redone, most=most, on=sent_back)
        for solved, satisfied in ((ticket.solved, ticket.satisfied), (said["solved"], said["satisfied"]))
    )
    return after and not before


def _do_open_again(ticket: Ticket, said: Mapping[str, Any], now: datetime, book: Book) -> Ticket:
    """The follow-up: the same matter at the same unit, with the limit of what is done again."""
    row, serial = ticket.row(), series.take()
    local = now.astimezone(ZoneInfo(book.identity.timezone))
    first = {
        "id": serial,
        "number": new_number(serial, local, book.identity.number_format),
        "opened_at": now,
        **{name: row[name] for name in KEPT},
        "same_as": ticket.pk,
        "redone": ticket.redone + 1,
        "proposal": {
            "follows": ticket.number,
            "said": {name: said[name] for name in ("solved", "satisfied", "reasons")},
        },
    }
    steps = (Step("receive", PLATFORM, now), Step("dispatch", PLATFORM, now, _sent(row, now, book)))
    (opened,) = do_open(TICKET, [Opening(first, steps)])
    assert isinstance(opened, Ticket)
    do_copy_words(ticket.pk, opened.pk, now=now)
    return opened


def _sent(row: Mapping[str, Any], now: datetime, book: Book) -> dict[str, Any]:
    on = local_day(book, now)
    tier = tier_of(row, row["tier"], book, on, redone=True)
    sent = {
        "lead_id": row["lead_id"],
        "copied_to": row["copied_to"],
        "catalogue_row": row["catalogue_row"],
        "tier": tier,
        "queue": "",
        "dispatched_at": now,
        "due_at": due_at(now, book.dated("limit_tiers", tier, on), book),
    }
    blank = {**row, **NOTHING_DONE, **sent, "state": DISPATCHED}
    return {**sent, **clocks.running(blank, book)}
