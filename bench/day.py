"""A share of Beijing's peak day (70,000 tickets) through the real actions, each ticket with all its verbs.

Every request is taken in, read and dispatched, signed for, its requester reached, reported on, replied to,
reviewed and submitted; some are objected to, extended, paused, helped by another unit or sent back; the
clock opens the call-back and the requester answers. Each verb is a transaction of its own. Background jobs
that the verbs leave behind are done within the measured time.
"""

from __future__ import annotations

import argparse
from typing import Any

from bench._house import city, inside

PEAK_DAY = 70_000


def run(words: list[str]) -> dict[str, Any]:
    """Run the bench; options --share (of the day), --workers, --seed."""
    parser = argparse.ArgumentParser(prog="jieban bench day")
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(words)
    tickets = max(options.workers, round(PEAK_DAY * options.share))
    with city():
        measured = inside("_day", tickets, options.workers, options.seed)
    per_s = measured["tickets_per_s"]
    return {
        "bench": "day",
        "metrics": {
            "share": options.share,
            "workers": options.workers,
            **measured,
            "whole_day_minutes": round(PEAK_DAY / per_s / 60, 1),
        },
        "reference": {"goal_tickets_per_s": 60, "goal_sql_per_verb": 15, "goal_whole_day_minutes": 20},
    }
