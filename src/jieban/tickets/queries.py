"""The only readers of more than one ticket. Lists are paged by key: the last row seen, never an offset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from jieban.city.book import Book
from jieban.matters.models import Event
from jieban.matters.paging import page as by_limit
from jieban.matters.paging import read_key
from jieban.matters.queries import rebuilt
from jieban.people.models import Account
from jieban.people.roles import CITYWIDE_ROLES, Role
from jieban.tickets import workflow
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

PAGE = 20
NOWHERE = "unknown"
"""In place of a district: those whose place nobody knows yet."""

RUNNING = (
    workflow.WAITING,
    workflow.DISPATCHED,
    workflow.SIGNED,
    workflow.HANDLING,
    workflow.OBJECTED,
    workflow.REPLIED,
    workflow.SUBMITTED,
)
"""States in which a limit runs; a paused ticket and one whose requester is asked have none."""
_BEFORE_CONTACT = (workflow.DISPATCHED, workflow.SIGNED, workflow.HANDLING)
_AT_WORK = (workflow.SIGNED, workflow.HANDLING)
SILENT = Q(state__in=_BEFORE_CONTACT, contacted_at__isnull=True, secrecy="")
"""Nobody has reached the requester yet, whom the unit can reach."""
RELAY = Q(state__in=_AT_WORK, secrecy="confidential", contacted_at__isnull=True)
"""The hotline is to speak with a confidential requester for the unit."""
ASKING = Q(state__in=_AT_WORK, extension__has_key="days")
"""The unit asks the hotline for an extension."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list shows; empty parts do not filter.

    Without a state it shows what is open, with ``closed`` everything.
    """

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
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Which tickets somebody may see: all, or those of a unit, or of a district's territory."""

    everything: bool = False
    unit: str = ""
    district: str = ""


NOTHING = Scope()


def scope_of(account: Account, book: Book) -> Scope:
    """What a member of staff may see. The hotline and auditors see the city; a district's staff its
    territory; everybody else the tickets that his unit leads, assists or has a copy of."""
    roles = account.role_set
    unit = book.units.get(account.unit_id or "")
    if roles & CITYWIDE_ROLES or (Role.LEADER in roles and unit and unit.kind == "city_government"):
        return Scope(everything=True)
    return scope_of_unit(account.unit_id or "", book)


def scope_of_unit(code: str, book: Book) -> Scope:
    """What a unit may see: the tickets that it has a part in; a district its whole territory."""
    unit = book.units.get(code)
    if unit is None:
        return NOTHING
    return Scope(unit=unit.code, district=unit.code if unit.kind == "district" else "")


def visible(scope: Scope) -> QuerySet[Ticket]:
    """The tickets within a scope: those that the unit leads, assists, has a copy of, or whose place it is.

    A unit that must keep out (回避) does not see the ticket, whatever its part in it would be.
    """
    tickets = Ticket.objects.all()
    if scope.everything:
        return tickets
    if not scope.unit:
        return tickets.none()
    assists = Q(assist__contains=[scope.unit]) & ~Q(assist=[])  # the second half fits the partial index
    mine = Q(lead_id=scope.unit) | assists | Q(copied_to__contains=[scope.unit])
    tickets = tickets.exclude(recused__contains=[scope.unit])
    return tickets.filter(mine | Q(district=scope.district) if scope.district else mine)


@dataclass(frozen=True, slots=True)
class Page:
    """Some tickets by their clock, and the key to go on from; empty when it was the last page."""

    tickets: list[Ticket]
    after: str


def page(scope: Scope, filters: Filters, after: str = "", size: int = PAGE) -> Page:
    """Tickets by time limit, earliest first. One SQL statement, at the same cost however deep.

    ``after`` is the key that the page before gave. Raises ``ValueError`` for a key that is none.
    """
    if after and read_key(after) is None:
        raise ValueError(f"{after} is no page key")
    return Page(*by_limit(filtered(visible(scope), filters), after, size))


def filtered(
    tickets: QuerySet[Ticket], filters: Filters, midnight: datetime | None = None
) -> QuerySet[Ticket]:
    """Those of these tickets that a list shows. ``midnight``: when today ends in the city."""
    if any("\0" in value for value in astuple(filters) if isinstance(value, str)):
        return tickets.none()  # no column of the database can hold this sign
    exact: dict[str, Any] = {
        "state": filters.state,
        "queue": filters.queue,
        "lead_id": filters.unit,
        "district": "" if filters.district == NOWHERE else filters.district,
        "channel": filters.channel,
    }
    tickets = tickets.filter(**{name: value for name, value in exact.items() if value}, due_at__isnull=False)
    if filters.district == NOWHERE:
        tickets = tickets.filter(district="")
    if filters.category:
        tickets = tickets.filter(category__code__startswith=filters.category)
    if not filters.state and not filters.closed:
        tickets = tickets.exclude(state__in=workflow.CLOSED_STATES)
    flags = {
        Q(state__in=RUNNING): filters.running,
        Q(overdue=True): filters.overdue,
        due_today(midnight): filters.today,
        SILENT: filters.silent,
        RELAY: filters.relay,
        ASKING: filters.asking,
    }
    return tickets.filter(*(condition for condition, wanted in flags.items() if wanted))


def due_today(midnight: datetime | None) -> Q:
    """Whose limit runs and ends before midnight."""
    return Q(state__in=RUNNING, due_at__lt=midnight)


def by_number(number: str, scope: Scope | None = None) -> Ticket | None:
    """The ticket with this number, when it lies in the scope. One SQL statement."""
    tickets = visible(scope) if scope else Ticket.objects.all()
    return None if "\0" in number else tickets.filter(number=number.strip()).first()


def counts_by_state(scope: Scope) -> dict[str, int]:
    """How many tickets stand in each state. One SQL statement."""
    rows = visible(scope).order_by().values_list("state").annotate(n=Count("pk"))
    return dict(rows)


def everything() -> Scope:
    """The scope of somebody who sees the whole city."""
    return Scope(everything=True)


def counts_by_channel(scope: Scope) -> dict[str, int]:
    """How many tickets came by each channel. One SQL statement."""
    rows = visible(scope).order_by().values_list("channel").annotate(n=Count("pk"))
    return dict(rows)


CONTACTS = ("contact", "relay")
"""Verbs that note a try to reach the requester: the unit's own, and the hotline's for a confidential one."""


def refusals(ticket: int) -> int:
    """How often the requester refused to talk, on record (Art. 9; exclusion E7). One SQL statement."""
    tries = Event.objects.filter(matter=ticket, verb__in=CONTACTS, detail__outcome="refused")
    return tries.count()


def busiest_unit(kind: str) -> str:
    """The unit of a kind that leads the most open tickets; empty when none leads any. One SQL statement."""
    tickets = Ticket.objects.filter(lead__kind=kind).exclude(state__in=workflow.CLOSED_STATES)
    counted = tickets.order_by().values_list("lead_id").annotate(n=Count("pk")).order_by("-n", "lead_id")
    return str(next(iter(counted.values_list("lead_id", flat=True)[:1]), "") or "")


def simulated_count() -> int:
    """How many tickets are simulated. One SQL statement."""
    return Ticket.objects.filter(simulated=True).count()


def queue_counts() -> dict[str, int]:
    """How many tickets wait in each queue for a dispatcher. One SQL statement."""
    waiting = Ticket.objects.filter(state=workflow.WAITING).order_by()
    return dict(waiting.values_list("queue").annotate(n=Count("pk")))


def differences() -> Iterator[tuple[str, str, object, object]]:
    """Where a ticket's row differs from what its events tell: (number, column, row, events).

    Two SQL statements, read as streams side by side; nothing is written. In a living city call it
    within one REPEATABLE READ transaction, so that both streams tell of the same moment.
    """
    told = rebuilt(TICKET)
    current = next(told, None)
    for ticket in Ticket.objects.order_by("pk").iterator(chunk_size=2000):
        while current and current[0] < ticket.pk:
            yield (str(current[0]), "*", None, "events without a ticket")
            current = next(told, None)
        if current is None or current[0] != ticket.pk:
            yield (ticket.number, "*", "a ticket without events", None)
            continue
        row = ticket.row()
        for column, value in current[1].items():
            if row[column] != value:
                yield (ticket.number, column, row[column], value)
        current = next(told, None)
    while current:
        yield (str(current[0]), "*", None, "events without a ticket")
        current = next(told, None)
