"""``jieban worker``."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from jieban.city.queries import NoCity
from jieban.cli.worker import Ticker, keep_running, run_jobs
from jieban.matters.tick import tick
from jieban.notices.sending import deliver

NOTICES_EVERY = 3.0
"""Seconds between looks at the outbox."""


class Command(BaseCommand):
    """Do what is due until told to stop."""

    help = (
        "Do what is due: move clocks that have rung, deliver notices, run background jobs. "
        "Any number may run at once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--every", type=float, default=1.0, help="seconds between looks at the clocks")
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run tickers and jobs. Notices have a ticker of their own: a slow gateway holds up no clock."""
        tickers = {"ticker": Ticker(options["every"]), "notices": Ticker(NOTICES_EVERY, _deliver)}
        if options["once"]:
            moved = tick(datetime.now(UTC))
            _deliver(datetime.now(UTC))
            run_jobs()
            self.stdout.write(f"{moved} clocks moved, notices delivered, jobs done.")
            return
        for name, ticker in tickers.items():
            threading.Thread(target=ticker.run, daemon=True, name=name).start()
        self.stdout.write("Worker runs; Ctrl-C ends it.")
        keep_running()
        for ticker in tickers.values():
            ticker.stop()


def _deliver(now: datetime) -> None:
    try:
        deliver(now)
    except NoCity:
        return  # nothing can have happened yet
