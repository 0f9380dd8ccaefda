"""The pure rules of a matter: which verb leads where, who may say it, and what an event records.

A matter's row is a plain mapping of column to value. ``take`` gives the next row and the event;
``fold`` gives the row back from its events. Nothing here touches a database or reads a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

Values = Mapping[str, Any]


class Where(StrEnum):
    """Which matters a role may use a verb on: the value names the column that holds the actor's unit."""

    ANY = ""
    OWN_UNIT = "lead_id"  # the unit that leads is the actor's own
    SENDER = "sender_id"  # the actor's unit sent the matter
    COPIED = "copied_to"  # the actor's unit has a copy, to urge and coordinate
    OTHER_UNIT = "!lead_id"  # anybody but the unit that leads


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody on leave, and the roles that he lends to whoever stands in for him."""

    id: str
    name: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``units`` are the codes of the units for which he may act.

    ``roles`` holds his own and those that the ``absent`` lend him; ``own_roles`` tells them apart.
    """

    kind: str  # staff, system, requester, machine
    id: str
    name: str
    roles: frozenset[str]
    unit: str = ""
    units: frozenset[str] = frozenset()
    own_roles: frozenset[str] = frozenset()
    absent: tuple[Absent, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of a transition table: from these states, this verb leads there.

    ``to`` None keeps the state. ``needs`` names columns that must be filled after the step.
    ``source`` is the rule it comes from.
    """

    verb: str
    sources: tuple[str, ...]
    to: str | None
    roles: frozenset[str]
    where: Where = Where.ANY
    needs: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A verb that somebody says at a moment, with the columns it sets and what else to record."""

    verb: str
    actor: Actor
    at: datetime
    changes: Values = field(default_factory=dict)
    detail: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it is stored: the step, its place in the history, and the columns that changed."""

    seq: int
    verb: str
    state_from: str
    state_to: str
    at: datetime
    actor: Actor
    changes: dict[str, Any]
    detail: dict[str, Any]


class NotPossible(Exception):
    """Base of the refusals of a verb. ``reason`` is a code, the message is for people."""

    reason = "not_possible"


class WrongState(NotPossible):
    """The verb does not exist in the matter's present state."""

    reason = "wrong_state"

    def __init__(self, verb: str, state: str) -> None:
        super().__init__(f"'{verb}' is not possible while the matter is '{state}'")
        self.verb, self.state = verb, state


class NotYours(NotPossible):
    """The actor's role or unit may not say this verb on this matter."""

    reason = "not_yours"

    def __init__(self, verb: str, actor: Actor) -> None:
        super().__init__(f"{actor.name or actor.id} may not '{verb}' this matter")
        self.verb, self.actor = verb, actor


class Incomplete(NotPossible):
    """The verb leaves a column empty that it needs."""

    reason = "incomplete"

    def __init__(self, verb: str, column: str) -> None:
        super().__init__(f"'{verb}' needs '{column}'")
        self.verb, self.column = verb, column


class Workflow:
    """A transition table that can be asked."""

    def __init__(self, table: Iterable[Transition], *, initial: str, closed: Iterable[str]) -> None:
        self.table = tuple(table)
        self.initial = initial
        self.closed = frozenset(closed)
        self._by_key: dict[tuple[str, str], Transition] = {}
        for transition in self.table:
            for state in transition.sources:
                key = (state, transition.verb)
                if key in self._by_key:
                    raise ValueError(f"two transitions for {key}")
                self._by_key[key] = transition

    @property
    def states(self) -> frozenset[str]:
        """All states that the table names."""
        named = {state for line in self.table for state in line.sources}
        return frozenset(named | {line.to for line in self.table if line.to})

    def transition(self, state: str, verb: str) -> Transition:
        """The line for ``verb`` in ``state``. Raises ``WrongState``."""
        try:
            return self._by_key[state, verb]
        except KeyError:
            raise WrongState(verb, state) from None

    def verbs(self, row: Values, actor: Actor) -> list[str]:
        """The verbs that ``actor`` may say on this matter now, in the order of the table."""
        return [line.verb for line in self.table if row["state"] in line.sources and may(line, actor, row)]

    def take(self, row: Values, step: Step) -> tuple[dict[str, Any], Recorded]:
        """The row after ``step`` and the event that records it.

        Raises ``WrongState``, ``NotYours`` or ``Incomplete``; the row given is never changed.
        """
        state = row["state"]
        line = self.transition(state, step.verb)
        if not may(line, step.actor, row):
            raise NotYours(step.verb, step.actor)
        version = row["version"] + 1
        after = {
            **row,
            **step.changes,
            "state": line.to or state,
            "version": version,
            "updated_at": step.at,
        }
        for column in line.needs:
            if after.get(column) in (None, "", [], ()):
                raise Incomplete(step.verb, column)
        changed = {
            name: value
            for name, value in after.items()
            if name not in ("state", "version", "updated_at") and (name not in row or row[name] != value)
        }
        actor, detail = speaking(line, step, row)
        event = Recorded(
            seq=version,
            verb=step.verb,
            state_from=state,
            state_to=after["state"],
            at=step.at,
            actor=actor,
            changes=changed,
            detail=detail,
        )
        return after, event


def may(line: Transition, actor: Actor, row: Values) -> bool:
    """Whether ``actor`` may say the verb of ``line`` on the matter.

    A requester speaks on his own matter alone. Nobody speaks on a matter from which he or his unit is
    recused (回避): the column ``recused``, where a kind has one, holds codes of units and ids of actors.
    """
    if not line.roles & _voice(actor, row):
        return False
    if actor.kind == "requester":
        return not row["version"] or actor.id == f"matter:{row['number']}"
    if "system" in actor.roles:
        return True
    if recused(actor, row):
        return False
    return _at(line.where, actor, row)


def speaking(line: Transition, step: Step, row: Values) -> tuple[Actor, dict[str, Any]]:
    """As whom the event records the actor, and its detail: himself where his own roles suffice, else
    himself in the place of the absent whose role he uses (代理)."""
    actor, detail = step.actor, dict(step.detail)
    if not actor.absent or line.roles & actor.own_roles:
        return actor, detail
    one = next(one for one in _lenders(actor, row) if line.roles & one.roles)
    return replace(actor, name=f"{actor.name}（代{one.name}）"), {**detail, "on_behalf_of": one.id}


def _voice(actor: Actor, row: Values) -> frozenset[str]:
    """The roles with which an actor speaks on a matter."""
    if not actor.absent:
        return actor.roles
    return actor.own_roles.union(*(one.roles for one in _lenders(actor, row)))


def _lenders(actor: Actor, row: Values) -> list[Absent]:
    """The absent who may lend their roles here: nobody stands in for who must keep out himself."""
    kept_out = row.get("recused") or ()
    return [one for one in actor.absent if one.id not in kept_out]


def recused(actor: Actor, row: Values) -> bool:
    """Whether ``actor`` must keep out of this matter."""
    kept_out = row.get("recused") or ()
    return actor.id in kept_out or any(unit in kept_out for unit in (actor.unit, *actor.units) if unit)


def _at(where: Where, actor: Actor, row: Values) -> bool:
    if where is Where.ANY:
        return True
    if where is Where.OTHER_UNIT:
        return row["lead_id"] not in actor.units and row["lead_id"] != (actor.unit or None)
    held = row.get(where.value) or ()
    return bool(actor.units.intersection((held,) if isinstance(held, str) else held))


def fold(blank: Values, events: Iterable[Recorded]) -> dict[str, Any]:
    """The row that these events, in order, tell of. ``blank`` gives the columns' first values."""
    row = dict(blank)
    for event in events:
        row.update(event.changes)
        row.update(state=event.state_to, version=event.seq, updated_at=event.at)
    return row


def check_digit(digits: str) -> str:
    """The Luhn check digit (ISO/IEC 7812-1 annex B) that catches a mistyped number."""
    total = 0
    for position, char in enumerate(reversed(digits)):
        value = int(char) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
