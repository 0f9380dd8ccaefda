"""Advancing many matters at once: what the tick needs after an outage. Same law, fewer statements.

``do_advance_many`` walks each matter through the transition table as ``do_advance`` does and writes all
of them together. ``do_advance_alike`` serves the commonest case, one step that is the same for all: the
table is asked once, and the database moves the rows and writes their events in one statement.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from jieban.foundation.inserting import dumps, insert_together
from jieban.matters.actions import as_stored, encode, enqueue, notices_of, overtaken, walk
from jieban.matters.kinds import Kind
from jieban.matters.models import Matter
from jieban.matters.rules import Incomplete, NotYours, Recorded, Step, may

type Move = tuple[Matter, Sequence[Step]]


def do_advance_many(kind: Kind, moves: Sequence[Move]) -> None:
    """Take each matter through its steps, all or none. The matters keep their old values.

    One SQL statement for each set of columns that changes, and one for all events and outbox rows.
    Compare-and-set on ``version`` as in ``do_advance``. Raises ``Overtaken`` and the refusals of ``rules``.
    """
    groups: dict[tuple[tuple[str, ...], int], list[tuple[Matter, dict[str, Any]]]] = defaultdict(list)
    recorded: list[tuple[int, list[Recorded]]] = []
    rows: list[dict[str, Any]] = []
    for matter, steps in moves:
        before = matter.row()
        after, events = walk(kind, before, steps)
        changed = {name: value for name, value in after.items() if value != before[name]}
        groups[tuple(sorted(changed)), len(events)].append((matter, changed))
        recorded.append((matter.pk, events))
        rows.append(after)
    stored = [as_stored(kind.name, pk, event) for pk, events in recorded for event in events]
    with transaction.atomic(savepoint=False):
        for (columns, steps_taken), members in groups.items():
            _update(kind, columns, steps_taken, members)
        insert_together(stored, notices_of(kind, recorded))
        for (pk, events), row in zip(recorded, rows, strict=True):
            enqueue(kind, pk, events, row)


def _update(
    kind: Kind, columns: tuple[str, ...], steps: int, members: list[tuple[Matter, dict[str, Any]]]
) -> None:
    names = [_column(kind, name) for name in columns]
    table = connection.ops.quote_name(kind.model._meta.db_table)
    rows = [
        {"id": matter.pk, **dict(zip(names, (values[name] for name in columns), strict=True))}
        for matter, values in members
    ]
    sets = ", ".join(f'"{name}" = d."{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} t SET {sets} FROM jsonb_populate_recordset(NULL::{table}, %s) d "
            f"WHERE t.id = d.id AND t.version = d.version - %s RETURNING t.id",
            [Jsonb(rows, dumps=dumps), steps],  # type: ignore[list-item]
        )
        hit = {pk for (pk,) in cursor.fetchall()}
    for matter, _ in members:
        if matter.pk not in hit:
            raise overtaken(matter)


def do_advance_alike(kind: Kind, ids: Sequence[int], state: str, step: Step) -> int:
    """Take one step of the platform that sets the same columns on every matter of ``ids`` in ``state``.

    One SQL statement for all. Whatever has left ``state`` meanwhile is left alone; gives how many were
    moved. Raises the refusals of ``rules``: the table is asked as for a single matter, and a column that
    the line needs and the step does not set must be filled in the row.
    """
    line = kind.workflow.transition(state, step.verb)
    if step.actor.kind != "system" or not may(
        line, step.actor, {"version": 1, "number": "", "lead_id": None}
    ):
        raise NotYours(step.verb, step.actor)
    if empty := [name for name in line.needs if step.changes.get(name, "?") in (None, "", [], ())]:
        raise Incomplete(step.verb, empty[0])
    if kind.flow.get(step.verb):
        raise ValueError(f"'{step.verb}' enqueues jobs: use do_advance_many")
    filled = [_column(kind, name) for name in line.needs if name not in step.changes]
    statement = _ALIKE.format(
        table=connection.ops.quote_name(kind.model._meta.db_table),
        sets="".join(f', "{_column(kind, name)}" = %s' for name in step.changes),
        filled="".join(f' AND "{name}" IS NOT NULL' for name in filled),
        notice=_NOTICE if step.verb in kind.notices else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, _values(kind, ids, state, line.to or state, step))
        return int(cursor.fetchone()[0])


def _values(kind: Kind, ids: Sequence[int], state: str, to: str, step: Step) -> list[Any]:
    """The values of the statement of ``do_advance_alike``, in its order."""
    actor = step.actor
    moved = (to, step.at, *step.changes.values(), list(ids), state)
    told = (kind.name, step.verb, state, to, step.at)
    who = (actor.kind, actor.id, actor.name, actor.unit, sorted(actor.roles))
    what = (_json({name: encode(value) for name, value in step.changes.items()}), _json(step.detail))
    noticed = (kind.name, step.verb, step.at, step.at) if step.verb in kind.notices else ()
    return [*moved, *told, *who, *what, *noticed]


_ALIKE = """
WITH moved AS (
    UPDATE {table} SET state = %s, version = version + 1, updated_at = %s{sets}
    WHERE id = ANY(%s) AND state = %s{filled} RETURNING id, version
), told AS (
    INSERT INTO matters_event (kind, matter, seq, verb, state_from, state_to, at, actor_kind, actor_id,
                               actor_name, actor_unit, actor_roles, changes, detail)
    SELECT %s, id, version, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s FROM moved
){notice}
SELECT count(*) FROM moved
"""
_NOTICE = """, noticed AS (
    INSERT INTO matters_notice (kind, matter, seq, verb, at, state, tries, next_at, problem)
    SELECT %s, id, version, %s, %s, 'new', 0, %s, '' FROM moved
)"""


def _json(values: Mapping[str, Any]) -> Jsonb:
    return Jsonb(dict(values), dumps=lambda value: json.dumps(value, cls=DjangoJSONEncoder))


def _column(kind: Kind, name: str) -> str:
    """The database's name of a column; raises ``KeyError`` for one that the kind does not have."""
    return {one.attname: str(one.column) for one in kind.model._meta.concrete_fields}[name]


def alike(rows: Iterable[Any], *columns: str) -> dict[tuple[Any, ...], list[int]]:
    """The ids of rows by the values of some columns."""
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in rows:
        groups[tuple(getattr(row, name) for name in columns)].append(row.id)
    return groups
