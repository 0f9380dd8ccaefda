"""A verb as a person meets it: its form, its doing, and what is said after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms

from jieban.tickets.models import Ticket
from jieban.web.desk.sitting import Sitting

type Cleaned = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """A button that sends a verb's form; ``value`` is the decision it stands for."""

    words: Any
    value: str = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb as a person meets it. ``says`` are the verbs of the workflow that it may say.

    ``not_now`` holds back what the action would refuse, and says why before anybody types in vain;
    ``offered`` leaves the verb out where it would make no sense; ``choices`` are further arguments of
    the form, such as the units to choose from.
    """

    name: str
    says: tuple[str, ...]
    title: Any
    form: type[forms.Form]
    do: Callable[[Ticket, Cleaned, Sitting], Ticket]
    done: Callable[[Ticket, Cleaned, Sitting], str]
    buttons: tuple[Button, ...]
    not_now: Callable[[Ticket, Sitting], str] = field(default=lambda ticket, desk: "")
    offered: Callable[[Ticket, Sitting], bool] = field(default=lambda ticket, desk: True)
    choices: Callable[[Ticket, Sitting], dict[str, Any]] = field(default=lambda ticket, desk: {})
