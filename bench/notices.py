"""Notices after events of as many tickets: made from the outbox, sent over real connections, caught up with.

A peak day of Beijing has 70,000 tickets, each with some ten events of which somebody is told.
The gateway for text messages and the mail server run beside, on the same cores. Beside the catch-up:
the same outbox rows marked by one bare UPDATE.
"""

from __future__ import annotations

import argparse
from typing import Any

from bench._house import city, inside


def run(words: list[str]) -> dict[str, Any]:
    """Run the bench; options --tickets (with a phone and an e-mail address each), --stale."""
    parser = argparse.ArgumentParser(prog="jieban bench notices")
    parser.add_argument("--tickets", type=int, default=5_000)
    parser.add_argument("--stale", type=int, default=100_000)
    options = parser.parse_args(words)
    with city():
        measured = inside("_notices", options.tickets, options.stale)
    return {
        "bench": "notices",
        "metrics": {"tickets": options.tickets, "stale": options.stale, **measured},
        "reference": {
            "peak_day_events_per_s": 8.1,
            "ratio_to_bare_update": round(measured["stale_per_s"] / measured["bare_update_per_s"], 3),
        },
    }
