"""What follows an event, and what a clock does, exists under the name that the tables give."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from procrastinate.contrib.django import app
from procrastinate.tasks import Task

from jieban.matters.kinds import Kind, all_kinds, kind_named, task
from jieban.tickets.kind import TICKET

SOURCE = Path(__file__).resolve().parents[2] / "src" / "jieban"
KINDS = all_kinds()
JOBS = [(kind, verb, job) for kind in KINDS for verb, jobs in kind.flow.items() for job in jobs]
CLOCKS = [(kind, clock, handler) for kind in KINDS for clock, handler in kind.clocks.items()]


def test_tickets_are_registered() -> None:
    assert kind_named("ticket") is TICKET
    assert TICKET in KINDS


@pytest.mark.parametrize(("kind", "verb", "job"), JOBS, ids=lambda value: str(value)[:40])
def test_job_after_an_event_exists(kind: Kind, verb: str, job: str) -> None:
    assert verb in {line.verb for line in kind.workflow.table}, f"no line of the table says '{verb}'"
    assert isinstance(task(job), Task), f"{job} is no background job"
    assert job in app.tasks, f"the worker does not know {job}"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_job_for_few_names_a_column_and_a_job_of_the_flow(kind: Kind) -> None:
    columns = {column.attname for column in kind.model._meta.concrete_fields}
    assert set(kind.only_where.values()) <= columns
    assert set(kind.only_where) <= {job for jobs in kind.flow.values() for job in jobs}


@pytest.mark.parametrize(("kind", "clock", "handler"), CLOCKS, ids=lambda value: str(value)[:40])
def test_handler_of_a_clock_exists(kind: Kind, clock: str, handler: str) -> None:
    assert callable(task(handler)), f"{kind.name}: {clock}"
    column = next(one for one in kind.model._meta.concrete_fields if one.name == "clock")
    assert len(clock) <= (column.max_length or 0)


def _written_clocks(path: Path) -> set[str]:
    """The names that a module gives to the column ``clock``: ``{"clock": "limit"}`` or ``clock="limit"``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        pairs: list[tuple[object, ast.expr]] = []
        if isinstance(node, ast.Dict):
            pairs = [
                (key.value, value)
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
            ]
        elif isinstance(node, ast.Call):
            pairs = [(word.arg, word.value) for word in node.keywords]
        for name, value in pairs:
            if name == "clock" and isinstance(value, ast.Constant) and isinstance(value.value, str):
                found.add(value.value)
    return found


def test_exactly_the_clocks_that_have_a_handler_are_set() -> None:
    """By a plain text in a writer, or as one of the moments that ``tickets.clocks`` compares."""
    written = set().union(*(_written_clocks(path) for path in SOURCE.rglob("*.py"))) - {""}
    compared = (SOURCE / "tickets" / "clocks.py").read_text(encoding="utf-8")
    known = {clock for kind in KINDS for clock in kind.clocks}
    assert written <= known, "a clock without a handler never rings"
    assert not [one for one in known - written if f'"{one}"' not in compared], "a handler without a clock"
