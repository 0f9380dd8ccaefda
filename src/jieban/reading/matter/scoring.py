"""How scores become a decision; the same arithmetic for training and for reading.

Category: a weighted sum of three scores for each leaf, turned into shares that add up to one; a logistic
curve turns the first share into a confidence. Type: cue phrases and a linear model. Danger: words of
danger and a linear model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jieban.reading.features import SPACE, Floats, Ints, grams
from jieban.reading.matter.tree import Hit, Scores, TreeWords

TITLE_TIMES = 2
"""A gram of the title counts as often."""
MOST_GRAMS = 400
"""So many of a text's weightiest grams are looked up; a long text is decided by them."""
COLD_WEIGHTS = np.array([3.4, 2.4, 4.4])
"""Weights without samples of own words, words above, near words: fitted once to Beijing's samples."""
COLD_CURVE = (0.2, 0.33)
"""Intercept and slope of the confidence curve without samples, over the log-odds of the first share."""
WARM_COLUMNS = 3
"""With samples: own words, words above, the linear model."""
COLD_CURVE = (-0.4, 0.75)
"""Intercept and slope of the confidence curve without samples, over the log-odds of the first share."""
_MOST = 0.995


def counted(title: str, text: str) -> tuple[Ints, Floats]:
    """Distinct grams of a folded title and text, and how much each is there."""
    whole = grams("\n".join((*([title] * TITLE_TIMES), text)) if title else text)
    ids, counts = np.unique(whole, return_counts=True)
    return ids, (1 + np.log(counts)).astype(np.float32)


@dataclass(frozen=True)
class Classes:
    """The columns of the linear model: the leaves of the tree, the demand types, danger."""

    leaves: int
    types: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many columns there are."""
        return self.leaves + len(self.types) + 1

    def leaf_scores(self, scores: Floats) -> Floats:
        """The scores of the leaves."""
        return scores[: self.leaves]

    def type_scores(self, scores: Floats) -> Floats:
        """The scores of the types."""
        return scores[self.leaves : -1]


class Linear:
    """A linear model over weighted grams: for each gram it knows, a weight for each class."""

    def __init__(self, ids: Ints, idf: Floats, weights: Floats, intercept: Floats, rare: float) -> None:
        """``rare`` is the idf of a gram it does not know: such grams make a text longer, not clearer."""
        self.ids, self.idf, self.weights, self.intercept, self.rare = ids, idf, weights, intercept, rare
        self._slot = np.full(SPACE, -1, dtype=np.int32)
        self._slot[ids] = np.arange(len(ids), dtype=np.int32)

    def scores(self, ids: Ints, counts: Floats) -> Floats:
        """The score of every class for the counted grams of a text."""
        slots = self._slot[ids]
        held = slots >= 0
        slots = slots[held]
        values = counts[held] * self.idf[slots]
        unknown = counts[~held]
        norm = float(np.sqrt(np.dot(values, values) + self.rare**2 * np.dot(unknown, unknown))) or 1.0
        if len(slots) > MOST_GRAMS:
            strong = np.argpartition(values, -MOST_GRAMS)[-MOST_GRAMS:]
            slots, values = slots[strong], values[strong]
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
DANGER_COLUMNS = ("model", "harm", "now", "both")


@dataclass(frozen=True)
class Model:
    """All that is needed to decide: the classes, the linear model (None without samples), the settled."""

    classes: Classes
    linear: Linear | None = None
    settled: Settled = COLD

    def scores(self, ids: Ints, counts: Floats) -> Floats | None:
        """The scores of the linear model, or None without one."""
        return None if self.linear is None else self.linear.scores(ids, counts)

    def shares(self, tree: TreeWords, hits: Sequence[Hit], ids: Ints, scores: Floats | None) -> Scores:
        """The share of each leaf; they add up to one."""
        parts = parts_of(tree, self.classes, hits, ids, scores)
        weighed = [part * weight for part, weight in zip(parts, self.settled.weights, strict=True)]
        return shares_of(np.sum(weighed, axis=0))

    def confidences(self, shares: Scores, order: Ints) -> list[float]:
        """How often guesses in this ``order`` are right: the first by the curve, others share the rest."""
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
        return bool(1 / (1 + np.exp(-odds)) >= self.settled.danger_from)


def confidence_of(share: float, curve: tuple[float, float]) -> float:
    """The confidence that a first share stands for."""
    share = min(max(share, 1e-6), 1 - 1e-6)
    odds = curve[0] + curve[1] * float(np.log(share / (1 - share)))
    return float(min(1 / (1 + np.exp(-odds)), _MOST))


def shares_of(scores: Scores) -> Scores:
    """Scores as shares that add up to one."""
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum(), dtype=np.float64)


def parts_of(
    tree: TreeWords, classes: Classes, hits: Sequence[Hit], ids: Ints, scores: Floats | None
) -> list[npt.NDArray[np.float64]]:
    """The scores of every leaf, one array for each of the settled weights."""
    own, above = tree.exact(hits)
    words = [np.log1p(own), np.log1p(above)]
    if scores is None:
        return [*words, np.log1p(tree.near(ids))]
    return [*words, classes.leaf_scores(scores).astype(np.float64)]


def kind_columns(cues: npt.NDArray[np.float64], model: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """One row for each type: its cue score, its model score, and which type it is."""
    return np.column_stack([np.log1p(cues), model, np.eye(len(cues))])
