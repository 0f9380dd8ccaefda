"""Labelled texts: the general learner beside a plain baseline, on the same folds in the same run.

Each text counts once (its first row), rows without text or label and labels of fewer than five rows are
left out; five stratified folds, shuffled with seed 42. Nothing is chosen on the fold that is tested: the
learner makes its choices by cross-validation inside the training rows.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from jieban.reading.learning.learner import learn_model
from jieban.reading.learning.measure import figures

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FOLDS, SEED, FEWEST = 5, 42, 5


@dataclass(frozen=True)
class Labelled:
    """Texts with labels; ``also`` is what only training rows have; ``more`` rows that only teach.

    ``keys`` name each row, and each row of ``more``, so that the same message is never on both sides.
    """

    texts: list[str]
    labels: list[str]
    also: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    more: list[tuple[str, str, str]] = field(default_factory=list)


def gathered(
    rows: Iterable[tuple[str, str, str, str]], more: Iterable[tuple[str, str, str]] = ()
) -> Labelled:
    """From (text, label, also, key): each text once, labels with enough rows."""
    first: dict[str, tuple[str, str, str]] = {}
    for text, label, also, key in rows:
        if text.strip() and label.strip():
            first.setdefault(text.strip(), (label.strip(), also.strip(), key))
    often = Counter(label for label, _, _ in first.values())
    kept = [(text, *rest) for text, rest in first.items() if often[rest[0]] >= FEWEST]
    return Labelled(*(list(column) for column in zip(*kept, strict=True)), more=list(more))


def measured(
    name: str, given: Labelled, baseline: Callable[[], Any], *, goal: dict[str, float], what: str, quick: bool
) -> dict[str, Any]:
    """One set of a bench: our figures, the baseline's, the goal. ``baseline`` makes an unfitted pipeline."""
    from sklearn.model_selection import StratifiedKFold

    right = np.array(given.labels)
    ours: dict[int, tuple[Sequence[str], float]] = {}
    plain: dict[int, tuple[Sequence[str], float]] = {}
    cpu = [0.0, 0.0]
    for number, (_, test) in enumerate(
        StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(right, right)
    ):
        if quick and number:
            break
        texts, labels, also = _training(given, set(test.tolist()))
        asked = [given.texts[place] for place in test]
        model = learn_model([(text,) for text in texts], labels, also=also if any(also) else ()).model
        begin = time.process_time()
        ranked = model.rank([(text,) for text in asked])
        cpu[0] += time.process_time() - begin
        ours |= {place: (one.labels, one.confidences[0]) for place, one in zip(test, ranked, strict=True)}
        pipeline = baseline().fit(texts, labels)
        begin = time.process_time()
        margins = pipeline.decision_function(asked)
        cpu[1] += time.process_time() - begin
        order = np.argsort(-margins, axis=1, kind="stable")[:, :5]
        sure = np.sort(margins, axis=1)[:, -1] - np.sort(margins, axis=1)[:, -2]
        plain |= {
            place: (pipeline.classes_[row].tolist(), float(each))
            for place, row, each in zip(test, order, sure, strict=True)
        }
    return {
        "set": name,
        **_figures(given, ours, cpu[0]),
        "baseline": {**_figures(given, plain, cpu[1], calibrated=False), "what": what},
        "goal": goal,
    }


def _training(given: Labelled, held: set[int]) -> tuple[list[str], list[str], list[str]]:
    """Texts, labels and also-texts of the training side; a message that is tested is on no other row."""
    tested = {given.keys[place] for place in held if given.keys[place]}
    kept = [place for place in range(len(given.texts)) if place not in held]
    more = [(text, label) for text, label, key in given.more if key not in tested]
    return (
        [given.texts[place] for place in kept] + [text for text, _ in more],
        [given.labels[place] for place in kept] + [label for _, label in more],
        [given.also[place] for place in kept] + [""] * len(more),
    )


def _figures(
    given: Labelled, told: dict[int, tuple[Sequence[str], float]], cpu: float, *, calibrated: bool = True
) -> dict[str, Any]:
    places = sorted(told)
    found = figures(
        sorted(set(given.labels)),
        [given.labels[place] for place in places],
        [told[place][0] for place in places],
        np.array([told[place][1] for place in places]),
    )
    if not calibrated:
        found.pop("ece")
    return found | {"texts_per_s": round(len(places) / max(cpu, 1e-9), 1)}


def characters() -> Any:
    """The baseline of short texts: characters 1-3 TF-IDF and LinearSVC."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    return make_pipeline(vectors, LinearSVC(C=0.5, random_state=0))


def words_and_characters() -> Any:
    """The baseline of segmented texts: words 1-2 and characters 1-3 TF-IDF, LinearSVC with C = 0.3."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(
        tokenizer=str.split,
        token_pattern=None,
        lowercase=False,
        ngram_range=(1, 2),
        sublinear_tf=True,
        min_df=2,
    )
    signs = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
    return make_pipeline(make_union(words, signs), LinearSVC(C=0.3, random_state=0))


CHARACTERS = "characters 1-3 TF-IDF, LinearSVC C = 0.5"
WORDS_AND_CHARACTERS = "words 1-2 and characters 1-3 TF-IDF (min_df 2), LinearSVC C = 0.3"


def table(name: str, columns: Sequence[str]) -> list[dict[str, str]] | None:
    """The rows of a file of the shared data, empty texts for missing values; None where it is absent."""
    path = DATA / f"{name}.parquet"
    if not path.exists():
        return None
    import pyarrow.parquet as parquet

    there = [column for column in columns if column in parquet.read_schema(path).names]
    rows = parquet.read_table(path, columns=there).to_pylist()
    return [{column: str(row.get(column) or "") for column in columns} for row in rows]


def absent(name: str) -> dict[str, Any]:
    """What a bench says of a set that is not there."""
    return {"set": name, "skipped": f"shared/data/{name}.parquet is not beside the checkout"}
