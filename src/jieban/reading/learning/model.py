"""A learned model: ranks the labels of a text and says how sure it is. Pure and deterministic.

Two views of a text, put together by weights that were fitted on rows held out from both: a linear model
with a wide margin (what the words say in general), and the nearest training rows (what was said like
this before). The confidence is the share of such first guesses that were right among held-out rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from jieban.reading.learning.grams import Counted, counted
from jieban.reading.learning.space import Space, space_from

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

VERSION = 1
"""Raise it when the same arrays would be read in another way: older models are refused then."""
NEIGHBOURS = 15
_CLOSER = 3
"""The power by which nearer rows count for more."""
_FLOOR = 0.02
"""Added to the share of the neighbours before its logarithm is taken."""
_SHARP = 2.5
"""How sharply the margins of the linear model are turned into shares."""
PATH = " > "
"""What stands between the levels of a label."""


@dataclass(frozen=True)
class Ranked:
    """The labels of one text, best first, with confidences; ``known`` is False for "don't know"."""

    labels: tuple[str, ...]
    confidences: tuple[float, ...]
    known: bool


@dataclass(frozen=True)
class Memory:
    """Training rows by their weightiest parts, and their class numbers."""

    rows: Any
    classes: npt.NDArray[np.int64]

    def shares(self, rows: Any, count: int) -> Doubles:
        """For each row the share of each of ``count`` classes among its nearest training rows."""
        near = (rows @ self.rows.T).tocsr()
        shares = np.zeros((rows.shape[0], count))
        for number in range(rows.shape[0]):
            start, end = near.indptr[number], near.indptr[number + 1]
            likeness, place = near.data[start:end], near.indices[start:end]
            if len(likeness) > NEIGHBOURS:
                kept = np.argpartition(-likeness, NEIGHBOURS - 1)[:NEIGHBOURS]
                likeness, place = likeness[kept], place[kept]
            weights = likeness.astype(np.float64) ** _CLOSER
            if weights.sum() > 0:
                shares[number] = np.bincount(self.classes[place], weights / weights.sum(), count)
        return shares


@dataclass(frozen=True)
class Mixed:
    """How the views are put together: weights of the columns, a base for each class, and the curve.

    ``weights`` are those of ``mix_columns``; ``curve`` (intercept, slope) turns the log-odds of the first
    share into a confidence; ``least`` is the confidence below which the answer is "don't know".
    """

    weights: Doubles
    bases: Doubles
    curve: tuple[float, float]
    least: float = 0.0


@dataclass(frozen=True)
class LearnedModel:
    """Everything that is needed to label texts of so many fields."""

    labels: tuple[str, ...]
    fields: int
    space: Space
    coefficients: npt.NDArray[np.float32]
    intercepts: npt.NDArray[np.float32]
    memory: Memory
    mixed: Mixed

    def shares(self, texts: Sequence[Sequence[str]]) -> Doubles:
        """The share of each label for each text (rows add up to one)."""
        return self._of(self.space.rows(texts))

    def shares_of_counted(self, counted_rows: Sequence[Counted]) -> Doubles:
        """The same for rows that are counted already."""
        return self._of(self.space.of_counted(counted_rows))

    def _of(self, rows: Any) -> Doubles:
        margins = np.asarray(rows @ self.coefficients + self.intercepts, dtype=np.float64)
        near = self.memory.shares(rows, len(self.labels))
        columns = mix_columns(margins, near, levels_above(self.labels)[0])
        return shares_of(columns @ self.mixed.weights + self.mixed.bases)

    def rank(self, texts: Sequence[Sequence[str]], most: int = 5) -> list[Ranked]:
        """The ``most`` likeliest labels of each text; a text is a list of its fields."""
        return [self._ranked(row, most) for row in self.shares(texts)]

    def ranked(self, shares: Doubles, most: int = 5) -> list[Ranked]:
        """The same for shares that are there already."""
        return [self._ranked(row, most) for row in shares]

    def _ranked(self, shares: Doubles, most: int) -> Ranked:
        order = np.argsort(-shares, kind="stable")[:most]
        sure = confidence_of(float(shares[order[0]]), self.mixed.curve)
        rest = (1 - sure) / max(1 - float(shares[order[0]]), 1e-9)
        confidences = [sure] + [min(float(shares[place]) * rest, sure) for place in order[1:]]
        return Ranked(
            tuple(self.labels[place] for place in order),
            tuple(round(each, 4) for each in confidences),
            sure >= self.mixed.least,
        )

    def explain(self, text: Sequence[str], label: str) -> tuple[float, int]:
        """What the linear view alone says of a label (margin), and how many parts of the text it knows."""
        rows = self.space.of_counted([counted(text)])
        place = self.labels.index(label)
        return float((rows @ self.coefficients[:, place])[0] + self.intercepts[place]), int(rows.nnz)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All numbers of the model by name, without text; the labels go into the notes."""
        memory = self.memory.rows
        return {
            **self.space.arrays(),
            "coefficients": self.coefficients.astype(np.float16),
            "intercepts": self.intercepts,
            "memory.data": memory.data.astype(np.float16),
            "memory.indices": memory.indices.astype(np.int32),
            "memory.indptr": memory.indptr.astype(np.int64),
            "memory.classes": self.memory.classes.astype(np.int32),
            "mix.weights": self.mixed.weights,
            "mix.bases": self.mixed.bases,
            "mix.curve": np.array([*self.mixed.curve, self.mixed.least]),
        }


def model_from(arrays: Mapping[str, npt.NDArray[Any]], labels: Sequence[str], fields: int) -> LearnedModel:
    """The model of ``arrays``. Raises ``ValueError`` where the numbers do not fit together."""
    space, count = space_from(arrays), len(labels)
    rows = _memory_rows(arrays, space.width)
    fits = (
        arrays["coefficients"].shape == (space.width, count + levels_above(labels)[1])
        and arrays["intercepts"].shape == (count + levels_above(labels)[1],)
        and arrays["memory.classes"].shape == (rows.shape[0],)
        and bool(((arrays["memory.classes"] >= 0) & (arrays["memory.classes"] < count)).all())
        and arrays["mix.weights"].shape == (MIX_COLUMNS,)
        and arrays["mix.bases"].shape == (count,)
        and arrays["mix.curve"].shape == (3,)
        and count > 1
        and len(set(labels)) == count
        and fields > 0
    )
    floats = [value for value in arrays.values() if value.dtype.kind == "f"]
    if not fits or not all(np.isfinite(value).all() for value in floats):
        raise ValueError("The numbers of the model do not fit together.")
    intercept, slope, least = (float(each) for each in arrays["mix.curve"])
    return LearnedModel(
        tuple(labels),
        fields,
        space,
        arrays["coefficients"].astype(np.float32),
        arrays["intercepts"].astype(np.float32),
        Memory(rows, arrays["memory.classes"].astype(np.int64)),
        Mixed(
            arrays["mix.weights"].astype(np.float64),
            arrays["mix.bases"].astype(np.float64),
            (intercept, slope),
            least,
        ),
    )


def _memory_rows(arrays: Mapping[str, npt.NDArray[Any]], width: int) -> Any:
    indices, ends = arrays["memory.indices"], arrays["memory.indptr"]
    ordered = len(ends) > 0 and ends[0] == 0 and ends[-1] == len(indices) and bool((np.diff(ends) >= 0).all())
    inside = len(indices) == 0 or (int(indices.min()) >= 0 and int(indices.max()) < width)
    if not ordered or not inside or arrays["memory.data"].shape != indices.shape:
        raise ValueError("The remembered rows of the model are damaged.")
    data = arrays["memory.data"].astype(np.float32)
    return csr_matrix((data, indices, ends), (len(ends) - 1, width), dtype=np.float32)


MIX_COLUMNS = 4


def mix_columns(margins: Doubles, near: Doubles, above: Ints) -> Doubles:
    """(rows, classes, ``MIX_COLUMNS``): what each view says of each label.

    The margin, the logarithm of its share, the logarithm of the neighbours' share, and the margins of
    the levels above the label. ``margins`` has a column for each label and then for each node above;
    ``above`` (classes, levels) numbers the nodes of each label, empty where labels have one level.
    """
    classes = near.shape[1]
    upper = margins[:, classes:][:, above].sum(axis=2) if above.size else np.zeros_like(near)
    margins = margins[:, :classes]
    raised = margins * _SHARP
    raised = raised - raised.max(axis=1, keepdims=True)
    logs = raised - np.log(np.exp(raised).sum(axis=1, keepdims=True))
    return np.stack([margins, np.maximum(logs, -12.0), np.log(near + _FLOOR), upper], axis=2)


def levels_above(labels: Sequence[str]) -> tuple[Ints, int]:
    """For each label the numbers of the nodes above it (labels × levels), and how many nodes there are.

    Labels that do not all have the same number of levels are taken as they are, without nodes.
    """
    paths = [label.split(PATH) for label in labels]
    depth = {len(path) for path in paths}
    if len(depth) != 1 or depth == {1}:
        return np.zeros((len(labels), 0), dtype=np.int64), 0
    nodes: dict[tuple[str, ...], int] = {}
    above = [
        [nodes.setdefault(tuple(path[:level]), len(nodes)) for level in range(1, len(path))] for path in paths
    ]
    return np.array(above, dtype=np.int64), len(nodes)


def shares_of(scores: Doubles) -> Doubles:
    """Scores as shares that add up to one in each row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def confidence_of(share: float, curve: tuple[float, float]) -> float:
    """The confidence that a first share stands for, between 0 and 1."""
    share = min(max(share, 1e-6), 1 - 1e-6)
    odds = curve[0] + curve[1] * float(np.log(share / (1 - share)))
    return float(1 / (1 + np.exp(-odds)))
