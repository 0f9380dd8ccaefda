"""The inside of the bench of the tick: runs as a process of its own, within the bench's home."""

from __future__ import annotations

import json
import multiprocessing
import os
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from jieban.foundation import database

FUTURE = datetime(2100, 1, 1, tzinfo=UTC)


def main(pending: int, due: int, workers: int) -> None:
    """Fill, tick, and print what was measured."""
    url = database.database_url()
    _seed()
    _fill(url, pending)
    now = datetime.now(UTC)
    idle = sorted(_idle(now))
    _make_due(url, due, now)
    caught = _catch_up(now, workers)
    told = {
        "idle_tick_ms": round(statistics.median(idle) * 1000, 3),
        "idle_tick_p99_ms": round(idle[int(len(idle) * 0.99) - 1] * 1000, 3),
        "catch_up_per_s": round(due / caught["seconds"]),
        "moved": caught["moved"],
        "bare_update_per_s": _bare(url, due),
    }
    print(json.dumps(told))


def _seed() -> None:
    """One ticket through the real way, sent to its street."""
    _be_worker()
    from jieban.city.queries import book
    from jieban.dispatch.actions import Choice, do_dispatch
    from jieban.intake.actions import Request, do_take_in
    from jieban.matters.actors import PLATFORM
    from jieban.reading.reader import reader_for

    now, reader = datetime.now(UTC), reader_for(book())
    request = Request("bench", "1", "", "call", text="双井街道富力城有人占道经营，请来看看")
    (outcome,) = do_take_in([request], PLATFORM, now=now, book=book(), reader=reader)
    ticket = outcome.ticket_row
    assert ticket is not None
    if ticket.state == "waiting":
        do_dispatch(ticket, Choice("110105016"), PLATFORM, now=now, book=book())


def _fill(url: str, size: int) -> None:
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(_FILL, {"size": size, "far": FUTURE})
        link.execute("VACUUM ANALYZE tickets_ticket")


def _make_due(url: str, due: int, now: datetime) -> None:
    """Let the limits of some tickets pass, as an outage does."""
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(
            "UPDATE tickets_ticket SET clock = 'limit', clock_at = %s, due_at = %s WHERE id IN "
            "(SELECT id FROM tickets_ticket ORDER BY id DESC LIMIT %s)",
            [now - timedelta(hours=1), now - timedelta(hours=1), due],
        )
        link.execute("VACUUM ANALYZE tickets_ticket")


def _idle(now: datetime) -> list[float]:
    from jieban.matters.tick import tick

    times = []
    for _ in range(300):
        begin = time.perf_counter()
        assert tick(now) == 0
        times.append(time.perf_counter() - begin)
    return times


def _catch_up(now: datetime, workers: int) -> dict[str, Any]:
    """Several worker processes tick until nothing is due."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, initializer=_be_worker) as pool:
        pool.map(_one_tick, [(now - timedelta(days=1), 0)] * workers)  # started, connected, city read
        begin = time.perf_counter()
        moved = pool.map(_one_tick, [(now, 10_000_000)] * workers, chunksize=1)
        seconds = time.perf_counter() - begin
    return {"seconds": seconds, "moved": sum(moved)}


def _be_worker() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jieban.settings")
    import django

    django.setup()


def _one_tick(given: tuple[datetime, int]) -> int:
    from jieban.matters.tick import tick

    now, most = given
    return tick(now, most=most)


def _bare(url: str, size: int) -> int:
    """How many rows a second one bare UPDATE moves that touches the same columns."""
    with psycopg.connect(url, autocommit=True) as link:
        begin = time.perf_counter()
        link.execute(
            "UPDATE tickets_ticket SET state = 'callback', clock = 'visit', clock_at = %s, "
            "version = version + 1 WHERE id IN (SELECT id FROM tickets_ticket ORDER BY id LIMIT %s)",
            [FUTURE, size],
        )
        return round(size / (time.perf_counter() - begin))


_FILL = """
INSERT INTO tickets_ticket
SELECT copy.*
FROM generate_series(1, %(size)s) AS n
JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS k, count(*) OVER () AS c
      FROM city_unit WHERE kind = 'street') u ON u.k = n %% u.c
JOIN tickets_ticket t ON t.id = (SELECT min(id) FROM tickets_ticket)
CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object(
    'id', 1000000000 + n, 'number', 'B' || n, 'external_id', '', 'queue', '',
    'state', (ARRAY['dispatched','signed','handling','submitted'])[1 + n %% 4],
    'submitted_at', CASE WHEN n %% 4 = 3 THEN t.dispatched_at END,
    'lead_id', u.code, 'district', left(u.code, 6), 'street', u.code,
    'due_at', timestamptz '2099-01-01' + make_interval(secs => n), 'clock', 'limit',
    'clock_at', timestamptz '2099-01-01' + make_interval(secs => n))) AS copy
"""

if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
