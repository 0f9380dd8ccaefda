"""From counted parts to rows of numbers: which parts count, and how much each of them says.

The weight of a part is its rarity (idf) times the square root of how strongly it speaks for or against
some class: the largest log-odds ratio over the classes, in the manner of bi-normal separation (Forman,
2003). Both are learned from the training rows alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]

from jieban.reading.learning.grams import BLOCKS, Counted, Hashes, counted

Weights = npt.NDArray[np.float32]

SIGNS_WEIGHT, HEAD_WEIGHT = 1.0, 0.6
"""What the blocks of signs and of the head weigh; that of the words is chosen for each set."""
FEW_ROWS = 3_000
"""Of fewer rows every part is learned, of more only those that two rows have."""
_STRENGTH_POWER = 0.5


@dataclass(frozen=True)
class Block:
    """The parts of one kind that count, in order, with their weights."""

    name: str
    parts: Hashes
    weights: Weights
    trust: float

    def columns(self, counted_rows: Sequence[Counted]) -> Any:
        """One sparse row of length one for each counted row."""
        number = BLOCKS.index(self.name)
        raw = _table([row[number] for row in counted_rows], self.parts)
        raw.data = (1 + np.log(raw.data)) * self.weights[raw.indices]
        return _of_length_one(raw)


@dataclass(frozen=True)
class Space:
    """All blocks: turns rows of text into rows of numbers."""

    blocks: tuple[Block, ...]

    @property
    def width(self) -> int:
        """How many columns a row has."""
        return sum(len(block.parts) for block in self.blocks)

    def rows(self, texts: Sequence[Sequence[str]]) -> Any:
        """The rows (sparse, float32, of length one) of texts given as fields."""
        return self.of_counted([counted(text) for text in texts])

    def of_counted(self, counted_rows: Sequence[Counted]) -> Any:
        """The same for rows that are counted already."""
        parts = [block.columns(counted_rows) * block.trust for block in self.blocks]
        return _of_length_one(hstack(parts).tocsr())

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The space as named arrays."""
        found: dict[str, npt.NDArray[Any]] = {}
        for block in self.blocks:
            found[f"{block.name}.parts"] = block.parts
            found[f"{block.name}.weights"] = block.weights
        found["trusts"] = np.array([block.trust for block in self.blocks])
        return found


def space_from(arrays: Mapping[str, npt.NDArray[Any]]) -> Space:
    """The space of ``Space.arrays``. Raises ``ValueError`` for arrays that are none."""
    blocks = []
    if arrays["trusts"].shape != (len(BLOCKS),):
        raise ValueError("The blocks have no weights.")
    for name, trust in zip(BLOCKS, arrays["trusts"], strict=True):
        parts, weights = arrays[f"{name}.parts"], arrays[f"{name}.weights"]
        sorted_ = parts.ndim == 1 and parts.dtype == np.uint64 and bool((parts[:-1] < parts[1:]).all())
        if not sorted_ or weights.shape != parts.shape:
            raise ValueError(f"The parts of block {name} are not in order.")
        blocks.append(Block(name, parts, weights.astype(np.float32), float(trust)))
    return Space(tuple(blocks))


def fit_space(
    counted_rows: Sequence[Counted], labels: npt.NDArray[np.int64], words_weight: float = 1.0
) -> Space:
    """The space of training rows; ``labels`` are class numbers, ``words_weight`` the trust in words."""
    trusts = {"words": words_weight, "signs": SIGNS_WEIGHT, "head": HEAD_WEIGHT}
    fewest = 1 if len(counted_rows) < FEW_ROWS else 2
    classes = int(labels.max()) + 1
    member = csr_matrix((np.ones(len(labels)), (labels, np.arange(len(labels)))), (classes, len(labels)))
    sizes = np.asarray(member.sum(axis=1))
    blocks = []
    for number, name in enumerate(BLOCKS):
        own = [row[number] for row in counted_rows]
        parts = _frequent(own, fewest)
        held = _table(own, parts)
        held.data[:] = 1.0
        inside = np.asarray((member @ held).todense(), dtype=np.float64)
        often = inside.sum(axis=0)
        total = len(own)
        idf = np.log((1 + total) / (1 + often)) + 1
        speaks = np.abs(
            np.log((inside + 0.5) / (sizes + 1))
            - np.log((often - inside + 0.5) / (total - sizes + 1))
        ).max(axis=0)  # fmt: skip
        blocks.append(Block(name, parts, (idf * speaks**_STRENGTH_POWER).astype(np.float32), trusts[name]))
    return Space(tuple(blocks))


def _frequent(rows: Sequence[tuple[Hashes, Any]], fewest: int) -> Hashes:
    """The parts that at least ``fewest`` rows have, in order."""
    if not rows:
        return np.zeros(0, dtype=np.uint64)
    found, often = np.unique(np.concatenate([hashes for hashes, _ in rows]), return_counts=True)
    return np.asarray(found[often >= fewest], dtype=np.uint64)


def _table(rows: Sequence[tuple[Hashes, npt.NDArray[np.float32]]], parts: Hashes) -> Any:
    """Rows × parts with the counts; parts that are not known are left out."""
    lengths = [len(hashes) for hashes, _ in rows]
    if not len(parts) or not sum(lengths):
        return csr_matrix((len(rows), len(parts)), dtype=np.float32)
    hashes = np.concatenate([hashes for hashes, _ in rows])
    counts = np.concatenate([counts for _, counts in rows])
    place = np.minimum(np.searchsorted(parts, hashes), len(parts) - 1)
    known = parts[place] == hashes
    at = np.repeat(np.arange(len(rows)), lengths)[known]
    starts = np.searchsorted(at, np.arange(len(rows) + 1))
    return csr_matrix((counts[known], place[known], starts), (len(rows), len(parts)), dtype=np.float32)


def _of_length_one(table: Any) -> Any:
    lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=1), dtype=np.float64)).ravel()
    scale = np.repeat(1 / np.maximum(lengths, 1e-12), np.diff(table.indptr))
    table.data = (table.data * scale).astype(np.float32)
    return table
