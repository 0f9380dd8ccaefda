"""In which order the verbs of a ticket stand on its page, and which of them lies open."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy

GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        gettext_lazy("The work"),
        (
            *("acknowledge", "take_back", "rule", "decide", "conclude", "sign", "contact", "relay", "reply"),
            *("review", "progress", "same", "new_fact", "answer", "explain", "urge", "press"),
        ),
    ),
    (
        gettext_lazy("Ask others or pass it on"),
        (
            *("whistle", "ask", "ask_inner", "escalate", "ask_external", "consult"),
            *("pass_on", "object", "recall", "hand_over"),
        ),
    ),
    (
        gettext_lazy("Limit and ledger"),
        (
            *("decide_extension", "resume", "extend", "ask_extension", "pause"),
            *("review_shelf", "unshelve", "shelve"),
        ),
    ),
    (gettext_lazy("The record"), ("amend", "split", "link", "unlink", "protect")),
    (gettext_lazy("Oversight and exclusion"), ("instruct", "supervise", "exclusion")),
)
"""Heading, and the names of its verbs in the order of the page."""

ORDER = tuple(name for _heading, names in GROUPS for name in names)
_HEADINGS = {name: heading for heading, names in GROUPS for name in names}

NEXT_STEPS = (
    *("acknowledge", "rule", "decide_extension", "decide", "sign", "review", "reply", "contact"),
    *("relay", "resume", "progress"),
)
"""What somebody most likely came for, the likeliest first. Nothing that takes a ticket away from others
or stops its clock is among them: such a form is opened on purpose."""


def place(name: str) -> int:
    """Where a verb stands on the page; a new one that has no group yet stands last."""
    return ORDER.index(name) if name in ORDER else len(ORDER)


def heading(name: str) -> Any:
    """The words above the group of a verb."""
    return _HEADINGS.get(name, GROUPS[-1][0])


def next_step(usable: Collection[str]) -> str:
    """The verb whose form lies open, or an empty text."""
    return next((name for name in NEXT_STEPS if name in usable), "")
