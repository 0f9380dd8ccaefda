"""``jieban recompute``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from jieban.city.queries import book
from jieban.foundation.errors import OperatorError
from jieban.handling.recomputing import do_recompute_all
from jieban.matters.actors import PLATFORM


class Command(BaseCommand):
    """Compute the limits of all open tickets anew and move those that differ."""

    help = "Compute the limits of all open tickets anew; each that differs is moved and says so."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--dry-run", action="store_true", help="count what would be moved; write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk and tell."""
        now = datetime.now(UTC)
        walk = do_recompute_all(PLATFORM, now=now, book=book(), dry_run=options["dry_run"])
        if options["json"]:
            told = {"tickets": walk.tickets, "moved": walk.changed, "kept": walk.kept, "stuck": walk.stuck}
            self.stdout.write(json.dumps(told))
        else:
            moved = "would be moved" if options["dry_run"] else "were moved"
            self.stdout.write(f"{walk.tickets:,} open tickets at units, {walk.changed:,} limits {moved}")
            if walk.kept:
                self.stdout.write(f"  {len(walk.kept):,} stay: the rules would put their end into the past")
            for number in walk.stuck[:20]:
                self.stdout.write(f"  {number}: its tier or calendar has no row for the day of dispatch")
        if walk.stuck:
            raise OperatorError(
                f"The limits of {len(walk.stuck)} tickets cannot be computed; they keep the end they had.",
                "Load a pack whose limit_tiers.csv and calendars.csv still have the rows of those days.",
            )
