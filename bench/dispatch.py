"""Dispatch: how often the right unit is proposed, how much may go out by itself, and how fair the order is.

``jieban bench dispatch [PACK] [--quick] [--only SET …]``. Three sets, each beside a baseline on one split:

* ``own_samples``: the pack's samples in five folds of whole styles of speaking (``style_folds``). Reader,
  model of leads, weights, confidence and thresholds are all learned without the fold that is tested; the
  thresholds come from readings that were held out within the other folds. A label without a unit is right
  when the place is asked for first. Baseline: characters 1-3 TF-IDF and LinearSVC from text to unit; beside
  it the catalogue alone (``catalogue_only``).
* ``kaohsiung_gov_faq``: question to bureau, bureaus with five rows or more; the answers of training rows
  teach too, those of tested rows are never read.
* ``guangdong_service_items``: name of an item (TASK_NAME) to department (DEPT_NAME), departments with
  five rows or more; the catalogue names of training rows teach too.

How the two public sets are split stands in ``bench/_labels.py``.
``--quick`` tests one fold of each.
"""

from __future__ import annotations

import os
import platform
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from bench._dispatch_fair import by_style, steady
from bench._labels import CHARACTERS, absent, characters, gathered, measured, table
from jieban.city.book import Book
from jieban.city.pack import book_from_files
from jieban.dispatch.ranker.learning import Told, ranked_units, settle, told_of
from jieban.dispatch.ranker.ranking import lower_bound, threshold_for
from jieban.dispatch.rules import propose
from jieban.reading.matter.samples import Sample, load_samples, samples_folder

FOLDS, SEED = 5, 42
ON = date(2026, 11, 1)
GOALS = {
    "own_samples": {"top1": 0.90, "top3": 0.97},
    "kaohsiung_gov_faq": {"top1": 0.78, "top3": 0.90},
    "guangdong_service_items": {"top1": 0.93},
}
PUBLIC = {
    "kaohsiung_gov_faq": ("question", "dept", ("answer",)),
    "guangdong_service_items": (
        "TASK_NAME",
        "DEPT_NAME",
        ("CATANAME", "parentCatalogName", "theme_category"),
    ),
}


def run(args: list[str]) -> dict[str, Any]:
    only = args[args.index("--only") + 1 :] if "--only" in args else []
    names = [arg for arg in args if not arg.startswith("-") and arg not in only] or ["beijing"]
    quick = "--quick" in args
    sets, notes = [], {}
    begin = time.perf_counter()
    book = book_from_files(names[0])
    samples = load_samples(samples_folder(book))
    if samples and (not only or "own_samples" in only):
        own, notes = _own(book, samples, quick)
        sets.append(own)
    sets += [_public(name, columns, quick) for name, columns in PUBLIC.items() if not only or name in only]
    return {
        "bench": "dispatch",
        "metrics": {"sets": sets, **notes, "seconds": round(time.perf_counter() - begin, 1)},
        "reference": {"goal": GOALS, "folds": FOLDS, "seed": SEED},
        "machine": {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count(),
                    "python": platform.python_version()},
    }  # fmt: skip


def _own(book: Book, samples: Sequence[Sample], quick: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    told = told_of(book, samples, ON, folds=FOLDS)
    tested = [one for one in told if one.fold == 0 or not quick]
    stated = float(book.rule("dispatch.auto_precision", ON))
    ranks: list[int] = []
    alone: list[bool] = []
    sure: list[tuple[float, bool]] = []
    for number in sorted({one.fold for one in tested}):
        settled = settle([one for one in told if one.fold != number])
        limits = settled.thresholds(stated)
        for one in (one for one in tested if one.fold == number):
            units, confidence = ranked_units(one, settled)
            ranks.append(_rank(units, one.unit))
            sure.append((confidence, ranks[-1] == 0))
            goes = bool(units and units[0]) and not one.reading.danger
            if goes and confidence >= threshold_for(limits, one.reading.category):
                alone.append(ranks[-1] == 0)
    tested.sort(key=lambda one: one.fold)
    figures = {
        "set": "own_samples",
        "count": len(tested),
        **_tops(ranks),
        "auto_share": round(len(alone) / max(1, len(tested)), 4),
        "auto_precision": round(sum(alone) / max(1, len(alone)), 4),
        "auto_precision_at_least": round(lower_bound(sum(alone), len(alone)), 4),
        "auto_precision_stated": stated,
        "ece": round(_calibration_error(sure), 4),
        "catalogue_only": {**_tops([_by_rules(book, one) for one in tested]),
                           "what": "the order of the catalogue with the reader's guesses"},
        "matter_known": _tops([_matter_known(book, one) for one in tested]),
        "baseline": {**_text_to_unit(samples, told, quick), "what": f"text to unit, {CHARACTERS}"},
        "goal": GOALS["own_samples"],
    }  # fmt: skip
    rows = list(zip(tested, [rank == 0 for rank in ranks], strict=True))
    return figures, {
        "by_style": by_style(book, rows, ON),
        "steady": steady(book, [one for one, _ in rows], ON),
    }


def _rank(units: Sequence[str], right: str) -> int:
    """The place of the right unit, from 0; 99 where it is not among them. No unit at all is an answer too."""
    if not units:
        return 0 if right == "" else 99
    return units.index(right) if right in units else 99


def _tops(ranks: Sequence[int]) -> dict[str, float]:
    count = max(1, len(ranks))
    return {
        "top1": round(sum(rank == 0 for rank in ranks) / count, 4),
        "top3": round(sum(rank < 3 for rank in ranks) / count, 4),
    }


def _by_rules(book: Book, one: Told) -> int:
    """The place of the right unit by the catalogue alone, with the same reading."""
    proposal = propose(one.reading, book, ON)
    if proposal.queue == "place":
        return 0 if one.unit == "" else 99
    return _rank([candidate.unit for candidate in proposal.candidates], one.unit)


def _matter_known(book: Book, one: Told) -> int:
    """The same where the right matter is known: what place and catalogue lose."""
    from dataclasses import replace

    from jieban.reading.result import Guess

    code = str(one.sample.label["category"])
    proposal = propose(
        replace(one.reading, category=code, confidence=1.0, categories=(Guess(code, 1.0),)), book, ON
    )
    return _rank([candidate.unit for candidate in proposal.candidates], one.unit)


def _calibration_error(sure: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error of the first unit over ten bins of equal width."""
    gaps: Counter[int] = Counter()
    signed: dict[int, float] = {}
    for confidence, hit in sure:
        number = min(int(confidence * 10), 9)
        gaps[number] += 1
        signed[number] = signed.get(number, 0.0) + confidence - hit
    return sum(abs(value) for value in signed.values()) / max(1, len(sure))


def _text_to_unit(samples: Sequence[Sample], told: Sequence[Told], quick: bool) -> dict[str, float]:
    texts = [f"{sample.title}\n{sample.text}" for sample in samples]
    units = [one.unit for one in told]
    folds = np.array([one.fold for one in told])
    ranks: list[int] = []
    for number in sorted(set(folds.tolist())):
        if not quick or number == 0:
            ranks += _baseline(texts, units, folds == number)
    return _tops(ranks)


def _baseline(texts: Sequence[str], labels: Sequence[str], test: Any) -> list[int]:
    """The place of the right label for each tested row."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    rows, right = np.array(texts, dtype=object), np.array(labels)
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
    known = vectors.fit_transform(rows[~test])
    model = LinearSVC(C=0.5, random_state=0).fit(known, right[~test])
    order = np.argsort(-model.decision_function(vectors.transform(rows[test])), axis=1, kind="stable")
    ranked = model.classes_[order[:, :3]]
    return [_rank(list(line), label) for line, label in zip(ranked, right[test], strict=True)]


def _public(name: str, columns: tuple[str, str, tuple[str, ...]], quick: bool) -> dict[str, Any]:
    """A public set: the general learner beside the baseline, on the same folds."""
    text, label, also = columns
    rows = table(name, (text, label, *also))
    if rows is None:
        return absent(name)
    given = gathered((row[text], row[label], "\n".join(row[each] for each in also), "") for row in rows)
    return measured(name, given, characters, goal=GOALS[name], what=CHARACTERS, quick=quick)
