"""Events: whether messages that tell of one event are found together, as they come in and all at once.

``jieban bench events [--quick] [--gold FILE] [--messages FILE]``. Messages: ``teddy_t3_hot`` beside the
checkout, or a Parquet file with the columns id, title, detail, time (votes may be missing). Gold: CSV or
Parquet with id and event, ``teddy_t3_events.csv`` beside the messages when not given; labels are cut from
data that are not ours, so none come with the project. Messages without a label count for nothing, though
they are clustered too; without any label only the speed is told.

A column ``part`` may say ``dev`` or ``test``: the baseline's threshold is then chosen on ``dev`` and the
figures are those of ``test``. Without it the figures are those of all labelled rows, and the baseline gets
the threshold that is best for it on the same rows. ``Bars``, by which we cluster, are never chosen here.

The baseline: 0.4 title + 0.4 detail + 0.2 place, cosines of character 2-3 TF-IDF, average link.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from jieban.reading.likeness.events import Bars, EventStream, Item, all_at_once
from jieban.reading.likeness.signature import signature

MESSAGES = Path(__file__).resolve().parents[2] / "shared" / "data" / "teddy_t3_hot.parquet"
GOLD = "teddy_t3_events.csv"
BATCH = 128
"""Messages taken in at a time."""
LOOK_OVER = 4
"""After so many batches the events are looked over, and what looks like one is merged."""
GOAL = {"pair_f1": 0.90}


def run(args: list[str]) -> dict[str, Any]:
    """Run the bench; options --quick (the first 1,500 messages), --gold, --messages."""
    parser = argparse.ArgumentParser(prog="jieban bench events")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--messages", type=Path, default=MESSAGES)
    options = parser.parse_args(args)
    machine = {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count()}
    if not options.messages.exists():
        return {"bench": "events", "metrics": {"sets": []}, "reference": {},
                "skipped": f"{options.messages.name} is not there", "machine": machine}  # fmt: skip
    rows = sorted(_table(options.messages), key=lambda row: (str(row["time"]), str(row["id"])))
    rows = rows[:1500] if options.quick else rows
    dev, gold, where = _labels(
        options.gold or options.messages.with_name(GOLD), {str(row["id"]) for row in rows}
    )
    metrics = _measured(rows, dev, gold, f"{options.messages.stem}, {where}")
    return {"bench": "events", "metrics": metrics, "reference": {"goal": GOAL}, "machine": machine}


def _table(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    import pyarrow.parquet as parquet

    rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    return rows


def _labels(gold: Path, known: set[str]) -> tuple[dict[str, str], dict[str, str], str]:
    """The labels by which the baseline is cut, those to be measured on, and what these are called."""
    if not gold.exists():
        return {}, {}, f"no labels: {gold.name} is not there; give --gold FILE"
    rows = [row for row in _table(gold) if str(row["id"]) in known and row["event"] not in (None, "")]
    every = {str(row["id"]): str(row["event"]) for row in rows}
    parts = {str(row["id"]): str(row.get("part") or "") for row in rows}
    dev = {one: event for one, event in every.items() if parts[one] == "dev"}
    test = {one: event for one, event in every.items() if parts[one] == "test"}
    return (dev, test, f"{gold.name}, test part") if dev and test else (every, every, gold.name)


def _measured(
    rows: Sequence[Mapping[str, Any]], dev: dict[str, str], gold: dict[str, str], name: str
) -> dict[str, Any]:
    texts = [(str(row["title"] or "").strip(), str(row["detail"] or "").strip()) for row in rows]
    ids = [str(row["id"]) for row in rows]
    begin, cpu = time.perf_counter(), time.process_time()
    items = _items(rows, texts)
    read_s = time.process_time() - cpu
    streamed = _streamed(items)
    took, cpu = time.perf_counter() - begin, time.process_time() - cpu
    begin = time.process_time()
    whole = all_at_once(items, Bars().merge)
    whole_s = time.process_time() - begin + read_s
    baseline, cut = _baseline(texts, ids, dev)
    found = scores([streamed[place] for place in range(len(ids))], ids, gold)
    sizes = Counter(streamed.values())
    return {
        "messages": len(rows),
        "texts_per_s": round(len(rows) / took, 1),
        "texts_per_cpu_s": round(len(rows) / cpu, 1),
        "events": len(sizes),
        "events_of_3_and_more": sum(size >= 3 for size in sizes.values()),
        "sets": [
            {
                "set": name,
                "count": len([one for one in ids if one in gold]),
                **found,
                "all_at_once": {
                    **scores([whole[place] for place in range(len(ids))], ids, gold),
                    "texts_per_cpu_s": round(len(rows) / whole_s, 1),
                },
                "dev": scores([streamed[place] for place in range(len(ids))], ids, dev),
                "baseline": {
                    **scores(baseline, ids, gold),
                    "what": f"0.4 title + 0.4 detail + 0.2 place, average link, cut {cut:.2f}",
                },
                "goal": GOAL,
            }
        ],
    }


def _items(rows: Sequence[Mapping[str, Any]], texts: Sequence[tuple[str, str]]) -> list[Item]:
    first = _moment(rows[0]["time"])
    return [
        Item(place, (_moment(row["time"]) - first).total_seconds() / 86_400, signature(*text))
        for place, (row, text) in enumerate(zip(rows, texts, strict=True))
    ]


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _streamed(items: Sequence[Item]) -> dict[int, int]:
    stream = EventStream()
    for number, start in enumerate(range(0, len(items), BATCH), 1):
        stream.add(items[start : start + BATCH])
        if number % LOOK_OVER == 0 or start + BATCH >= len(items):
            for one in stream.merge_proposals():
                stream.merge(one.kept, one.gone)
    return stream.of


def scores(said: Sequence[int], ids: Sequence[str], gold: Mapping[str, str]) -> dict[str, Any]:
    """Precision, recall and F1 over the pairs of labelled messages, and what is impure.

    ``events_found``: labelled events of two and more of which at least half lies in one group that is
    at least half theirs. ``largest_impure``: labelled members of the largest group that mixes events.
    """
    pairs = [(event, gold[one]) for event, one in zip(said, ids, strict=True) if one in gold]
    if not pairs:
        return {"pair_f1": None}
    both = _pairs(Counter(pairs))
    ours, theirs = _pairs(Counter(a for a, _ in pairs)), _pairs(Counter(b for _, b in pairs))
    groups: dict[int, Counter[str]] = defaultdict(Counter)
    for ours_, its in pairs:
        groups[ours_][its] += 1
    sizes = Counter(its for _, its in pairs)
    held = {
        its
        for group in groups.values()
        for its, count in group.items()
        if count * 2 >= sizes[its] > 1 and count * 2 >= group.total()
    }
    precision, recall = both / max(1, ours), both / max(1, theirs)
    return {
        "pair_f1": round(2 * precision * recall / max(1e-9, precision + recall), 4),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "events_found": f"{len(held)} of {sum(size > 1 for size in sizes.values())}",
        "largest_impure": max((group.total() for group in groups.values() if len(group) > 1), default=0),
    }


def _pairs(counts: Counter[Any]) -> int:
    return sum(count * (count - 1) // 2 for count in counts.values())


def _baseline(
    texts: Sequence[tuple[str, str]], ids: Sequence[str], dev: Mapping[str, str]
) -> tuple[list[int], float]:
    """The groups of the baseline at the cut that is best on dev, and that cut."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    total = np.zeros((len(texts), len(texts)), dtype=np.float32)
    places = [" ".join(_PLACE.findall(f"{title}，{detail[:400]}")) for title, detail in texts]
    for weight, part in ((0.4, [t for t, _ in texts]), (0.4, [d for _, d in texts]), (0.2, places)):
        total += np.float32(weight) * _cosines(part)
    apart = np.clip(1 - (total + total.T) / 2, 0, 1)
    np.fill_diagonal(apart, 0)
    tree = linkage(squareform(apart, checks=False), "average")
    cuts = [number / 100 for number in range(70, 99)]
    best = max(cuts, key=lambda cut: scores(list(fcluster(tree, cut, "distance")), ids, dev)["pair_f1"] or 0)
    return [int(one) for one in fcluster(tree, best, "distance")], best


def _cosines(part: Sequence[str]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(part):
        return np.zeros((len(part), len(part)), dtype=np.float32)
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True, min_df=2, max_df=0.5)
    matrix = vectors.fit_transform(part)
    return (matrix @ matrix.T).toarray().astype(np.float32)


def _place() -> Any:
    import re

    ends = (
        "街道|小区|社区|花园|新城|国际城|家园|苑|城|路|村|镇|广场|大厦|学院|学校|中学|小学|公司|湾|府|公园|站|"
        "号线"
    )
    return re.compile(rf"[A-Za-z]?\d*[市区县]?[\u4e00-\u9fffA-Za-z0-9]{{2,8}}(?:{ends})")


_PLACE = _place()
