"""What a request is about (问题分类): the tree's own words and a trained model, put together.

Each leaf of the tree gets a few scores; a weighted sum of them, turned into shares that add up to one,
gives the ranking, and a curve measured on held-out samples turns the first share into a confidence that
means what it says. A city without samples uses the tree's words with fixed weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jieban.city.book import Book
from jieban.reading import scoring
from jieban.reading.features import grams
from jieban.reading.modelfile import model_for
from jieban.reading.result import Guess
from jieban.reading.text import fold
from jieban.reading.tree import Hit, Scores, TreeWords, words_of

HEAD, TAIL = 1000, 300
"""Signs of a text that are looked at: what it is about is said at the start, else at the end."""
_GUESSES = 8
_HINT_SHARE = {6: 0.9, 4: 0.85, 2: 0.8}
"""The share of belief that goes to what the channel's own category name says, by the length of its code."""
_UNKNOWN_BELOW = 0.02
"""A best guess with less confidence than this is no guess."""
_KEYWORD_REASONS = 4


@dataclass(frozen=True, slots=True)
class Matter:
    """The guesses, best first, and what carried them as (quote, code) pairs."""

    guesses: tuple[Guess, ...]
    keywords: tuple[tuple[str, str], ...]
    hints: tuple[tuple[str, str], ...]
    likely: tuple[tuple[str, str], ...]


class CategoryFinder:
    """Finds the category of folded texts by one book."""

    def __init__(self, book: Book, cache: Path | None = None) -> None:
        self._tree = TreeWords(book)
        self._model = model_for(book, self._tree, cache)
        self._hints: dict[str, str] = {}
        for row in sorted(book.categories.values(), key=lambda row: -row.level):
            for word in words_of(row)[: 1 + len(row.aliases)]:
                self._hints.setdefault(word, row.code)

    def find(self, title: str, text: str, hint: str = "") -> Matter:
        """The category of a folded title and text; ``hint`` is the channel's own name for the matter."""
        if not self._tree.leaves:
            return Matter((), (), (), ())
        head = text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"
        title = title[:HEAD]
        hits = self._tree.hits(title, head)
        shares = self._model.shares(self._tree, title, head, hits)
        hinted = self._hinted(hint)
        if hinted:
            shares = _with_hint(shares, self._tree.leaves, hinted)
        elif not hits and len(grams(f"{title}\n{head}")) < scoring.FEWEST_GRAMS:
            return Matter((), (), (), ())
        order = np.argsort(-shares, kind="stable")[:_GUESSES]
        guesses = tuple(
            Guess(
                self._tree.leaves[number],
                round(float(self._model.confidence(shares, number, bool(hinted))), 4),
            )
            for number in order
        )
        if guesses[0].confidence < _UNKNOWN_BELOW:
            return Matter((), (), (), ())
        code = guesses[0].code
        hints = ((hint[:40], hinted),) if hinted else ()
        return Matter(guesses, self._reasons(hits, code, title, head), hints, ())

    def _hinted(self, hint: str) -> str:
        """The code that a channel's category name means: equal to a name or alias; paths by their last part."""
        for part in reversed([part for part in _parts(fold(hint)) if part]):
            if part in self._hints:
                return self._hints[part]
        return ""

    def _reasons(self, hits: list[Hit], code: str, title: str, text: str) -> tuple[tuple[str, str], ...]:
        """The words of the tree that spoke for ``code``, the weightiest first."""
        speaking = {
            self._tree.words[hit.word]: self._tree.weight(hit.word)
            for hit in hits
            if any(code.startswith(owner) for owner in self._tree.owners[hit.word])
        }
        ranked = sorted(speaking.items(), key=lambda item: (-item[1], item[0]))
        return tuple((word, code) for word, _ in ranked[:_KEYWORD_REASONS])


def _parts(hint: str) -> list[str]:
    for separator in ("->", "→", "/", "\\", "|", "＞"):
        hint = hint.replace(separator, ">")
    return [part.strip() for part in hint.split(">")]


def _with_hint(shares: Scores, leaves: list[str], hinted: str) -> Scores:
    """The shares when most belief goes to the leaves under ``hinted``."""
    under = np.array([leaf.startswith(hinted) for leaf in leaves])
    inside = shares * under
    if not under.any():
        return shares
    inside = inside / inside.sum() if inside.sum() > 0 else under / under.sum()
    belief = _HINT_SHARE.get(len(hinted), 0.8)
    return belief * inside + (1 - belief) * shares
