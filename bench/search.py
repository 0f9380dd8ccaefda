"""Search: how often the article that answers a question is the first, or among the first five.

``jieban bench search [--quick] [--data=FOLDER]``. Three sets where they lie beside the checkout:

* ``teddy_t4_reply``: a message (title, detail) → its official reply among all distinct replies. Greetings
  with user names, and ids, are taken out of the replies first, so that nobody is found by his name.
* ``kaohsiung_gov_faq``: a question → its answer among all distinct answers; no question is indexed.
* ``statutes``: our own questions (``bench/labels/statute_questions.csv``, written before any search was
  tried) → the article of the statute, among the articles of all statutes.

The split is fixed: rows permuted with ``RandomState(42)``, the first 30 % are the development part on which
the weights of ``knowledge.index`` were chosen; figures are told on the other 70 % ("part": "test") and on all
rows ("part": "all"). Rows without question or answer are left out. The ranker is the one of the product,
``knowledge.index.Index``; ``large`` is the product's way above 50,000 articles. The baselines, computed in
the same run on the same rows: exact TF-IDF cosine of characters 1-3 (sublinear), and tantivy's BM25 on
character pairs. Speed is measured on made-up articles out of our own samples.
"""

from __future__ import annotations

import csv
import os
import platform
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench._texts import told
from jieban.knowledge.index import Index
from jieban.knowledge.large import LargeIndex, terms
from jieban.knowledge.script import plain
from jieban.knowledge.statutes import read_statute

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
QUESTIONS = Path(__file__).parent / "labels" / "statute_questions.csv"
MOST = 50
GOALS = {"teddy_t4_reply": 0.74, "kaohsiung_gov_faq": 0.73}
GOAL_TEXTS_PER_S = 200
CHARACTERS = "TF-IDF cosine of characters 1-3, sublinear, exact"
PAIRS = "tantivy BM25 on character pairs"
_GREETING = re.compile(r'^\s*网友[“"‘]?[^”"’：:]{0,20}[”"’]?\s*[：:，,]?\s*(您好|你好)?[！!，,。:：]*')
_ID = re.compile(r"[A-Z]{1,3}\d{5,}")

type Query = tuple[str, str]
type Ranker = Callable[[str, str], list[int]]


def run(args: list[str]) -> dict[str, Any]:
    quick = "--quick" in args
    folder = next((Path(arg.partition("=")[2]) for arg in args if arg.startswith("--data=")), DATA)
    sets: list[dict[str, Any]] = []
    for name, load in (("teddy_t4_reply", replies), ("kaohsiung_gov_faq", faq), ("statutes", statutes)):
        found = load(folder)
        if found is None:
            sets.append({"set": name, "skipped": "its file is not beside the checkout"})
        else:
            sets += _measured(name, *found)
    return {
        "bench": "search",
        "metrics": {"sets": sets, **_speed(quick)},
        "reference": {"goal_r_at_1": GOALS, "goal_texts_per_s": GOAL_TEXTS_PER_S},
        "machine": {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count(),
                    "python": platform.python_version()},
    }  # fmt: skip


def replies(folder: Path) -> tuple[list[Query], list[str], list[set[int]]] | None:
    """Messages, distinct replies, and which reply belongs to each message."""
    rows = _rows(folder / "teddy_t4_reply.parquet", ("title", "detail", "reply"))
    if rows is None:
        return None
    whole = [
        ((row["title"], row["detail"]), _ID.sub("", _GREETING.sub("", row["reply"])).strip()) for row in rows
    ]
    return _apart([(query, reply) for query, reply in whole if any(query) and reply])


def faq(folder: Path) -> tuple[list[Query], list[str], list[set[int]]] | None:
    """Questions, distinct answers, and which answer belongs to each question."""
    rows = _rows(folder / "kaohsiung_gov_faq.parquet", ("question", "answer"))
    if rows is None:
        return None
    return _apart(
        [((row["question"], ""), row["answer"]) for row in rows if row["question"] and row["answer"]]
    )


def statutes(folder: Path) -> tuple[list[Query], list[str], list[set[int]]] | None:
    """Our questions, the articles of all statutes, and which articles answer each question."""
    files = sorted((folder / "statutes").glob("*.md"))
    if not files:
        return None
    texts: list[str] = []
    row_of: dict[tuple[str, str], int] = {}
    for path in files:
        statute = read_statute(path.read_text(encoding="utf-8-sig"), path.stem)
        for one in statute.articles:
            row_of[path.stem.partition("(")[0], one.number] = len(texts)
            head = f"{statute.name} {one.label}"
            texts.append("\n".join((head, head, *one.paragraphs)))
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        asked = list(csv.DictReader(file))
    right = [{row_of[law, number] for law, _, number in (a.rpartition(":") for a in row["answers"].split())
              if (law, number) in row_of} for row in asked]  # fmt: skip
    known = [place for place, rows in enumerate(right) if rows]
    return [(asked[place]["question"], "") for place in known], texts, [right[place] for place in known]


def _rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]] | None:
    if not path.exists():
        return None
    import pyarrow.parquet as parquet

    rows = parquet.read_table(path, columns=list(columns)).to_pylist()
    return [{name: str(row[name] or "").strip() for name in columns} for row in rows]


def _apart(pairs: Sequence[tuple[Query, str]]) -> tuple[list[Query], list[str], list[set[int]]]:
    place: dict[str, int] = {}
    right = [{place.setdefault(text, len(place))} for _, text in pairs]
    return [query for query, _ in pairs], list(place), right


def _measured(
    name: str, queries: list[Query], texts: list[str], right: list[set[int]]
) -> list[dict[str, Any]]:
    index = Index.of(texts)
    begin, cpu = time.perf_counter(), time.process_time()
    ours = _ranks(lambda one, more: [hit.row for hit in index.rank(one, more, MOST)], queries, right)
    per_s = len(queries) / (time.perf_counter() - begin)
    per_cpu_s = len(queries) / (time.process_time() - cpu)
    with tempfile.TemporaryDirectory() as folder:
        LargeIndex.build(Path(folder) / "index", texts)
        wide = LargeIndex(Path(folder) / "index")
        large = _ranks(lambda one, more: [hit.row for hit in wide.rank(one, more, MOST)], queries, right)
    chars = _by_characters(texts, queries, right)
    pairs = _by_tantivy(texts, queries, right)
    test = np.ones(len(queries), dtype=bool)
    if name in GOALS:
        test[np.random.RandomState(42).permutation(len(queries))[: int(len(queries) * 0.3)]] = False
    parts = {"test": test, "all": np.ones(len(queries), dtype=bool)}
    return [
        {
            "set": name,
            "part": part,
            "count": int(kept.sum()),
            "candidates": len(texts),
            **_figures(ours[kept]),
            "texts_per_s": round(per_s, 1),
            "texts_per_cpu_s": round(per_cpu_s, 1),
            "large": _figures(large[kept]),
            "baseline": {
                **_figures(chars[kept]),
                "what": CHARACTERS,
            },
            "baseline_tantivy": {**_figures(pairs[kept]), "what": PAIRS},
            "goal": {"r_at_1": GOALS.get(name)},
        }
        for part, kept in parts.items()
        if part == "all" or name in GOALS
    ]


def _ranks(rank: Ranker, queries: Sequence[Query], right: Sequence[set[int]]) -> Any:
    """The place (from 1) of the first right answer for each question; 0 where it is not among ``MOST``."""
    ranks = []
    for (one, more), rows in zip(queries, right, strict=True):
        found = rank(one, more)
        ranks.append(next((place for place, row in enumerate(found, start=1) if row in rows), 0))
    return np.array(ranks)


def _figures(ranks: Any) -> dict[str, float]:
    hit = ranks > 0
    return {
        "r_at_1": round(float((ranks == 1).mean()), 4),
        "r_at_5": round(float((hit & (ranks <= 5)).mean()), 4),
        "mrr": round(float(np.where(hit, 1 / np.maximum(ranks, 1), 0).mean()), 4),
    }


def _by_characters(texts: Sequence[str], queries: Sequence[Query], right: Sequence[set[int]]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    kept = vectors.fit_transform(texts)

    def rank(one: str, more: str) -> list[int]:
        near = (kept @ vectors.transform([f"{one} {more}".strip()]).T).toarray().ravel()
        return [int(row) for row in np.argsort(-near, kind="stable")[:MOST]]

    return _ranks(rank, queries, right)


def _by_tantivy(texts: Sequence[str], queries: Sequence[Query], right: Sequence[set[int]]) -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", stored=True)
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(64_000_000, 1)
    for row, text in enumerate(texts):
        writer.add_document(tantivy.Document(row=row, terms=" ".join(terms(plain(text)))))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def rank(one: str, more: str) -> list[int]:
        asked = list(dict.fromkeys(terms(plain(f"{one} {more}"))))
        any_of = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "terms", term, "freq")) for term in asked
        ]
        hits = searcher.search(tantivy.Query.boolean_query(any_of), MOST).hits if asked else []
        return [int(searcher.doc(address)["row"][0]) for _, address in hits]

    return _ranks(rank, queries, right)


def _speed(quick: bool) -> dict[str, Any]:
    """Questions a second over 10,000 articles held exactly; the time of one over 100,000 through tantivy."""
    chance = random.Random(42)
    few, many = (1_000, 2_000) if quick else (10_000, 100_000)
    texts = ["\n".join(told(chance)) for _ in range(few)]
    asked = [told(chance)[0] for _ in range(200 if quick else 1000)]
    index = Index.of(texts)
    begin, cpu = time.perf_counter(), time.process_time()
    for question in asked:
        index.rank(question, "", 5)
    per_s = len(asked) / (time.perf_counter() - begin)
    per_cpu_s = len(asked) / (time.process_time() - cpu)
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        LargeIndex.build(Path(folder) / "index", ("\n".join(told(chance)) for _ in range(many)))
        built = time.perf_counter() - begin
        wide = LargeIndex(Path(folder) / "index")
        spans = [_span(lambda one=one: wide.rank(one, "", 5)) for one in asked[:300]]
    return {
        "articles": few,
        "texts_per_s": round(per_s, 1),
        "texts_per_cpu_s": round(per_cpu_s, 1),
        "large_articles": many,
        "large_build_s": round(built, 1),
        "large_ms_p50": round(1000 * statistics.median(spans), 2),
        "large_ms_p95": round(1000 * statistics.quantiles(spans, n=20)[18], 2),
    }


def _span(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
