"""What desks read of many tickets beyond ``tickets.queries``: lists under a clock, and true counts.

Everything here is built on ``visible(scope)``, so that nobody counts what he may not see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTransform

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.ranker.value import Waiting, queue_value, value_weights
from jieban.dispatch.rules import QUEUES
from jieban.matters.paging import page as by_limit
from jieban.people.actions import Contact, identity_of
from jieban.people.models import Requester
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.tickets.queries import (
    ASKING,
    PAGE,
    RELAY,
    RUNNING,
    SILENT,
    Filters,
    Page,
    Scope,
    due_today,
    filtered,
    visible,
)

LONG = ("text", "proposal", "explanation", "reply", "pauses", "comment")
"""Columns that a row of a list does not show."""
AHEAD = 12
"""How many waiting tickets a dispatcher's desk looks at to find one that nobody else has open."""
LOOKED_AT = 60
"""How many of those that have waited longest are put in the order of their value."""


@dataclass(slots=True)
class Tally:
    """Counts of open tickets by one column, and in all."""

    by: dict[str, int] = field(default_factory=dict)
    overdue_by: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    total: int = 0
    running: int = 0
    overdue: int = 0
    today: int = 0
    silent: int = 0
    relay: int = 0
    asking: int = 0


def rows(scope: Scope, filters: Filters, midnight: datetime, after: str = "", size: int = PAGE) -> Page:
    """Tickets by their limit, earliest first. One SQL statement, at the same cost however deep.

    ``midnight`` is the end of the day in the city; ``after`` the key that the page before gave. One
    that is none gives the first page.
    """
    return paged(filtered(visible(scope), filters, midnight), after, size)


def paged(tickets: QuerySet[Ticket], after: str = "", size: int = PAGE) -> Page:
    """Some of these tickets by their limit, earliest first, as a list shows them. One SQL statement."""
    return Page(*by_limit(as_rows(tickets), after, size))


def as_rows(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Tickets without what a row does not show; of the proposal only the people at risk (``told_risks``)."""
    return tickets.defer(*LONG).annotate(told_risks=KeyTransform("risks", "proposal"))


def sent(ticket: Ticket) -> dict[str, Any]:
    """The columns from which the smaller limits follow; of a row of a list the others are not loaded."""
    return {"dispatched_at": ticket.dispatched_at, "tier": ticket.tier}


def tally(scope: Scope, filters: Filters, midnight: datetime, by: str = "queue") -> Tally:
    """Open tickets within the filters, counted by state and by the column ``by``. One SQL statement."""
    tickets = filtered(visible(scope), filters, midnight).exclude(state__in=w.CLOSED_STATES).order_by()
    counted = Tally()
    for row in tickets.values("state", by).annotate(
        n=Count("pk"),
        late=Count("pk", filter=Q(overdue=True)),
        soon=Count("pk", filter=due_today(midnight)),
        quiet=Count("pk", filter=SILENT),
        hidden=Count("pk", filter=RELAY),
        wanting=Count("pk", filter=ASKING),
    ):
        _add(counted, row, by)
    return counted


def _add(counted: Tally, row: dict[str, Any], by: str) -> None:
    key = str(row[by] or "")
    counted.states[row["state"]] = counted.states.get(row["state"], 0) + row["n"]
    counted.by[key] = counted.by.get(key, 0) + row["n"]
    counted.overdue_by[key] = counted.overdue_by.get(key, 0) + row["late"]
    counted.total += row["n"]
    counted.running += row["n"] if row["state"] in RUNNING else 0
    counted.overdue += row["late"]
    counted.today += row["soon"]
    counted.silent += row["quiet"]
    counted.relay += row["hidden"]
    counted.asking += row["wanting"]


def waiting(
    scope: Scope,
    skipped: Sequence[str] = (),
    *,
    book: Book | None = None,
    now: datetime | None = None,
) -> list[Ticket]:
    """The next tickets for a dispatcher: hand-overs that nobody confirmed in time, danger, returned, others.

    Within a queue those come first that are worth most to look at now (``dispatch.ranker.value``), chosen
    from the ``LOOKED_AT`` that have waited longest; without ``book`` and ``now`` it is the earliest limit.
    One SQL statement.
    """
    rank = Case(
        *(When(queue=queue, then=Value(place)) for place, queue in enumerate(QUEUES)),
        default=Value(len(QUEUES)),
        output_field=IntegerField(),
    )
    tickets = visible(scope).filter(Q(state=w.WAITING) | Q(state=w.HANDED_OVER, overdue=True))
    if skipped:
        tickets = tickets.exclude(number__in=skipped)
    ahead = tickets.order_by(rank, "due_at", "pk")
    if book is None or now is None:
        return list(ahead[:AHEAD])
    return by_value(list(ahead[:LOOKED_AT]), book, now)[:AHEAD]


def by_value(tickets: Sequence[Ticket], book: Book, now: datetime) -> list[Ticket]:
    """Waiting tickets in the order of their queues, within a queue the most worth looking at first."""
    on = local_day(book, now)
    weights = value_weights(book, on)
    order = {queue: place for place, queue in enumerate(QUEUES)}
    return sorted(
        tickets,
        key=lambda one: (
            order.get(one.queue, len(QUEUES)),
            -queue_value(waiting_of(one), book, weights, on, now),
            one.due_at or now,
            one.pk,
        ),
    )


def waiting_of(ticket: Ticket) -> Waiting:
    """What the value of a waiting ticket depends on; nothing of who asks but the risks that he tells of."""
    candidates = ticket.proposal.get("candidates") or [{}]
    return Waiting(
        tier=ticket.tier or str(ticket.proposal.get("tier") or ""),
        danger=ticket.danger,
        confidence=candidates[0].get("confidence"),
        since=ticket.opened_at,
        due=ticket.due_at,
        risks=tuple(one["code"] for one in ticket.proposal.get("risks") or ()),
    )


def of_requester(scope: Scope, requester: int | None, but: int = 0, most: int = 6) -> list[Ticket]:
    """The latest tickets of the same requester within the scope. One SQL statement, none for nobody."""
    if requester is None:
        return []
    tickets = visible(scope).filter(requester=requester).exclude(pk=but).defer(*LONG)
    return list(tickets.order_by("-pk")[:most])


def of_phone(scope: Scope, phone: str) -> list[Ticket]:
    """The latest tickets of whoever has this phone, within the scope. At most two SQL statements."""
    identity = identity_of(Contact(phone=phone))
    if identity is None:
        return []
    found = Requester.objects.filter(identity=identity).values_list("pk", flat=True).first()
    return of_requester(scope, found)
