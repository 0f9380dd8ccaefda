"""The tick: whatever is due is done, once, however many workers run.

1. A partial index on ``clock_at`` finds what is due without looking at the rest.
2. ``FOR UPDATE SKIP LOCKED`` gives each worker rows of its own.
3. The handler advances each matter by compare-and-set and moves its clock on, in the same
   transaction; a worker that dies leaves the row as it was, and the next tick finds it again.
No timer per matter exists, so an outage needs no repair: the first tick afterwards catches up.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from jieban.matters.kinds import Kind, all_kinds, task

BATCH = 200
_log = logging.getLogger(__name__)


def tick(now: datetime, *, most: int = 10_000) -> int:
    """Do what is due at ``now`` (aware) for all kinds; gives how many matters were moved on."""
    return sum(_tick_kind(kind, now, most) for kind in all_kinds())


def _tick_kind(kind: Kind, now: datetime, most: int) -> int:
    done = 0
    for clock, handler in kind.clocks.items():
        while done < most:
            moved = _one_batch(kind, clock, handler, now)
            done += moved
            if moved < BATCH:
                break
    return done


def _one_batch(kind: Kind, clock: str, handler: str, now: datetime) -> int:
    with transaction.atomic():
        due = list(
            kind.model._default_manager.select_for_update(skip_locked=True, of=("self",))
            .filter(clock=clock, clock_at__lte=now)
            .order_by("clock_at")[:BATCH]
        )
        if due:
            task(handler)(due, now)
    return len(due)
