"""Training on the samples and the tree of a pack: seconds, deterministic, on one machine.

The linear model learns from the samples and from every word of the tree as a small document of its own.
What is fitted on top of it (the weights of the scores, the confidence curve, the danger threshold) uses
only scores of samples that were held out, all samples of a style at a time: a new caller speaks in a way
that no sample does, and the confidence has to be honest for him too.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from jieban.city.book import Book
from jieban.reading.danger import DangerSigns, danger_columns
from jieban.reading.demand_type import TypeFinder
from jieban.reading.features import Floats, Ints
from jieban.reading.samples import Sample
from jieban.reading.scoring import (
    Classes,
    Linear,
    Model,
    Settled,
    all_columns,
    columns,
    counted,
    kind_columns,
    shares_of,
)
from jieban.reading.text import clean, fold
from jieban.reading.tree import Scores, TreeWords
from jieban.reading.urgency import AlarmFinder

FEWEST_SAMPLES = 60
"""Fewer samples than this teach less than the tree's own words."""
FOLDS = 5
_SVM_C = 0.4
_TYPE_C = 0.6
_TREE_WEIGHT = 2.0
"""A word of the tree counts as so many samples."""
_FEWEST_DOCUMENTS = 2
"""A gram is learned when so many documents have it."""
_RIDGE = 1e-3
DANGER_RECALL = 0.95
"""The share of held-out dangers that the threshold must catch."""
_LEAST_DANGER = 0.04


@dataclass(frozen=True)
class Prepared:
    """Samples and tree as numbers: documents (samples first), labels, and what does not need learning."""

    classes: Classes
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
    classes = Classes.of(tree, types)
    usable = [sample for sample in samples if sample.label["category"] in tree.number]
    if len(usable) < FEWEST_SAMPLES:
        return Model(classes)
    ready = prepare(book, tree, usable, classes)
    parts = [np.flatnonzero(ready.fold != number) for number in range(ready.fold.max() + 1)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        fitted = list(pool.map(lambda kept: fit(ready, kept), [*parts, np.arange(len(usable))]))
    held_out = np.zeros((len(usable), classes.width), dtype=np.float32)
    for number, (weights, intercept) in enumerate(fitted[:-1]):
        rows = ready.fold == number
        held_out[rows] = ready.matrix[: len(usable)][rows] @ weights + intercept
    weights, intercept = fitted[-1]
    linear = Linear(ready.ids, ready.idf, weights.astype(np.float32), intercept.astype(np.float32))
    return Model(classes, linear, settle(ready, held_out))


def prepare(book: Book, tree: TreeWords, samples: Sequence[Sample], classes: Classes) -> Prepared:
    """All numbers of the samples and the tree that training needs."""
    texts = [(fold(clean(sample.title)), fold(clean(sample.text))) for sample in samples]
    documents = [counted(title, text) for title, text in texts]
    words = [(leaf, word) for leaf, code in enumerate(tree.leaves) for word in tree.own_words(code)]
    documents += [counted("", word) for _, word in words]
    matrix, ids, idf = _matrix(documents)
    types, alarms, signs = TypeFinder(classes.types), AlarmFinder(book), DangerSigns(book)
    return Prepared(
        classes=classes,
        matrix=matrix,
        ids=ids,
        idf=idf,
        leaf=np.array([tree.number[sample.label["category"]] for sample in samples], dtype=np.int64),
        tree_leaf=np.array([leaf for leaf, _ in words], dtype=np.int64),
        kind=np.array([_kind_of(sample, classes) for sample in samples], dtype=np.int64),
        danger=np.array([bool(sample.label.get("danger")) for sample in samples]),
        by_words=np.array(
            [columns(tree, tree.hits(*text), documents[row][0]) for row, text in enumerate(texts)]
        ),
        cues=np.array([types.cues(*text).scores for text in texts]),
        signs=np.array([_signs(alarms, signs, text, documents[row][0]) for row, text in enumerate(texts)]),
        fold=_folds([sample.style for sample in samples]),
    )


def fit(ready: Prepared, kept: Ints) -> tuple[Floats, Floats]:
    """Weights and intercepts of every class, learned from the samples ``kept`` and the whole tree."""
    count = len(ready.leaf)
    rows = np.concatenate([kept, np.arange(count, ready.matrix.shape[0])])
    leaf = np.concatenate([ready.leaf[kept], ready.tree_leaf])
    trust = np.concatenate([np.ones(len(kept)), np.full(len(ready.tree_leaf), _TREE_WEIGHT)])
    weights = np.zeros((ready.matrix.shape[1], ready.classes.width), dtype=np.float32)
    intercept = np.zeros(ready.classes.width, dtype=np.float32)
    start = 0
    matter = ready.matrix[rows]
    for labels, width in (
        (leaf, ready.classes.leaves),
        (ready.classes.second[leaf], ready.classes.seconds),
        (ready.classes.first[leaf], ready.classes.firsts),
    ):
        _learn(weights, intercept, start, (matter, labels, trust, _SVM_C))
        start += width
    own, alike = ready.matrix[kept], np.ones(len(kept))
    known = ready.kind[kept] >= 0
    _learn(weights, intercept, start, (own[known], ready.kind[kept][known], alike[known], _TYPE_C))
    _learn(weights, intercept, start + len(ready.classes.types), (own, ready.danger[kept], alike, _TYPE_C))
    return weights, intercept


def _learn(weights: Floats, intercept: Floats, start: int, task: tuple[Any, Any, Any, float]) -> None:
    """Learn one task into the columns from ``start``; ``task`` is matrix, labels, trust in each row, C."""
    matrix, labels, trust, strength = task
    found = np.unique(labels)
    if len(found) < 2:
        return
    model = LinearSVC(C=strength, random_state=0).fit(matrix, labels, sample_weight=trust)
    places = [start] if labels.dtype == np.bool_ else start + model.classes_
    if len(found) == 2 and labels.dtype != np.bool_:
        weights[:, places] = np.vstack([-model.coef_, model.coef_]).T
        intercept[places] = np.concatenate([-model.intercept_, model.intercept_])
        return
    weights[:, places] = model.coef_.T
    intercept[places] = model.intercept_


def settle(ready: Prepared, held_out: Floats) -> Settled:
    """Fit what stands on top of the linear model to scores of held-out samples."""
    table = np.array(
        [
            all_columns(words, ready.classes, scores)
            for words, scores in zip(ready.by_words, held_out, strict=True)
        ]
    )
    weights = _choice_weights(table, ready.leaf, np.ones(table.shape[2]))
    shares = np.array([shares_of(row @ weights) for row in table])
    kinds = np.array(
        [
            kind_columns(cues, ready.classes.type_scores(scores).astype(np.float64))
            for cues, scores in zip(ready.cues, held_out, strict=True)
        ]
    )
    known = ready.kind >= 0
    kind = _choice_weights(kinds[known], ready.kind[known], np.ones(kinds.shape[2])) if known.any() else None
    danger, least = _danger(np.column_stack([held_out[:, -1], ready.signs]), ready.danger)
    return Settled(weights, _curve(shares, ready.leaf), kind, danger, least)


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


def _folds(styles: Sequence[str]) -> Ints:
    """The fold of each sample: whole styles, the largest first, each into the emptiest fold."""
    sizes = {style: styles.count(style) for style in sorted(set(styles))}
    loads = [0] * min(FOLDS, max(2, len(sizes)))
    place: dict[str, int] = {}
    for style in sorted(sizes, key=lambda name: (-sizes[name], name)):
        place[style] = loads.index(min(loads))
        loads[place[style]] += sizes[style]
    if len(sizes) < 2:
        return np.arange(len(styles), dtype=np.int64) % FOLDS
    return np.array([place[style] for style in styles], dtype=np.int64)


def _signs(alarms: AlarmFinder, signs: DangerSigns, text: tuple[str, str], distinct: Ints) -> Any:
    heard = any(found.first for part in text for found in alarms.find(part))
    harm, now, near, _ = signs.measure(*text, distinct)
    return danger_columns(0.0, heard, harm, now, near)[1:]


def _kind_of(sample: Sample, classes: Classes) -> int:
    kind = sample.label["demand_type"]
    return classes.types.index(kind) if kind in classes.types else -1
