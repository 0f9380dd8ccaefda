"""Every verb of every kind: two at once, and a crash between any two of its statements.

The roads and samples come from the transition tables, so that a new line is tested by being there.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import combinations_with_replacement
from typing import Any

import pytest
from django.db import connection, transaction
from tests.matters.roads import lines_in, open_in, step_of

from jieban.city.book import Book
from jieban.matters.actions import Overtaken, do_advance
from jieban.matters.kinds import Kind, all_kinds
from jieban.matters.models import Event, Matter, Notice
from jieban.matters.queries import rebuilt
from jieban.matters.rules import Step, Transition


def _id(value: object) -> str:
    return str(getattr(value, "name", value))


@pytest.fixture
def two() -> Iterator[Callable[..., list[Any]]]:
    """Two people who act at the same moment, each on a connection of his own."""
    barrier = threading.Barrier(2)
    pool = ThreadPoolExecutor(2)

    def act(kind: Kind, matter: Matter, step: Step) -> Any:
        mine = copy.copy(matter)
        barrier.wait(timeout=30)
        try:
            return do_advance(kind, mine, step)
        except Overtaken as error:
            return error

    def both(kind: Kind, matter: Matter, steps: tuple[Step, Step]) -> list[Any]:
        return [one.result() for one in [pool.submit(act, kind, matter, step) for step in steps]]

    yield both
    for one in [pool.submit(_close, barrier) for _ in range(2)]:
        one.result()
    pool.shutdown()


def _close(barrier: threading.Barrier) -> None:
    barrier.wait(timeout=30)
    connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", all_kinds(), ids=_id)
def test_of_two_verbs_at_once_one_is_taken(
    kind: Kind, live_city: Book, now: datetime, two: Callable[..., list[Any]]
) -> None:
    seq: dict[int, int] = {}
    for state in sorted(kind.workflow.states):
        pairs = list(combinations_with_replacement(lines_in(kind, state), 2))
        matters = open_in(kind, state, len(pairs), now) if pairs else []
        seq |= {matter.pk: matter.version for matter in matters}
        for matter, pair in zip(matters, pairs, strict=True):
            steps = tuple(step_of(kind, line, state, matter.number, now) for line in pair)
            results = two(kind, matter, steps)
            refused = [one for one in results if isinstance(one, Overtaken)]
            assert len(refused) == 1, f"{pair[0].verb} and {pair[1].verb} were both taken, or none"
            assert refused[0].verb in {line.verb for line in pair}
    stored = {row.pk: row for row in kind.model._default_manager.all()}
    assert all(stored[pk].version == before + 1 for pk, before in seq.items())
    for pk, row in rebuilt(kind):
        assert stored[pk].row() == row, "the row is what its events tell"


EVERY_LINE = [(kind, line) for kind in all_kinds() for line in kind.workflow.table if any(line.sources)]


@pytest.mark.parametrize(("kind", "line"), EVERY_LINE, ids=lambda one: getattr(one, "verb", _id(one)))
def test_a_crash_leaves_a_matter_before_its_verb_or_after_it(
    kind: Kind, line: Transition, city: Book, now: datetime
) -> None:
    state = line.sources[0]
    if line not in lines_in(kind, state):
        pytest.skip("the verb that opens a matter is crashed in test_engine")
    (matter,) = open_in(kind, state, 1, now)
    step = step_of(kind, line, state, matter.number, now)
    before = _all_of(kind, matter)
    statements = 0
    while True:
        statements += 1
        try:
            with transaction.atomic(), connection.execute_wrapper(_Dying(statements)):
                do_advance(kind, copy.copy(matter), step)
        except _Died:
            assert _all_of(kind, matter) == before, f"after statement {statements - 1} of '{line.verb}'"
            continue
        break
    row, events, notices = _all_of(kind, matter)
    assert row["version"] == before[0]["version"] + 1
    assert events == before[1] + 1
    assert notices == before[2] + (line.verb in kind.notices)
    assert 2 <= statements <= 16, "a verb writes its row and its event, and is no spendthrift"


def _all_of(kind: Kind, matter: Matter) -> tuple[dict[str, Any], int, int]:
    """A matter as it is stored: row, number of events, number of outbox rows."""
    row = kind.model._default_manager.get(pk=matter.pk).row()
    events = Event.objects.filter(matter=matter.pk).count()
    return row, events, Notice.objects.filter(matter=matter.pk).count()


class _Died(Exception):
    """The process dies here."""


class _Dying:
    """Lets so many statements less one through, then the process dies."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            raise _Died
        return execute(sql, params, many, context)
