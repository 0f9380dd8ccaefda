"""Which kind of unit a text asks for: a small linear model beside the tree of matters.

The tree says what a request is about; this model says straight from the words whose work it sounds like
(a street, a district's department of some line, one enterprise), so that a matter that was taken for its
neighbour still reaches the right house. Pure; learned from the samples and the words of the tree, where
each word stands for the lead of its catalogue row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from jieban.city.book import Book
from jieban.city.catalogue import LEVELS, rows_for, split_selector
from jieban.city.rows import Unit
from jieban.reading.features import SPACE, Floats, Ints, grams
from jieban.reading.matter.samples import Sample
from jieban.reading.matter.tree import words_of
from jieban.reading.text import clean, fold

FEWEST_SAMPLES = 60
"""Fewer samples than this teach less than the catalogue says."""
MOST_GRAMS = 12_000
HEAD = 1000
"""Signs of a text that are looked at."""
_TREE_WEIGHT = 3.0
"""A word of the tree counts as so many samples: measured on held-out styles."""
_SVM_C = 0.4


@dataclass(frozen=True)
class Leads:
    """The learned kinds of lead: ``forms`` name the columns of ``weights`` (grams × forms)."""

    forms: tuple[str, ...]
    ids: Ints
    idf: Floats
    weights: Floats
    intercept: Floats

    def scores(self, title: str, text: str) -> dict[str, float]:
        """How strongly a masked title and text ask for each form of lead; about -1 to 1."""
        values = self.measured(title, text)
        return {form: float(value) for form, value in zip(self.forms, values, strict=True)}

    def measured(self, title: str, text: str) -> Floats:
        """The scores as an array in the order of ``forms``; time and memory bounded for any text."""
        ids, counts = _counted(fold(title)[:HEAD], fold(text)[:HEAD])
        slots = np.searchsorted(self.ids, ids)
        slots = np.minimum(slots, len(self.ids) - 1)
        held = self.ids[slots] == ids
        values = counts[held] * self.idf[slots[held]]
        unknown = float(np.dot(counts[~held], counts[~held])) * float(self.idf.max()) ** 2
        norm = float(np.sqrt(np.dot(values, values) + unknown)) or 1.0
        found = (values / np.float32(norm)) @ self.weights[slots[held]] + self.intercept
        return np.asarray(found, dtype=np.float32)


def form_of(unit: Unit | None) -> str:
    """The form by which a unit leads wherever it is: ``street``, ``line:water``, ``unit:ent.gas``."""
    if unit is None:
        return ""
    if unit.kind in ("street", "district"):
        return unit.kind
    if unit.kind in ("district_department", "department", "service_department"):
        return f"line:{unit.line}"
    return f"unit:{unit.code}"


def form_of_selector(selector: str) -> str:
    """The same of a selector of the catalogue: district and city departments of a line are one form."""
    form, name = split_selector(selector)
    if form in ("street", "district"):
        return form
    return f"unit:{name}" if form == "unit:" else f"line:{name}"


def selectors_of(form: str, district_known: bool) -> tuple[str, ...]:
    """How the catalogue would name a form where the place is known or not."""
    if not form.startswith("line:"):
        return (form,)
    line = form.removeprefix("line:")
    return (f"district:{line}", f"city:{line}") if district_known else (f"city:{line}",)


def train_leads(book: Book, samples: Sequence[Sample], on: date) -> Leads | None:
    """The model of a book learned from ``samples``; None when they are too few. Deterministic, seconds."""
    from sklearn.svm import LinearSVC  # slow to import and needed only here

    told = [(sample, form_of(book.units.get(str(sample.label.get("unit") or "")))) for sample in samples]
    told = [(sample, form) for sample, form in told if form]
    if len(told) < FEWEST_SAMPLES or len({form for _, form in told}) < 3:
        return None
    words = _words(book, on)
    documents = [
        _counted(fold(clean(sample.title))[:HEAD], fold(clean(sample.text))[:HEAD]) for sample, _ in told
    ]
    documents += [_counted("", word) for word, _ in words]
    matrix, ids, idf = _matrix(documents)
    right = np.array([form for _, form in told] + [form for _, form in words])
    weight = np.concatenate([np.ones(len(told)), np.full(len(words), _TREE_WEIGHT)])
    model = LinearSVC(C=_SVM_C, random_state=0).fit(matrix, right, sample_weight=weight)
    weights = model.coef_.T.astype(np.float32)
    strong = np.sort(np.argsort(-np.abs(weights).max(axis=1), kind="stable")[:MOST_GRAMS])
    kept = weights[strong].astype(np.float16).astype(np.float32)  # as a file keeps them: both agree
    forms = tuple(str(form) for form in model.classes_)
    return Leads(forms, ids[strong], idf[strong], kept, model.intercept_.astype(np.float32))


def _words(book: Book, on: date) -> list[tuple[str, str]]:
    """Every word of the tree with the form of the lead of its matter."""
    found = []
    for category in book.categories.values():
        if category.level != 3:
            continue
        rows = next((rows for rows in (rows_for(book, category.code, at, on) for at in LEVELS) if rows), [])
        if rows:
            form = form_of_selector(rows[0].lead)
            found += [(word, form) for word in words_of(category)]
    return found


def _counted(title: str, text: str) -> tuple[Ints, Floats]:
    """Distinct grams of a folded title and text in order, and how much each is there."""
    ids, counts = np.unique(grams(f"{title}\n{title}\n{text}" if title else text), return_counts=True)
    return ids, (1 + np.log(counts)).astype(np.float32)


def _matrix(documents: Sequence[tuple[Ints, Floats]]) -> tuple[Any, Ints, npt.NDArray[np.float32]]:
    """Rows of length one over all grams; the grams in order, and what each weighs."""
    from scipy.sparse import csr_matrix, diags  # type: ignore[import-untyped]

    rows = np.repeat(np.arange(len(documents)), [len(ids) for ids, _ in documents])
    found, place, often = np.unique(
        np.concatenate([ids for ids, _ in documents]), return_inverse=True, return_counts=True
    )
    idf = (np.log((1 + len(documents)) / (1 + often)) + 1).astype(np.float32)
    values = np.concatenate([counts for _, counts in documents]) * idf[place]
    raw = csr_matrix((values.astype(np.float64), (rows, place)), shape=(len(documents), len(found)))
    norms = np.sqrt(np.asarray(raw.multiply(raw).sum(axis=1)).ravel())
    return (diags(1 / np.maximum(norms, 1e-9)) @ raw).tocsr(), found.astype(np.int64), idf


def fits(leads: Leads) -> bool:
    """Whether the arrays of a stored model belong together and are finite."""
    grams_, forms = len(leads.ids), len(leads.forms)
    return (
        grams_ > 0
        and forms > 1
        and leads.ids.ndim == 1
        and leads.idf.shape == (grams_,)
        and leads.weights.shape == (grams_, forms)
        and leads.intercept.shape == (forms,)
        and bool((np.diff(leads.ids) > 0).all())
        and int(leads.ids[0]) >= 0
        and int(leads.ids[-1]) < SPACE
        and all(bool(np.isfinite(part).all()) for part in (leads.idf, leads.weights, leads.intercept))
    )
