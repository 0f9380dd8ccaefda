"""The only readers of more than one ticket. Lists are paged by key: the last row seen, never an offset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from jieban.city.book import Book
from jieban.matters.queries import rebuilt
from jieban.people.models import Account
from jieban.people.roles import CITYWIDE_ROLES, Role
from jieban.tickets import workflow
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

PAGE = 20


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list shows. Empty parts do not filter. ``open`` leaves out what is closed."""

    state: str = ""
    queue: str = ""
    unit: str = ""
    district: str = ""
    category: str = ""
    channel: str = ""
    overdue: bool = False
    open: bool = True


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
    mine = Q(lead_id=scope.unit) | Q(assist__contains=[scope.unit]) | Q(copied_to__contains=[scope.unit])
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
    tickets = _filtered(visible(scope), filters)
    if after:
        due, pk = _read_key(after)
        tickets = tickets.filter(Q(due_at__gt=due) | Q(due_at=due, pk__gt=pk))
    found = list(tickets.order_by("due_at", "pk")[: size + 1])
    more = len(found) > size
    found = found[:size]
    return Page(found, _write_key(found[-1]) if more else "")


def _filtered(tickets: QuerySet[Ticket], filters: Filters) -> QuerySet[Ticket]:
    if any("\0" in value for value in astuple(filters) if isinstance(value, str)):
        return tickets.none()  # no column of the database can hold this sign
    exact: dict[str, Any] = {
        "state": filters.state,
        "queue": filters.queue,
        "lead_id": filters.unit,
        "district": filters.district,
        "channel": filters.channel,
    }
    tickets = tickets.filter(**{name: value for name, value in exact.items() if value}, due_at__isnull=False)
    if filters.category:
        tickets = tickets.filter(category__code__startswith=filters.category)
    if filters.overdue:
        tickets = tickets.filter(overdue=True)
    if filters.open and not filters.state:
        tickets = tickets.exclude(state__in=workflow.CLOSED_STATES)
    return tickets


def _write_key(ticket: Ticket) -> str:
    assert ticket.due_at is not None
    return f"{ticket.due_at.timestamp():.6f}_{ticket.pk}"


def _read_key(key: str) -> tuple[datetime, int]:
    due, _, pk = key.partition("_")
    try:
        moment, last = datetime.fromtimestamp(float(due), UTC), int(pk)
    except OverflowError as error:
        raise ValueError(f"{key} is no page key") from error
    if not 0 <= last < 2**63:
        raise ValueError(f"{key} is no page key")
    return moment, last


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
