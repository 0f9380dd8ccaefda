"""The only readers of more than one exclusion. Lists are paged by key: the last row seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from jieban.city.rows import Unit
from jieban.exclusion import workflow as w
from jieban.exclusion.models import Exclusion
from jieban.exclusion.rules import LEVELS
from jieban.tickets.models import Ticket
from jieban.tickets.queries import Scope
from jieban.tickets.workflow import CLOSED

PAGE = 20
VIEWS = ("decide", "appeals", "mine", "all")


@dataclass(frozen=True, slots=True)
class Rows:
    """Some exclusions, and the key to go on from; empty on the last page."""

    exclusions: list[Exclusion]
    after: str


def of_ticket(ticket: int) -> list[Exclusion]:
    """The exclusions of a ticket, oldest first. One SQL statement."""
    return list(Exclusion.objects.filter(ticket=ticket).order_by("id"))


def by_number(number: str) -> Exclusion | None:
    """The exclusion with this number. One SQL statement."""
    return None if "\0" in number else Exclusion.objects.filter(number=number.strip()).first()


def may_see(exclusion: Exclusion, scope: Scope, unit: Unit | None, parent: str) -> bool:
    """Whether it lies in somebody's sight: his unit's own, those of units below, or of the whole city."""
    if scope.everything:
        return True
    if unit is None or unit.code in exclusion.recused:
        return False
    return _sees_all(unit) or unit.code in (exclusion.lead_id, parent)


def rows(view: str, scope: Scope, unit: Unit | None, after: str = "", size: int = PAGE) -> Rows:
    """One of the views: what waits is shown oldest first, all else newest first. One SQL statement."""
    waiting = view in ("decide", "appeals")
    found = _in_view(view, scope, unit)
    last = int(after) if after.isdigit() and len(after) < 19 else 0
    if last:
        found = found.filter(pk__gt=last) if waiting else found.filter(pk__lt=last)
    listed = list(found.order_by("pk" if waiting else "-pk")[: size + 1])
    return Rows(listed[:size], str(listed[size - 1].pk) if len(listed) > size else "")


def counts(scope: Scope, unit: Unit | None) -> dict[str, int]:
    """How many wait for a decision, and how many of the own unit's are open. One SQL statement."""
    told = (
        _seen(scope, unit)
        .filter(state__in=w.OPEN)
        .aggregate(
            decide=Count("pk", filter=_wanted("decide", unit)),
            appeals=Count("pk", filter=_wanted("appeals", unit)),
            mine=Count("pk", filter=_wanted("mine", unit)),
        )
    )
    return {str(name): int(number) for name, number in told.items()}


def shares(start: datetime, end: datetime, groups: Mapping[str, str]) -> tuple[int, dict[str, int]]:
    """Of the tickets whose limit fell into a span and that are closed: how many, and left out by group.

    ``groups``: code of a reason -> its group. One SQL statement.
    """
    closed = Ticket.objects.filter(state=CLOSED, due_at__gte=start, due_at__lt=end).order_by()
    total, by_group = 0, dict.fromkeys(groups.values(), 0)
    for code, number in closed.values_list("exclusion").annotate(n=Count("pk")):
        total += number
        if code:
            group = groups.get(code, "")
            by_group[group] = by_group.get(group, 0) + number
    return total, by_group


def _in_view(view: str, scope: Scope, unit: Unit | None) -> QuerySet[Exclusion]:
    return _seen(scope, unit).filter(_wanted(view, unit))


def _seen(scope: Scope, unit: Unit | None) -> QuerySet[Exclusion]:
    everything = Exclusion.objects.all()
    if scope.everything:
        return everything
    if unit is None:
        return everything.none()
    everything = everything.exclude(recused__contains=[unit.code])  # it must keep out (回避)
    return everything if _sees_all(unit) else everything.filter(Q(lead=unit.code) | Q(lead__parent=unit.code))


def _wanted(view: str, unit: Unit | None) -> Q:
    """What a view shows to somebody of ``unit`` (``rules.may_decide`` and ``may_hear`` in one condition)."""
    code, level = (unit.code, LEVELS.get(unit.kind, 0)) if unit else ("", 0)
    if view == "mine":
        return Q(lead=code)
    if view == "appeals":
        heard = level > LEVELS["district"]
        return Q(state=w.APPEALED, decided_level__lt=level) & ~Q(lead=code) if heard else Q(pk__in=())
    if view == "decide":
        waiting = Q(state__in=(w.APPLIED, w.ENDORSED)) & ~Q(lead=code)
        if unit and unit.kind == "hotline":
            return waiting
        second = [kind for kind, height in LEVELS.items() if height == LEVELS["district"]]
        if unit and unit.kind == "service_department":
            return waiting & (Q(lead__kind__in=second) | Q(lead__parent=code))
        return waiting & Q(lead__parent=code)
    return Q()


def _sees_all(unit: Unit | None) -> bool:
    return unit is not None and LEVELS.get(unit.kind, 0) > LEVELS["district"]
