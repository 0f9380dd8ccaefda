"""The inside of the bench of duplicates: fills the tickets of the bench's home and times the look around."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

REQUESTERS_SHARE = 0.4
"""So many requesters for each ticket; some call a hundred times, as in a city."""
ASKED = 1500

_FILL = """
INSERT INTO tickets_ticket ({columns})
SELECT {values}
FROM generate_series(1, %(size)s::bigint) AS n
JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS k, count(*) OVER () AS c
      FROM city_place WHERE level = 'street') u ON u.k = (n * 7919) %% u.c
JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS k, count(*) OVER () AS c
      FROM city_category WHERE length(code) = 6) g ON g.k = (n * 104729) %% g.c
JOIN tickets_ticket t ON t.id = (SELECT min(id) FROM tickets_ticket)
CROSS JOIN LATERAL (SELECT %(now)s::timestamptz - make_interval(mins => (n %% 525600)::int) AS at,
                           n %% 2 = 0 AND n %% 525600 < 40320 AS is_open) d
"""
OTHERWISE = {
    "id": "1000000000 + n",
    "number": "'B' || n",
    "external_id": "''",
    "queue": "''",
    "requester": "1 + (n * 31) %% greatest(1, (%(size)s * %(share)s)::bigint)",
    "state": "CASE WHEN d.is_open THEN 'handling' ELSE 'closed' END",
    "category_id": "g.code",
    "district": "left(u.code, 6)",
    "street": "u.code",
    "place_id": "u.code",
    "opened_at": "d.at",
    "occurred_at": "NULL",
    "cluster": "NULL",
    "same_as": "NULL",
    "due_at": "d.at + interval '7 days'",
    "clock": "''",
    "clock_at": "NULL",
}
"""What the copies have of their own; all else is the first ticket's."""


def _filling(names: list[str]) -> str:
    values = [OTHERWISE.get(name, f't."{name}"') for name in names]
    return _FILL.format(columns=", ".join(f'"{name}"' for name in names), values=", ".join(values))


def main(size: int) -> None:
    """Fill up to ``size`` tickets, ask, and print the times in milliseconds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jieban.settings")
    import django

    django.setup()
    from django.db import connection

    now = datetime.now(UTC)
    _seed(now)
    begin = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tickets_ticket LIMIT 0")
        names = [column.name for column in cursor.description]
        cursor.execute(_filling(names), {"size": size, "now": now, "share": REQUESTERS_SHARE})
        cursor.execute("VACUUM ANALYZE tickets_ticket")
        cursor.execute("CHECKPOINT")  # or writing what was filled would be measured
    filled = round(time.perf_counter() - begin, 1)
    print(json.dumps({"tickets": size, "fill_s": filled, **_measure(size, now)}))


def _seed(now: datetime) -> None:
    """One real ticket, of which all others are copies."""
    from jieban.city.queries import book
    from jieban.intake.actions import Request, do_take_in
    from jieban.matters.actors import PLATFORM
    from jieban.people.actions import Contact
    from jieban.reading.reader import reader_for

    text = "双井街道富力城3号楼暖气不热，屋里才15度，打了物业电话也没有人来看，老人受不了"
    contact = Contact(phone="13900000000")
    one = Request("bench", "seed", "", "phone", text=text, contact=contact)
    do_take_in([one], PLATFORM, now=now, book=book(), reader=reader_for(book()))


def _measure(size: int, now: datetime) -> dict[str, Any]:
    from jieban.city.queries import book
    from jieban.dispatch.events.near import candidates
    from jieban.intake.looking import Arrival, look_around
    from jieban.intake.same import Told
    from jieban.tickets.models import Ticket

    city = book()
    chance = random.Random(42)
    asked = [1_000_000_000 + chance.randint(1, size) for _ in range(ASKED // 2)]
    opened = Ticket.objects.filter(state="handling").order_by("number").values_list("pk", flat=True)
    rows = list(Ticket.objects.filter(pk__in=[*asked, *opened[: ASKED // 2]]))
    arrivals = [
        Arrival(
            0, one.requester,
            Told(
                1, "", now, text="富力城3号楼暖气不热，屋里冰凉，没有人来", category=one.category_id or "",
                place=one.place_id or "", district=one.district, street=one.street,
            ),
        )
        for one in rows
    ]  # fmt: skip
    since = now - timedelta(days=14)
    return {
        "asked": len(arrivals),
        "at_intake": _times([lambda a=a: look_around([a], now=now, book=city) for a in arrivals]),
        "for_suggestions": _times([lambda one=one: candidates([one], since) for one in rows]),
    }


def _times(works: list[Callable[[], Any]]) -> dict[str, Any]:
    """All of them once from wherever the pages lie (``cold``), and once more from memory."""
    cold = _timed(works)
    return {**_timed(works), "cold": cold}


def _timed(works: list[Callable[[], Any]]) -> dict[str, float]:
    took = []
    for work in works:
        start = time.perf_counter()
        work()
        took.append((time.perf_counter() - start) * 1000)
    took.sort()
    return {
        "p50_ms": round(took[len(took) // 2], 3),
        "p99_ms": round(took[int(len(took) * 0.99)], 3),
        "most_ms": round(took[-1], 3),
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
