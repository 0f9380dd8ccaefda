"""The tick: whatever is due is done, once, however many workers run.

1. One statement asks all kinds whether anything is due; mostly nothing is, and the tick is over.
2. A partial index on ``clock_at`` finds what is due without looking at the rest, earliest first.
3. ``FOR UPDATE SKIP LOCKED`` gives each worker rows of its own.
4. The handler of the clock moves its matters on, in the same transaction; a worker that dies leaves
   the rows as they were, and the next tick finds them again.
5. A matter that cannot be moved on (a rule is missing for it) stays, with an error in the log; the
   others of its batch go their way.
No timer per matter exists, so an outage needs no repair: the first tick afterwards catches up.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from jieban.matters.kinds import Kind, all_kinds, task

BATCH = 1000
_log = logging.getLogger(__name__)


def reads[F: Callable[..., Any]](*columns: str) -> Callable[[F], F]:
    """Declare that a clock's handler needs these columns only: it gets light rows (``id`` and these).

    Such a handler moves its matters by sets (``matters.many``) and loads those it cannot move so.
    """

    def declare(handler: F) -> F:
        handler.reads = columns  # type: ignore[attr-defined]
        return handler

    return declare


def tick(now: datetime, *, most: int = 10_000) -> int:
    """Do what is due at ``now`` (aware) for all kinds; gives how many matters were moved on."""
    return sum(_tick_kind(kind, now, most) for kind in _kinds_with_work(now))


def _kinds_with_work(now: datetime) -> list[Kind]:
    """The kinds of which something is due. One SQL statement."""
    kinds = [kind for kind in all_kinds() if kind.clocks]
    asked = ", ".join(
        f"EXISTS (SELECT 1 FROM {connection.ops.quote_name(kind.model._meta.db_table)} WHERE clock_at <= %s)"
        for kind in kinds
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}", [now] * len(kinds))
        answers = cursor.fetchone()
    return [kind for kind, due in zip(kinds, answers, strict=True) if due]


def _tick_kind(kind: Kind, now: datetime, most: int) -> int:
    done, stuck = 0, set[int]()
    while done < most:
        moved = _one_batch(kind, now, stuck)
        done += moved
        if not moved:
            break
    return done


def _one_batch(kind: Kind, now: datetime, stuck: set[int]) -> int:
    """Move up to ``BATCH`` matters; gives how many were moved."""
    with transaction.atomic():
        light = {name for handler in kind.clocks.values() for name in getattr(task(handler), "reads", ())}
        due = list(
            kind.model._default_manager.select_for_update(skip_locked=True, of=("self",))
            .filter(clock_at__lte=now)
            .exclude(pk__in=stuck)
            .order_by("clock_at")
            .values_list("id", "number", "clock", *sorted(light - {"clock"}), named=True)[:BATCH]
        )
        by_clock: dict[str, list[Any]] = defaultdict(list)
        for row in due:
            by_clock[row.clock].append(row)
        return sum(_ring(kind, clock, rows, now, stuck) for clock, rows in by_clock.items())


def _ring(kind: Kind, clock: str, rows: list[Any], now: datetime, stuck: set[int]) -> int:
    """Let the handler of a clock move these matters; gives how many were moved."""
    name = kind.clocks.get(clock, "")
    try:
        with transaction.atomic():
            _handle(kind, name, rows, now)
        return len(rows)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        return _one_by_one(kind, rows, name, now, stuck)


def _handle(kind: Kind, name: str, rows: Sequence[Any], now: datetime) -> None:
    handler = task(name)
    if getattr(handler, "reads", ()):
        handler(rows, now)
    else:
        handler(list(kind.model._default_manager.filter(pk__in=[row.id for row in rows])), now)


def _one_by_one(kind: Kind, rows: Sequence[Any], name: str, now: datetime, stuck: set[int]) -> int:
    """Move a batch of which one cannot be moved: that one stays, is told in the log, and is tried again
    by the next tick; the others do not wait for it. The rows are locked already."""
    moved = 0
    for row in rows:
        try:
            with transaction.atomic():
                _handle(kind, name, [row], now)
            moved += 1
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            stuck.add(row.id)
            _log.exception("%s %s cannot be moved on by %s", kind.name, row.number, name or "any handler")
    return moved
