"""The tick: whatever is due is done, once, however many workers run.

1. A partial index on ``clock_at`` finds what is due without looking at the rest.
2. ``FOR UPDATE SKIP LOCKED`` gives each worker rows of its own.
3. The handler advances each matter by compare-and-set and moves its clock on, in the same
   transaction; a worker that dies leaves the row as it was, and the next tick finds it again.
4. A matter that cannot be moved on (a rule is missing for it) stays, with an error in the log; the
   others of its batch go their way.
No timer per matter exists, so an outage needs no repair: the first tick afterwards catches up.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction

from jieban.matters.kinds import Kind, all_kinds, task

BATCH = 200
_log = logging.getLogger(__name__)


def tick(now: datetime, *, most: int = 10_000) -> int:
    """Do what is due at ``now`` (aware) for all kinds; gives how many matters were moved on."""
    return sum(_tick_kind(kind, now, most) for kind in all_kinds())


def _tick_kind(kind: Kind, now: datetime, most: int) -> int:
    done, stuck = 0, set[int]()
    for clock, handler in kind.clocks.items():
        while done < most:
            taken, moved = _one_batch(kind, clock, handler, now, stuck)
            done += moved
            if taken < BATCH:
                break
    return done


def _one_batch(kind: Kind, clock: str, handler: str, now: datetime, stuck: set[int]) -> tuple[int, int]:
    """Move up to ``BATCH`` matters; gives how many were taken and how many of them were moved."""
    with transaction.atomic():
        due = list(
            kind.model._default_manager.select_for_update(skip_locked=True, of=("self",))
            .filter(clock=clock, clock_at__lte=now)
            .exclude(pk__in=stuck)
            .order_by("clock_at")[:BATCH]
        )
        if not due:
            return 0, 0
        try:
            with transaction.atomic():
                task(handler)(due, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            return len(due), _one_by_one(kind, [matter.pk for matter in due], handler, now, stuck)
    return len(due), len(due)


def _one_by_one(kind: Kind, keys: list[int], handler: str, now: datetime, stuck: set[int]) -> int:
    """Move a batch of which one cannot be moved: that one stays, is told in the log, and is tried again
    by the next tick; the others do not wait for it. The rows are locked already."""
    moved = 0
    for matter in kind.model._default_manager.filter(pk__in=keys):
        try:
            with transaction.atomic():
                task(handler)([matter], now)
            moved += 1
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            stuck.add(matter.pk)
            _log.exception("%s %s cannot be moved on by %s", kind.name, matter.number, handler)
    return moved
