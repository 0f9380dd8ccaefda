"""Which requests tell of one event (同一事件): found while they come in, and looked over afterwards. Pure.

Each request joins the event whose members it is like on the mean, and of which it is like several by
itself; otherwise it starts one. The mean over members keeps an event from drifting and from chaining; an
event that nobody spoke of for a while is closed to newcomers. What proves to be one event later is
proposed as a merge (``EventStream.merge_proposals``), never done silently by whoever asks this module.

The likeness of two requests is the weighted geometric mean of that of their names and that of their matter
(``signature``), by cosines of gram weights with inverse document frequency learned from the stream, so
that no word of any city stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from jieban.reading.likeness.cosines import Corpus
from jieban.reading.likeness.merging import Groups, merges
from jieban.reading.likeness.signature import Signature


@dataclass(frozen=True, slots=True)
class Item:
    """One request: its id, when it came (days since any fixed moment), its signature, people, votes."""

    id: int
    day: float
    signature: Signature
    people: int = 1
    votes: int = 0


@dataclass(frozen=True, slots=True)
class Bars:
    """The numbers by which requests become events; measured in ``bench/events.py``.

    ``join``: mean likeness to the members from which a request joins. ``pair``: likeness that counts as
    like one member by itself; it must be so to ``share`` of the members, and to at least two of three or
    more. ``merge``: mean likeness between two events from which they are proposed as one.
    ``stale_days``: an event is closed to newcomers so many days after its last request.
    """

    join: float = 0.12
    pair: float = 0.10
    share: float = 0.5
    merge: float = 0.085
    stale_days: float = 150.0


@dataclass(slots=True)
class Event:
    """Requests that tell of one event, in the order in which they came."""

    id: int
    members: list[int] = field(default_factory=list)
    first: float = 0.0
    last: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a request went: its event, the mean likeness to the members, and the likest of them."""

    id: int
    event: int
    likeness: float = 0.0
    nearest: int | None = None
    nearest_likeness: float = 0.0


@dataclass(frozen=True, slots=True)
class MergeProposal:
    """Two events that look like one: the event kept, the one that would go, and their mean likeness."""

    kept: int
    gone: int
    likeness: float


type Apart = Callable[[int, int], bool]
_CROWD = 1000
"""The bars hold for crowds from this size on; in a smaller one all look more alike."""
_RAISED = 2.0
"""How much the bars are raised for the smallest crowd, falling to nothing at ``_CROWD``."""
_FLOOR = 0.02
"""Likeness below which a pair is not kept: it says nothing."""
_NEVER: Apart = lambda one, other: False  # noqa: E731


class EventStream:
    """Requests in, events out; deterministic for the same requests in the same batches."""

    def __init__(self, bars: Bars = Bars(), *, apart: Apart = _NEVER) -> None:
        """``apart`` says of the ids of two requests whether a person has parted them: never one event."""
        self.bars = bars
        self.apart = apart
        self.events: dict[int, Event] = {}
        self.of: dict[int, int] = {}
        self._corpus = Corpus()
        self._items: list[Item] = []
        self._groups = Groups()

    def add(self, items: Sequence[Item]) -> list[Placed]:
        """Take in some requests, oldest first, and say where each went.

        They are weighed by all that came up to the end of this batch. Items whose id is known are left
        out.
        """
        fresh = list({one.id: one for one in items if one.id not in self.of}.values())
        if not fresh:
            return []
        start = len(self._items)
        self._items += fresh
        self._corpus.add([one.signature for one in fresh])
        likeness = self._corpus.likeness(start, _FLOOR)
        return [self._place(start + row, likeness) for row in range(len(fresh))]

    def _place(self, row: int, likeness: csr_matrix) -> Placed:
        item = self._items[row]
        at = row - (len(self._items) - likeness.shape[0])
        low, high = likeness.indptr[at], likeness.indptr[at + 1]
        rows, values = likeness.indices[low:high], likeness.data[low:high]
        before = rows < row
        rows, values = rows[before], values[before]
        sums, close = self._by_event(rows, values)
        best, mean = self._best(item, sums, close)
        event = self._into(item, best)
        for other, total in sums.items():
            self._groups.sum_up(event.id, other, total)
        if not len(values):
            return Placed(item.id, event.id)
        top = int(np.argmax(values))
        return Placed(
            item.id, event.id, round(mean, 4), self._items[rows[top]].id, round(float(values[top]), 4)
        )

    def _by_event(
        self, rows: Iterable[int], values: Iterable[float]
    ) -> tuple[dict[int, float], dict[int, int]]:
        """For each event the sum of likeness to its members, and how many it is like by themselves."""
        sums: dict[int, float] = {}
        close: dict[int, int] = {}
        for row, value in zip(rows, values, strict=True):
            event = self.of[self._items[row].id]
            sums[event] = sums.get(event, 0.0) + float(value)
            if value >= self.bars.pair:
                close[event] = close.get(event, 0) + 1
        return sums, close

    def _best(self, item: Item, sums: dict[int, float], close: dict[int, int]) -> tuple[int | None, float]:
        best, most = None, 0.0
        for number, total in sorted(sums.items()):
            event = self.events[number]
            size = len(event.members)
            mean = total / size
            if (
                mean < self.bars.join * self._factor()
                or mean <= most
                or item.day - event.last > self.bars.stale_days
            ):
                continue
            if close.get(number, 0) < max(self.bars.share * size, min(2, size - 1), 1):
                continue
            if any(self.apart(item.id, member) for member in event.members):
                continue
            best, most = number, mean
        return best, most

    def _factor(self) -> float:
        return 1 + _RAISED * max(0.0, 1 - len(self._items) / _CROWD)

    def _into(self, item: Item, number: int | None) -> Event:
        event = self.events.get(number) if number is not None else None
        if event is None:
            event = self.events[item.id] = Event(item.id, first=item.day, last=item.day)
        event.members.append(item.id)
        event.first, event.last = min(event.first, item.day), max(event.last, item.day)
        self.of[item.id] = event.id
        self._groups.add(event.id)
        return event

    def merge_proposals(self) -> list[MergeProposal]:
        """Events that look like one by the mean of all pairs between them, the likest first.

        Nothing is changed; each proposal takes those before it as done.
        """
        trial = Groups(
            dict(self._groups.sizes), {one: dict(row) for one, row in self._groups.between.items()}
        )
        holds = {number: list(event.members) for number, event in self.events.items()}
        spans = {number: [event.first, event.last] for number, event in self.events.items()}

        def apart(one: int, other: int) -> bool:
            gap = max(spans[one][0], spans[other][0]) - min(spans[one][1], spans[other][1])
            if gap > self.bars.stale_days:
                return True
            return any(self.apart(a, b) for a in holds[one] for b in holds[other])

        found = []
        for kept, gone, mean in merges(trial, self.bars.merge * self._factor(), apart):
            found.append(MergeProposal(kept, gone, round(mean, 4)))
            holds[kept] += holds.pop(gone)
            span = spans.pop(gone)
            spans[kept] = [min(spans[kept][0], span[0]), max(spans[kept][1], span[1])]
        return found

    def merge(self, kept: int, gone: int) -> None:
        """Put all of one event into another, as a person decided. Raises ``KeyError`` for an unknown one."""
        event, other = self.events[kept], self.events.pop(gone)
        event.members += other.members
        event.first, event.last = min(event.first, other.first), max(event.last, other.last)
        for member in other.members:
            self.of[member] = kept
        self._groups.merge(kept, gone)

    def between(self, one: int, other: int) -> float:
        """The likeness of two requests by all that has come. Raises ``KeyError`` for an unknown one."""
        place = {item.id: row for row, item in enumerate(self._items)}
        return self._corpus.between(place[one], place[other])

    def medoid(self, event: int) -> int:
        """The member that is likest to all others: its title is the event's. The first of equals."""
        members = self.events[event].members
        if len(members) < 3:
            return members[0]
        place = {one.id: row for row, one in enumerate(self._items)}
        total = self._corpus.within([place[member] for member in members])
        return members[int(np.argmax(total))]


def all_at_once(items: Sequence[Item], least: float, *, apart: Apart = _NEVER) -> dict[int, int]:
    """The events of requests that lie there already: id of each request -> number of its event.

    Average link over all pairs; for a night's work over the past, and to measure the stream against.
    """
    corpus = Corpus()
    corpus.add([one.signature for one in items])
    likeness = corpus.likeness(0, _FLOOR).tocoo()
    groups = Groups()
    for row in range(len(items)):
        groups.add(row)
    for one, other, value in zip(likeness.row, likeness.col, likeness.data, strict=True):
        if one < other:
            groups.sum_up(int(one), int(other), float(value))
    holds = {row: [row] for row in range(len(items))}

    def parted(one: int, other: int) -> bool:
        return any(apart(items[a].id, items[b].id) for a in holds[one] for b in holds[other])

    for kept, gone, _mean in merges(groups, least, parted if apart is not _NEVER else _NEVER):
        holds[kept] += holds.pop(gone)
    return {items[row].id: number for number, rows in holds.items() for row in rows}
