"""How scores become a decision; the same arithmetic for training and for reading.

Category: a weighted sum of six scores for each leaf, turned into shares that add up to one; a logistic
curve turns the first share into a confidence. Type: cue phrases and a linear model. Danger: words of
danger, nearness to an alarm, and a linear model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jieban.reading.features import SPACE, Floats, Ints, grams
from jieban.reading.tree import Hit, Scores, TreeWords

TITLE_TIMES = 2
"""A gram of the title counts as often."""
COLUMNS = 6
COLD_WEIGHTS = np.array([5.0, 1.5, 4.0, 0.0, 0.0, 0.0])
"""Weights of ``columns`` without samples: own words, words above, near words."""
COLD_CURVE = (-0.4, 0.75)
"""Intercept and slope of the confidence curve without samples, over the log-odds of the first share."""
_MOST = 0.995


def counted(title: str, text: str) -> tuple[Ints, Floats]:
    """Distinct grams of a folded title and text, and how much each is there."""
    whole = np.concatenate([*([grams(title)] * TITLE_TIMES), grams(text)]) if title else grams(text)
    ids, counts = np.unique(whole, return_counts=True)
    return ids, (1 + np.log(counts)).astype(np.float32)


@dataclass(frozen=True)
class Classes:
    """The columns of the linear model: leaves, second level, first level, types, danger."""

    leaves: int
    second: Ints
    first: Ints
    seconds: int
    firsts: int
    types: tuple[str, ...]

    @classmethod
    def of(cls, tree: TreeWords, types: Sequence[str]) -> Classes:
        """The classes of a tree and the demand types of a pack."""
        twos = sorted({code[:4] for code in tree.leaves})
        ones = sorted({code[:2] for code in tree.leaves})
        second = np.array([twos.index(code[:4]) for code in tree.leaves], dtype=np.int64)
        first = np.array([ones.index(code[:2]) for code in tree.leaves], dtype=np.int64)
        return cls(len(tree.leaves), second, first, len(twos), len(ones), tuple(types))

    @property
    def width(self) -> int:
        """How many columns there are."""
        return self.leaves + self.seconds + self.firsts + len(self.types) + 1

    def parts(self, scores: Floats) -> tuple[Floats, Floats, Floats]:
        """Scores of the leaves, then for each leaf the score of its second and of its first level."""
        end = self.leaves + self.seconds
        seconds, firsts = scores[self.leaves : end], scores[end : end + self.firsts]
        return scores[: self.leaves], seconds[self.second], firsts[self.first]

    def type_scores(self, scores: Floats) -> Floats:
        """Scores of the types."""
        return scores[-1 - len(self.types) : -1]


class Linear:
    """A linear model over weighted grams: for each gram it knows, a weight for each class."""

    def __init__(self, ids: Ints, idf: Floats, weights: Floats, intercept: Floats) -> None:
        self.ids, self.idf, self.weights, self.intercept = ids, idf, weights, intercept
        self._slot = np.full(SPACE, -1, dtype=np.int32)
        self._slot[ids] = np.arange(len(ids), dtype=np.int32)

    def scores(self, ids: Ints, counts: Floats) -> Floats:
        """The score of every class for the counted grams of a text."""
        slots = self._slot[ids]
        held = slots >= 0
        slots = slots[held]
        values = counts[held] * self.idf[slots]
        norm = float(np.sqrt(np.dot(values, values))) or 1.0
        return np.asarray(values / np.float32(norm) @ self.weights[slots] + self.intercept, dtype=np.float32)


@dataclass(frozen=True)
class Settled:
    """What was fitted on held-out samples: small numbers, kept beside the linear model.

    ``weights`` of ``columns``; ``curve`` intercept and slope; ``kind`` the weights of cue score, model
    score and one base for each type; ``danger`` intercept and weights of ``DANGER_COLUMNS``, and
    ``danger_from``: the least probability that counts as danger.
    """

    weights: npt.NDArray[np.float64]
    curve: tuple[float, float]
    kind: npt.NDArray[np.float64] | None = None
    danger: npt.NDArray[np.float64] | None = None
    danger_from: float = 1.0


COLD = Settled(COLD_WEIGHTS, COLD_CURVE)
"""Without samples."""
DANGER_COLUMNS = ("model", "alarm", "near", "harm", "now", "both")


@dataclass(frozen=True)
class Model:
    """All that is needed to decide: the classes, the linear model (None without samples), the settled."""

    classes: Classes
    linear: Linear | None = None
    settled: Settled = COLD

    def scores(self, ids: Ints, counts: Floats) -> Floats | None:
        """The scores of the linear model, or None without one."""
        return None if self.linear is None else self.linear.scores(ids, counts)

    def shares(self, columns_: Scores) -> Scores:
        """The share of each leaf; they add up to one."""
        return shares_of(columns_ @ self.settled.weights)

    def confidences(self, shares: Scores, order: Ints) -> list[float]:
        """How often guesses in this ``order`` are right: the first by the curve, the others share the rest."""
        first = float(shares[order[0]])
        sure = confidence_of(first, self.settled.curve)
        rest = (1 - sure) / max(1 - first, 1e-9)
        return [sure] + [min(float(shares[number]) * rest, sure) for number in order[1:]]

    def kind(self, cues: npt.NDArray[np.float64], scores: Floats) -> str:
        """The demand type by the cue score of each type and the scores of the linear model."""
        if self.settled.kind is None:
            raise ValueError("The model was made without samples and knows no types.")
        columns_ = kind_columns(cues, self.classes.type_scores(scores).astype(np.float64))
        return self.classes.types[int(np.argmax(columns_ @ self.settled.kind))]

    def danger(self, columns_: npt.NDArray[np.float64]) -> bool:
        """Whether life is likely at risk by the ``DANGER_COLUMNS`` of a text."""
        if self.settled.danger is None:
            return False
        odds = float(self.settled.danger[0] + columns_ @ self.settled.danger[1:])
        return 1 / (1 + np.exp(-odds)) >= self.settled.danger_from


def confidence_of(share: float, curve: tuple[float, float]) -> float:
    """The confidence that a first share stands for."""
    share = min(max(share, 1e-6), 1 - 1e-6)
    odds = curve[0] + curve[1] * float(np.log(share / (1 - share)))
    return float(min(1 / (1 + np.exp(-odds)), _MOST))


def shares_of(scores: Scores) -> Scores:
    """Scores as shares that add up to one."""
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum(), dtype=np.float64)


def columns(tree: TreeWords, hits: Sequence[Hit], ids: Ints) -> npt.NDArray[np.float64]:
    """What the tree's words say of each leaf: own words, words above, near words."""
    own, above = tree.exact(hits)
    return np.column_stack([np.log1p(own), np.log1p(above), np.log1p(tree.near(ids))])


def all_columns(by_words: npt.NDArray[np.float64], classes: Classes, scores: Floats | None) -> Scores:
    """The six scores of each leaf."""
    if scores is None:
        return np.column_stack([by_words, np.zeros((len(by_words), COLUMNS - by_words.shape[1]))])
    return np.column_stack([by_words, *(part.astype(np.float64) for part in classes.parts(scores))])


def kind_columns(cues: npt.NDArray[np.float64], model: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """One row for each type: its cue score, its model score, and which type it is."""
    return np.column_stack([np.log1p(cues), model, np.eye(len(cues))])
