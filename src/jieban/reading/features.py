"""Character n-grams of a text as numbers: fast, deterministic, without a dictionary.

Grams of one and two signs never cross punctuation; every digit is the same sign. A gram's number is a
hash of its signs in ``SPACE`` slots, the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

SPACE_BITS = 20
SPACE = 1 << SPACE_BITS
SIZES = (1, 2)
VERSION = 6
"""Part of the key of a stored model: raise it when grams or scores change."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

_KEEP = np.zeros(0x10000, dtype=np.uint32)
_KEEP[0x30:0x3A] = 0x30
_KEEP[0x61:0x7B] = np.arange(0x61, 0x7B)
_KEEP[0x4E00:0xA000] = np.arange(0x4E00, 0xA000)
_KEEP[0x3400:0x4DC0] = np.arange(0x3400, 0x4DC0)
_MULTIPLIERS = (np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B))
_SEEDS = (np.uint32(0x27D4EB2F), np.uint32(0x165667B1))


def signs(folded: str) -> npt.NDArray[np.uint32]:
    """The signs of a folded text as numbers; 0 for whatever separates words."""
    points = np.frombuffer(folded.encode("utf-32-le", "replace"), dtype=np.uint32)
    return _KEEP[np.minimum(points, 0xFFFF)]


def grams(folded: str) -> Ints:
    """The numbers of all grams of a folded text, with repetitions, in no particular order."""
    return _grams(signs(folded))


def placed_grams(folded: str) -> tuple[Ints, Ints, Ints]:
    """The grams of ``grams`` with where each begins and how many signs it has, for those who explain."""
    points = signs(folded)
    kept = points != 0
    single, pair = np.flatnonzero(kept), np.flatnonzero(kept[:-1] & kept[1:])
    sizes = np.repeat(np.array(SIZES, dtype=np.int64), (len(single), len(pair)))
    return _grams(points), np.concatenate((single, pair)).astype(np.int64), sizes


def _grams(points: npt.NDArray[np.uint32]) -> Ints:
    """The numbers of the grams of ``signs``: first those of one sign, then those of two."""
    if not len(points):
        return np.zeros(0, dtype=np.int64)
    single = _mixed(points ^ _SEEDS[0], _MULTIPLIERS[0])
    pair = _mixed(_mixed(points[:-1] ^ _SEEDS[1], _MULTIPLIERS[0]) ^ points[1:], _MULTIPLIERS[1])
    kept = points != 0
    found = np.concatenate((single[kept], pair[kept[:-1] & kept[1:]]))
    return (found >> np.uint32(32 - SPACE_BITS)).astype(np.int64)


def _mixed(values: npt.NDArray[np.uint32], multiplier: np.uint32) -> npt.NDArray[np.uint32]:
    values = values * multiplier
    return values ^ (values >> np.uint32(15))


class Postings:
    """Sparse rows turned around: for each gram the rows that hold it, with weights."""

    def __init__(self, ids: Ints, starts: Ints, rows: Ints, weights: Floats, count: int) -> None:
        """``ids`` are the grams in order; gram i owns ``rows[starts[i]:starts[i + 1]]``; ``count`` rows."""
        self.ids, self.starts, self.rows, self.weights, self.count = ids, starts, rows, weights, count
        self._slot = np.full(SPACE, -1, dtype=np.int32)
        self._slot[ids] = np.arange(len(ids), dtype=np.int32)

    @classmethod
    def of(cls, documents: Sequence[tuple[Ints, Floats]]) -> Postings:
        """From one (distinct grams, weights) pair for each row."""
        if not documents:
            none = np.zeros(0, dtype=np.int64)
            return cls(none, np.zeros(1, dtype=np.int64), none, np.zeros(0, dtype=np.float32), 0)
        grams_ = np.concatenate([document[0] for document in documents])
        weights = np.concatenate([document[1] for document in documents]).astype(np.float32)
        rows = np.repeat(np.arange(len(documents)), [len(document[0]) for document in documents])
        order = np.argsort(grams_, kind="stable")
        ids, first = np.unique(grams_[order], return_index=True)
        starts = np.append(first, len(order)).astype(np.int64)
        return cls(ids, starts, rows[order], weights[order], len(documents))

    def known(self, grams_: Ints) -> npt.NDArray[np.int32]:
        """The slot of each gram, -1 for one that no row holds."""
        return self._slot[grams_]

    def dot(self, grams_: Ints, weights: Floats) -> npt.NDArray[np.float64]:
        """For each row the sum of row weight times given weight over distinct ``grams_``."""
        slots = self._slot[grams_]
        held = slots >= 0
        slots, weights = slots[held], weights[held]
        begin = self.starts[slots]
        lengths = self.starts[slots + 1] - begin
        total = int(lengths.sum())
        if not total:
            return np.zeros(self.count)
        ends = np.cumsum(lengths)
        index = np.repeat(begin - (ends - lengths), lengths) + np.arange(total)
        return np.bincount(self.rows[index], self.weights[index] * np.repeat(weights, lengths), self.count)


def inverse_frequency(documents: Iterable[Ints], count: int) -> Floats:
    """For every slot the inverse document frequency, smoothed, over ``count`` documents."""
    frequency = np.zeros(SPACE, dtype=np.float32)
    for document in documents:
        frequency[document] += 1
    return (np.log((1 + count) / (1 + frequency)) + 1).astype(np.float32)
