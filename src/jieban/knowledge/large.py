"""The index for large collections: tantivy finds a few dozen texts, the exact index puts them in order.

tantivy (BM25) looks for pairs of Chinese signs and for Latin words and numbers; the rarest of a long
question are enough to find with. What it finds is weighed by ``index.Index`` with the statistics of the
whole collection, so a text ranks as it would in a small one.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import numpy as np
import tantivy

from jieban.knowledge.grams import SPACE, grams
from jieban.knowledge.index import Counted, Index, Ranked, Statistics
from jieban.knowledge.regions import Marks, Regions
from jieban.knowledge.script import plain

FETCHED = 60
"""So many texts are fetched to be put in order."""
MOST_TERMS = 96
"""With so many of its rarest terms a long question is looked for."""
MOST_SIGNS = 4000
"""A question is read so far; nobody asks longer."""
_TERM = re.compile(r"[a-z0-9]{1,40}|[\u3400-\u9fff]+")
_STATISTICS = "statistics.npz"
_HEAP = 64_000_000


def terms(text: str) -> Iterator[str]:
    """The terms of a text in plain script: pairs of Chinese signs, words, numbers, lone signs."""
    for part in _TERM.finditer(text):
        run = part[0]
        if run[0] < "\u3400" or len(run) == 1:
            yield run
        else:
            yield from (run[place : place + 2] for place in range(len(run) - 1))


class LargeIndex:
    """An index in a folder; rows are the places of the texts in the list it was built from."""

    def __init__(self, folder: Path, regions: Regions | None = None) -> None:
        """Open what ``build`` made. Raises ``OSError`` or ``ValueError`` when it is not there or damaged."""
        with np.load(folder / _STATISTICS, allow_pickle=False) as kept:
            count, mean = kept["whole"]
            self.statistics = Statistics(int(count), float(mean), kept["frequency"])
        self._regions = regions or Regions()
        self._index = tantivy.Index.open(str(folder / "terms"))
        self._searcher = self._index.searcher()

    @classmethod
    def build(cls, folder: Path, texts: Iterable[str], regions: Regions | None = None) -> None:
        """Make the index of ``texts`` in ``folder``; whoever finishes second leaves the first's in place."""
        making = folder.with_name(f"{folder.name}.{uuid4().hex[:8]}")
        (making / "terms").mkdir(parents=True)
        try:
            cls._write(making, texts, regions or Regions())
            if not folder.exists():
                making.rename(folder)
        except OSError:
            if not folder.exists():
                raise
        finally:
            shutil.rmtree(making, ignore_errors=True)

    @classmethod
    def _write(cls, folder: Path, texts: Iterable[str], regions: Regions) -> None:
        index = tantivy.Index(_schema(), str(folder / "terms"))
        writer = index.writer(_HEAP, 1)
        frequency = np.zeros(SPACE, dtype=np.int32)
        count = length = 0
        for count, text in enumerate(texts, start=1):
            one = Counted.of(text, regions)
            frequency[one.grams] += 1
            length += int(one.often.sum())
            looked_for = " ".join(terms(plain(text)))
            writer.add_document(tantivy.Document(row=count - 1, kept=_packed(one), terms=looked_for))
        writer.commit()
        writer.wait_merging_threads()
        whole = np.array([count, max(1.0, length / max(1, count))])
        np.savez(folder / _STATISTICS, whole=whole, frequency=frequency)

    def rank(self, question: str, details: str = "", most: int = 10) -> list[Ranked]:
        """The texts nearest to a question, as ``Index.rank`` tells."""
        question, details = question[:MOST_SIGNS], details[:MOST_SIGNS]
        asked = self._rarest(plain(f"{question} {details}"))
        if not asked:
            return []
        schema = self._index.schema
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "terms", one, "freq")) for one in asked]
        )
        hits = self._searcher.search(query, max(FETCHED, most), count=False).hits
        documents = [self._searcher.doc(address) for _, address in hits]
        rows = [int(document["row"][0]) for document in documents]
        near = Index(
            [_unpacked(document["kept"][0]) for document in documents], self._regions, self.statistics
        )
        ranked = near.rank(question, details, most)
        return [Ranked(rows[one.row], one.score, one.cover) for one in ranked]

    def _rarest(self, asked: str) -> Sequence[str]:
        found = list(dict.fromkeys(terms(asked)))
        if len(found) <= MOST_TERMS:
            return found
        rarity = {
            one: min(int(self.statistics.frequency[gram]) or SPACE for gram in grams(one)) for one in found
        }
        return sorted(found, key=lambda one: (rarity[one], one))[:MOST_TERMS]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", stored=True)
    builder.add_bytes_field("kept", stored=True)
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _packed(one: Counted) -> bytes:
    """A counted text as bytes: its places in a line, then grams and how often each."""
    marks = ",".join(sorted(one.marks.wide)) + ";" + ",".join(sorted(one.marks.narrow))
    often = np.minimum(one.often, 0xFFFF).astype("<u2")
    return marks.encode() + b"\n" + one.grams.astype("<u4").tobytes() + often.tobytes()


def _unpacked(kept: bytes) -> Counted:
    line, _, numbers = bytes(kept).partition(b"\n")
    wide, narrow = (frozenset(filter(None, part.split(","))) for part in line.decode().split(";"))
    size = len(numbers) // 6
    found = np.frombuffer(numbers, dtype="<u4", count=size).astype(np.int64)
    often = np.frombuffer(numbers, dtype="<u2", offset=4 * size, count=size).astype(np.float64)
    return Counted(found, often, Marks(wide, narrow))
