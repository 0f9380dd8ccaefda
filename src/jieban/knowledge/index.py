"""The exact index: every text of a collection is weighed against a question. Pure, in memory.

Two measures share one list of postings. A long message is compared by the cosine of its grams, rare ones
raised, because all of it matters a little; a short question by BM25, because few words matter a lot. Between
them the number of distinct grams decides, smoothly. Texts of another district are set back. The weights were
fitted once, by a listwise logistic, on the development part that ``bench/search.py`` describes; Robertson and
Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009) tells where BM25 comes from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jieban.knowledge.grams import SPACE, Floats, Ints, counted
from jieban.knowledge.regions import Marks, Regions, apart
from jieban.knowledge.script import plain

RARITY = 1.5
"""How much more than plain TF-IDF a rare gram counts in the cosine."""
SATURATION, LENGTH = 2.0, 0.9
"""k1 and b of BM25: how soon repetition stops to count, and how much a long text is held against itself."""
TURN, STEEP = 80.0, 3.0
"""At so many distinct grams a question counts half as short, half as long, and how fast that turns."""
COSINE, SHORT, TITLE, NARROW, WIDE = 5.3, 8.0, 1.4, 1.5, 3.2
"""What each measure weighs in the end, fitted on the development part."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What the index needs of a text: its distinct grams in order, how often each, the places it names."""

    grams: Ints
    often: Floats
    marks: Marks

    @classmethod
    def of(cls, text: str, regions: Regions) -> Counted:
        """Of a text as it was written."""
        simple = plain(text)
        return cls(*counted(simple), regions.marks(simple))


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of a whole collection: how many texts, their mean length, in how many a gram stands."""

    count: int
    mean_length: float
    frequency: npt.NDArray[np.int32]

    @classmethod
    def of(cls, texts: Sequence[Counted]) -> Statistics:
        """From every text."""
        frequency = np.zeros(SPACE, dtype=np.int32)
        length = 0.0
        for one in texts:
            frequency[one.grams] += 1
            length += float(one.often.sum())
        return cls(len(texts), max(1.0, length / max(1, len(texts))), frequency)

    def cosine_idf(self, grams: Ints) -> Floats:
        """How rare the grams are, for the cosine."""
        rare: Floats = np.log((1 + self.count) / (1 + self.frequency[grams])) + 1
        return rare**RARITY

    def short_idf(self, grams: Ints) -> Floats:
        """How rare the grams are, for BM25; never negative."""
        held = self.frequency[grams]
        rare: Floats = np.log((self.count - held + 0.5) / (held + 0.5) + 1)
        return rare

    def share(self, wanted: Ints, held: Ints) -> float:
        """Which share (0-1) of what is rare in the ``wanted`` grams is ``held``; both without repetitions."""
        return _held_share(wanted, self.short_idf(wanted), held)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A text that was found: its row, how it ranks, and the share (0-1) of the question that it holds."""

    row: int
    score: float
    cover: float


class Index:
    """An index of texts; rows are their places in the list that was given."""

    def __init__(
        self, texts: Sequence[Counted], regions: Regions | None = None, whole: Statistics | None = None
    ) -> None:
        """``whole`` are the statistics of a larger collection of which ``texts`` are some."""
        self._regions = regions or Regions()
        self._texts = texts
        self._marked = [row for row, one in enumerate(texts) if one.marks.wide or one.marks.narrow]
        self.statistics = whole or Statistics.of(texts)
        self.count = len(texts)
        self._post()

    @classmethod
    def of(cls, texts: Iterable[str], regions: Regions | None = None) -> Index:
        """Of texts as they were written."""
        regions = regions or Regions()
        return cls([Counted.of(text, regions) for text in texts], regions)

    def _post(self) -> None:
        empty = np.zeros(0, dtype=np.int64)
        grams = np.concatenate([empty, *(one.grams for one in self._texts)])
        often = np.concatenate([np.zeros(0), *(one.often for one in self._texts)])
        sizes = np.array([len(one.grams) for one in self._texts], dtype=np.int64)
        rows = np.repeat(np.arange(self.count), sizes)
        rare = self.statistics.cosine_idf(grams)
        cosine = (1 + np.log(often)) * rare
        norm = np.sqrt(np.bincount(rows, cosine**2, self.count))
        cosine /= np.maximum(norm, 1e-9)[rows]
        length = np.bincount(rows, often, self.count)
        held_against = SATURATION * (1 - LENGTH + LENGTH * length / self.statistics.mean_length)
        short = often * (SATURATION + 1) / (often + held_against[rows]) * self.statistics.short_idf(grams)
        order = np.argsort(grams, kind="stable")
        self._ids, first = np.unique(grams[order], return_index=True)
        self._starts = np.append(first, len(order)).astype(np.int64)
        self._rows = rows[order].astype(np.int32)
        self._cosine, self._short = cosine[order].astype(np.float32), short[order].astype(np.float32)

    def rank(self, question: str, details: str = "", most: int = 10) -> list[Ranked]:
        """The texts nearest to a question, best first; at most ``most``, none that share nothing with it.

        ``question`` may stand alone or be the title of ``details``. Equal scores keep the order of rows.
        """
        if not self.count:
            return []
        asked = plain(f"{question} {details}" if details else question)
        found, often = counted(asked)
        if not len(found):
            return []
        score = self._scores(found, often, question if details else "")
        self._set_back(score, self._regions.marks(asked))
        best = _top(score, min(most, self.count))
        rare = self.statistics.short_idf(found)
        held = (_held_share(found, rare, self._texts[row].grams) for row in best)
        return [Ranked(int(row), float(score[row]), cover) for row, cover in zip(best, held, strict=True)]

    def _scores(self, found: Ints, often: Floats, title: str) -> Floats:
        long = float(1 / (1 + (TURN / len(found)) ** STEEP))
        score = np.full(self.count, 0.0)
        index, per = self._holding(found)
        if not len(index):
            return np.full(self.count, -np.inf)
        rows = self._rows[index]
        if long > 0.01:
            weight = ((1 + np.log(often)) * self.statistics.cosine_idf(found))[per]
            score += long * COSINE * _to_one(np.bincount(rows, self._cosine[index] * weight, self.count))
        if long < 0.99:
            weight = (2 * often / (often + 1))[per]
            score += (1 - long) * SHORT * _to_one(np.bincount(rows, self._short[index] * weight, self.count))
        score[np.bincount(rows, minlength=self.count) == 0] = -np.inf
        if title and long > 0.01:
            score += long * TITLE * _to_one(self._by_title(title))
        return score

    def _by_title(self, title: str) -> Floats:
        found, often = counted(plain(title))
        index, per = self._holding(found)
        weight = (2 * often / (often + 1))[per]
        return np.bincount(self._rows[index], self._short[index] * weight, self.count)

    def _holding(self, found: Ints) -> tuple[Ints, Ints]:
        """Where in the postings the grams stand, and which gram of the question each place is for."""
        place = np.minimum(np.searchsorted(self._ids, found), max(0, len(self._ids) - 1))
        known = np.flatnonzero(self._ids[place] == found) if len(self._ids) else np.zeros(0, dtype=np.int64)
        begin = self._starts[place[known]]
        lengths = self._starts[place[known] + 1] - begin
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        index = np.repeat(begin - (ends - lengths), lengths) + np.arange(total)
        return index, np.repeat(known, lengths)

    def _set_back(self, score: Floats, marks: Marks) -> None:
        if not (marks.wide or marks.narrow):
            return
        for row in self._marked:
            its = self._texts[row].marks
            score[row] -= NARROW * apart(marks.narrow, its.narrow) + WIDE * apart(marks.wide, its.wide)


def _held_share(wanted: Ints, rare: Floats, held: Ints) -> float:
    """Which share of ``rare``, the weights of the ``wanted`` grams, belongs to grams that are ``held``."""
    if not len(held):
        return 0.0
    place = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
    return float(rare[held[place] == wanted].sum() / max(1e-9, float(rare.sum())))


def _to_one(values: Floats) -> Floats:
    """Values so that the greatest is one."""
    return values / max(float(values.max(initial=0.0)), 1e-9)


def _top(score: Floats, most: int) -> Ints:
    """The rows of the greatest scores, best first; rows that share nothing are left out."""
    near = np.argpartition(-score, most - 1)[:most] if most < len(score) else np.arange(len(score))
    near = near[np.isfinite(score[near])]
    order: Ints = near[np.lexsort((near, -score[near]))]
    return order
