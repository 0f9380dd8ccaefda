"""Any matter of any kind in any state, brought there by the lines of its table; its columns hold samples."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.db import models
from tests.tickets.stage import DISTRICT, OTHER_STREET, STREET

from jieban.matters.actions import Opening, do_open
from jieban.matters.actors import PLATFORM
from jieban.matters.kinds import Kind
from jieban.matters.models import Matter
from jieban.matters.rules import Actor, Step, Transition, Where
from jieban.people.roles import Role
from jieban.tickets import workflow as tickets

_serials = count(9_000_000_000)
SENDER = OTHER_STREET


def open_in(kind: Kind, state: str, number: int, now: datetime) -> list[Matter]:
    """So many matters of a kind in a state, each with the events that led it there. A few SQL statements."""
    road = _road(kind, state)
    openings = []
    for serial in (next(_serials) for _ in range(number)):
        name = f"T{serial}"
        first = {"id": serial, "number": name, "opened_at": now}
        steps = [step_of(kind, line, state_before, name, now) for state_before, line in road]
        steps[0] = Step(
            steps[0].verb, steps[0].actor, now, {**steps[0].changes, **_required(kind, serial, now)}
        )
        openings.append(Opening(first, tuple(steps)))
    return do_open(kind, openings)


def step_of(kind: Kind, line: Transition, state: str, number: str, now: datetime) -> Step:
    """The step of a line on a matter in ``state``, by somebody who may say it, with what it needs."""
    columns = {column.attname: column for column in kind.model._meta.concrete_fields}
    changes = {name: sample(columns[name], now) for name in line.needs if name not in ("number", "opened_at")}
    return Step(line.verb, _speaker(line, number), now, {**changes, **_shape(kind, line.to or state)})


def sample(column: Any, now: datetime, serial: int = 7) -> Any:
    """A value that fits into a column."""
    if isinstance(column, models.ForeignKey):
        return STREET
    if isinstance(column, models.DateTimeField):
        return now + timedelta(days=1)
    if isinstance(column, models.BooleanField):
        return True
    if isinstance(column, models.IntegerField):
        return serial
    if isinstance(column, models.JSONField):
        return {"a": 1}
    if hasattr(column, "base_field"):
        return [DISTRICT]
    return "x"


def lines_in(kind: Kind, state: str) -> Iterator[Transition]:
    """The lines of the table that begin in a state, the opening ones left out."""
    opening = _opening(kind).verb
    return (line for line in kind.workflow.table if state in line.sources and line.verb != opening)


def _opening(kind: Kind) -> Transition:
    first = kind.workflow.initial
    return next(line for line in kind.workflow.table if line.sources == (first,) and line.to in (first, None))


def _road(kind: Kind, state: str) -> list[tuple[str, Transition]]:
    """The shortest way from nothing to a state: (state before, line)."""
    first = kind.workflow.initial
    ways: dict[str, list[tuple[str, Transition]]] = {first: [(first, _opening(kind))]}
    edge = deque([first])
    while edge and state not in ways:
        here = edge.popleft()
        for line in lines_in(kind, here):
            if line.to and line.to not in ways:
                ways[line.to] = [*ways[here], (here, line)]
                edge.append(line.to)
    return ways[state]


def _required(kind: Kind, serial: int, now: datetime) -> dict[str, Any]:
    """Columns that a row cannot be stored without, and those by which rows must differ."""
    found: dict[str, Any] = {}
    for column in kind.model._meta.concrete_fields:
        if isinstance(column, models.ForeignKey) and not column.null:
            found[column.attname] = SENDER if column.attname == "sender_id" else STREET
        elif column.attname in ("ticket", "whistle"):
            found[column.attname] = serial
    names = {column.attname for column in kind.model._meta.concrete_fields}
    more = {"sender_id": SENDER, "copied_to": [DISTRICT], "due_at": now + timedelta(days=1)}
    return {**found, **{name: value for name, value in more.items() if name in names}}


def _shape(kind: Kind, state: str) -> dict[str, Any]:
    """What the database demands of a matter in a state: one holder."""
    if kind.name != "ticket":
        return {"lead_id": STREET}
    if state in tickets.AT_THE_HOTLINE:
        return {"lead_id": None, "queue": "dispatch"}
    return {"lead_id": STREET, "queue": ""} if state in tickets.COUNTED else {}


def _speaker(line: Transition, number: str) -> Actor:
    """Somebody who may say the verb of a line."""
    if Role.SYSTEM in line.roles:
        return PLATFORM
    role = sorted(line.roles)[0]
    if role == Role.REQUESTER:
        return Actor("requester", f"matter:{number}", "", frozenset({role}))
    unit = {Where.OWN_UNIT: STREET, Where.SENDER: SENDER, Where.COPIED: DISTRICT}.get(line.where, "hotline")
    return Actor("staff", "account:1", "somebody", frozenset({role}), unit, frozenset({unit}))
