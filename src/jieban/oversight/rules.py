"""The rules of oversight. Pure: which triggers fire for the facts of a ticket, and the rungs of the ladder.

Sources: Ordinance Art. 5 (the hotline supervises), 24 (long and hard ones); Jinan Art. 28 and Weifang
Art. 26 (graded supervision); Bayannur (problem tickets: redone or passed on three times).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from jieban.city.book import Book
from jieban.city.rows import Unit
from jieban.city.units import hotline_of
from jieban.matters.rules import Actor
from jieban.oversight.workflow import CLOSED
from jieban.people.roles import Role
from jieban.tickets import workflow as t

OVERDUE_IN = (*t.RUNNING, t.CALLBACK)
UNTOUCHED = (t.DISPATCHED, t.SIGNED)
PROBLEM = frozenset({"redone", "passed"})
"""Measures that make a problem ticket (问题工单): it is raised to the government of the territory."""
BY_TIME = {
    "overdue_hours": timedelta(hours=1),
    "refused_sign": timedelta(hours=1),
    "stale_days": timedelta(days=1),
}
"""Measures that grow by themselves -> their unit."""
OF_WHISTLES = frozenset({"whistle_refused", "whistle_neglected"})
"""Measures of what a unit that was called owes: the lead of the ticket does not answer for it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a ticket, by measure; whole hours, days or counts."""

    overdue_hours: int = 0
    redone: int = 0
    passed: int = 0
    urged_count: int = 0
    same_requester_repeat: int = 0
    cluster_unsolved: int = 0
    refused_sign: int = 0
    whistle_refused: int = 0
    whistle_neglected: int = 0
    media: int = 0
    instruction: int = 0
    stale_days: int = 0
    tail_rank: int = 0


@dataclass(frozen=True, slots=True)
class Earlier:
    """A case that was opened before by a trigger: what it measured, and when it ended."""

    trigger: str
    state: str
    measured: int
    closed_at: datetime | None


def facts_of(row: Mapping[str, Any], now: datetime, **more: int) -> Facts:
    """The facts that a ticket's own row tells; ``more`` are those that it does not hold."""
    facts = Facts(
        redone=row["redone"],
        passed=row["passed"],
        urged_count=row["urged"],
        stale_days=(now - row["opened_at"]).days,
        **more,
    )
    if row["state"] in OVERDUE_IN and row["submitted_at"] is None and row["due_at"] is not None:
        facts = replace(facts, overdue_hours=max(0, _hours(now - row["due_at"])))
    untouched = row["signed_at"] is None and row["contacted_at"] is None and row["state"] in UNTOUCHED
    if untouched and row["lead_id"] in row["heard"] and row["dispatched_at"] is not None:
        facts = replace(facts, refused_sign=_hours(now - row["dispatched_at"]))
    return facts


def firing(facts: Facts, triggers: Iterable[Any]) -> list[tuple[Any, int]]:
    """The triggers (rows of ``oversight_triggers.csv``) that fire for these facts, with what was measured."""
    measured = [(trigger, getattr(facts, trigger.measure)) for trigger in triggers]
    return [(trigger, value) for trigger, value in measured if value and value >= trigger.threshold]


def is_new(trigger: Any, value: int, earlier: Iterable[Earlier], now: datetime) -> bool:
    """Whether a trigger that fires opens a case: none of it is open, and it is not what was settled before.

    A count must have grown since; what grows by itself must have lasted its threshold once more.
    """
    span = BY_TIME.get(trigger.measure)
    for case in earlier:
        if case.trigger != trigger.code:
            continue
        if case.state != CLOSED:
            return False
        if span is None and case.measured >= value:
            return False
        if span and case.closed_at and case.closed_at > now - span * float(trigger.threshold):
            return False
    return True


def ladder(book: Book, on: date) -> list[Any]:
    """The rungs in force on a day (city date), the lowest first."""
    return sorted(book.current("oversight_steps", on), key=lambda step: int(step.rung))


def next_rung(steps: Iterable[Any], rung: int) -> Any | None:
    """The rung above; None on the highest."""
    return next((step for step in steps if step.rung > rung), None)


def is_highest(steps: Iterable[Any], rung: int) -> bool:
    """Whether it is the rung on which a talk-down (约谈) is held."""
    return next_rung(steps, rung) is None


def answers_for(row: Mapping[str, Any], problem: bool, units: Mapping[str, Unit]) -> str:
    """The unit that must answer: the one that leads; for a problem ticket the government of the territory.

    Where nobody leads, or it waits at the hotline, and the territory is not known it is the service
    department (Art. 5). A unit that must keep out (回避) never answers: the next level above does.
    """
    territory = units.get(row["district"])
    lead = "" if problem or row["state"] in t.AT_THE_HOTLINE else row["lead_id"] or ""
    if not lead and territory is not None and territory.kind == "district":
        lead = territory.code
    return not_recused(str(lead), row["recused"], units)


def not_recused(code: str, recused: Collection[str], units: Mapping[str, Unit]) -> str:
    """The unit itself, or the next above that need not keep out; at last the city's own bodies (Art. 5)."""
    passed: set[str] = set()
    while code in units and code in recused and code not in passed:
        passed.add(code)
        code = units[code].parent
    if code in units and code not in recused:
        return code
    last = ("service_department", "city_government", "hotline")
    found = [unit.code for kind in last for unit in units.values() if unit.kind == kind]
    return next((one for one in found if one not in recused), "")


def may_oversee(overseer: Unit, unit: Unit) -> bool:
    """Whether somebody of ``overseer`` may supervise ``unit``: the level above, or a body of the city."""
    if overseer.code == unit.code:
        return False
    citywide = overseer.kind in ("hotline", "service_department", "city_government")
    return citywide or overseer.code == unit.parent


def may_stand_over(actor: Actor, lead: str, book: Book) -> bool:
    """Whether somebody may supervise the unit ``lead``; a supervisor does it for the hotline."""
    overseer = book.units.get(actor.unit)
    if Role.SUPERVISOR in actor.roles and (overseer is None or overseer.kind != "hotline"):
        overseer = hotline_of(book) or overseer
    unit = book.units.get(lead)
    return overseer is not None and unit is not None and may_oversee(overseer, unit)


def _hours(span: timedelta) -> int:
    return int(span.total_seconds() // 3600)
