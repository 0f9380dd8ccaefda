"""Stretches of a text that carried a decision, made of the weight of each of its signs.

A text shown to a person is cut into words and clauses; words side by side that speak for the same thing
make one phrase, never across the end of a clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import rjieba

from jieban.reading.features import signs

Weights = npt.NDArray[np.float64]
"""One number for each sign of a text."""

MOST_PHRASES = 6
"""So many phrases are shown for one decision at most."""
ENOUGH = 0.8
"""Phrases are shown until they hold so much of all that speaks for the decision."""
_LEAST = 0.03
"""A phrase with a smaller share of what speaks for it says nothing to a person."""
_AGAINST = 0.12
"""A phrase that speaks against is shown from this share on."""
_MOST_AGAINST = 2
_PARTICLES = frozenset("的了啊呀呢吧吗嘛着也都就还很太和与及在是有我你他她它们这那个")
"""Words that say nothing at the edge of a phrase."""
_MOST_TIMES = 3
"""Words of a rule are shown so often in each field."""
_GAP = 2
"""Signs between two words of one phrase at most."""
_LONGEST = 12
"""Signs of a phrase; longer ones are parted at a word."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the shown text that carried a decision.

    ``field``: ``title``, ``text`` or ``address``; ``start`` and ``end`` are offsets in its masked form.
    ``weight``: for words weighed by the model their share of all that speaks for the decision (-1 to 1,
    below 0 they speak against it); 1 for words that decide by a rule. ``kind``: ``category``, ``type``,
    ``danger``, ``alarm``, ``place``, ``secret``. ``points_to``: a code of the book. ``by``: ``model``
    (weighed) or ``rule`` (named by a list of the language or a table of the city).
    """

    field: str
    start: int
    end: int
    weight: float
    kind: str
    points_to: str
    words: str
    by: str = "rule"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side with the sum of their weights."""

    field: str
    start: int
    end: int
    mass: float


def words_of(folded: str) -> Iterator[tuple[int, int]]:
    """Start and end of each word of a folded text; what parts words (punctuation, stars) is left out."""
    kept = signs(folded) != 0
    edges = np.flatnonzero(np.diff(np.concatenate(([False], kept, [False])).astype(np.int8)))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        place = start
        for word in rjieba.cut(folded[start:end]):
            yield place, min(place + len(word), end)
            place += len(word)
        if place < end:  # a sign that the cutter does not give back
            yield place, end


def phrases(
    field: str, folded: str, words: Sequence[tuple[int, int]], weights: Weights
) -> tuple[list[Phrase], list[Phrase]]:
    """The phrases that speak for a decision and those against it: ``words`` and the weight of each sign."""
    speaking: tuple[list[Phrase], list[Phrase]] = ([], [])
    sums = np.concatenate(([0.0], np.cumsum(weights)))
    for start, end in words:
        mass = float(sums[end] - sums[start])
        if not mass or (end - start == 1 and folded[start] in _PARTICLES):
            continue
        side = speaking[mass < 0]
        last = side[-1] if side else None
        whole = float(sums[end] - sums[last.start]) if last else 0.0
        most = max(mass, last.mass, key=abs) if last else mass
        if last and end - last.start <= _LONGEST and _joined(folded, (last.end, start), whole, most):
            side[-1] = Phrase(field, last.start, end, whole)
        else:
            side.append(Phrase(field, start, end, mass))
    return speaking


def _joined(folded: str, gap: tuple[int, int], whole: float, most: float) -> bool:
    """Whether two words belong to one phrase: side by side, or with a word between them that costs little."""
    start, end = gap
    if start == end or (start + 1 == end and folded[start] in _PARTICLES):
        return True
    together = abs(whole) > abs(most) and whole * most > 0
    return together and end - start <= _GAP and bool(signs(folded[start:end]).all())


def strongest(found: Iterable[Phrase]) -> list[Phrase]:
    """The phrases that matter, the strongest first: until they hold most of the weight, and not too many."""
    ordered = sorted(found, key=lambda one: (-abs(one.mass), one.field, one.start))
    whole = sum(abs(one.mass) for one in ordered)
    kept: list[Phrase] = []
    held = 0.0
    for one in ordered[:MOST_PHRASES]:
        if held >= ENOUGH * whole or abs(one.mass) < _LEAST * whole:
            break
        kept.append(one)
        held += abs(one.mass)
    return kept


@dataclass(frozen=True)
class Seen:
    """What the model looks at of one field: the folded words, where they stand, what is shown of them.

    ``skipped``: how many signs of the shown text are left out after the first ``until``.
    """

    field: str
    folded: str
    shown: str
    until: int
    skipped: int
    words: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, field: str, folded: str, shown: str, until: int, hidden: Iterable[Span]) -> Seen:
        """The view on a field; words of which a part is ``hidden`` (masked) are not among its words."""
        seen = cls(field, folded, shown, until, len(shown) - len(folded), ())
        masked = [(span.start, span.end) for span in hidden if span.field == field]
        kept = tuple(
            (start, end)
            for start, end in words_of(folded)
            if not any(seen.at(start) < last and first < seen.at(end - 1) + 1 for first, last in masked)
        )
        return replace(seen, words=kept)

    def at(self, place: int) -> int:
        """Where the sign at ``place`` of the folded words stands in the shown text."""
        return place + (self.skipped if self.skipped and place > self.until else 0)


def weighed(seen: Iterable[Seen], weights: Mapping[str, Weights], kind: str, code: str) -> list[Span]:
    """The spans of one decision: the strongest phrases for it, then the few that plainly speak against it.

    ``weights`` by field, as long as the folded words of what is ``seen`` of it.
    """
    views = {view.field: view for view in seen}
    speaking: list[Phrase] = []
    against: list[Phrase] = []
    for field, view in views.items():
        pro, contra = phrases(field, view.folded, view.words, weights[field])
        speaking += [one for one in pro if one.mass > 0]
        against += [one for one in contra if one.mass < 0]
    whole = sum(one.mass for one in speaking)
    if whole <= 0:
        return []
    kept = strongest(speaking)
    kept += [one for one in strongest(against)[:_MOST_AGAINST] if -one.mass >= _AGAINST * whole]
    return [_span(one, whole, views[one.field], kind, code) for one in kept]


def _span(one: Phrase, whole: float, view: Seen, kind: str, code: str) -> Span:
    start, end = view.at(one.start), view.at(one.end - 1) + 1
    share = max(-1.0, min(1.0, one.mass / whole))
    return Span(one.field, start, end, round(share, 4), kind, code, view.shown[start:end], "model")


def spoken(
    shown: Mapping[str, str], folded: Mapping[str, str], words: str, kind: str, code: str
) -> list[Span]:
    """Where ``words`` (folded) stand in the texts, as spans of a rule: at most three in each text."""
    if not words:
        return []
    found = []
    for field, text in folded.items():
        for number, match in enumerate(re.finditer(re.escape(words), text)):
            if number >= _MOST_TIMES:
                break
            start, end = match.span()
            found.append(Span(field, start, end, 1.0, kind, code, shown[field][start:end]))
    return found
