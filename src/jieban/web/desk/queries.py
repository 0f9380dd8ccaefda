"""What desks read of many tickets beyond ``tickets.queries``: lists under a clock, and true counts.

Everything here is built on ``visible(scope)``, so that nobody counts what he may not see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from jieban.dispatch.rules import QUEUES
from jieban.people.actions import Contact, identity_of
from jieban.people.models import Requester
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.tickets.queries import PAGE, Page, Scope, visible

RUNNING = (w.WAITING, w.DISPATCHED, w.SIGNED, w.HANDLING, w.OBJECTED, w.REPLIED, w.SUBMITTED)
"""States in which a limit runs; a paused ticket and one whose requester is asked have none."""
SILENT = Q(state__in=(w.DISPATCHED, w.SIGNED, w.HANDLING), contacted_at__isnull=True, secrecy="")
"""Nobody has reached the requester yet, whom the unit can reach."""
RELAY = Q(state__in=(w.SIGNED, w.HANDLING), secrecy="confidential", contacted_at__isnull=True)
"""The hotline is to speak with a confidential requester for the unit."""
ASKING = Q(state__in=(w.SIGNED, w.HANDLING), extension__has_key="days")
"""The unit asks the hotline for an extension."""
LONG = ("text", "proposal", "explanation", "reply", "pauses", "comment")
"""Columns that a row of a list does not show."""
NOWHERE = "unknown"
"""In place of a district: those whose place nobody knows yet."""
AHEAD = 12
"""How many waiting tickets a dispatcher's desk looks at to find one that nobody else has open."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a list shows; empty parts do not filter. Without a state it shows what is open."""

    state: str = ""
    queue: str = ""
    unit: str = ""
    district: str = ""
    category: str = ""
    channel: str = ""
    running: bool = False
    overdue: bool = False
    today: bool = False
    silent: bool = False
    relay: bool = False
    asking: bool = False


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


def rows(scope: Scope, look: Look, midnight: datetime, after: str = "", size: int = PAGE) -> Page:
    """Tickets by their limit, earliest first. One SQL statement, at the same cost however deep.

    ``midnight`` is the end of the day in the city; ``after`` the key that the page before gave. One
    that is none gives the first page.
    """
    return paged(_looked(visible(scope), look, midnight), after, size)


def paged(tickets: QuerySet[Ticket], after: str = "", size: int = PAGE) -> Page:
    """Some of these tickets by their limit, earliest first, as a list shows them. One SQL statement."""
    tickets = tickets.defer(*LONG)
    last = _read_key(after)
    if last:
        due, pk = last
        tickets = tickets.filter(Q(due_at__gt=due) | Q(due_at=due, pk__gt=pk))
    found = list(tickets.order_by("due_at", "pk")[: size + 1])
    key = _write_key(found[size - 1]) if len(found) > size else ""
    return Page(found[:size], key)


def sent(ticket: Ticket) -> dict[str, Any]:
    """The columns from which the smaller limits follow; of a row of a list the others are not loaded."""
    return {"dispatched_at": ticket.dispatched_at, "tier": ticket.tier}


def tally(scope: Scope, look: Look, midnight: datetime, by: str = "queue") -> Tally:
    """Open tickets within ``look``, counted by state and by the column ``by``. One SQL statement."""
    tickets = _looked(visible(scope), look, midnight).exclude(state__in=w.CLOSED_STATES).order_by()
    counted = Tally()
    for row in tickets.values("state", by).annotate(
        n=Count("pk"),
        late=Count("pk", filter=Q(overdue=True)),
        soon=Count("pk", filter=Q(state__in=RUNNING, due_at__lt=midnight)),
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


def _looked(tickets: QuerySet[Ticket], look: Look, midnight: datetime) -> QuerySet[Ticket]:
    exact = {
        "state": look.state,
        "queue": look.queue,
        "lead_id": look.unit,
        "district": "" if look.district == NOWHERE else look.district,
        "channel": look.channel,
    }
    tickets = tickets.filter(**{name: value for name, value in exact.items() if value}, due_at__isnull=False)
    if look.district == NOWHERE:
        tickets = tickets.filter(district="")
    if not look.state:
        tickets = tickets.exclude(state__in=w.CLOSED_STATES)
    if look.category:
        tickets = tickets.filter(category__code__startswith=look.category)
    if look.running:
        tickets = tickets.filter(state__in=RUNNING)
    if look.overdue:
        tickets = tickets.filter(overdue=True)
    if look.today:
        tickets = tickets.filter(state__in=RUNNING, due_at__lt=midnight)
    if look.silent:
        tickets = tickets.filter(SILENT)
    if look.relay:
        tickets = tickets.filter(RELAY)
    if look.asking:
        tickets = tickets.filter(ASKING)
    return tickets


def _write_key(ticket: Ticket) -> str:
    assert ticket.due_at is not None
    return f"{ticket.due_at.timestamp():.6f}_{ticket.pk}"


def _read_key(key: str) -> tuple[datetime, int] | None:
    due, _, pk = key.partition("_")
    try:
        moment, last = datetime.fromtimestamp(float(due), UTC), int(pk)
    except (ValueError, OverflowError, OSError):
        return None
    return (moment, last) if 0 <= last < 2**63 else None


def waiting(scope: Scope, skipped: Sequence[str] = ()) -> list[Ticket]:
    """The next tickets for a dispatcher: hand-overs that nobody confirmed in time, danger, returned, others.

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
    return list(tickets.order_by(rank, "due_at", "pk")[:AHEAD])


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
