"""From rows of a file to a stored model: what was learned, from what, how well, and whether it is better.

A new model is held against the active one on rows that neither has learned from; where there are none
(the same rows again), on what each answered to rows held out while it learned.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from jieban.reading.learning.learner import Learned, Progress, learn_model
from jieban.reading.learning.measure import confusion, figures
from jieban.reading.learning.model import LearnedModel, confidence_of
from jieban.reading.learning.store import NoModel, Store

TOLERANCE = 0.003
"""A new model may be so much less right than the active one: less is chance."""
FEWEST_TO_COMPARE = 30
"""Fewer rows that neither model has seen decide nothing."""
SEEN = "seen"
"""The array with the fingerprints of the rows that were learned from."""


@dataclass(frozen=True)
class Rows:
    """Labelled texts of one file: the fields of each row, its label, and what only training rows have."""

    texts: list[tuple[str, ...]]
    labels: list[str]
    also: list[str]
    source: str
    left_out: int = 0
    doubles: int = 0


@dataclass(frozen=True, slots=True)
class Lesson:
    """What came of learning: the version that was stored, its card, and how it compares."""

    version: str
    card: dict[str, Any]
    better: bool


def gathered(rows: Iterable[tuple[tuple[str, ...], str, str]], source: str, fewest: int = 2) -> Rows:
    """Rows ready to learn from: without empty ones, doubles, and labels of fewer than ``fewest`` rows."""
    kept: dict[tuple[str, ...], tuple[str, str]] = {}
    empty = doubles = 0
    for texts, label, also in rows:
        key = tuple(text.strip() for text in texts)
        if not any(key) or not label.strip():
            empty += 1
        elif key in kept:
            doubles += 1
        else:
            kept[key] = (label.strip(), also.strip())
    often: dict[str, int] = {}
    for label, _ in kept.values():
        often[label] = often.get(label, 0) + 1
    chosen = {key: value for key, value in kept.items() if often[value[0]] >= fewest}
    return Rows(
        list(chosen),
        [label for label, _ in chosen.values()],
        [also for _, also in chosen.values()],
        source,
        empty + len(kept) - len(chosen),
        doubles,
    )


def learn_and_keep(
    store: Store, name: str, rows: Rows, made_at: str, progress: Progress = lambda what, done, of: None
) -> Lesson:
    """Learn from ``rows``, hold the model against the active one and keep it as a version of ``name``.

    ``made_at`` is the moment written on the card (ISO, UTC). Raises ``CannotLearn`` and ``OSError``.
    """
    also = rows.also if any(rows.also) else ()
    learned = learn_model(rows.texts, rows.labels, also=also, progress=progress)
    seen = fingerprints(rows)
    compared = _compared(store, name, learned, rows, seen)
    card = _card(learned, rows, made_at) | {"compared": compared}
    version = store.add(name, {**learned.model.arrays(), SEEN: seen}, card)
    return Lesson(version, store.card(name, version), bool(compared.get("better", True)))


def fingerprints(rows: Rows) -> npt.NDArray[np.uint64]:
    """One number for each text: enough to know a row again, not enough to read it."""
    digests = (sha256("\n".join(text).encode("utf-8", "replace")).digest()[:8] for text in rows.texts)
    return np.frombuffer(b"".join(digests), dtype=np.uint64)


def scored(model: LearnedModel, rows: Rows) -> dict[str, Any]:
    """How well a model labels rows that it may never have seen, with its commonest mistakes."""
    ranked = model.rank(rows.texts)
    said = [each.labels for each in ranked]
    sure = np.array([each.confidences[0] for each in ranked])
    known = np.array([each.known for each in ranked])
    hit = np.array([each[0] == right for each, right in zip(said, rows.labels, strict=True)])
    return {
        **figures(model.labels, rows.labels, said, sure),
        "known": round(float(known.mean()), 4),
        "accuracy_known": round(float(hit[known].mean()), 4) if known.any() else 0.0,
        "confusion": confusion(model.labels, rows.labels, [each[0] for each in said]),
    }


def compare(store: Store, name: str, version: str, with_: str, rows: Rows) -> dict[str, Any]:
    """Hold two versions against each other on rows that neither has learned from.

    Where all rows are known to one of them the answers say nothing and ``better`` is None.
    """
    known = np.concatenate(
        [store.arrays(name, each).get(SEEN, np.zeros(0, np.uint64)) for each in (version, with_)]
    )
    fresh = ~np.isin(fingerprints(rows), known)
    part = _part(rows, fresh)
    if len(part.texts) < FEWEST_TO_COMPARE:
        return {"with": with_, "rows": len(part.texts), "better": None}
    new, old = (scored(store.model(name, each), part) for each in (version, with_))
    return _verdict(with_, "fresh rows", len(part.texts), new, old)


def _compared(
    store: Store, name: str, learned: Learned, rows: Rows, seen: npt.NDArray[np.uint64]
) -> dict[str, Any]:
    active = store.active(name)
    if not active:
        return {}
    try:
        old_seen = store.arrays(name, active).get(SEEN, np.zeros(0, np.uint64))
        fresh = ~np.isin(seen, old_seen)
        if int(fresh.sum()) >= FEWEST_TO_COMPARE:
            part = _part(rows, fresh)
            new = _held_out_figures(learned, part, learned.held_out[fresh])
            return _verdict(
                active, "fresh rows", len(part.texts), new, scored(store.model(name, active), part)
            )
        held = _held_out_figures(learned, rows, learned.held_out)
        return _verdict(active, "held-out rows", len(rows.texts), held, store.card(name, active)["held_out"])
    except (NoModel, ValueError, KeyError) as error:
        return {"with": active, "better": True, "why": f"the active version cannot be used: {error}"}


def _verdict(with_: str, on: str, count: int, new: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    worth = (new["macro_f1"] + new["accuracy"]) / 2, (old["macro_f1"] + old["accuracy"]) / 2
    pair = {
        key: [new[key], old[key]]
        for key in ("macro_f1", "accuracy", "top3", "ece")
        if key in new and key in old
    }
    return {
        "with": with_,
        "on": on,
        "rows": count,
        "new_old": pair,
        "better": worth[0] >= worth[1] - TOLERANCE,
    }


def _part(rows: Rows, kept: npt.NDArray[np.bool_]) -> Rows:
    chosen = np.flatnonzero(kept)
    return Rows(
        [rows.texts[each] for each in chosen],
        [rows.labels[each] for each in chosen],
        [rows.also[each] for each in chosen],
        rows.source,
    )


def _held_out_figures(learned: Learned, rows: Rows, shares: npt.NDArray[np.float64]) -> dict[str, Any]:
    model = learned.model
    order = np.argsort(-shares, axis=1, kind="stable")[:, :5]
    said = [[model.labels[place] for place in row] for row in order]
    sure = np.array([confidence_of(float(each), model.mixed.curve) for each in shares.max(axis=1)])
    found = figures(model.labels, rows.labels, said, sure)
    return found | {"confusion": confusion(model.labels, rows.labels, [each[0] for each in said])}


def _card(learned: Learned, rows: Rows, made_at: str) -> dict[str, Any]:
    """What anybody should know of a model before he uses it (model card)."""
    labels, counts = np.unique(np.array(rows.labels), return_counts=True)
    return {
        "made_at": made_at,
        "labels": list(learned.model.labels),
        "fields": learned.model.fields,
        "data": {
            "source": rows.source,
            "rows": len(rows.texts),
            "left_out": rows.left_out,
            "doubles": rows.doubles,
            "fingerprint": sha256(fingerprints(rows).tobytes() + "\n".join(rows.labels).encode()).hexdigest(),
            "labels": dict(zip(labels.tolist(), counts.tolist(), strict=True)),
        },
        "recipe": asdict(learned.recipe),
        "width": learned.model.space.width,
        "held_out": _held_out_figures(learned, rows, learned.held_out),
        "for": "Proposing a label to people who decide; not for deciding about a person by itself.",
        "limits": "Knows only the labels above and the kind of text it was taught; below its least "
        "confidence it says that it does not know. Texts are kept as hashes of their parts only.",
    }
