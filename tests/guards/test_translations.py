"""Whatever a room says to people it says in Chinese too, and one word means one thing in all rooms."""

from __future__ import annotations

from collections import defaultdict

import pytest
from scripts.messages import catalogue, catalogue_path, rooms, said

ROOMS = rooms()


def test_the_pages_speak() -> None:
    assert {"web", "intake", "assessment", "tickets"} <= set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_everything_is_translated(room: str) -> None:
    """Run ``scripts/messages.py`` to add what is new, then translate it."""
    known = catalogue(room)
    missing = []
    for file, message, context in said(room):
        found = known.get(message if isinstance(message, str) else message[0], context)
        strings = found.string if found else ""
        if not (all(strings) if isinstance(strings, tuple) else strings):
            missing.append((file, message))
    assert not missing, f"{catalogue_path(room).name} of {room} lacks {missing}"


@pytest.mark.parametrize("room", ROOMS)
def test_catalogue_says_nothing_that_the_room_does_not(room: str) -> None:
    says = {message if isinstance(message, str) else message[0] for _file, message, _context in said(room)}
    ids = {one.id if isinstance(one.id, str) else one.id[0] for one in catalogue(room) if one.id}
    assert ids <= says, "run scripts/messages.py"


@pytest.mark.parametrize("room", ROOMS)
def test_placeholders_are_kept(room: str) -> None:
    known = catalogue(room)
    wrong = [(one.id, [str(error) for error in one.check(known)]) for one in known]
    assert not [pair for pair in wrong if pair[1]]


def test_one_message_has_one_translation() -> None:
    """Django puts the catalogues of all rooms together; the same message twice would hide one."""
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for room in ROOMS:
        for one in catalogue(room):
            key = one.id if isinstance(one.id, str) else one.id[0]
            words = one.string if isinstance(one.string, str) else (one.string or ("",))[0]
            if key and words:
                told[key, one.context or ""].add(words)
    assert not {key: words for key, words in told.items() if len(words) > 1}
