"""The sets of ``bench/place.py`` that parse addresses: trained, by rules, and a plain baseline."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jieban.reading.place.address_rules import parts_by_rules
from jieban.reading.place.address_training import Settings, Tagged, spans_of, train

FILE = "cn_address_parsing.parquet"
GOAL = {"tag_f1": 0.88}
_MOST_QUICK = 1500

Spans = set[tuple[str, int, int]]


def measure(folder: Path, quick: bool) -> dict[str, Any] | None:
    """Entity-level micro F1 by exact span and kind on split=dev, trained on split=train.

    None without the file. All kinds of the corpus count, what is said twice (``redundant``) and persons
    among them.
    """
    path = folder / FILE
    if not path.exists():
        return None
    learn, test = _corpus(path, "train", quick), _corpus(path, "dev", quick)
    begin = time.process_time()
    model = train(learn)
    trained = time.process_time() - begin
    gold = [set(spans_of(tags)) for _, tags in test]
    begin = time.process_time()
    said = [set(spans_of(model.tags_of(pieces))) for pieces, _ in test]
    speed = len(test) / max(1e-9, time.process_time() - begin)
    return {
        "set": "cn_address_parsing",
        "count": len(test),
        **_figures(gold, said),
        "by_rules": _figures(gold, [_ruled(pieces) for pieces, _ in test]),
        "train_cpu_s": round(trained, 1),
        "texts_per_s": round(speed, 1),
        "model_features": len(model.features),
        "baseline": {
            **_figures(gold, _plain(learn, test)),
            "what": "each piece for itself by logistic regression on the same features and trainer",
        },
        "goal": GOAL,
    }


def _corpus(path: Path, split: str, quick: bool) -> list[Tagged]:
    import pyarrow.parquet as parquet

    rows = parquet.read_table(path, columns=["split", "tokens", "tags"]).to_pylist()
    held = [
        (row["tokens"].split(), row["tags"].split())
        for row in rows
        if row["split"] == split and row["tokens"] and row["tags"]
    ]
    sound: list[Tagged] = [(pieces, tags) for pieces, tags in held if len(pieces) == len(tags)]
    if quick:
        sound = random.Random(42).sample(sound, min(_MOST_QUICK, len(sound)))
    return sound


def _figures(gold: Sequence[Spans], said: Sequence[Spans]) -> dict[str, float]:
    hits = sum(len(a & b) for a, b in zip(gold, said, strict=True))
    precision = hits / max(1, sum(map(len, said)))
    recall = hits / max(1, sum(map(len, gold)))
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"tag_f1": round(f1, 4), "precision": round(precision, 4), "recall": round(recall, 4)}


def _ruled(pieces: Sequence[str]) -> Spans:
    """What the rules say of the pieces written together, as spans of pieces."""
    ends = [0]
    for piece in pieces:
        ends.append(ends[-1] + len(piece))
    first = {position: at for at, position in enumerate(ends)}
    return {
        (kind, first[start], first[end])
        for kind, start, end in parts_by_rules("".join(pieces))
        if start in first and end in first
    }


def _plain(learn: Sequence[Tagged], test: Sequence[Tagged]) -> list[Spans]:
    """Each piece judged for itself by logistic regression on the same features."""
    model = train(learn, Settings(chained=False))
    return [set(spans_of(model.tags_of(pieces))) for pieces, _ in test]
