"""What the tree of categories says by its own words: names, aliases and keywords found in a text.

Two views. *Exact*: a word of the tree stands in the text; rare and long words count for more. *Near*:
most of a word's grams stand in the text, though not side by side ("楼道里堆满了杂物" for "楼道堆杂物").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from jieban.city.book import Book
from jieban.city.rows import Category
from jieban.reading.features import Floats, Ints, Postings, grams, inverse_frequency
from jieban.reading.text import fold

Scores = npt.NDArray[np.float64]

_LENGTH_GAIN = (0.0, 0.25, 1.0, 1.5, 1.9, 2.2, 2.4, 2.5)
"""How much a word says, by its signs."""
_SHORTEST = 2
_TITLE_GAIN = 0.6
"""What a word in the title adds."""
_NEAR_FLOOR = 0.55
"""A word that has less of its grams in the text than this is not near."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of the tree in the text: its number in ``TreeWords.words`` and where it stands."""

    word: int
    start: int
    end: int
    in_title: bool


class TreeWords:
    """The words of the tree of a book, ready to be found."""

    def __init__(self, book: Book) -> None:
        self.leaves: list[str] = sorted(row.code for row in book.categories.values() if row.level == 3)
        self.number = {code: number for number, code in enumerate(self.leaves)}
        self._words_of = {leaf: words_of(book.categories[leaf]) for leaf in self.leaves}
        owners = _owners(book)
        self.words = sorted(owners)
        self.owners = [frozenset(owners[word]) for word in self.words]
        self._weights = np.array(
            [self._weight(word, each) for word, each in zip(self.words, self.owners, strict=True)],
            dtype=np.float64,
        )
        own = _spread(self.owners, self.leaves, (6,))
        self._own = _Lists(own, len(self.leaves))
        self._above = _Lists(_spread(self.owners, self.leaves, (2, 4)), len(self.leaves))
        self._finder = (
            AhoCorasick(self.words, matchkind=MatchKind.Standard, implementation=Implementation.DFA)
            if self.words
            else None
        )
        self._near = _NearWords(self.words, own, len(self.leaves))

    def hits(self, title: str, text: str) -> list[Hit]:
        """All words of the tree in a folded title and text."""
        if self._finder is None:
            return []
        found = [Hit(*match, True) for match in self._finder.find_matches_as_indexes(title, overlapping=True)]
        found += [
            Hit(*match, False) for match in self._finder.find_matches_as_indexes(text, overlapping=True)
        ]
        return found

    def exact(self, hits: Sequence[Hit]) -> tuple[Scores, Scores]:
        """Per leaf: the weight of its own words found, and of the words of the levels above it."""
        gains: dict[int, float] = {}
        for hit in hits:
            gains[hit.word] = 1.0 + _TITLE_GAIN if hit.in_title else gains.get(hit.word, 1.0)
        words = np.fromiter(gains, dtype=np.int64, count=len(gains))
        weights = self._weights[words] * np.fromiter(gains.values(), dtype=np.float64, count=len(gains))
        return self._own.add_up(words, weights), self._above.add_up(words, weights)

    def near(self, distinct: Ints) -> Scores:
        """Per leaf: how near its words are to a text with these distinct grams."""
        return self._near.scores(distinct)

    def own_words(self, leaf: str) -> list[str]:
        """The words of a leaf."""
        return self._words_of[leaf]

    def weight(self, word: int) -> float:
        """How much a word says."""
        return float(self._weights[word])

    def _weight(self, word: str, owners: frozenset[str]) -> float:
        leaves = max(1, len(owners))
        rarity = np.log(1 + len(self.leaves) / leaves) / np.log(2 + len(self.leaves))
        return float(rarity * _LENGTH_GAIN[min(len(word), len(_LENGTH_GAIN) - 1)])


class _Lists:
    """For each word the leaves it speaks for, in one array."""

    def __init__(self, lists: list[Ints], leaves: int) -> None:
        self._lengths = np.array([len(each) for each in lists], dtype=np.int64)
        self._starts = np.cumsum(self._lengths) - self._lengths
        self._leaf = np.concatenate([*lists, np.zeros(0, dtype=np.int64)])
        self._leaves = leaves

    def add_up(self, words: Ints, weights: Scores) -> Scores:
        """For each leaf the sum of the weights of those ``words`` that speak for it."""
        lengths = self._lengths[words]
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        index = np.repeat(self._starts[words] - (ends - lengths), lengths) + np.arange(total)
        return np.bincount(self._leaf[index], np.repeat(weights, lengths), self._leaves)


class _NearWords:
    """Finds words of which most grams stand in the text."""

    def __init__(self, words: list[str], own: list[Ints], leaves: int) -> None:
        kept = [number for number, word in enumerate(words) if len(word) >= 3 and len(own[number])]
        distinct = [np.unique(grams(words[number])) for number in kept]
        idf = inverse_frequency(distinct, len(distinct))
        rows: list[tuple[Ints, Floats]] = []
        for ids in distinct:
            weights = idf[ids]
            rows.append((ids, weights / max(float(weights.sum()), 1e-6)))
        self._postings = Postings.of(rows)
        self._leaves = leaves
        pairs = [(row, leaf) for row, number in enumerate(kept) for leaf in own[number]]
        self._rows = np.array([row for row, _ in pairs], dtype=np.int64)
        self._leaf = np.array([leaf for _, leaf in pairs], dtype=np.int64)

    def scores(self, distinct: Ints) -> Scores:
        """Per leaf the sum of how near each of its words is."""
        if not len(self._rows):
            return np.zeros(self._leaves)
        cover = self._postings.dot(distinct, np.ones(len(distinct), dtype=np.float32))
        near = np.clip((cover - _NEAR_FLOOR) / (1 - _NEAR_FLOOR), 0.0, 1.0)
        return np.bincount(self._leaf, near[self._rows], self._leaves)


def _owners(book: Book) -> dict[str, tuple[str, ...]]:
    """Folded word -> codes of the categories (of any level) that have it."""
    owners: dict[str, set[str]] = {}
    for row in book.categories.values():
        for word in words_of(row):
            owners.setdefault(word, set()).add(row.code)
    return {word: tuple(sorted(codes)) for word, codes in owners.items()}


def name_words(row: Category) -> list[str]:
    """The folded names of a category: its name and its aliases."""
    return list(dict.fromkeys(fold(name) for name in (row.name, *row.aliases) if name))


def words_of(row: Category) -> list[str]:
    """The folded words of a category: its names, their parts, and its keywords."""
    found = name_words(row)
    parts = [part for name in found for part in name.replace("与", "、").split("、")]
    found = [*found, *(fold(keyword) for keyword in row.keywords), *parts]
    return [word for word in dict.fromkeys(found) if len(word) >= _SHORTEST]


def _spread(owners: list[frozenset[str]], leaves: list[str], lengths: tuple[int, ...]) -> list[Ints]:
    """For each word the numbers of the leaves under its owners whose codes have one of ``lengths``."""
    under: dict[str, list[int]] = {}
    for number, leaf in enumerate(leaves):
        for length in lengths:
            under.setdefault(leaf[:length], []).append(number)
    return [
        np.unique(
            np.array(
                [n for code in codes if len(code) in lengths for n in under.get(code, ())], dtype=np.int64
            )
        )
        for codes in owners
    ]
