"""The kinds of matter that the house knows, each with its tables. A kind registers itself at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from jieban.matters.models import Matter
from jieban.matters.rules import Workflow


@dataclass(frozen=True)
class Kind:
    """A kind of matter: its name in events, its model, its transition table and what follows.

    ``flow``: verb -> jobs to enqueue in the same transaction, each ``room.function`` of a ``tasks``
    module. ``clocks``: name of a clock -> the ``room.function`` that the tick calls when it rings.
    ``only_where``: job -> column that must be filled in the row, where a job has work for few matters.
    ``notices``: verbs after which somebody is told; each leaves a row in the outbox with its event.
    """

    name: str
    model: type[Matter]
    workflow: Workflow
    flow: Mapping[str, tuple[str, ...]]
    clocks: Mapping[str, str]
    notices: frozenset[str] = frozenset()
    only_where: Mapping[str, str] = field(default_factory=dict)


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known. Called once by its room at start."""
    _KINDS[kind.name] = kind


def kind_named(name: str) -> Kind:
    """The kind with this name. Raises ``KeyError``."""
    return _KINDS[name]


def all_kinds() -> tuple[Kind, ...]:
    """Every kind, in the order of registration."""
    return tuple(_KINDS.values())


def task(name: str) -> Any:
    """The function behind ``room.function``. Raises ``ImportError`` or ``AttributeError``."""
    room, function = name.split(".", 1)
    return getattr(import_module(f"jieban.{room}.tasks"), function)
