"""List 20 tickets by time limit at two sizes of the table: SQL, CPU, and a speed that must not change."""

from __future__ import annotations

import argparse
import time
from typing import Any

import psycopg

from bench._house import city, count_sql, jieban
from bench._load import http, run_load

FILTERS = {
    "open": "/api/v1/tickets?size=20",
    "unit": "/api/v1/tickets?size=20&unit=110105012",
    "district": "/api/v1/tickets?size=20&district=110105",
    "state": "/api/v1/tickets?size=20&state=handling",
}


def run(words: list[str]) -> dict[str, Any]:
    """Run the bench; options --small, --large, --requests, --threads."""
    parser = argparse.ArgumentParser(prog="jieban bench list")
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=2_000_000)
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--threads", type=int, default=8)
    options = parser.parse_args(words)
    with city(workers=2) as house:
        key = jieban("api-key", "bench").split("X-API-Key: ")[1].split()[0]
        sizes = {}
        for size in (options.small, options.large):
            filled = fill(size, key, house.port)
            sizes[size] = {name: _measure(house, path, key, options) for name, path in FILTERS.items()}
            sizes[size]["fill_s"] = filled
        sql = count_sql("listing")
    small, large = sizes[options.small], sizes[options.large]
    return {
        "bench": "list",
        "metrics": {
            "sql_per_list": sql,
            "sizes": sizes,
            "speed_large_to_small": {
                name: round(large[name]["per_s"] / small[name]["per_s"], 3) for name in FILTERS
            },
        },
        "reference": {"goal_sql": 6, "goal_per_s": 400, "goal_ratio": 1.0},
    }


def _measure(house: Any, path: str, key: str, options: argparse.Namespace) -> dict[str, Any]:
    run_load(house.port, [http("GET", path, key)] * 60, options.threads)
    before = house.cpu()
    load = run_load(house.port, [http("GET", path, key)] * options.requests, options.threads)
    after = house.cpu()
    cpu = {name: round((after[name] - before[name]) / options.requests * 1000, 3) for name in after}
    return {
        "per_s": load["per_s"],
        "p50_ms": load["p50_ms"],
        "p99_ms": load["p99_ms"],
        "statuses": load["statuses"],
        "cpu_ms": cpu,
    }


def fill(size: int, key: str, port: int) -> float:
    """Fill the ticket table up to ``size`` rows with variations of one real ticket; gives the seconds.

    Four fifths are closed, as in a city after some months; the open ones spread over all streets and
    the states at the unit. The copies have no events: this is for reading speed only.
    """
    run_load(port, [http("POST", "/api/v1/tickets", key, {"text": "双井街道富力城暖气不热"}, "seed")], 1)
    begin = time.perf_counter()
    with psycopg.connect(jieban("database", "url").strip()) as link:
        link.execute(_FILL, {"size": size})
        link.commit()
        link.autocommit = True
        link.execute("VACUUM ANALYZE tickets_ticket")
    return round(time.perf_counter() - begin, 1)


_FILL = """
INSERT INTO tickets_ticket
SELECT copy.*
FROM generate_series((SELECT count(*) FROM tickets_ticket) + 1, %(size)s) AS n
JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS k, count(*) OVER () AS c
      FROM city_unit WHERE kind = 'street') u ON u.k = n %% u.c
JOIN tickets_ticket t ON t.id = (SELECT min(id) FROM tickets_ticket)
CROSS JOIN LATERAL (SELECT timestamptz '2026-11-01' + make_interval(mins => (n * 7 %% 40000)::int) AS due,
                           n %% 5 = 0 AS is_open) d
CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object(
    'id', 1000000000 + n, 'number', 'B' || n, 'external_id', '', 'queue', '',
    'state', CASE WHEN d.is_open THEN (ARRAY['dispatched','signed','handling','submitted'])[1 + n / 5 %% 4]
                  ELSE 'closed' END,
    'lead_id', u.code, 'district', left(u.code, 6), 'street', u.code, 'due_at', d.due,
    'clock', CASE WHEN d.is_open THEN 'limit' ELSE '' END,
    'clock_at', CASE WHEN d.is_open THEN d.due END)) AS copy
"""
