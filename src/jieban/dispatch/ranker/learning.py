"""Learning to rank units: from readings that were held out, never from what a model says of its own samples.

``told_of`` reads every sample with a reader (and a model of kinds of leads) that has seen no sample of its
style. ``settle`` fits the weights of the candidates by a conditional logit, the curve of the confidence on
shares that were held out once more, and keeps the evidence for the thresholds. Deterministic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize  # type: ignore[import-untyped]

from jieban.city.book import Book
from jieban.dispatch.ranker.gathering import COLUMNS, Gathered, gather, measures, where_of
from jieban.dispatch.ranker.leads import train_leads
from jieban.dispatch.ranker.ranking import (
    CURVE_COLUMNS,
    MOST_SURE,
    Floats64,
    HeldOut,
    Settled,
    confidence_of,
    curve_columns,
    shares_of,
)
from jieban.reading.matter.samples import Sample, digest
from jieban.reading.matter.training import style_folds
from jieban.reading.reader import Reader
from jieban.reading.result import Reading

FOLDS = 5
_RIDGE = 0.002
_START: Floats64 = np.array([1.0] + [0.0] * (len(COLUMNS) - 1))
VERSION = 1


@dataclass(frozen=True)
class Told:
    """A sample with what was understood of it by a reader that had not seen its style."""

    sample: Sample
    reading: Reading
    fold: int
    gathered: tuple[Gathered, ...]
    measures: Floats64
    right: int

    @property
    def unit(self) -> str:
        """The unit that the label names; empty where the place has to be asked for first."""
        return str(self.sample.label.get("unit") or "")


def told_of(
    book: Book,
    samples: Sequence[Sample],
    on: date,
    *,
    folds: int = FOLDS,
    say: Callable[[str], None] = lambda line: None,
    readings: Sequence[Reading] | None = None,
) -> list[Told]:
    """Every sample, read by a reader trained without its style. Some ten seconds for each fold.

    ``readings``: those of an earlier run on the same folds, so that they need not be made again.
    """
    place = style_folds([sample.style for sample in samples], folds)
    found: dict[int, Told] = {}
    for number in range(int(place.max()) + 1):
        kept = [sample for sample, its in zip(samples, place, strict=True) if its != number]
        reader = None if readings is not None else Reader(book, samples=kept)
        leads = train_leads(book, kept, on)
        for index in map(int, np.flatnonzero(place == number)):
            sample = samples[index]
            reading = reader.read(sample.title, sample.text, on=on) if reader else (readings or [])[index]
            sounds = leads.scores(reading.title, reading.text) if leads else None
            found[index] = tell(book, sample, reading, number, on, sounds)
        say(f"fold {number + 1} of {int(place.max()) + 1}")
    return [found[index] for index in sorted(found)]


def tell(
    book: Book, sample: Sample, reading: Reading, fold: int, on: date, sounds: dict[str, float] | None
) -> Told:
    """One sample with its candidates and their measures."""
    gathered = tuple(gather(reading, book, on, sounds))
    unit = str(sample.label.get("unit") or "")
    right = next((number for number, one in enumerate(gathered) if one.code == unit), -1)
    return Told(sample, reading, fold, gathered, measures(gathered, where_of(reading.place), sounds), right)


def fit_weights(told: Sequence[Told]) -> Floats64:
    """The weights by which the right candidate is most likely (conditional logit, L2)."""
    cases = [(one.measures, one.right) for one in told if one.right >= 0 and len(one.gathered) > 1]
    if len(cases) < len(COLUMNS):
        return _START.copy()
    starts = np.cumsum([0, *(len(rows) for rows, _ in cases)])
    rows = np.concatenate([rows for rows, _ in cases])
    right = np.array([start + number for start, (_, number) in zip(starts, cases, strict=False)])

    def loss(weights: Floats64) -> tuple[float, Floats64]:
        scores = rows @ weights
        scores = scores - np.repeat(np.maximum.reduceat(scores, starts[:-1]), np.diff(starts))
        raised = np.exp(scores)
        total = np.add.reduceat(raised, starts[:-1])
        expected = np.add.reduceat(rows * (raised / np.repeat(total, np.diff(starts)))[:, None], starts[:-1])
        value = (np.log(total) - scores[right]).mean() + _RIDGE * weights @ weights / 2
        return float(value), np.asarray((expected - rows[right]).mean(axis=0) + _RIDGE * weights)

    return np.asarray(minimize(loss, _START, jac=True, method="L-BFGS-B").x, dtype=np.float64)


def settle(told: Sequence[Told]) -> Settled:
    """Weights, curve and evidence from readings that were held out; folds are kept apart once more."""
    columns, hits = np.zeros((len(told), len(CURVE_COLUMNS))), np.zeros(len(told), dtype=bool)
    for number in sorted({one.fold for one in told}):
        weights = fit_weights([one for one in told if one.fold != number])
        for index, one in enumerate(told):
            if one.fold == number:
                columns[index], hits[index] = _first(one, weights)
    curve = _curve(columns, hits)
    raw = 1 / (1 + np.exp(-np.clip(columns @ curve, -30, 30)))
    sure = np.minimum(raw, MOST_SURE)
    evidence = HeldOut(
        tuple(one.reading.category[:4] for one in told),
        tuple(round(float(value), 4) for value in sure),
        tuple(bool(hit) for hit in hits),
    )
    counts = Counter(str(one.sample.label.get("category"))[:2] for one in told)
    shares = {code: round(n / max(1, len(told)), 5) for code, n in sorted(counts.items())}
    return Settled(fit_weights(told), curve, evidence, shares, {})


def _first(one: Told, weights: Floats64) -> tuple[Floats64, bool]:
    if not one.gathered:
        return curve_columns(0.0, 0.0, 0.0), one.unit == ""
    shares = shares_of(one.measures, weights)
    best = int(np.argmax(shares))
    sure = where_of(one.reading.place).sure
    return curve_columns(float(shares[best]), one.reading.confidence, sure), best == one.right


def _curve(columns: Floats64, hits: npt.NDArray[np.bool_]) -> Floats64:
    """Logistic weights of ``CURVE_COLUMNS``."""
    from sklearn.linear_model import LogisticRegression

    if hits.all() or not hits.any():
        return np.array([0.0, 1.0, 0.0, 0.0])
    model = LogisticRegression(C=10.0, fit_intercept=False, max_iter=500).fit(columns, hits)
    return np.asarray(model.coef_[0], dtype=np.float64)


def ranked_units(one: Told, settled: Settled) -> tuple[list[str], float]:
    """The codes of the units, best first (empty: ask where it is), and the confidence of the first."""
    if not one.gathered:
        return [], 0.0
    shares = shares_of(one.measures, settled.weights)
    order = np.argsort(-shares, kind="stable")
    sure = confidence_of(
        settled, float(shares[order[0]]), one.reading.confidence, where_of(one.reading.place).sure
    )
    return [one.gathered[number].code for number in order], sure


def learn(
    book: Book,
    samples: Sequence[Sample],
    on: date,
    *,
    folds: int = FOLDS,
    say: Callable[[str], None] = lambda line: None,
) -> Settled:
    """The settled numbers of a book, with notes for people: the day, the samples, the figures."""
    told = told_of(book, samples, on, folds=folds, say=say)
    settled = settle(told)
    hits = settled.held_out.right
    notes: dict[str, Any] = {
        "version": VERSION,
        "made_on": on.isoformat(),
        "samples": len(told),
        "folds": folds,
        "samples_key": digest(samples)[:32],
        "tables_key": tables_key(book),
        "top1": round(sum(hits) / max(1, len(hits)), 4),
    }
    return replace(settled, notes=notes)


def tables_key(book: Book) -> str:
    """A key of the tables that decide who leads: another key says that learning again is worth it."""
    key = sha256()
    for table in ("categories", "dispatch_catalogue", "named_duties"):
        for row in book.tables.get(table, ()):
            key.update(repr(row).encode())
    return key.hexdigest()[:32]
