"""Every command of ours exists, is in the table, and is told in docs/commands.md with each of its options."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from jieban.cli.main import overview
from jieban.cli.table import COMMANDS
from jieban.house import FLOORS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "commands.md"
NAMES = [command.name for command in COMMANDS]


@cache
def _document() -> dict[str, str]:
    """The section of each command."""
    parts = re.split(
        r"^### `jieban ([a-z-]+)[^`]*`$", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _parser(name: str) -> argparse.ArgumentParser:
    module = name.replace("-", "_")
    return load_command_class(get_commands()[module], module).create_parser("jieban", name)


_DJANGOS = {
    text for action in BaseCommand().create_parser("jieban", "x")._actions for text in action.option_strings
}


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _actions(below)


def _options(name: str) -> set[str]:
    texts = {text for action in _actions(_parser(name)) for text in action.option_strings}
    return {text for text in texts - _DJANGOS if text.startswith("--")}


def test_every_command_of_ours_is_in_the_table() -> None:
    ours = {name for name, app in get_commands().items() if str(app).startswith("jieban.")}
    assert ours == {name.replace("-", "_") for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_command_is_documented_with_each_option_and_none_that_is_gone(name: str) -> None:
    section = _document()[name]
    told = set(re.findall(r"^\| `(--[a-z-]+)` \|", section, flags=re.MULTILINE))
    assert told == _options(name)


@pytest.mark.parametrize("name", NAMES)
def test_words_that_a_command_knows_are_documented(name: str) -> None:
    choices = {
        str(choice)
        for action in _actions(_parser(name))
        if not action.option_strings and action.choices
        for choice in action.choices
    }
    assert not [choice for choice in choices if choice not in _document()[name]]


def test_document_tells_of_no_command_that_is_gone() -> None:
    assert set(_document()) == set(NAMES)


def test_fields_of_take_in_are_documented() -> None:
    from jieban.intake.fieldmap import FIELD_NAMES

    assert " ".join(FIELD_NAMES) in _document()["take-in"]


def test_overview_says_every_command_in_one_line() -> None:
    lines = overview().splitlines()
    for command in COMMANDS:
        assert [line for line in lines if line.split()[:1] == [command.name] and command.says in line]
    assert all(len(line) <= 100 for line in lines)


def test_command_stands_in_the_room_that_the_table_says() -> None:
    rooms = {room for _, names in FLOORS for room in names} | {"start", "bench"}
    assert {command.room for command in COMMANDS} <= rooms


@pytest.mark.parametrize("name", NAMES)
def test_help_is_in_plain_words(name: str) -> None:
    parser = _parser(name)
    assert parser.description
    assert parser.format_help()
