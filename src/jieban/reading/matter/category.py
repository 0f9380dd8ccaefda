"""What a request is about (问题分类): the tree's own words and a trained model, put together.

Each leaf of the tree gets a few scores; a weighted sum of them, turned into shares that add up to one,
gives the ranking, and a curve measured on held-out samples turns the first share into a confidence that
means what it says. A city without samples uses the tree's words with fixed weights. What the channel
itself called the matter, where the tree knows that name, takes most of the belief.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jieban.city.book import Book
from jieban.reading.features import Floats, Ints
from jieban.reading.matter.scoring import Model
from jieban.reading.matter.tree import Hit, Scores, TreeWords, name_words
from jieban.reading.result import Guess
from jieban.reading.text import fold

FEWEST_GRAMS = 4
"""A text with fewer different grams says too little to guess from."""
_GUESSES = 8
_HINT_BELIEF = {6: 0.9, 4: 0.85, 2: 0.8}
"""The belief that goes to what the channel's own category name says, by the length of its code."""
_HINT_SURE = 0.9
"""Confidence of a leaf that the channel named."""
_LEAST = 0.02
"""A best guess with less confidence than this is no guess."""
_KEYWORD_REASONS = 4


@dataclass(frozen=True, slots=True)
class Matter:
    """The guesses, best first; the words of the tree that carried the first; the code the hint means."""

    guesses: tuple[Guess, ...]
    keywords: tuple[str, ...]
    hinted: str


NOTHING = Matter((), (), "")


class CategoryFinder:
    """Finds the category of folded texts by one book."""

    def __init__(self, book: Book, tree: TreeWords, model: Model) -> None:
        self._tree, self._model = tree, model
        self._hints: dict[str, str] = {}
        for row in sorted(book.categories.values(), key=lambda row: (-row.level, row.code)):
            for word in name_words(row):
                self._hints.setdefault(word, row.code)

    def find(self, title: str, text: str, hint: str, ids: Ints, scores: Floats | None) -> Matter:
        """The category of a folded title and text.

        ``hint`` is the channel's own name for the matter, ``ids`` are the distinct grams, ``scores`` what
        the linear model says of them.
        """
        hinted = self.hinted(hint)
        if not self._tree.leaves or (len(ids) < FEWEST_GRAMS and not hinted):
            return NOTHING
        hits = self._tree.hits(title, text)
        shares = self._model.shares(self._tree, hits, ids, scores)
        if hinted:
            shares = self._with_hint(shares, hinted)
        order = np.argsort(-shares, kind="stable")[:_GUESSES]
        sure = self._model.confidences(shares, order)
        if len(hinted) == 6:
            sure = [_HINT_SURE if self._tree.leaves[place] == hinted else min(each, 1 - _HINT_SURE)
                    for place, each in zip(order, sure, strict=True)]  # fmt: skip
        if sure[0] < _LEAST:
            return NOTHING
        guesses = tuple(
            Guess(self._tree.leaves[place], round(each, 4)) for place, each in zip(order, sure, strict=True)
        )
        return Matter(guesses, self._keywords(hits, guesses[0].code), hinted)

    def hinted(self, hint: str) -> str:
        """The code that a channel's category name means: a name or alias of the tree; of a path its end."""
        for part in reversed(_parts(fold(hint))):
            if part in self._hints:
                return self._hints[part]
        return ""

    def _with_hint(self, shares: Scores, hinted: str) -> Scores:
        """The shares when most belief goes to the leaves under ``hinted``."""
        under = np.array([leaf.startswith(hinted) for leaf in self._tree.leaves], dtype=np.float64)
        if not under.any():
            return shares
        inside = shares * under + 1e-9 * under
        belief = _HINT_BELIEF[len(hinted)]
        return belief * inside / inside.sum() + (1 - belief) * shares

    def _keywords(self, hits: Sequence[Hit], code: str) -> tuple[str, ...]:
        """The words of the tree that spoke for ``code``, the weightiest first."""
        path = (code, code[:4], code[:2])
        speaking = {
            self._tree.words[hit.word]: self._tree.weight(hit.word)
            for hit in hits
            if not self._tree.owners[hit.word].isdisjoint(path)
        }
        return tuple(sorted(speaking, key=lambda word: (-speaking[word], word))[:_KEYWORD_REASONS])


def _parts(hint: str) -> list[str]:
    for separator in ("->", "→", "/", "\\", "|", "＞", "—"):
        hint = hint.replace(separator, ">")
    return [part for part in (part.strip() for part in hint.split(">")) if part]
