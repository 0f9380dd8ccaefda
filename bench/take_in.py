"""Take a file in with reading and dispatch: rows per second, beside a bare COPY of the same rows."""

from __future__ import annotations

import argparse
import csv
import json
import random
import time
from pathlib import Path
from typing import Any

import psycopg

from bench._house import city, data_folder, jieban

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "beijing" / "samples"


def run(words: list[str]) -> dict[str, Any]:
    """Run the bench; option --rows for the file made of our own samples."""
    parser = argparse.ArgumentParser(prog="jieban bench take-in")
    parser.add_argument("--rows", type=int, default=5000)
    options = parser.parse_args(words)
    sets = []
    with city() as house:
        own, one = house.home / "own.csv", house.home / "one.csv"
        _write_own(own, options.rows)
        _write_own(one, 1)
        first_start = _measure("one row: start, and the reader's model made once", one, [])
        sets.append(_measure("own samples, varied", own, []))
        for name in ("teddy_t3_hot", "teddy_t4_reply"):
            path = data_folder() / f"{name}.parquet"
            if path.exists():
                sets.append(
                    _measure(name, path, ["title=title", "text=detail", "time=time", "requester=user"])
                )
            else:
                sets.append({"set": name, "skipped": "the real data is not beside this checkout"})
        limit = _bare_copy(own)
    return {
        "bench": "take-in",
        "metrics": {
            "rows_per_s": sets[0]["rows_per_s"],
            "first_start_s": first_start["whole_process_s"],
            "sets": sets,
        },
        "reference": {
            "goal_rows_per_s": 500,
            "bare_copy_rows_per_s": limit,
            "ratio_to_bare_copy": round(sets[0]["rows_per_s"] / limit, 4),
        },
    }


def _measure(name: str, path: Path, mapping: list[str]) -> dict[str, Any]:
    """Take a file in twice; the second time must add nothing."""
    rejects = f"/tmp/{path.stem}.bench-rejects.csv"
    call = ["take-in", str(path), "--json", "--rejects", rejects]
    for pair in mapping:
        call += ["--map", pair]
    begin = time.perf_counter()
    first = json.loads(jieban(*call))
    first_s = time.perf_counter() - begin
    begin = time.perf_counter()
    again = json.loads(jieban(*call))
    return {
        "set": name,
        **first,
        "whole_process_s": round(first_s, 2),
        "rows_per_s": round(first["read"] / first_s, 1),
        "again_accepted": again["accepted"],
        "again_rows_per_s": round(again["read"] / (time.perf_counter() - begin), 1),
    }


def _write_own(path: Path, rows: int) -> None:
    told = [
        json.loads(line)
        for one in sorted(SAMPLES.glob("*.jsonl"))
        for line in one.read_text(encoding="utf-8").splitlines()
    ]
    chance = random.Random(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["external_id", "title", "text", "phone", "channel"])
        for index in range(rows):
            one = chance.choice(told)
            phone = f"139{chance.randrange(10**8):08d}"
            out.writerow([index, one["title"], f"{one['text']}（{index}）", phone, one["channel"]])


def _bare_copy(path: Path) -> float:
    """Rows per second of a bare COPY of the same rows, committed."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    with psycopg.connect(jieban("database", "url").strip()) as link:
        link.execute("CREATE TABLE bench_rows (a text, b text, c text, d text, e text)")
        begin = time.perf_counter()
        with link.cursor() as cursor, cursor.copy("COPY bench_rows FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        link.commit()
    return round(len(rows) / (time.perf_counter() - begin), 1)
