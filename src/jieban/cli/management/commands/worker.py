"""``jieban worker``."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from jieban.cli.worker import Ticker, keep_running, run_jobs
from jieban.matters.tick import tick


class Command(BaseCommand):
    """Do what is due until told to stop."""

    help = "Do what is due: move clocks that have rung, run background jobs. Any number may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--every", type=float, default=1.0, help="seconds between looks at the clocks")
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run ticker and jobs."""
        ticker = Ticker(options["every"])
        if options["once"]:
            moved = tick(datetime.now(UTC))
            run_jobs()
            self.stdout.write(f"{moved} clocks moved, jobs done.")
            return
        threading.Thread(target=ticker.run, daemon=True, name="ticker").start()
        self.stdout.write("Worker runs; Ctrl-C ends it.")
        keep_running()
        ticker.stop()
