"""Who may say what: every verb × role × relation, compared with the one readable table in docs/roles.md.

The document is written by people and read by people; the transition tables are what the engine obeys.
This test walks all of them and fails where one says more, or less, than the other.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from jieban.matters.kinds import Kind, all_kinds
from jieban.matters.rules import Actor, may
from jieban.people.roles import Role

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
LEAD, SENDER, DISTRICT, STRANGER, HOTLINE = "lead", "sender", "district", "stranger", "hotline"
NUMBER = "2611200000018"
ROW: dict[str, Any] = {
    "number": NUMBER,
    "version": 3,
    "lead_id": LEAD,
    "sender_id": SENDER,
    "copied_to": [DISTRICT],
    "recused": [],
}
MEANING = {
    "·": frozenset[str](),
    "any": frozenset({LEAD, SENDER, DISTRICT, STRANGER, HOTLINE}),
    "lead": frozenset({LEAD}),
    "sender": frozenset({SENDER}),
    "copy": frozenset({DISTRICT}),
    "not lead": frozenset({SENDER, DISTRICT, STRANGER, HOTLINE}),
}
"""A cell of the document -> the units whose people with that role may say the verb."""
KINDS = {kind.name: kind for kind in all_kinds()}


@cache
def told() -> dict[tuple[str, str, str], str]:
    """(kind, verb, role) -> cell, as the document tells it."""
    found: dict[tuple[str, str, str], str] = {}
    kind, roles = "", list[str]()
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"## .*\(`(\w+)`\)", line):
            kind = heading[1]
        elif line.startswith("| verb |"):
            roles = [cell.strip() for cell in line.strip("|").split("|")][1:]
        elif line.startswith("| `"):
            verb, *cells = [cell.strip() for cell in line.strip("|").split("|")]
            for role, cell in zip(roles, cells, strict=True):
                found[kind, verb.strip("`"), role] = cell
    return found


def actor_of(role: Role, unit: str) -> Actor:
    """Somebody with one role in a unit; the requester of the matter, the platform, or a connected system."""
    if role is Role.REQUESTER:
        return Actor("requester", f"matter:{NUMBER}", "", frozenset({role}))
    kind = {Role.SYSTEM: "system", Role.MACHINE: "machine"}.get(role, "staff")
    return Actor(kind, "account:1", "somebody", frozenset({role}), unit, frozenset({unit}))


LINES = [(kind, line) for kind in KINDS.values() for line in kind.workflow.table]


@pytest.mark.parametrize(
    ("kind", "line"), LINES, ids=lambda one: getattr(one, "verb", getattr(one, "name", ""))
)
def test_the_table_and_the_document_say_the_same(kind: Kind, line: Any) -> None:
    for role in Role:
        cell = told().get((kind.name, line.verb, str(role)), "missing")
        assert cell in MEANING, f"docs/roles.md has no cell for {kind.name} '{line.verb}' and {role}"
        for unit in MEANING["any"]:
            said = may(line, actor_of(role, unit), ROW)
            meant = unit in MEANING[cell]
            if role in (Role.REQUESTER, Role.SYSTEM, Role.MACHINE):
                meant = cell != "·"
            assert said is meant, f"{kind.name}: {role} of {unit} '{line.verb}': {said}, told '{cell}'"


@pytest.mark.parametrize(
    ("kind", "line"), LINES, ids=lambda one: getattr(one, "verb", getattr(one, "name", ""))
)
def test_nobody_speaks_on_what_he_is_recused_from_or_on_anothers_matter(kind: Kind, line: Any) -> None:
    for role in set(Role) - {Role.SYSTEM, Role.REQUESTER}:
        for unit in MEANING["any"]:
            actor = actor_of(role, unit)
            assert not may(line, actor, {**ROW, "recused": [unit]})
            assert not may(line, actor, {**ROW, "recused": [actor.id]})
    other = Actor("requester", "matter:999", "", frozenset({Role.REQUESTER}))
    assert not may(line, other, ROW)


def test_the_document_tells_of_no_verb_that_is_not_there() -> None:
    real = {(kind.name, line.verb) for kind, line in LINES}
    assert {(kind, verb) for kind, verb, _ in told()} == real
