"""The only readers of more than one case of oversight, and of the tickets that triggers look for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from jieban.city.rows import Unit
from jieban.matters.models import Event
from jieban.matters.paging import page
from jieban.oversight import workflow as w
from jieban.oversight.models import Case
from jieban.oversight.rules import BY_TIME, OVERDUE_IN, UNTOUCHED, Earlier
from jieban.tickets import workflow as t
from jieban.tickets.models import Ticket
from jieban.tickets.queries import Scope, visible

PAGE = 20
SORTS = ("opened", "redone", "urged")


@dataclass(frozen=True, slots=True)
class Rows:
    """Some cases or tickets, and the key to go on from; empty on the last page."""

    rows: list[Any]
    after: str


def by_number(number: str) -> Case | None:
    """The case with this number. One SQL statement."""
    return None if "\0" in number else Case.objects.filter(number=number.strip()).first()


def of_ticket(ticket: int) -> list[Case]:
    """The cases of a ticket, oldest first. One SQL statement."""
    return list(Case.objects.filter(ticket=ticket).order_by("id"))


def earlier_of(ticket: int) -> list[Earlier]:
    """The cases of a ticket as the rules take them. One SQL statement."""
    return [Earlier(one.trigger, one.state, one.measured, one.closed_at) for one in of_ticket(ticket)]


def another_open(case: Case) -> bool:
    """Whether the ticket has another open case. One SQL statement, none for a case of a unit."""
    if case.ticket is None:
        return False
    return Case.objects.filter(ticket=case.ticket, state__in=w.OPEN).exclude(pk=case.pk).exists()


def instructions(ticket: int) -> int:
    """How many instructions of leaders a ticket has. One SQL statement."""
    return Event.objects.filter(matter=ticket, verb="instruct").count()


def fired(trigger: Any, now: datetime, size: int) -> list[tuple[Ticket, int]]:
    """Open tickets for which a trigger fires and that have no such case: (ticket, measured).

    One SQL statement over the open tickets, the longest due first; nothing for what no scan can see.
    The conditions are those of ``rules.facts_of`` and ``rules.is_new``.
    """
    seek = _SEEK.get(trigger.measure)
    if seek is None:
        return []
    found = seek(Ticket.objects.exclude(state__in=t.CLOSED_STATES), trigger, now)
    cases = Case.objects.filter(ticket=OuterRef("pk"), trigger=trigger.code)
    span = BY_TIME.get(trigger.measure)
    if span:
        settled = Q(closed_at__gt=now - span * float(trigger.threshold))
        measured = None
    else:
        settled, measured = Q(measured__gte=OuterRef("measured")), "measured"
    found = found.exclude(Exists(cases.filter(Q(state__in=w.OPEN) | settled)))
    tickets = list(found.order_by("due_at", "pk")[:size])
    return [(one, int(getattr(one, measured)) if measured else 0) for one in tickets]


def _overdue(tickets: QuerySet[Ticket], trigger: Any, now: datetime) -> QuerySet[Ticket]:
    late = now - BY_TIME["overdue_hours"] * float(trigger.threshold)
    return tickets.filter(state__in=OVERDUE_IN, submitted_at__isnull=True, due_at__lte=late)


def _stale(tickets: QuerySet[Ticket], trigger: Any, now: datetime) -> QuerySet[Ticket]:
    return tickets.filter(opened_at__lte=now - BY_TIME["stale_days"] * float(trigger.threshold))


def _refused(tickets: QuerySet[Ticket], trigger: Any, now: datetime) -> QuerySet[Ticket]:
    long_ago = now - BY_TIME["refused_sign"] * float(trigger.threshold)
    lead = Func(
        F("lead_id"), template="ARRAY[%(expressions)s]::varchar[]", output_field=ArrayField(CharField())
    )
    return tickets.filter(
        state__in=UNTOUCHED,
        signed_at__isnull=True,
        contacted_at__isnull=True,
        dispatched_at__lte=long_ago,
        heard__contains=lead,
    )


def _redone(tickets: QuerySet[Ticket], trigger: Any, now: datetime) -> QuerySet[Ticket]:
    return tickets.filter(redone__gte=int(trigger.threshold)).annotate(measured=F("redone"))


def _passed(tickets: QuerySet[Ticket], trigger: Any, now: datetime) -> QuerySet[Ticket]:
    return tickets.filter(passed__gte=int(trigger.threshold)).annotate(measured=F("passed"))


def _urged(tickets: QuerySet[Ticket], trigger: Any, now: datetime) -> QuerySet[Ticket]:
    return tickets.filter(urged__gte=int(trigger.threshold)).annotate(measured=F("urged"))


def _repeated(tickets: QuerySet[Ticket], trigger: Any, now: datetime) -> QuerySet[Ticket]:
    """Tickets about a matter that the same requester has brought before, with how often he has."""
    again = tickets.filter(same_as__isnull=False, requester__isnull=False)
    same = Ticket.objects.filter(requester=OuterRef("requester"), category=OuterRef("category")).order_by()
    counted = same.values("requester").annotate(n=Count("pk")).values("n")
    measured = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    return again.annotate(measured=measured).filter(measured__gte=int(trigger.threshold))


def _gathered(tickets: QuerySet[Ticket], trigger: Any, now: datetime) -> QuerySet[Ticket]:
    """The first open ticket of each cluster that has so many open ones."""
    members = Ticket.objects.exclude(state__in=t.CLOSED_STATES).filter(cluster=OuterRef("cluster")).order_by()
    counted = members.values("cluster").annotate(n=Count("pk")).values("n")
    first = members.order_by("pk").values("pk")[:1]
    measured = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    together = tickets.filter(cluster__isnull=False, pk=Subquery(first))
    return together.annotate(measured=measured).filter(measured__gte=int(trigger.threshold))


_SEEK = {
    "overdue_hours": _overdue,
    "stale_days": _stale,
    "refused_sign": _refused,
    "redone": _redone,
    "passed": _passed,
    "urged_count": _urged,
    "same_requester_repeat": _repeated,
    "cluster_unsolved": _gathered,
}
"""Measure -> the open tickets for which it reaches the threshold."""


def neglect_is_new(unit: str, trigger: str, last_at: datetime) -> bool:
    """Whether a unit was called in vain since it was last put under supervision for it. One SQL statement."""
    earlier = Case.objects.filter(lead_id=unit, trigger=trigger, ticket__isnull=True)
    return not earlier.filter(Q(state__in=w.OPEN) | Q(opened_at__gte=last_at)).exists()


def solved_meanwhile(size: int) -> list[Case]:
    """Open cases whose ticket is closed and solved, in the requester's own words. One SQL statement."""
    solved = Ticket.objects.filter(pk=OuterRef("ticket"), state=t.CLOSED, solved="yes")
    return list(Case.objects.filter(Exists(solved), state__in=w.OPEN, problem=False).order_by("pk")[:size])


# --- lists --------------------------------------------------------------------------------------


def seen(scope: Scope, unit: Unit | None) -> QuerySet[Case]:
    """The cases in somebody's sight: his unit's own, those of units below, or of the whole city.

    A unit that must keep out of a ticket (回避) sees no case of it, as in ``tickets.queries.visible``.
    """
    everything = Case.objects.all()
    if scope.everything:
        return everything
    if unit is None:
        return everything.none()
    everything = everything.exclude(recused__contains=[unit.code])
    return everything if sees_all(unit) else everything.filter(Q(lead=unit.code) | Q(lead__parent=unit.code))


def sees_all(unit: Unit | None) -> bool:
    """Whether somebody of this unit sees the cases of the whole city."""
    return unit is not None and unit.kind in ("hotline", "service_department", "city_government")


def counts(scope: Scope, unit: Unit | None) -> dict[str, int]:
    """Open cases by rung, and ``answered`` of them in all. One SQL statement."""
    told: dict[str, int] = {}
    by_step = seen(scope, unit).filter(state__in=w.OPEN).order_by().values_list("step")
    for step, number, answered in by_step.annotate(
        n=Count("pk"), answered=Count("pk", filter=Q(state=w.ANSWERED))
    ):
        told[step] = number
        told["answered"] = told.get("answered", 0) + answered
    return told


def rows(
    scope: Scope, unit: Unit | None, *, step: str = "", view: str = "", after: str = "", size: int = PAGE
) -> Rows:
    """Cases: the open ones of a rung by their clock; ``answered``, ``ended`` or ``wrongs``. One statement."""
    found = seen(scope, unit)
    if view in ("ended", "wrongs"):
        found = found.filter(state=w.CLOSED) if view == "ended" else found.exclude(wrongs=[])
        last = int(after) if after.isdigit() and len(after) < 19 else 0
        found = found.filter(pk__lt=last) if last else found
        listed = list(found.order_by("-pk")[: size + 1])
        return Rows(listed[:size], str(listed[size - 1].pk) if len(listed) > size else "")
    found = found.filter(state=w.ANSWERED) if view == "answered" else found.filter(state__in=w.OPEN)
    found = found.filter(step=step) if step else found
    return Rows(*page(found, after, size))


def long_and_again(
    scope: Scope, sort: str, *, opened_before: datetime, urged: int, after: str = "", size: int = PAGE
) -> Rows:
    """Open tickets that are long unresolved, were redone, urged often, or came again. One SQL statement.

    ``sort``: ``opened`` (the oldest first), ``redone`` or ``urged`` (the most first); paged by key.
    """
    wanted = (
        Q(opened_at__lte=opened_before) | Q(redone__gt=0) | Q(urged__gte=urged) | Q(same_as__isnull=False)
    )
    found = visible(scope).exclude(state__in=t.CLOSED_STATES).filter(wanted)
    column = sort if sort in SORTS[1:] else ""
    first, _, last = after.rpartition("_")
    if last.isdigit() and len(last) < 19:
        pk = int(last)
        if column and first.isdigit() and len(first) < 6:
            value = int(first)
            found = found.filter(Q(**{f"{column}__lt": value}) | Q(**{column: value}, pk__gt=pk))
        elif not column:
            found = found.filter(pk__gt=pk)
    order = (f"-{column}", "pk") if column else ("pk",)
    listed = list(found.defer("text", "proposal", "reply", "comment").order_by(*order)[: size + 1])
    if len(listed) <= size:
        return Rows(listed, "")
    end = listed[size - 1]
    return Rows(listed[:size], f"{getattr(end, column) if column else ''}_{end.pk}")
