"""The tick over a city's pending deadlines: an idle one, and the catch-up after an outage.

The tickets are copies of one real ticket; those that are moved are moved by the real handlers, with
their events and outbox rows. Beside it: the same rows moved by one bare UPDATE, without any event.
"""

from __future__ import annotations

import argparse
from typing import Any

from bench._house import city, inside


def run(words: list[str]) -> dict[str, Any]:
    """Run the bench; options --pending, --due, --workers."""
    parser = argparse.ArgumentParser(prog="jieban bench tick")
    parser.add_argument("--pending", type=int, default=1_500_000)
    parser.add_argument("--due", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(words)
    with city():
        measured = inside("_tick", options.pending, options.due, options.workers)
    per_s = measured["catch_up_per_s"]
    return {
        "bench": "tick",
        "metrics": {"pending": options.pending, "workers": options.workers, **measured},
        "reference": {
            "goal_idle_ms": 5,
            "goal_catch_up_per_s": 20_000,
            "ratio_to_bare_update": round(per_s / measured["bare_update_per_s"], 3),
        },
    }
