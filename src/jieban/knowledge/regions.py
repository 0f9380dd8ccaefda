"""Which place an article or a question is about, as far as names of districts and counties tell.

The answer of one county says little to a question from another. Texts whose places were replaced by
letters ("A市A2区") are understood too: the letter is the city, the letter with its number the county.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LETTERED = re.compile(r"(?<![a-z0-9])([a-z])(\d{0,2})(?=[县区市])")
NO_MARKS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Marks:
    """The wide (city) and narrow (district, county) places that a text names."""

    wide: frozenset[str] = NO_MARKS
    narrow: frozenset[str] = NO_MARKS


class Regions:
    """The names of the districts of a city, and how to find them in a text."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """``names`` as they are written in full ("朝阳区"), in plain script."""
        longest_first = tuple(sorted({name for name in names if name}, key=lambda name: (-len(name), name)))
        self.names = longest_first
        self._named = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def marks(self, plain: str) -> Marks:
        """The places that a text in plain script names; linear in its length."""
        lettered = [(one[1], one[2]) for one in _LETTERED.finditer(plain)]
        named = {one[0] for one in self._named.finditer(plain)} if self._named else set()
        narrow = frozenset(named | {letter + number for letter, number in lettered if number})
        return Marks(frozenset(letter for letter, _ in lettered), narrow)


def apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both name places, and none of them the same."""
    return bool(one) and bool(other) and one.isdisjoint(other)
