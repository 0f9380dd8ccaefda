"""``jieban simulate``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import Progress

from jieban.city.queries import book
from jieban.demo.simulation import simulate


class Command(BaseCommand):
    """Play days of a city."""

    help = "Play days of a city on the pack's samples, through the real actions; marked as simulated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--days", type=int, default=60)
        parser.add_argument("--per-day", type=int, default=60, help="requests a day, about")
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--json", action="store_true", help="print the summary as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play, then tell what happened."""
        with Progress(console=Console(file=sys.stderr)) as bar:
            job = bar.add_task("simulate", total=1.0)
            summary = simulate(
                book(),
                days=options["days"],
                per_day=options["per_day"],
                seed=options["seed"],
                end=datetime.now(UTC),
                progress=lambda share: bar.update(job, completed=share),
            )
        self.stdout.write(json.dumps(summary, ensure_ascii=False) if options["json"] else _told(summary))


def _told(summary: dict[str, Any]) -> str:
    return f"{summary['requests']:,} requests, {summary['verbs']:,} verbs played."
