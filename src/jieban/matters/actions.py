"""The only writers of matters: they open one and advance it, and every change leaves its event."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from jieban.foundation.inserting import insert_together
from jieban.matters.kinds import Kind
from jieban.matters.models import Event, Matter, Notice
from jieban.matters.rules import Actor, Recorded, Step, check_digit

BLOCK = 50
"""How many numbers a process takes from the series at once; unused ones are lost at its end."""


class Overtaken(Exception):
    """Somebody else changed the matter first. ``by`` and ``verb`` tell who and what."""

    reason = "overtaken"

    def __init__(self, number: str, by: str, verb: str, at: datetime | None) -> None:
        super().__init__(f"{number} was changed by {by} ('{verb}') a moment before you; look again")
        self.number, self.by, self.verb, self.at = number, by, verb, at


class _Series:
    """Hands out ids from the database's series in blocks, one SQL statement for ``BLOCK`` ids."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next, self._end = 0, 0

    def take(self) -> int:
        with self._lock:
            if self._next >= self._end:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT nextval('matters_series')")
                    self._next = int(cursor.fetchone()[0])
                self._end = self._next + BLOCK
            self._next += 1
            return self._next - 1

    def forget(self) -> None:
        """Drop the rest of the block (a new database, a forked process)."""
        with self._lock:
            self._next, self._end = 0, 0


series = _Series()


def new_number(serial: int, local_day: datetime, number_format: str) -> str:
    """The number that people see, by the pack's format; ``{check}`` is a Luhn digit over the rest."""
    bare = number_format.replace("{check}", "").format(date=local_day, serial=serial % 1_000_000)
    digits = "".join(char for char in bare if char.isdigit())
    return number_format.format(date=local_day, serial=serial % 1_000_000, check=check_digit(digits))


@dataclass(frozen=True, slots=True)
class Opening:
    """A matter about to be stored: its first columns (at least ``id, number, opened_at``) and its steps."""

    first: Mapping[str, Any]
    steps: tuple[Step, ...]


def do_open(kind: Kind, openings: Sequence[Opening]) -> list[Matter]:
    """Store new matters that have gone through their steps, one event each. One SQL statement for all.

    Runs inside the caller's transaction, or in one of its own.
    """
    matters: list[Matter] = []
    stored: list[Event] = []
    recorded: list[tuple[int, list[Recorded]]] = []
    for opening in openings:
        matter, events = _opened(kind, opening)
        matters.append(matter)
        recorded.append((matter.pk, events))
        stored.extend(as_stored(kind.name, matter.pk, event) for event in events)
    with transaction.atomic(savepoint=False):
        insert_together(matters, stored, notices_of(kind, recorded))
        for matter, (pk, events) in zip(matters, recorded, strict=True):
            enqueue(kind, pk, events, matter.__dict__)
    return matters


def _opened(kind: Kind, opening: Opening) -> tuple[Matter, list[Recorded]]:
    matter = kind.model(**opening.first, state=kind.workflow.initial, updated_at=opening.first["opened_at"])
    row = {**blank_row(kind), "id": matter.pk}
    given = {name: value for name, value in matter.row().items() if name not in _ENGINE_COLUMNS}
    receive = opening.steps[0]
    receive = Step(receive.verb, receive.actor, receive.at, {**given, **receive.changes}, receive.detail)
    after, events = walk(kind, row, (receive, *opening.steps[1:]))
    for name, value in after.items():
        setattr(matter, name, value)
    return matter, events


def do_advance(kind: Kind, matter: Matter, *steps: Step) -> Matter:
    """Take ``steps`` on a matter as it was read. Two SQL statements, and one per job that follows.

    Compare-and-set on ``version``: when somebody else was first, nothing is written and
    ``Overtaken`` says who. Raises the refusals of ``rules``. Gives the matter with its new values.
    """
    before = matter.row()
    after, events = walk(kind, before, steps)
    changed = {name: value for name, value in after.items() if value != before[name]}
    with transaction.atomic(savepoint=False):
        hit = kind.model._default_manager.filter(pk=matter.pk, version=before["version"]).update(**changed)
        if not hit:
            raise overtaken(matter)
        told = [as_stored(kind.name, matter.pk, event) for event in events]
        insert_together(told, notices_of(kind, [(matter.pk, events)]))
        enqueue(kind, matter.pk, events, after)
    for name, value in changed.items():
        setattr(matter, name, value)
    return matter


_ENGINE_COLUMNS = frozenset({"id", "state", "version", "updated_at"})


_blank: dict[str, dict[str, Any]] = {}


def blank_row(kind: Kind) -> dict[str, Any]:
    """The values of a matter before its first event, in a mapping of the caller's own."""
    kept = _blank.get(kind.name)
    if kept is None:
        kept = {column.attname: column.get_default() for column in kind.model._meta.concrete_fields}
        kept.update(state=kind.workflow.initial, version=0)
        _blank[kind.name] = kept
    return dict(kept)


def walk(kind: Kind, row: dict[str, Any], steps: Iterable[Step]) -> tuple[dict[str, Any], list[Recorded]]:
    """The row after these steps and their events. Raises the refusals of ``rules``; writes nothing."""
    events = []
    for step in steps:
        row, event = kind.workflow.take(row, step)
        events.append(event)
    return row, events


def as_stored(kind: str, matter: int, event: Recorded) -> Event:
    """The database row of an event."""
    actor = event.actor
    return Event(
        kind=kind,
        matter=matter,
        seq=event.seq,
        verb=event.verb,
        state_from=event.state_from,
        state_to=event.state_to,
        at=event.at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:80],
        actor_unit=actor.unit,
        actor_roles=sorted(actor.roles),
        changes={name: encode(value) for name, value in event.changes.items()},
        detail=event.detail,
    )


def as_recorded(kind: Kind, stored: Event) -> Recorded:
    """The event that a database row tells of, with the columns' Python values."""
    columns = {column.attname: column for column in kind.model._meta.concrete_fields}
    return Recorded(
        seq=stored.seq,
        verb=stored.verb,
        state_from=stored.state_from,
        state_to=stored.state_to,
        at=stored.at,
        actor=Actor(
            stored.actor_kind,
            stored.actor_id,
            stored.actor_name,
            frozenset(stored.actor_roles),
            stored.actor_unit,
        ),
        changes={
            name: columns[name].to_python(value) if name in columns else value
            for name, value in stored.changes.items()
        },
        detail=stored.detail,
    )


def encode(value: Any) -> Any:
    """A column's value in a form that JSON keeps without loss."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value


def notices_of(kind: Kind, recorded: Iterable[tuple[int, list[Recorded]]]) -> list[Notice]:
    """The outbox rows of these events: stored with them or not at all."""
    return [
        Notice(kind=kind.name, matter=pk, seq=event.seq, verb=event.verb, at=event.at, next_at=event.at)
        for pk, events in recorded
        for event in events
        if event.verb in kind.notices
    ]


def enqueue(kind: Kind, matter: int, events: Iterable[Recorded], row: Mapping[str, Any]) -> None:
    """Enqueue what follows each event, in the same transaction (the kind's flow table)."""
    following = (name for event in events for name in kind.flow.get(event.verb, ()))
    names = [name for name in following if name not in kind.only_where or row[kind.only_where[name]]]
    if not names:
        return
    from procrastinate.contrib.django import app  # the app exists only once Django is set up

    for name in names:
        app.configure_task(name, allow_unknown=False).defer(matter=matter)


def overtaken(matter: Matter) -> Overtaken:
    """Who was first, as the last event tells it. One SQL statement."""
    last = Event.objects.filter(matter=matter.pk).order_by("-seq").first()
    if last is None:
        return Overtaken(matter.number, "?", "?", None)
    return Overtaken(matter.number, last.actor_name or last.actor_id, last.verb, last.at)
