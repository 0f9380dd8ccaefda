"""The law of a ticket is sane: each state has a way out, each verb a name, each line a source."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from jieban.house import FLOORS
from jieban.matters.kinds import Kind, all_kinds
from jieban.matters.models import Event
from jieban.matters.rules import Transition
from jieban.people.roles import PERMISSIONS, ROLE_NAMES, Role
from jieban.tickets import workflow
from jieban.tickets.models import Ticket
from jieban.tickets.names import STATE_NAMES, VERB_NAMES
from jieban.tickets.workflow import TABLE, WORKFLOW

SOURCE = Path(__file__).resolve().parents[2] / "src" / "jieban"
_SQL_WRITE = re.compile(r"(UPDATE|DELETE\s+FROM|INSERT\s+INTO)\s+tickets_ticket", re.IGNORECASE)
COLUMNS = {column.attname for column in Ticket._meta.concrete_fields}


def test_every_state_has_a_name_and_no_name_is_left_over() -> None:
    assert set(STATE_NAMES) == WORKFLOW.states | {WORKFLOW.initial}


def test_every_verb_has_a_name_and_no_name_is_left_over() -> None:
    assert set(VERB_NAMES) == {line.verb for line in TABLE}


def test_every_role_has_a_name() -> None:
    assert set(ROLE_NAMES) == set(Role)
    assert all(roles <= set(Role) for roles in PERMISSIONS.values())


def test_open_and_closed_states_are_all_states_and_none_is_both() -> None:
    assert set(workflow.OPEN) | set(workflow.CLOSED_STATES) == WORKFLOW.states
    assert not set(workflow.OPEN) & set(workflow.CLOSED_STATES)
    assert set(workflow.CLOSED_STATES) == WORKFLOW.closed


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.name)
def test_nothing_leads_out_of_a_closed_state(kind: Kind) -> None:
    closed = kind.workflow.closed
    out = [
        line.verb
        for line in kind.workflow.table
        if set(line.sources) & closed and (line.to is not None and line.to not in closed)
    ]
    assert not out, "what is closed may be noted on, never opened again"


@pytest.mark.parametrize("state", workflow.OPEN)
def test_open_state_has_a_way_to_a_closed_one(state: str) -> None:
    reached, edge = {state}, [state]
    while edge:
        here = edge.pop()
        new = {line.to for line in TABLE if here in line.sources and line.to} - reached
        reached |= new
        edge += new
    assert reached & WORKFLOW.closed, f"a ticket could stay in '{state}' for ever"


@pytest.mark.parametrize("state", sorted(WORKFLOW.states - {WORKFLOW.initial}))
def test_state_can_be_reached(state: str) -> None:
    assert [line.verb for line in TABLE if line.to == state]


@pytest.mark.parametrize("state", [*workflow.AT_THE_UNIT, workflow.CALLBACK, *workflow.AT_THE_HOTLINE])
def test_the_platform_alone_can_move_on_a_ticket_that_nobody_touches(state: str) -> None:
    """A limit that passes has a consequence in every state in which somebody could let it pass."""
    verbs = [line.verb for line in TABLE if state in line.sources and Role.SYSTEM in line.roles]
    assert set(verbs) & {"expire", "late", "close_unreached", "reject_objection", "unshelve"}


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.verb)
def test_line_cites_its_source_and_needs_real_columns(line: Transition) -> None:
    assert re.search(r"Art\. \d+|rule [a-z_]+\.[a-z_]+|opinion", line.source), f"'{line.verb}' cites nothing"
    assert set(line.needs) <= COLUMNS
    assert line.roles
    assert line.roles <= set(Role)


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.name)
def test_names_fit_into_their_columns(kind: Kind) -> None:
    longest = {column.name: column.max_length or 0 for column in Event._meta.concrete_fields}
    assert all(len(line.verb) <= longest["verb"] for line in kind.workflow.table)
    assert all(len(state) <= longest["state_to"] for state in kind.workflow.states)
    assert len(kind.name) <= longest["kind"]


def test_no_unit_role_can_dispatch_close_or_answer_for_the_requester() -> None:
    unit_roles = workflow.CLERKS | workflow.REVIEWERS
    verdicts = {
        "dispatch",
        "accept_objection",
        "reject_objection",
        "visit",
        "close",
        "close_unreached",
        "redo",
    }
    assert not [line.verb for line in TABLE if line.verb in verdicts and line.roles & unit_roles]


OTHER_STATES = ("EventSuggestion.", "Draft.")
"""Tables whose state is not that of a matter: suggestions and drafts have no workflow, only a decision."""


def _writes_of_state(source: str) -> list[int]:
    """The lines that set a ``state``: by attribute, keyword of a write, key of changes, SQL or ``save()``."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt | ast.expr)]
    return [node.lineno for node in nodes if _writes(node)]


def _writes(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(one, ast.Attribute) and one.attr == "state" for one in targets)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return bool(
            re.search(r"(UPDATE|DELETE\s+FROM|INSERT\s+INTO)\s+tickets_ticket", node.value, re.IGNORECASE)
        )
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id == "Step" and any("'state':" in ast.unparse(part) for part in node.args[3:4])
    if not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr == "save":  # of a model; a picture is saved somewhere, a session is none of ours
        return not node.args and "session" not in ast.unparse(node.func.value)
    by_keyword = node.func.attr in ("update", "create", "update_or_create")
    of_a_matter = not ast.unparse(node.func.value).startswith(OTHER_STATES)
    return by_keyword and of_a_matter and any(word.arg == "state" for word in node.keywords)


WORK = tuple(
    room
    for _, rooms in FLOORS
    for room in rooms
    if room not in ("foundation", "city", "people", "matters", "notices")
)


@pytest.mark.parametrize("room", WORK)
def test_no_code_but_the_engine_writes_a_state(room: str) -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{line}"
        for path in sorted((SOURCE / room).rglob("*.py"))
        if "migrations" not in path.parts
        for line in _writes_of_state(path.read_text(encoding="utf-8"))
    ]
    assert not found, f"only jieban.matters.actions writes the state of a matter: {found}"


@pytest.mark.parametrize(
    "line",
    [
        "ticket.state = 'closed'",
        "Ticket.objects.update(state='closed')",
        "Step('x', a, n, {'state': 'closed'})",
        "cursor.execute('UPDATE tickets_ticket SET lead_id = 1')",
        "ticket.save()",
    ],
)
def test_the_search_for_writes_of_the_state_finds_them(line: str) -> None:
    assert _writes_of_state(line) == [1]


def test_the_search_leaves_readers_alone() -> None:
    assert not _writes_of_state("Ticket.objects.filter(state='closed'); picture.save(buffer, 'JPEG')")
    assert not _writes_of_state("EventSuggestion.objects.filter(pk=1).update(state='settled')")
