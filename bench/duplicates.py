"""Duplicates: how fast those of a new request are found, and how well an original is named.

``jieban bench duplicates [--rows N] [--quick] [--only finder|links]``. The finder: a city of ``N`` tickets
over a year (default 200,000; the promise is for 2,000,000), half of the last four weeks open; timed
is what intake looks up for one new request (its requester's earlier tickets, the open ones of the same
matter in the street, and holding them against it), and the look-up of candidates for
suggestions. Goal: p99 below 50 ms.

The links: ``boston311_*`` and ``boston311_dup_links`` beside the checkout. A link is asked when both are
in the file and the linked one came first. Five folds, seed 42, cases that are linked with each other in
one fold; all figures are out of fold, all links are the denominator. Only what was known when the later
case came is used: no closing words, no queue, of the closing time only whether it had passed. Types are those
of the file, which staff may have corrected later. Baseline: same type within 50 m and 14 days, the latest.
"""

from __future__ import annotations

import argparse
import os
import platform
from typing import Any

from bench._house import city, data_folder, inside
from bench._links import measure

GOAL_MS = 50


def run(args: list[str]) -> dict[str, Any]:
    """Run the bench; options --rows, --quick, --only."""
    parser = argparse.ArgumentParser(prog="jieban bench duplicates")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=("finder", "links"))
    options = parser.parse_args(args)
    metrics: dict[str, Any] = {}
    if options.only != "links":
        with city():
            metrics["finder"] = inside(
                "_finder", min(options.rows, 20_000) if options.quick else options.rows
            )
    if options.only != "finder":
        found = measure(data_folder(), quick=options.quick)
        metrics["sets"] = [found] if found else []
        if not found:
            metrics["skipped"] = "the links of Boston are not beside the checkout"
    return {
        "bench": "duplicates",
        "metrics": metrics,
        "reference": {"goal_p99_ms": GOAL_MS},
        "machine": {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count()},
    }
