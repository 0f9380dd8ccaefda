"""What each sign of a text adds to a decision: exact, for the same arithmetic as ``matter.scoring``.

A decision is a sum: a base that no text changes, the weighted grams of the linear model, the words of a
list. Whoever wins, wins over others, so what counts is the lead: the score of the one decided on less that
of its rivals, each rival by the share of belief it has. A gram's part is split among the places where it
stands, a word's among its signs, so all parts and the base add up to the lead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ahocorasick_rs import AhoCorasick, MatchKind

from jieban.reading.features import Floats, Ints, placed_grams
from jieban.reading.matter.scoring import (
    MOST_GRAMS,
    TITLE_TIMES,
    Linear,
    Model,
    counted,
    kind_columns,
    parts_of,
    shares_of,
)
from jieban.reading.matter.tree import Hit, TreeWords
from jieban.reading.signs.danger import danger_columns
from jieban.reading.why.spans import Weights
from jieban.reading.wordlists import lines

FIELDS = ("title", "text")

Columns = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Account:
    """One decision as a sum: ``score`` is ``base`` plus all ``weights`` of the signs, by field.

    ``code`` is what was decided for: a category, a type, or the most urgent tier for danger.
    """

    kind: str
    code: str
    score: float
    base: float
    weights: Mapping[str, Weights]

    @property
    def total(self) -> float:
        """The base and all weights added up."""
        return self.base + sum(float(one.sum()) for one in self.weights.values())


class Grams:
    """The grams of a folded title and text with the places where they stand and their value."""

    def __init__(self, head: tuple[str, str], linear: Linear | None) -> None:
        self.head = head
        self.ids, self.counts = counted(*head)
        self._placed = [placed_grams(part) for part in head]
        self.slots, self.values = _values(self.ids, self.counts, linear)
        self.said: dict[int, tuple[Columns, Columns]] = {}  # number of a word of the tree -> what it says
        self.scores = None if linear is None else linear.scores(self.ids, self.counts)

    def spread(self, parts: Columns) -> dict[str, Weights]:
        """The parts of the grams (one for each of ``ids``) on the signs where these stand."""
        spots = [np.searchsorted(self.ids, ids) for ids, _, _ in self._placed]
        often = np.zeros(len(self.ids))
        for times, spot in zip((TITLE_TIMES, 1), spots, strict=True):
            often += times * np.bincount(spot, minlength=len(often))
        found = {}
        for field, times, part, spot, (_, starts, sizes) in zip(
            FIELDS, (TITLE_TIMES, 1), self.head, spots, self._placed, strict=True
        ):
            each = parts[spot] * times / often[spot] / sizes
            weights = np.bincount(starts, each, len(part) + 1)
            pairs = sizes == 2
            weights += np.bincount(starts[pairs] + 1, each[pairs], len(part) + 1)
            found[field] = weights[: len(part)]
        return found


def _values(ids: Ints, counts: Floats, linear: Linear | None) -> tuple[Ints, Columns]:
    """The slot of each gram (-1: not looked up) and its value, as ``Linear.scores`` takes them."""
    values = np.zeros(len(ids))
    if linear is None:
        return np.full(len(ids), -1, dtype=np.int64), values
    spots = np.minimum(np.searchsorted(linear.ids, ids), len(linear.ids) - 1)
    held = linear.ids[spots] == ids
    slots = np.where(held, spots, -1)
    values[held] = counts[held] * linear.idf[slots[held]]
    norm = float(np.sqrt(np.dot(values, values) + linear.rare**2 * np.dot(counts[~held], counts[~held])))
    if held.sum() > MOST_GRAMS:
        strong = np.flatnonzero(held)[np.argpartition(values[held], -MOST_GRAMS)[-MOST_GRAMS:]]
        slots = np.where(np.isin(np.arange(len(ids)), strong), slots, -1)
    return slots.astype(np.int64), values / (norm or 1.0)


def _weighed(found: Grams, linear: Linear, first: int, against: Columns) -> Columns:
    """What each gram adds to the sum of ``against`` over the columns from ``first`` on."""
    parts = np.zeros(len(found.ids))
    known = found.slots >= 0
    rows = linear.weights[found.slots[known]][:, first : first + len(against)]
    parts[known] = found.values[known] * (rows @ against)
    return parts


def category_account(found: Grams, model: Model, tree: TreeWords, code: str) -> Account:
    """Why ``code`` leads over the other leaves; without a linear model by the words of the tree alone."""
    place = tree.number[code]
    hits = tree.hits(*found.head)
    linear = model.linear
    weights = model.settled.weights
    parts = parts_of(tree, model.classes, hits, found.ids, found.scores)
    sums = np.sum([part * weight for part, weight in zip(parts, weights, strict=True)], axis=0)
    against = _against(shares_of(sums), place)
    spread = {field: np.zeros(len(part)) for field, part in zip(FIELDS, found.head, strict=True)}
    base = float(against @ (weights[2] * parts[2]))
    if linear is not None:
        spread = found.spread(_weighed(found, linear, 0, weights[2] * against))
        base = float(weights[2] * (linear.intercept[: len(against)] @ against))
    _add_words(spread, tree, hits, weights, against, found.said)
    return Account("category", code, float(against @ sums), base, spread)


def _against(shares: Columns, place: int) -> Columns:
    """What each row counts in the lead of row ``place``: 1 for itself, the rivals share -1 by belief."""
    rivals = shares.copy()
    rivals[place] = 0.0
    against: Columns = -rivals / max(float(rivals.sum()), 1e-12)
    against[place] = 1.0
    return against


def _add_words(
    spread: dict[str, Weights],
    tree: TreeWords,
    hits: Sequence[Hit],
    weights: Columns,
    against: Columns,
    known: dict[int, tuple[Columns, Columns]],
) -> None:
    """The part of each word of the tree, on its signs. The words of a leaf share what they say together."""
    whole = tree.exact(hits)
    factors = [weights[n] * np.log1p(each) / np.maximum(each, 1e-12) for n, each in enumerate(whole)]
    by_word: dict[int, list[Hit]] = {}
    for hit in hits:
        by_word.setdefault(hit.word, []).append(hit)
    for word, same in by_word.items():
        own = known.get(word) or known.setdefault(word, tree.exact(same))
        part = sum(float(against @ (factor * each)) for factor, each in zip(factors, own, strict=True))
        for hit in same:
            field = FIELDS[0] if hit.in_title else FIELDS[1]
            spread[field][hit.start : hit.end] += part / len(same) / (hit.end - hit.start)


def type_account(
    found: Grams, model: Model, cues: Columns, phrases: Sequence[Iterable[str]], code: str
) -> Account | None:
    """Why the demand type is ``code``; None where no model decides it. ``phrases``: the cues of each type."""
    linear, kind = model.linear, model.settled.kind
    scores = found.scores
    if linear is None or scores is None or kind is None or code not in model.classes.types:
        return None
    columns = kind_columns(cues, model.classes.type_scores(scores).astype(np.float64))
    sums = columns @ kind
    place = model.classes.types.index(code)
    against = _against(shares_of(sums), place)
    first = model.classes.leaves
    spread = found.spread(_weighed(found, linear, first, kind[1] * against))
    base = float(against @ (kind[1] * linear.intercept[first:-1] + kind[2:]))
    said = against * kind[0] * columns[:, 0]
    for part, words in zip(said, phrases, strict=True):
        base += float(part) if not _put(spread, found.head, float(part), words) else 0.0
    return Account("type", code, float(against @ sums), base, spread)


def _put(spread: dict[str, Weights], head: tuple[str, str], part: float, words: Iterable[str]) -> bool:
    """``part`` shared by ``words`` on the signs where each first stands; whether one stands anywhere."""
    places = [
        (field, text.index(word), len(word))
        for word in words
        for field, text in zip(FIELDS, head, strict=True)
        if word and word in text
    ]
    for field, start, size in places:
        spread[field][start : start + size] += part / len(places) / size
    return bool(places)


class DangerWords:
    """The words of harm and of now (``words/danger.txt``) with their places."""

    def __init__(self) -> None:
        self._kinds: list[str] = []
        phrases: list[str] = []
        for kind, *words in lines("danger"):
            phrases += words
            self._kinds += [kind] * len(words)
        self._finder = AhoCorasick(phrases, matchkind=MatchKind.LeftmostLongest)

    def find(self, head: tuple[str, str]) -> list[tuple[str, str, int, int]]:
        """Kind, field, start and end of each word in a folded title and text."""
        return [
            (self._kinds[number], field, start, end)
            for field, part in zip(FIELDS, head, strict=True)
            for number, start, end in self._finder.find_matches_as_indexes(part)
        ]


def danger_account(
    found: Grams, model: Model, words: DangerWords, measured: tuple[int, int], code: str
) -> Account | None:
    """Why life may be at risk (log-odds); None where no model decides it. ``measured``: harm and now."""
    linear, danger = model.linear, model.settled.danger
    if linear is None or found.scores is None or danger is None:
        return None
    score = float(found.scores[-1])
    columns = danger_columns(score, *measured)
    spread = found.spread(_weighed(found, linear, model.classes.width - 1, danger[1:2]))
    base = float(danger[0] + danger[1] * linear.intercept[-1])
    both = danger[4] * columns[3] / 2  # harm and now together: each half
    standing = words.find(found.head)
    for kind, part in (("harm", danger[2] * columns[1] + both), ("now", danger[3] * columns[2] + both)):
        places = [place[1:] for place in standing if place[0] == kind]
        for field, start, end in places:
            spread[field][start:end] += part / len(places) / (end - start)
        base += 0.0 if places else float(part)
    return Account("danger", code, float(danger[0] + columns @ danger[1:]), base, spread)
