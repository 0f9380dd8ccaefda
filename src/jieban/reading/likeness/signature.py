"""What a request is known by when events are sought: its names, and beside them its matter. Pure.

Two requests about one estate share the estate's name and yet need not tell of one event; two about
noise share their words and lie at two ends of the city. So the grams inside and before the ends of names
(``words/name_ends.txt``) are kept apart from all others, and both must be alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jieban.reading.text import fold
from jieban.reading.wordlists import words

MOST = 600
"""So many signs of a text are looked at: the matter is told at its beginning."""
MOST_TITLE = 120
TITLE_TWICE = 2
"""The title counts as if it had been said twice."""
BITS = 20
SPACE = 1 << BITS
_BEFORE = 5
"""So many signs before the end of a name belong to it."""

Ints = npt.NDArray[np.int64]
Counts = npt.NDArray[np.float32]

_SIGN = re.compile(r"[^\u3400-\u9fffa-z0-9]+")
_SEEDS = (np.uint32(0x27D4EB2F), np.uint32(0x165667B1))
_TIMES = (np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B))


@dataclass(frozen=True, slots=True)
class Grams:
    """Distinct grams by their number (hash in ``SPACE`` slots), and 1 + ln of how often each stands."""

    ids: Ints
    weights: Counts

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Signature:
    """Names and matter of one request."""

    names: Grams
    matter: Grams


def _ends() -> re.Pattern[str]:
    ends = sorted(set(words("name_ends")), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, ends)))


_END = _ends()


def plain(title: str, text: str) -> str:
    """Title, title again and the beginning of the text, folded; what is no word is one space."""
    said = fold(text[:MOST])
    head = fold(title[:MOST_TITLE])
    parts = [head] * TITLE_TWICE + [said] if head.strip() else [said]
    return " ".join(_SIGN.sub(" ", part).strip() for part in parts)


def named(said: str) -> npt.NDArray[np.bool_]:
    """For each sign of ``said`` whether it belongs to a name: an end, and up to five signs before it."""
    mark = np.zeros(len(said) + 1, dtype=np.int32)
    for match in _END.finditer(said):
        begin = match.start()
        low = max(0, begin - _BEFORE)
        gap = said.rfind(" ", low, begin)
        mark[(gap + 1) if gap >= 0 else low] += 1
        mark[match.end()] -= 1
    inside: npt.NDArray[np.bool_] = np.cumsum(mark[:-1]) > 0
    return inside


def signature(title: str, text: str) -> Signature:
    """The grams of two and three signs of a request, of its names and of all else. Linear time."""
    said = plain(title, text)
    if len(said) < 2:
        return Signature(_none(), _none())
    points = np.frombuffer(said.encode("utf-32-le"), dtype=np.uint32)
    inside = named(said)
    word = points != 0x20
    return Signature(_grams(points, word & inside), _grams(points, word & ~inside))


def _none() -> Grams:
    return Grams(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))


def _grams(points: npt.NDArray[np.uint32], held: npt.NDArray[np.bool_]) -> Grams:
    """The distinct pairs and triples that lie wholly within ``held``."""
    pair_held = held[:-1] & held[1:]
    pairs = _mixed(_mixed(points[:-1] ^ _SEEDS[0], _TIMES[0]) ^ points[1:], _TIMES[1])
    found = [pairs[pair_held]]
    if len(points) > 2:
        triple_held = pair_held[:-1] & held[2:]
        triples = _mixed(_mixed(pairs[:-1] ^ _SEEDS[1], _TIMES[0]) ^ points[2:], _TIMES[1])
        found.append(triples[triple_held])
    numbers = (np.concatenate(found) >> np.uint32(32 - BITS)).astype(np.int64)
    ids, counts = np.unique(numbers, return_counts=True)
    return Grams(ids, (1 + np.log(counts)).astype(np.float32))


def _mixed(values: npt.NDArray[np.uint32], times: np.uint32) -> npt.NDArray[np.uint32]:
    values = values * times
    return values ^ (values >> np.uint32(15))


def shared_words(one: str, other: str, most: int = 5) -> tuple[str, ...]:
    """The longest runs of signs that two texts share, longest first: what a person is shown as reason.

    Runs of two signs and more, none within another; both texts are cut to ``MOST`` signs.
    """
    mine, theirs = (_SIGN.sub(" ", fold(text[:MOST])) for text in (one, other))
    found: set[str] = set()
    at = 0
    while at < len(mine):
        size = _run(mine, at, theirs)
        if size > 1:
            found.add(mine[at : at + size].strip())
        at += max(1, size)
    runs = sorted((run for run in found if len(run) > 1), key=lambda run: (-len(run), run))
    return tuple(run for run in runs if not any(run in longer for longer in runs if longer != run))[:most]


def _run(mine: str, at: int, theirs: str, most: int = 16) -> int:
    """How many signs from ``at`` on stand in the other text too, without a break; at most ``most``."""
    size = 0
    while size < most and at + size < len(mine) and mine[at + size] != " ":
        if mine[at : at + size + 1] not in theirs:
            break
        size += 1
    return size
