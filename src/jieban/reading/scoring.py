"""The scores of a leaf and how they become shares and a confidence; used for training and for reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from jieban.reading.features import Floats, Ints, Postings, grams
from jieban.reading.tree import Hit, Scores, TreeWords

FEWEST_GRAMS = 6
"""A text with fewer grams says too little to guess from."""
_TITLE_TIMES = 2
"""A gram of the title counts as often."""

COLD_WEIGHTS = np.array([2.2, 1.0, 1.6, 0.0, 0.0, 0.0], dtype=np.float64)
"""Weights of the scores without samples, in the order of ``columns``."""
COLD_CURVE = (np.array([0.0, 0.2, 0.5, 0.9, 1.0]), np.array([0.02, 0.2, 0.4, 0.65, 0.7]))


def counted(title: str, text: str) -> tuple[Ints, Floats]:
    """Distinct grams of a folded title and text, and how much each is there."""
    whole = np.concatenate([*([grams(title)] * _TITLE_TIMES), grams(text)]) if title else grams(text)
    ids, counts = np.unique(whole, return_counts=True)
    return ids, (1 + np.log(counts)).astype(np.float32)


@dataclass(frozen=True)
class Learned:
    """A linear model in dual form: ``documents`` it was trained on, ``pull`` of each towards each class.

    ``idf`` weighs a gram by its slot in ``documents``. The classes are the leaves, then the second level,
    then the first; ``second`` and ``first`` give for each leaf the class of its parents.
    """

    documents: Postings
    idf: Floats
    pull: Floats
    second: Ints
    first: Ints

    def scores(self, ids: Ints, counts: Floats) -> Floats:
        """The score of every class for the counted grams of a text."""
        slots = self.documents.known(ids)
        held = slots >= 0
        weights = counts[held] * self.idf[slots[held]]
        norm = float(np.sqrt(np.dot(weights, weights))) or 1.0
        alike = self.documents.dot(ids[held], weights / np.float32(norm))
        return np.asarray(alike.astype(np.float32) @ self.pull, dtype=np.float32)


@dataclass(frozen=True)
class Model:
    """All that was learned: the linear model (or none), the weights of the scores, the confidence curve."""

    learned: Learned | None = None
    weights: npt.NDArray[np.float64] = field(default_factory=lambda: COLD_WEIGHTS)
    curve: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]] = COLD_CURVE

    def shares(self, tree: TreeWords, title: str, text: str, hits: Sequence[Hit]) -> Scores:
        """The share of each leaf; they add up to one."""
        return shares_of(columns(tree, self.learned, title, text, hits) @ self.weights)

    def confidence(self, shares: Scores, number: int, hinted: bool) -> float:
        """How often a guess with this share is right, as measured; a hint is taken at its word."""
        share = float(shares[number])
        if hinted:
            return share
        return float(np.interp(share, *self.curve)) if number == int(np.argmax(shares)) else share


def shares_of(scores: Scores) -> Scores:
    """Scores as shares that add up to one."""
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum(), dtype=np.float64)


def columns(
    tree: TreeWords, learned: Learned | None, title: str, text: str, hits: Sequence[Hit]
) -> npt.NDArray[np.float64]:
    """One row for each leaf: own words, words above, near words, learned leaf, second and first level."""
    ids, counts = counted(title, text)
    own, above = tree.exact(hits)
    parts = [np.log1p(own), np.log1p(above), np.log1p(tree.near(ids))]
    if learned is None:
        zeros = np.zeros(len(tree.leaves))
        return np.column_stack([*parts, zeros, zeros, zeros])
    scores = learned.scores(ids, counts).astype(np.float64)
    leaves = scores[: len(tree.leaves)]
    return np.column_stack([*parts, leaves, scores[learned.second], scores[learned.first]])
