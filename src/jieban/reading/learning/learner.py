"""Learning a model from labelled texts: minutes at most, deterministic, nothing but numbers kept.

All choices (strength of the margin, trust in words, how the views are mixed, the confidence curve) are
made by cross-validation inside the rows that are given; rows to be tested on are never seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from jieban.reading.learning.grams import Counted, counted
from jieban.reading.learning.measure import macro_f1
from jieban.reading.learning.model import (
    PATH,
    LearnedModel,
    Memory,
    Mixed,
    levels_above,
    mix_columns,
    shares_of,
)
from jieban.reading.learning.space import Space, fit_space

Ints = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]
Progress = Callable[[str, int, int], None]

SEED = 42
FOLDS = 4
FEWEST_ROWS = 20
CHOICE_FOLDS = 2
MOST_FOR_CHOICE = 2_000
"""So many rows are enough to choose a recipe by."""
REMEMBERED = 96
"""So many of the weightiest parts of a training row are remembered."""
MOST_REMEMBERED = 50_000
"""So many training rows are remembered: the last ones given."""
DONT_KNOW = 0.3
"""Below this confidence the answer is "don't know"."""
ALSO_WEIGHT = 0.5
"""What a text that only training rows have (an answer) counts beside the text itself."""
NAME_WEIGHT = 1.0
"""What the name of a label counts, as a small text of its own."""
_RIDGE = 3e-3
_ABSENT = -2.0
"""The margin of a class that the training rows lack: below all others."""


class CannotLearn(ValueError):
    """The rows cannot teach a model; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is chosen for each set: strength (C), the trust in words, whether rare classes weigh more."""

    strength: float
    words: float
    balanced: bool


RECIPES = tuple(Recipe(*each) for each in product((1.0, 3.0), (1.0, 0.25), (True, False)))


@dataclass(frozen=True, slots=True)
class Learned:
    """A model, and the shares it gave to the training rows when they were held out (same order)."""

    model: LearnedModel
    held_out: Doubles
    recipe: Recipe


@dataclass(frozen=True)
class Lesson:
    """What is taught: counted rows with class numbers, texts that go with them, the names of the labels."""

    rows: list[Counted]
    right: Ints
    also: list[Counted | None]
    names: list[Counted]
    labels: list[str]

    def part(self, kept: Ints) -> tuple[list[Counted], Ints, Doubles]:
        """Training rows, class numbers and weights of the rows ``kept``."""
        more = [place for place in kept if self.also[place] is not None]
        rows = [self.rows[place] for place in kept]
        rows += [each for place in more if (each := self.also[place]) is not None]
        right = np.r_[
            self.right[kept], self.right[np.array(more, dtype=np.int64)], np.arange(len(self.names))
        ]
        weights = np.r_[
            np.ones(len(kept)), np.full(len(more), ALSO_WEIGHT), np.full(len(self.names), NAME_WEIGHT)
        ]
        return rows + self.names, right, weights


def learn_model(
    texts: Sequence[Sequence[str]],
    labels: Sequence[str],
    *,
    also: Sequence[str] = (),
    recipe: Recipe | None = None,
    progress: Progress = lambda what, done, of: None,
) -> Learned:
    """Learn from ``texts`` (fields of each row) and their ``labels`` (levels joined by ``PATH``).

    ``also`` are texts that are known of training rows only (an answer, a reply), empty where there is
    none. ``progress(what, done, of)`` is told of every step. Raises ``CannotLearn``.
    """
    check(texts, labels, also)
    lesson = _lesson(texts, labels, also)
    folds = folds_of(lesson.right)
    chosen = recipe or _recipe(lesson, progress)
    margins, near = _held_out(lesson, folds, chosen, progress)
    above = levels_above(lesson.labels)[0]
    mixed, shares = _mix(mix_columns(margins, near, above), lesson.right)
    progress("model", 0, 1)
    space, linear, memory = _fit(lesson, np.arange(len(lesson.rows)), chosen)
    progress("model", 1, 1)
    model = LearnedModel(tuple(lesson.labels), len(texts[0]), space, *linear, memory, mixed)
    return Learned(model, shares, chosen)


def check(texts: Sequence[Sequence[str]], labels: Sequence[str], also: Sequence[str] = ()) -> None:
    """Raise ``CannotLearn`` where rows and labels cannot teach anything."""
    if len(texts) != len(labels) or (also and len(also) != len(texts)):
        raise CannotLearn("Texts and labels are not equally many.")
    if len(texts) < FEWEST_ROWS:
        raise CannotLearn(f"{len(texts)} labelled rows are too few; at least {FEWEST_ROWS} are needed.")
    if len(set(labels)) < 2:
        raise CannotLearn("All rows have the same label; a model needs at least two.")
    if len({len(text) for text in texts}) != 1:
        raise CannotLearn("The rows do not all have the same fields.")


def folds_of(right: Ints, count: int = FOLDS) -> Ints:
    """A fold for each row: every class is dealt out evenly, in an order shuffled by the seed."""
    chance = np.random.default_rng(SEED)
    folds = np.zeros(len(right), dtype=np.int64)
    start = 0
    for each in range(int(right.max()) + 1):
        own = chance.permutation(np.flatnonzero(right == each))
        folds[own] = (start + np.arange(len(own))) % count
        start += len(own)
    return folds


def _lesson(texts: Sequence[Sequence[str]], labels: Sequence[str], also: Sequence[str]) -> Lesson:
    names = sorted(set(labels))
    number = {name: place for place, name in enumerate(names)}
    return Lesson(
        rows=[counted(text) for text in texts],
        right=np.array([number[label] for label in labels], dtype=np.int64),
        also=[counted((text,)) if text.strip() else None for text in also] or [None] * len(texts),
        names=[counted((name.replace(PATH, " "),)) for name in names],
        labels=names,
    )


def _fit(lesson: Lesson, kept: Ints, recipe: Recipe) -> tuple[Space, tuple[Any, Any], Memory]:
    rows, right, weights = lesson.part(kept)
    space = fit_space(rows, right, recipe.words)
    table = space.of_counted(rows)
    remembered = np.arange(len(kept))[-MOST_REMEMBERED:]
    memory = Memory(weightiest(table[remembered], REMEMBERED), right[remembered])
    return space, _linear(lesson, table, right, weights, recipe), memory


def _linear(lesson: Lesson, table: Any, right: Ints, weights: Doubles, recipe: Recipe) -> tuple[Any, Any]:
    """Coefficients and intercepts of wide-margin models: a column for each label, then each node above."""
    classes = len(lesson.labels)
    above, nodes = levels_above(lesson.labels)
    every = np.zeros((table.shape[1], classes + nodes), dtype=np.float32)
    base = np.full(classes + nodes, _ABSENT, dtype=np.float32)
    for wanted in (right, *(classes + above[right, level] for level in range(above.shape[1]))):
        if len(np.unique(wanted)) < 2:
            continue
        balance = "balanced" if recipe.balanced else None
        model = LinearSVC(C=recipe.strength, class_weight=balance, random_state=SEED)
        model.fit(table, wanted, sample_weight=weights)
        found, coefficients, intercepts = model.classes_, model.coef_, model.intercept_
        if len(found) == 2:  # scikit-learn gives one row for two classes
            coefficients = np.vstack([-coefficients, coefficients])
            intercepts = np.r_[-intercepts, intercepts]
        every[:, found], base[found] = coefficients.T, intercepts
    return every, base


def _recipe(lesson: Lesson, progress: Progress) -> Recipe:
    """The recipe with the best macro-F1 on held-out rows; of much data a part decides."""
    chosen = np.sort(np.random.default_rng(SEED).permutation(len(lesson.rows))[:MOST_FOR_CHOICE])
    folds = folds_of(lesson.right[chosen], CHOICE_FOLDS)
    said = {recipe: np.zeros(len(chosen), dtype=np.int64) for recipe in RECIPES}
    classes, step = len(lesson.labels), 0
    for fold, words in product(range(CHOICE_FOLDS), sorted({recipe.words for recipe in RECIPES})):
        rows, right, weights = lesson.part(chosen[folds != fold])
        space = fit_space(rows, right, words)
        tables = space.of_counted(rows), space.of_counted([lesson.rows[n] for n in chosen[folds == fold]])
        for recipe in (each for each in RECIPES if each.words == words):
            coefficients, base = _linear(lesson, tables[0], right, weights, recipe)
            scores = np.asarray(tables[1] @ coefficients + base)[:, :classes]
            said[recipe][folds == fold] = scores.argmax(axis=1)
            step += 1
            progress("recipe", step, CHOICE_FOLDS * len(RECIPES))
    right = lesson.right[chosen]
    return max(RECIPES, key=lambda recipe: round(_worth(right, said[recipe]), 4))


def _worth(right: Ints, said: Ints) -> float:
    """Half macro-F1, half accuracy: neither the rare nor the frequent labels decide alone."""
    return (macro_f1(right, said) + float((right == said).mean())) / 2


def _held_out(lesson: Lesson, folds: Ints, recipe: Recipe, progress: Progress) -> tuple[Doubles, Doubles]:
    """Margins of the linear model and shares of the neighbours for rows that they were not fitted on."""
    classes, nodes = len(lesson.labels), levels_above(lesson.labels)[1]
    margins = np.zeros((len(lesson.rows), classes + nodes))
    near = np.zeros((len(lesson.rows), classes))
    for fold in range(FOLDS):
        kept, left = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        space, (weights, base), memory = _fit(lesson, kept, recipe)
        tested = space.of_counted([lesson.rows[place] for place in left])
        margins[left] = tested @ weights + base
        near[left] = memory.shares(tested, classes)
        progress("held out", fold + 1, FOLDS)
    return margins, near


def _mix(columns: Doubles, right: Ints) -> tuple[Mixed, Doubles]:
    """Weights by which the right label is likely (conditional logit), the curve, and the shares."""
    count, classes, width = columns.shape
    spread = columns.reshape(-1, width).std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)  # a view that says the same of every label says nothing
    scaled = columns / scale
    rows = np.arange(count)

    def loss(values: Doubles) -> tuple[float, Doubles]:
        weights, bases = values[:width], values[width:]
        shares = shares_of(scaled @ weights + bases)
        gap = shares.copy()
        gap[rows, right] -= 1
        slope = np.r_[np.einsum("nc,nck->k", gap, scaled) / count, gap.mean(axis=0)]
        value = -np.log(np.maximum(shares[rows, right], 1e-12)).mean() + _RIDGE * bases @ bases / 2
        return float(value), slope + np.r_[np.zeros(width), _RIDGE * bases]

    start = np.r_[np.ones(width), np.zeros(classes)]
    bounds = [(0.0, None)] * width + [(None, None)] * classes
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    weights, bases = np.where(spread > 0, found[:width] / scale, 0.0), found[width:]
    shares = shares_of(columns @ weights + bases)
    return Mixed(weights, bases, _curve(shares, right), DONT_KNOW), shares


def _curve(shares: Doubles, right: Ints) -> tuple[float, float]:
    """Intercept and slope from the log-odds of the first share to how often it is right."""
    first = np.clip(shares.max(axis=1), 1e-6, 1 - 1e-6)
    hit = shares.argmax(axis=1) == right
    if hit.all() or not hit.any():
        return (0.0, 1.0)
    model = LogisticRegression(C=10.0).fit(np.log(first / (1 - first))[:, None], hit)
    return float(model.intercept_[0]), float(model.coef_[0, 0])


def weightiest(table: Any, most: int) -> Any:
    """The rows with only their ``most`` weightiest parts."""
    data, indices, ends = [], [], [0]
    for row in range(table.shape[0]):
        start, end = table.indptr[row], table.indptr[row + 1]
        values, columns = table.data[start:end], table.indices[start:end]
        if len(values) > most:
            kept = np.sort(np.argpartition(-values, most - 1)[:most])
            values, columns = values[kept], columns[kept]
        data.append(values)
        indices.append(columns)
        ends.append(ends[-1] + len(values))
    return csr_matrix((np.concatenate(data), np.concatenate(indices), ends), table.shape, dtype=np.float32)
