"""Reading: how fast and how well requests are understood.

``jieban bench reading [PACK] [--quick] [--only SET …]``. The sets:

* ``teddy_t2_segmented_9210``: 7 classes, words split by blanks (``bench/_labels.py`` tells the split).
* ``teddy_t2_raw_labelled``: raw text of some of the same messages. Five folds of the raw rows; learned from
  the other raw rows and all segmented rows, but never from the segmented form of a message that is tested.
* ``own_samples``: by cross-validation whole styles of speaking are held out and the reader is trained on
  the others, so no sample (and no caller who speaks like it) is in its own training. Baseline: TF-IDF with
  LinearSVC trained on the samples alone, on the same folds.
* danger: our own list of sentences and the rate of alarms on real messages (``bench/_danger.py``).

Speed is measured on one core with real messages where the checkout stands beside ``shared/data``.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench._danger import danger_sets
from bench._labels import (
    CHARACTERS,
    WORDS_AND_CHARACTERS,
    absent,
    characters,
    gathered,
    measured,
    table,
    words_and_characters,
)
from jieban.city.book import Book
from jieban.city.pack import book_from_files
from jieban.reading.matter.samples import Sample, load_samples, samples_folder
from jieban.reading.matter.training import style_folds
from jieban.reading.reader import Reader
from jieban.reading.result import Reading
from jieban.reading.signs.urgency import AlarmFinder
from jieban.reading.text import clean, fold

MESSAGES = Path(__file__).resolve().parents[2] / "shared" / "data" / "teddy_t3_hot.parquet"
GOAL_TEXTS_PER_S = 1000
SURE = (0.5, 0.6, 0.7, 0.8, 0.9)
BINS = 10
FOLDS = 5


def run(args: list[str]) -> dict[str, Any]:
    quick = "--quick" in args
    only = args[args.index("--only") + 1 :] if "--only" in args else []
    names = [arg for arg in args if not arg.startswith("-") and arg not in only] or ["beijing"]
    book = book_from_files(names[0])
    found: dict[str, Any] = {}
    sets = [make(quick) for name, make in SEVEN.items() if not only or name in only]
    if not only or "own_samples" in only:
        own, found = _own(book, quick)
        sets += own
    return {
        "bench": "reading",
        "metrics": {**found, "sets": sets},
        "reference": {"goal_texts_per_s": GOAL_TEXTS_PER_S, "goal_ms": 5, "folds": FOLDS, "seed": 42},
        "machine": {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count(),
                    "python": platform.python_version()},
    }  # fmt: skip


def _own(book: Book, quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The pack's samples and the list of dangers; speed on real messages."""
    samples = load_samples(samples_folder(book))
    begin = time.perf_counter()
    reader = Reader(book, samples=samples)
    found = {"train_s": round(time.perf_counter() - begin, 2), **_speed(reader, 1000 if quick else 0)}
    sets = danger_sets(reader, 500 if quick else 0)
    if samples:
        folds = style_folds([sample.style for sample in samples], FOLDS)
        quality = _quality(_held_out(book, samples, folds))
        by_style = {"by_style": quality.pop("sets")}
        sets.append({"set": "own_samples", "top1": quality["l3_top1"], "top3": quality["l3_top3"], **quality,
                     "baseline": _baseline(samples, folds), **by_style})  # fmt: skip
    return sets, found


def _segmented(quick: bool) -> dict[str, Any]:
    name = "teddy_t2_segmented_9210"
    rows = table(name, ("row", "seg", "label"))
    if rows is None:
        return absent(name)
    given = gathered((row["seg"], row["label"], "", "") for row in rows)
    goal = {"macro_f1": 0.932, "accuracy_top80": 0.985, "texts_per_s": 1000}
    return measured(name, given, words_and_characters, goal=goal, what=WORDS_AND_CHARACTERS, quick=quick)


def _raw(quick: bool) -> dict[str, Any]:
    name = "teddy_t2_raw_labelled"
    rows = table(name, ("title", "detail", "label", "seg_row"))
    segmented = table("teddy_t2_segmented_9210", ("row", "seg", "label")) or []
    if rows is None:
        return absent(name)
    texts = {row["row"]: row["seg"].strip() for row in segmented}
    given = gathered(
        (
            (f"{row['title']} {row['detail']}", row["label"], "", texts.get(row["seg_row"], ""))
            for row in rows
        ),
        {row["seg"].strip(): (row["seg"], row["label"], row["seg"].strip()) for row in segmented}.values(),
    )
    return measured(name, given, characters, goal={"macro_f1": 0.925}, what=CHARACTERS, quick=quick)


SEVEN = {"teddy_t2_segmented_9210": _segmented, "teddy_t2_raw_labelled": _raw}


def _speed(reader: Reader, most: int) -> dict[str, Any]:
    """Texts per second of processor time on one core, and the time of a single text."""
    if not MESSAGES.exists():
        return {"speed": f"skipped: {MESSAGES.parent.name}/{MESSAGES.name} is not beside the checkout"}
    import pyarrow.parquet as parquet

    rows = parquet.read_table(MESSAGES, columns=["title", "detail"]).to_pylist()
    texts = [(str(row["title"] or "").strip(), str(row["detail"] or "").strip()) for row in rows]
    texts = texts[: most or None]
    for title, text in texts[:200]:
        reader.read(title, text)
    spans = []
    cpu, begin = time.process_time(), time.perf_counter()
    for title, text in texts:
        start = time.perf_counter()
        reader.read(title, text)
        spans.append(time.perf_counter() - start)
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    long_text = "".join(text for _, text in texts)[:20_000]
    start = time.perf_counter()
    reader.read("", long_text)
    return {
        "texts": len(texts),
        "texts_per_s": round(len(texts) / wall, 1),
        "texts_per_cpu_s": round(len(texts) / cpu, 1),
        "ms_p50": round(1000 * statistics.median(spans), 3),
        "ms_p99": round(1000 * statistics.quantiles(spans, n=100)[98], 3),
        "ms_20000_signs": round(1000 * (time.perf_counter() - start), 2),
    }


def _held_out(book: Book, samples: Sequence[Sample], folds: Any) -> list[tuple[Sample, Reading, bool]]:
    """Each sample, what a reader trained without its fold says, and whether danger was told without alarms.

    The alarms of a pack are words that people chose; only the learned net behind them can be held out.
    """
    silent = replace(book, tables={**book.tables, "alarms": ()})
    alarms = AlarmFinder(book)
    told: dict[int, tuple[Sample, Reading, bool]] = {}
    for number in range(int(folds.max()) + 1):
        kept = [one for one, its in zip(samples, folds, strict=True) if its != number]
        reader = Reader(silent, samples=kept)
        for place in np.flatnonzero(folds == number):
            sample = samples[place]
            reading = reader.read(sample.title, sample.text)
            heard = any(
                one.first for part in (sample.title, sample.text) for one in alarms.find(fold(clean(part)))
            )
            told[place] = (sample, replace(reading, danger=reading.danger or heard), reading.danger)
    return [told[place] for place in sorted(told)]


def _quality(told: Sequence[tuple[Sample, Reading, bool]]) -> dict[str, Any]:
    pairs = [(sample, reading) for sample, reading, _ in told]
    styles = sorted({sample.style for sample, _ in pairs})
    net = [(sample, replace(reading, danger=danger)) for sample, reading, danger in told]
    alone = _figures(net)
    return {
        "samples": len(pairs),
        **_figures(pairs),
        "danger_recall_without_alarms": alone["danger_recall"],
        "danger_precision_without_alarms": alone["danger_precision"],
        "ece": round(_calibration_error(pairs), 4),
        "sure": [_when_sure(pairs, least) for least in SURE],
        "sets": [
            {"set": style, **_figures([pair for pair in pairs if pair[0].style == style])} for style in styles
        ],
    }


def _figures(pairs: Sequence[tuple[Sample, Reading]]) -> dict[str, Any]:
    right = [sample.label["category"] for sample, _ in pairs]
    said = [reading.category for _, reading in pairs]
    three = [[guess.code for guess in reading.categories[:3]] for _, reading in pairs]
    danger = [bool(sample.label.get("danger")) for sample, _ in pairs]
    flagged = [reading.danger for _, reading in pairs]
    both = sum(a and b for a, b in zip(danger, flagged, strict=True))
    return {
        "count": len(pairs),
        "macro_f1": macro_f1([code[:2] for code in right], [code[:2] for code in said]),
        "l1_accuracy": _share([a[:2] == b[:2] for a, b in zip(right, said, strict=True)]),
        "l3_top1": _share([a == b for a, b in zip(right, said, strict=True)]),
        "l3_top3": _share([a in b for a, b in zip(right, three, strict=True)]),
        "district_accuracy": _share(
            [(s.label.get("district") or "") == _at(r, "district") for s, r in pairs]
        ),
        "street_accuracy": _share([(s.label.get("street") or "") == _at(r, "street") for s, r in pairs]),
        "demand_type_accuracy": _share([s.label["demand_type"] == r.demand_type for s, r in pairs]),
        "danger_recall": round(both / max(1, sum(danger)), 4) if any(danger) else None,
        "danger_precision": round(both / max(1, sum(flagged)), 4) if any(flagged) else None,
    }


def _at(reading: Reading, level: str) -> str:
    return getattr(reading.place, level) if reading.place else ""


def _share(hits: Sequence[bool]) -> float:
    return round(sum(hits) / max(1, len(hits)), 4)


def macro_f1(right: Sequence[str], said: Sequence[str]) -> float:
    """The mean of F1 over the classes that occur in ``right``."""
    scores = []
    for name in sorted(set(right)):
        hits = sum(a == b == name for a, b in zip(right, said, strict=True))
        scores.append(2 * hits / (list(right).count(name) + list(said).count(name)))
    return round(statistics.mean(scores), 4) if scores else 0.0


def _calibration_error(pairs: Sequence[tuple[Sample, Reading]]) -> float:
    """Expected calibration error of the first guess over ten bins of equal width."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for sample, reading in pairs:
        hit = reading.category == sample.label["category"]
        bins[min(int(reading.confidence * BINS), BINS - 1)].append((reading.confidence, hit))
    gaps = [abs(sum(c for c, _ in one) - sum(hit for _, hit in one)) for one in bins]
    return sum(gaps) / max(1, len(pairs))


def _when_sure(pairs: Sequence[tuple[Sample, Reading]], least: float) -> dict[str, float]:
    """How many first guesses are at least so sure, and how many of them are right."""
    kept = [
        sample.label["category"] == reading.category
        for sample, reading in pairs
        if reading.confidence >= least
    ]
    return {"confidence": least, "share": round(len(kept) / max(1, len(pairs)), 4), "accuracy": _share(kept)}


def _baseline(samples: Sequence[Sample], folds: Any) -> dict[str, Any]:
    """Character 1-3 TF-IDF and LinearSVC on the samples alone, on the same folds."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    texts = np.array([f"{sample.title}\n{sample.text}" for sample in samples], dtype=object)
    found: dict[str, Any] = {"baseline": "TF-IDF of characters 1-3, LinearSVC, samples alone"}
    for task, labels in (
        ("l3", [sample.label["category"] for sample in samples]),
        ("l1", [sample.label["category"][:2] for sample in samples]),
        ("demand_type", [sample.label["demand_type"] for sample in samples]),
    ):
        right = np.array(labels)
        ranked = np.zeros((len(right), 3), dtype=right.dtype)
        for number in range(int(folds.max()) + 1):
            kept = folds != number
            vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
            model = make_pipeline(vectors, LinearSVC(C=0.5, random_state=0)).fit(texts[kept], right[kept])
            order = np.argsort(-model.decision_function(texts[~kept]), axis=1)[:, :3]
            ranked[~kept] = model.classes_[order]
        found[f"{task}_top1"] = round(float((ranked[:, 0] == right).mean()), 4)
        found[f"{task}_top3"] = round(float((ranked == right[:, None]).any(axis=1).mean()), 4)
        if task == "l1":
            found["macro_f1"] = macro_f1(list(right), list(ranked[:, 0]))
    return found
