"""The signatures of many requests as sparse rows, weighed anew as more come in. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from jieban.reading.likeness.signature import SPACE, Grams, Signature

_LEAST = 2
"""A gram that fewer requests hold joins nobody, and only makes a request look unlike all others."""
_COMMON = 0.5
"""A gram that more than this share of all requests hold is no sign of anything."""
_FEW, _MANY = 10, 1000
"""Below so few requests nothing is common; below so many a gram held once may yet be held by more, and
counts, so that two requests of a small crowd do not look like one for want of others."""
NAMES, MATTER = 0.6, 0.4
"""How much the two cosines weigh in their geometric mean; chosen on the dev part (``bench/events.py``)."""


class _Rows:
    """Rows of gram weights, end to end, and how many rows hold each gram."""

    def __init__(self) -> None:
        self._ids = np.zeros(0, dtype=np.int32)
        self._weights = np.zeros(0, dtype=np.float32)
        self._starts = np.zeros(1, dtype=np.int64)
        self._held = np.zeros(SPACE, dtype=np.float32)

    def add(self, rows: Sequence[Grams]) -> None:
        sizes = np.array([len(one) for one in rows], dtype=np.int64)
        self._starts = np.concatenate((self._starts, self._starts[-1] + np.cumsum(sizes)))
        self._ids = np.concatenate((self._ids, *(one.ids.astype(np.int32) for one in rows)))
        self._weights = np.concatenate((self._weights, *(one.weights for one in rows)))
        for one in rows:
            self._held[one.ids] += 1

    def matrix(self) -> csr_matrix:
        """All rows by weight times inverse document frequency, each of length 1 (or 0 where it is empty)."""
        count = len(self._starts) - 1
        most = _COMMON * count if count >= _FEW else count
        inverse = np.log((1 + count) / (1 + self._held)) + 1
        least = _LEAST if count >= _MANY else 1
        inverse[(self._held < least) | (self._held > most)] = 0
        values = self._weights * inverse[self._ids]
        kept = values > 0
        starts = np.concatenate(([0], np.cumsum(kept, dtype=np.int32)))[self._starts]
        values = values[kept]
        rows = np.repeat(np.arange(count), np.diff(starts))
        lengths = np.sqrt(np.bincount(rows, values * values, count)).astype(np.float32)
        return csr_matrix((values / lengths[rows], self._ids[kept], starts), shape=(count, SPACE))


class Corpus:
    """Signatures in the order in which they came, and how alike they are."""

    def __init__(self) -> None:
        self._names, self._matter = _Rows(), _Rows()
        self._last: tuple[csr_matrix, csr_matrix] | None = None

    def add(self, signatures: Sequence[Signature]) -> None:
        """More requests; all rows are weighed anew at the next question."""
        self._names.add([one.names for one in signatures])
        self._matter.add([one.matter for one in signatures])
        self._last = None

    def likeness(self, start: int, least: float) -> csr_matrix:
        """For each row from ``start`` on its likeness to all rows, itself left out; below ``least``: 0.

        The weighted geometric mean of the cosines of names and matter: 0 where either shares nothing.
        """
        names, matter = self._matrices()
        found = _alike(names[start:], matter[start:], names, matter, least)
        rows = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
        found.data[found.indices == rows + start] = 0
        found.eliminate_zeros()
        return found

    def between(self, one: int, other: int) -> float:
        """The likeness of two rows."""
        names, matter = self._matrices()
        return float(_alike(names[[one]], matter[[one]], names[[other]], matter[[other]], 0.0).sum())

    def within(self, rows: Sequence[int]) -> npt.NDArray[np.float64]:
        """For each of these rows the sum of its likeness to all of them, itself (1) among them."""
        names, matter = self._matrices()
        names, matter = names[list(rows)], matter[list(rows)]
        found: npt.NDArray[np.float64] = np.asarray(
            _alike(names, matter, names, matter, 0.0).sum(axis=1)
        ).ravel()
        return found

    def _matrices(self) -> tuple[csr_matrix, csr_matrix]:
        if self._last is None:
            self._last = self._names.matrix(), self._matter.matrix()
        return self._last


def _alike(
    names: csr_matrix, matter: csr_matrix, all_names: csr_matrix, all_matter: csr_matrix, least: float
) -> csr_matrix:
    # The few rows are turned around, not the many.
    by_name, by_matter = all_names @ names.T.tocsr(), all_matter @ matter.T.tocsr()
    by_name.data **= NAMES
    by_matter.data **= MATTER
    both = by_name.multiply(by_matter).T.tocsr()
    both.data[both.data < least] = 0
    both.eliminate_zeros()
    both.sort_indices()
    return both
