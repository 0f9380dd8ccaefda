"""Training on the samples and the tree of a pack: seconds, deterministic, on one machine.

The linear model learns from the samples and from every word of the tree as a small document of its own.
What is fitted on top of it (the weights of the scores, the confidence curve, the danger threshold) uses
only scores of samples that were held out, all samples of a style at a time: a new caller speaks in a way
that no sample does, and the confidence has to be honest for him too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix, diags  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from jieban.city.book import Book
from jieban.reading.features import Floats, Ints
from jieban.reading.matter.samples import Sample
from jieban.reading.matter.scoring import (
    Classes,
    Linear,
    Model,
    Settled,
    counted,
    kind_columns,
    shares_of,
)
from jieban.reading.matter.tree import Scores, TreeWords
from jieban.reading.signs.danger import DangerSigns, danger_columns
from jieban.reading.signs.demand_type import TypeFinder
from jieban.reading.text import clean, fold

FEWEST_SAMPLES = 60
"""Fewer samples than this teach less than the tree's own words."""
FOLDS = 3
_SVM_C = 0.4
_TYPE_C = 0.6
_TREE_WEIGHT = 2.0
"""A word of the tree counts as so many samples."""
_FEWEST_DOCUMENTS = 1
"""A gram is learned when so many documents have it."""
MOST_GRAMS_LEARNED = 16_000
"""So many grams are kept in the model: memory is this times the number of categories."""
_RIDGE = 1e-3
DANGER_RECALL = 0.85
"""The share of held-out dangers that the threshold must catch with every alarm silent."""
_LEAST_DANGER = 0.04
_AT_ONCE = 2000
"""So many grams are added up at a time."""


@dataclass(frozen=True)
class Prepared:
    """Samples and tree as numbers: documents (samples first), labels, and what does not need learning."""

    classes: Classes
    levels: tuple[Ints, Ints]
    matrix: Any
    ids: Ints
    idf: Floats
    leaf: Ints
    tree_leaf: Ints
    kind: Ints
    danger: npt.NDArray[np.bool_]
    by_words: npt.NDArray[np.float64]
    cues: npt.NDArray[np.float64]
    signs: npt.NDArray[np.float64]
    fold: Ints


def train(book: Book, tree: TreeWords, samples: Sequence[Sample], types: Sequence[str]) -> Model:
    """The model of a book learned from ``samples``; a model without learning when they are too few."""
    classes = Classes(len(tree.leaves), tuple(types))
    usable = [sample for sample in samples if sample.label["category"] in tree.number]
    if len(usable) < FEWEST_SAMPLES:
        return Model(classes)
    ready = prepare(book, tree, usable, classes)
    # One fold after the other: liblinear draws from one random state per process, threads would mix it.
    whole = fit(ready, np.arange(len(usable)))
    held_out = np.zeros((len(usable), whole[0].shape[1]), dtype=np.float32)
    for number in range(int(ready.fold.max()) + 1):
        weights, intercept = fit(ready, np.flatnonzero(ready.fold != number))
        rows = ready.fold == number
        held_out[rows] = ready.matrix[: len(usable)][rows] @ weights + intercept
    settled, levels = settle(ready, held_out)
    weights, intercept = (_one_leaf_score(ready, part, levels) for part in whole)
    kept = _weightiest(ready, weights)
    weights = weights[kept].astype(np.float16).astype(np.float32)  # as a file keeps them: both agree
    return Model(
        classes,
        Linear(ready.ids[kept], ready.idf[kept], weights, intercept, rare=float(ready.idf.max())),
        settled,
    )


def prepare(book: Book, tree: TreeWords, samples: Sequence[Sample], classes: Classes) -> Prepared:
    """All numbers of the samples and the tree that training needs."""
    texts = [(fold(clean(sample.title)), fold(clean(sample.text))) for sample in samples]
    documents = [counted(title, text) for title, text in texts]
    words = [(leaf, word) for leaf, code in enumerate(tree.leaves) for word in tree.own_words(code)]
    documents += [counted("", word) for _, word in words]
    matrix, ids, idf = _matrix(documents)
    types, signs = TypeFinder(classes.types), DangerSigns(book)
    return Prepared(
        classes=classes,
        levels=(_level(tree, 4), _level(tree, 2)),
        matrix=matrix,
        ids=ids,
        idf=idf,
        leaf=np.array([tree.number[sample.label["category"]] for sample in samples], dtype=np.int64),
        tree_leaf=np.array([leaf for leaf, _ in words], dtype=np.int64),
        kind=np.array([_kind_of(sample, classes) for sample in samples], dtype=np.int64),
        danger=np.array([bool(sample.label.get("danger")) for sample in samples]),
        by_words=np.log1p([tree.exact(tree.hits(*text)) for text in texts]),
        cues=np.array([types.cues(*text).scores for text in texts]),
        signs=np.array([danger_columns(0.0, *signs.measure(*text))[1:] for text in texts]),
        fold=style_folds([sample.style for sample in samples]),
    )


def fit(ready: Prepared, kept: Ints) -> tuple[Floats, Floats]:
    """Weights and intercepts learned from the samples ``kept`` and the whole tree.

    The columns: leaves, types, danger, then the second and the first level of the tree.
    """
    count, second, first = len(ready.leaf), *ready.levels
    rows = np.concatenate([kept, np.arange(count, ready.matrix.shape[0])])
    leaf = np.concatenate([ready.leaf[kept], ready.tree_leaf])
    trust = np.concatenate([np.ones(len(kept)), np.full(len(ready.tree_leaf), _TREE_WEIGHT)])
    width = ready.classes.width + int(second.max()) + 1 + int(first.max()) + 1
    learned = np.zeros((ready.matrix.shape[1] + 1, width), dtype=np.float32)
    matter = ready.matrix[rows]
    for branch in range(
        int(first.max()) + 1
    ):  # leaves are told apart inside their branch: quicker and better
        inside = first[leaf] == branch
        _learn(learned, 0, (matter[inside], leaf[inside], trust[inside], _SVM_C))
    _learn(learned, ready.classes.width, (matter, second[leaf], trust, _SVM_C))
    _learn(learned, width - int(first.max()) - 1, (matter, first[leaf], trust, _SVM_C))
    own, alike, start = ready.matrix[kept], np.ones(len(kept)), ready.classes.leaves
    known = ready.kind[kept] >= 0
    _learn(learned, start, (own[known], ready.kind[kept][known], alike[known], _TYPE_C))
    _learn(learned, ready.classes.width - 1, (own, ready.danger[kept], alike, _TYPE_C))
    return learned[:-1], learned[-1]


def _learn(learned: Floats, start: int, task: tuple[Any, Any, Any, float]) -> None:
    """Learn one task into the columns from ``start``, the intercepts into the last row.

    ``task`` is matrix, labels (whole numbers, or yes and no for a single column), trust in each row, C.
    """
    matrix, labels, trust, strength = task
    found = np.unique(labels)
    if len(found) < 2:
        return
    seen = np.unique(matrix.indices)  # grams that no row has weigh nothing, and cost as much as others
    model = LinearSVC(C=strength, random_state=0).fit(matrix[:, seen], labels, sample_weight=trust)
    coefficients, intercepts = model.coef_, model.intercept_
    if labels.dtype == np.bool_:
        places = np.array([start])
    else:
        places = start + found
        if len(found) == 2:  # scikit-learn gives one row for two classes
            coefficients = np.vstack([-coefficients, coefficients])
            intercepts = np.concatenate([-intercepts, intercepts])
    learned[np.ix_(seen, places)] = coefficients.T
    learned[-1, places] = intercepts


def settle(ready: Prepared, held_out: Floats) -> tuple[Settled, npt.NDArray[np.float64]]:
    """What stands on top of the linear model, fitted to scores of held-out samples.

    Gives it, and how the scores of leaf, second and first level are added to one score of a leaf.
    """
    table = np.concatenate([ready.by_words, _by_level(ready, held_out)], axis=1).transpose(0, 2, 1)
    weights = _choice_weights(table, ready.leaf, np.ones(table.shape[2]))
    shares = np.array([shares_of(row @ weights) for row in table])
    own = held_out[:, : ready.classes.width]
    kinds = np.array(
        [
            kind_columns(cues, ready.classes.type_scores(scores).astype(np.float64))
            for cues, scores in zip(ready.cues, own, strict=True)
        ]
    )
    known = ready.kind >= 0
    kind = _choice_weights(kinds[known], ready.kind[known], np.ones(kinds.shape[2])) if known.any() else None
    danger, least = _danger(np.column_stack([own[:, -1], ready.signs]), ready.danger)
    settled = Settled(np.append(weights[:2], 1.0), _curve(shares, ready.leaf), kind, danger, least)
    return settled, weights[2:]


def _by_level(ready: Prepared, scores: Floats) -> npt.NDArray[np.float64]:
    """Per row the scores of each leaf, of its second level, of its first level."""
    second, first = ready.levels
    begin = ready.classes.width
    seconds, firsts = scores[:, begin:][:, second], scores[:, begin + int(second.max()) + 1 :][:, first]
    return np.stack([scores[:, : ready.classes.leaves], seconds, firsts], axis=1).astype(np.float64)


def _one_leaf_score(ready: Prepared, scores: Floats, levels: npt.NDArray[np.float64]) -> Floats:
    """Columns or intercepts with the levels added up into the leaves; types and danger stay."""
    rows = np.atleast_2d(scores)
    kept = rows[:, : ready.classes.width].copy()
    for start in range(0, len(rows), _AT_ONCE):  # in parts: all at once they take a gigabyte
        part = slice(start, start + _AT_ONCE)
        kept[part, : ready.classes.leaves] = np.tensordot(_by_level(ready, rows[part]), levels, (1, 0))
    return kept if scores.ndim == 2 else kept[0]


def _weightiest(ready: Prepared, weights: Floats) -> Ints:
    """The grams that say most, in their order: the others cost memory and decide nothing."""
    said = np.abs(weights[:, : ready.classes.leaves]).max(axis=1) * ready.idf
    most = min(MOST_GRAMS_LEARNED, len(said))
    return np.sort(np.argsort(-said, kind="stable")[:most])


def _level(tree: TreeWords, length: int) -> Ints:
    """For each leaf the number of its parent whose code has ``length`` signs."""
    codes = sorted({leaf[:length] for leaf in tree.leaves})
    return np.array([codes.index(leaf[:length]) for leaf in tree.leaves], dtype=np.int64)


def _choice_weights(table: npt.NDArray[np.float64], right: Ints, start: npt.NDArray[np.float64]) -> Any:
    """Weights that make the right choice of each row likely: conditional logit with a small ridge."""
    scale = table.reshape(-1, table.shape[2]).std(axis=0) + 1e-9
    scaled = table / scale
    rows = np.arange(len(right))

    def loss(weights: Any) -> tuple[float, Any]:
        scores = scaled @ weights
        scores -= scores.max(axis=1, keepdims=True)
        raised = np.exp(scores)
        total = raised.sum(axis=1)
        expected = np.einsum("nc,nck->nk", raised / total[:, None], scaled)
        value = (np.log(total) - scores[rows, right]).mean() + _RIDGE * weights @ weights / 2
        return float(value), (expected - scaled[rows, right]).mean(axis=0) + _RIDGE * weights

    return minimize(loss, start, jac=True, method="L-BFGS-B").x / scale


def _curve(shares: Scores, right: Ints) -> tuple[float, float]:
    """Intercept and slope that turn the log-odds of the first share into how often it is right."""
    first = np.clip(shares.max(axis=1), 1e-6, 1 - 1e-6)
    hit = shares.argmax(axis=1) == right
    if hit.all() or not hit.any():
        return (0.0, 1.0)
    model = LogisticRegression(C=10.0).fit(np.log(first / (1 - first))[:, None], hit)
    return float(model.intercept_[0]), float(model.coef_[0, 0])


def _danger(measures: npt.NDArray[np.float64], danger: npt.NDArray[np.bool_]) -> tuple[Any, float]:
    """Intercept and weights over the measures, and the probability that catches enough dangers."""
    if danger.sum() < 10 or danger.all():
        return None, 1.0
    model = LogisticRegression(C=1.0, max_iter=500).fit(measures, danger)
    odds = np.sort(model.predict_proba(measures)[danger, 1])
    least = float(odds[int((1 - DANGER_RECALL) * len(odds))])
    return np.concatenate([model.intercept_, model.coef_[0]]), max(least - 1e-6, _LEAST_DANGER)


def _matrix(documents: Sequence[tuple[Ints, Floats]]) -> tuple[Any, Ints, Floats]:
    """Rows of length one over the grams that several documents have; the grams, and what each weighs."""
    rows = np.repeat(np.arange(len(documents)), [len(ids) for ids, _ in documents])
    ids = np.concatenate([ids for ids, _ in documents])
    found, place, often = np.unique(ids, return_inverse=True, return_counts=True)
    kept = often >= _FEWEST_DOCUMENTS
    column = np.cumsum(kept) - 1
    held = kept[place]
    idf = (np.log((1 + len(documents)) / (1 + often[kept])) + 1).astype(np.float32)
    counts = np.concatenate([counts for _, counts in documents])[held]
    values = counts * idf[column[place][held]]
    shape = (len(documents), int(kept.sum()))
    raw = csr_matrix((values.astype(np.float64), (rows[held], column[place][held])), shape=shape)
    norms = np.sqrt(np.asarray(raw.multiply(raw).sum(axis=1)).ravel())
    return (diags(1 / np.maximum(norms, 1e-9)) @ raw).tocsr(), found[kept].astype(np.int64), idf


def style_folds(styles: Sequence[str], count: int = FOLDS) -> Ints:
    """The fold of each sample: whole styles, the largest first, each into the emptiest fold."""
    sizes = {style: styles.count(style) for style in sorted(set(styles))}
    loads = [0] * min(count, max(2, len(sizes)))
    place: dict[str, int] = {}
    for style in sorted(sizes, key=lambda name: (-sizes[name], name)):
        place[style] = loads.index(min(loads))
        loads[place[style]] += sizes[style]
    if len(sizes) < 2:
        return np.arange(len(styles), dtype=np.int64) % count
    return np.array([place[style] for style in styles], dtype=np.int64)


def _kind_of(sample: Sample, classes: Classes) -> int:
    kind = sample.label["demand_type"]
    return classes.types.index(kind) if kind in classes.types else -1
