"""File tickets over the API: validated, read, dispatched, durable; beside bare INSERTs on the same driver."""

from __future__ import annotations

import argparse
import itertools
import random
import threading
import time
from typing import Any

import psycopg

from bench._house import city, count_sql, jieban
from bench._load import http, run_load
from bench._texts import told


def run(words: list[str]) -> dict[str, Any]:
    """Run the bench; options --requests, --threads, --workers."""
    parser = argparse.ArgumentParser(prog="jieban bench file")
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--threads", type=int, default=12)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(words)
    with city(workers=options.workers) as house:
        key = jieban("api-key", "bench").split("X-API-Key: ")[1].split()[0]
        run_load(house.port, _requests(key, 600, "warm"), options.threads)
        before = house.cpu()
        load = run_load(house.port, _requests(key, options.requests, "main"), options.threads)
        after = house.cpu()
        limit = _bare_insert(3000)
        sql = count_sql("filing")
    n = options.requests
    cpu = {name: round((after[name] - before[name]) / n * 1000, 3) for name in after}
    return {
        "bench": "file",
        "metrics": {
            "tickets_per_s": load["per_s"],
            "p50_ms": load["p50_ms"],
            "p99_ms": load["p99_ms"],
            "statuses": load["statuses"],
            "sql_per_ticket": sql,
            "cpu_ms_web": cpu["web"],
            "cpu_ms_postgres": cpu["postgres"],
            "cpu_ms_client": round(load["client_cpu_s"] / n * 1000, 3),
            "tickets": n,
        },
        "reference": {
            "goal_tickets_per_s": 300,
            "goal_sql": 12,
            "goal_p99_ms": 100,
            "bare_insert_per_s": limit,
            "ratio_to_bare_insert": round(load["per_s"] / limit, 3),
        },
    }


def _requests(key: str, count: int, tag: str) -> list[bytes]:
    chance = random.Random(tag)
    made = []
    for index in range(count):
        title, text = told(chance)
        body = {"title": title, "text": f"{text}（{index}）", "phone": f"139{chance.randrange(10**8):08d}"}
        made.append(http("POST", "/api/v1/tickets", key, body, f"{tag}-{index}"))
    return made


def _bare_insert(count: int) -> float:
    """Rows per second of one INSERT … RETURNING and commit each, by two connections on the same driver."""
    url = jieban("database", "url").strip()
    with psycopg.connect(url, autocommit=True) as setup:
        setup.execute(
            "CREATE TABLE bench_bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)"
        )
    numbers = itertools.count()

    def work() -> None:
        with psycopg.connect(url, autocommit=True) as link:
            while next(numbers) < count:
                link.execute("INSERT INTO bench_bare (body) VALUES (%s) RETURNING id", ["x" * 600])

    begin = time.perf_counter()
    crew = [threading.Thread(target=work) for _ in range(8)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    return round(count / (time.perf_counter() - begin), 1)
