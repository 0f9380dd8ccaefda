"""Who has which waiting ticket open, so that two dispatchers are seldom shown the same one.

A courtesy kept in the cache for two minutes, never a lock: what counts is the ticket's version.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.core.cache import cache

from jieban.tickets.models import Ticket

SECONDS = 120


def _key(ticket: Ticket) -> str:
    return f"desk:open:{ticket.pk}"


def next_free(tickets: Sequence[Ticket], account: int) -> Ticket | None:
    """The first ticket that nobody else has open, or the first at all; it is then open here."""
    if not tickets:
        return None
    held = cache.get_many([_key(ticket) for ticket in tickets])
    free = [ticket for ticket in tickets if held.get(_key(ticket), account) == account]
    chosen = (free or list(tickets))[0]
    cache.set(_key(chosen), account, SECONDS)
    return chosen


def let_go(ticket: Ticket) -> None:
    """Nobody has the ticket open any more."""
    cache.delete(_key(ticket))
