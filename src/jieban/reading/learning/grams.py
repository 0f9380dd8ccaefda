"""The parts of a text by which it is told from others: words, pairs of words, runs of one to three signs.

A row is one text in one or more fields, the most telling field (the title) first. What stands at the
beginning counts a second time: people say first what it is about. Every part is known by a 64-bit hash,
the same on every machine, so that a model holds numbers only and no word of anybody's letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt
import rjieba

from jieban.reading.text import clean, fold

Hashes = npt.NDArray[np.uint64]
Counted = tuple[tuple[Hashes, npt.NDArray[np.float32]], ...]
"""For each block the distinct parts of a row, in order, and their counts."""

BLOCKS = ("words", "signs", "head")
"""The kinds of parts; each is weighed and brought to length one by itself."""
HEAD_WORDS = 10
"""So many words of a text of one field count as its head."""
MOST_SIGNS = 3_000
"""So many signs of a row are looked at: more of them say nothing new about what it is about."""
_RUNS = (1, 2, 3)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_PAIR = 0x01000193
_SEGMENTED = re.compile(r"[\u3400-\u9fff]\s+[\u3400-\u9fff]")
_WORD = re.compile(r"\w", re.UNICODE)
_MASKS = re.compile(r"\d{5,}|\*{2,}")


def counted(row: Sequence[str]) -> Counted:
    """For each of ``BLOCKS`` the distinct parts of a row and how often each occurs."""
    fields = [plain(field) for field in row]
    words = [_words(field) for field in fields]
    every = [word for part in words for word in part]
    head = words[0] if len(fields) > 1 and words[0] else every[:HEAD_WORDS]
    if len(every) < 2 * len(head):  # a short text is all head: it would only count twice
        head = []
    return (
        _counts(_word_hashes(every)),
        _counts(_sign_hashes(" ".join(fields))),
        _counts(_word_hashes(head)),
    )


def plain(field: str) -> str:
    """A field as it is compared: clean, folded, long numbers masked, not longer than is looked at."""
    return _MASKS.sub("#", fold(clean(field[:MOST_SIGNS])))


def _words(field: str) -> list[str]:
    """The words of a field; a text that comes with blanks between its words is taken as it is cut."""
    if len(_SEGMENTED.findall(field[:200])) >= 5:
        return [word for word in field.split() if _WORD.search(word)]
    return [word for word in rjieba.cut(field) if _WORD.search(word)]


def _word_hashes(words: Sequence[str]) -> Hashes:
    """The hashes of words and of pairs of neighbours."""
    single = np.fromiter((crc32(word.encode()) for word in words), dtype=np.uint64, count=len(words))
    single = (single + np.uint64(1)) * _STEP
    pairs = single[:-1] * np.uint64(_PAIR) ^ single[1:]
    return np.concatenate((single, pairs * _STEP))


def _sign_hashes(text: str) -> Hashes:
    """The hashes of all runs of one to three signs; blanks count once, as the border of a word."""
    points = np.frombuffer(" ".join(text.split()).encode("utf-32-le", "replace"), dtype=np.uint32)
    found, run = [], np.zeros(len(points) + 1, dtype=np.uint64)
    for length in _RUNS:
        if len(points) < length:
            break
        ends = points[length - 1 :].astype(np.uint64)
        run = (run[: len(ends)] ^ (ends + np.uint64(length << 32))) * _STEP
        run ^= run >> np.uint64(29)
        found.append(run)
    return np.concatenate(found) if found else np.zeros(0, dtype=np.uint64)


def _counts(hashes: Hashes) -> tuple[Hashes, npt.NDArray[np.float32]]:
    found, counts = np.unique(hashes, return_counts=True)
    return found, counts.astype(np.float32)
