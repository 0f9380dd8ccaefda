"""What the clock does to tickets whose limit is reached or whose call-back runs out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from jieban.callback.actions import at_limit, do_give_up, do_limit_reached, is_plain
from jieban.city.queries import book
from jieban.handling.actions import do_remind
from jieban.matters.actors import PLATFORM
from jieban.matters.many import alike, do_advance_alike
from jieban.matters.tick import reads
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket


@reads("state", "submitted_at", "self_rated", "secrecy")
def limit_reached(rows: Sequence[Any], now: datetime) -> None:
    """Open the call-back of tickets whose limit is reached (Art. 23), by sets where nothing else follows."""
    city = book()
    plain: dict[bool, list[Any]] = {True: [], False: []}  # submitted or not
    others = []
    for row in rows:
        if is_plain(row.self_rated, row.secrecy):
            plain[row.submitted_at is not None].append(row)
        else:
            others.append(row.id)
    for submitted, members in plain.items():
        for (state,), ids in alike(members, "state").items():
            do_advance_alike(TICKET, ids, state, at_limit(submitted, state, PLATFORM, now=now, book=city))
    for ticket in Ticket.objects.filter(pk__in=others) if others else ():
        do_limit_reached(ticket, PLATFORM, now=now, book=city)


def remind(tickets: Sequence[Ticket], now: datetime) -> None:
    """Remind units of what they have not done: sign, reach the requester, submit (Art. 13, 15).

    After an outage the limit itself may have passed: then nobody is reminded, the requester is asked.
    It stands here and not in ``handling``, because it may be the call-back that begins.
    """
    passed = []
    for ticket in tickets:
        if ticket.due_at is not None and ticket.due_at <= now:
            passed.append(ticket)
        else:
            do_remind(ticket, PLATFORM, now=now, book=book())
    limit_reached(passed, now)


def give_up(tickets: Sequence[Ticket], now: datetime) -> None:
    """Close tickets whose requester could not be reached in the days of the rules."""
    for ticket in tickets:
        do_give_up(ticket, PLATFORM, now=now)
