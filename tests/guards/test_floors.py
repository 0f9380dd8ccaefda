"""The plan of the house is kept: nobody looks up, neighbours only where the plan says so, rules stay pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from jieban.house import FLOORS, NEIGHBOURS, floor_of, may_import

SOURCE = Path(__file__).resolve().parents[2] / "src" / "jieban"
ROOMS = [room for _, rooms in FLOORS for room in rooms]
ROOF = {"__init__.py", "__main__.py", "house.py", "settings.py", "urls.py", "wsgi.py"}
"""Modules beside the rooms: they put the house together and may look everywhere."""


def _imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, inside functions too, by its full name, with the line."""
    package = ("jieban", *path.relative_to(SOURCE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*above, node.module or "")).strip(".")
            if module == "jieban":
                yield from ((f"jieban.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield module, node.lineno


def _files(room: str) -> list[Path]:
    return sorted((SOURCE / room).rglob("*.py"))


def test_every_folder_is_a_room_of_the_plan_and_every_room_is_there() -> None:
    folders = {folder.name for folder in SOURCE.iterdir() if any(folder.rglob("*.py"))}
    assert folders - {"__pycache__"} == set(ROOMS)
    assert len(ROOMS) == len(set(ROOMS)), "a room stands on one floor only"


def test_beside_the_rooms_stand_only_the_modules_that_put_the_house_together() -> None:
    assert {path.name for path in SOURCE.glob("*.py")} == ROOF


@pytest.mark.parametrize("room", ROOMS)
def test_room_imports_only_from_floors_below(room: str) -> None:
    looks = [
        (f"{path.relative_to(SOURCE)}:{line}", name.split(".")[1])
        for path in _files(room)
        for name, line in _imported(path)
        if name.startswith("jieban.")
    ]
    beyond = [(place, other) for place, other in looks if other in ROOMS and not may_import(room, other)]
    assert not beyond, f"{room} may not look there (see jieban/house.py): {beyond}"
    unknown = [(place, other) for place, other in looks if other not in ROOMS]
    assert not unknown, f"{room} imports what is no room: {unknown}"


def test_neighbours_are_on_one_floor_and_nobody_looks_back() -> None:
    for importer, imported in NEIGHBOURS:
        assert floor_of(importer) == floor_of(imported), (importer, imported)
        assert (imported, importer) not in NEIGHBOURS


def test_the_plan_allows_down_and_refuses_up_and_aside() -> None:
    assert may_import("tickets", "matters")
    assert may_import("intake", "dispatch")
    assert not may_import("matters", "tickets")
    assert not may_import("dispatch", "intake")
    with pytest.raises(KeyError, match="attic"):
        floor_of("attic")


FORBIDDEN_IN_RULES = (
    "django.db",
    "django.conf",
    "time",
    "os",
    "psycopg",
    "procrastinate",
    "random",
    "secrets",
)


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("rules.py")), ids=lambda path: path.parent.name)
def test_rules_are_pure(path: Path) -> None:
    """No database, no settings, no chance and no clock: everything is handed in."""
    wrong = [
        f"{name} (line {line})"
        for name, line in _imported(path)
        if any(name == bad or name.startswith(f"{bad}.") for bad in FORBIDDEN_IN_RULES)
    ]
    assert not wrong
    calls = [
        f"{node.func.attr}() (line {node.lineno})"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("now", "utcnow", "today", "localtime")
    ]
    assert not calls, f"time is passed in as 'now': {calls}"


def test_rules_are_not_all_gone() -> None:
    rooms = {path.parent.name for path in SOURCE.rglob("rules.py")}
    assert {"matters", "dispatch", "assessment"} <= rooms
