"""Joining groups by the mean likeness between all their members (average link), on sparse sums. Pure.

The mean over all pairs keeps groups from chaining: one bridge between two crowds is a single pair among
many. Pairs that nobody summed count as 0.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

type Sums = dict[int, dict[int, float]]
"""For each group and each neighbour the sum of the likeness of all pairs between them; both ways."""


@dataclass(slots=True)
class Groups:
    """Groups by number: how many members each has, and the sums of likeness between them."""

    sizes: dict[int, int] = field(default_factory=dict)
    between: Sums = field(default_factory=dict)

    def add(self, group: int, size: int = 1) -> None:
        """A new group, or more members of one."""
        self.sizes[group] = self.sizes.get(group, 0) + size
        self.between.setdefault(group, {})

    def sum_up(self, one: int, other: int, likeness: float) -> None:
        """Another pair between two groups; within one group it changes nothing."""
        if one != other:
            mine, theirs = self.between[one], self.between[other]
            mine[other] = theirs[one] = mine.get(other, 0.0) + likeness

    def mean(self, one: int, other: int) -> float:
        """The mean likeness of all pairs between two groups."""
        return self.between[one].get(other, 0.0) / (self.sizes[one] * self.sizes[other])

    def merge(self, kept: int, gone: int) -> None:
        """Put all of ``gone`` into ``kept``."""
        self.sizes[kept] += self.sizes.pop(gone)
        theirs = self.between.pop(gone)
        mine = self.between[kept]
        mine.pop(gone, None)
        for other, total in theirs.items():
            if other == kept:
                continue
            row = self.between[other]
            row.pop(gone, None)
            mine[other] = row[kept] = mine.get(other, 0.0) + total

    def forget(self, group: int) -> None:
        """Leave a group out of everything that follows."""
        self.sizes.pop(group, None)
        for other in self.between.pop(group, {}):
            self.between[other].pop(group, None)


def merges(
    groups: Groups, least: float, apart: Callable[[int, int], bool] = lambda one, other: False
) -> Iterator[tuple[int, int, float]]:
    """Merge while two groups are at least so alike, the likest first; gives (kept, gone, mean) of each.

    ``apart`` says of two groups whether they must never be one. Changes ``groups``. The larger group is
    kept, of equals the one with the lower number. O(n log n) in the pairs that were summed.
    """
    heap = [
        (-groups.mean(one, other), one, other)
        for one, row in groups.between.items()
        for other in row
        if one < other and groups.mean(one, other) >= least
    ]
    heapq.heapify(heap)
    while heap:
        negative, one, other = heapq.heappop(heap)
        if one not in groups.sizes or other not in groups.sizes:
            continue
        mean = groups.mean(one, other)
        if abs(mean + negative) > 1e-9 or apart(one, other):
            continue
        kept, gone = (one, other) if _first(groups.sizes, one, other) else (other, one)
        groups.merge(kept, gone)
        yield kept, gone, mean
        for beside in groups.between[kept]:
            now = groups.mean(kept, beside)
            if now >= least:
                heapq.heappush(heap, (-now, min(kept, beside), max(kept, beside)))


def _first(sizes: Mapping[int, int], one: int, other: int) -> bool:
    return (-sizes[one], one) < (-sizes[other], other)
