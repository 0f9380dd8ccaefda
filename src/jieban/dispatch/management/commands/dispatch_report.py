"""``jieban dispatch-report``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand

from jieban.city.clock import local_day
from jieban.city.queries import book
from jieban.dispatch.quality import Report, report
from jieban.dispatch.ranker.history import do_count_month
from jieban.dispatch.ranker.learned import learned_for
from jieban.foundation.errors import OperatorError


class Command(BaseCommand):
    """Tell how right, how sure and how steady dispatch is in a month."""

    help = (
        "Tell of a month how often the unit proposed was the one that kept the ticket, whether what is "
        "said of the confidence is true, and whether other matters come than the model learned from."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--month", default="", help="month, YYYY-MM; the present one if not given")
        parser.add_argument("--count", action="store_true", help="count the month anew first")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report."""
        city = book()
        month = _month(options["month"]) or local_day(city, datetime.now(UTC))
        if options["count"]:
            do_count_month(month, city)
        found = report(city, learned_for(city), month)
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json(), ensure_ascii=False))
        else:
            self._tell(found)

    def _tell(self, found: Report) -> None:
        for one in found.months:
            self.stdout.write(
                f"{one.month:%Y-%m}  {one.count} dispatched, {one.alone:.1%} by itself; proposed unit kept "
                f"it {one.agreed:.1%}, no objection accepted {one.first_success:.1%}"
            )
        self.stdout.write(f"drift {found.drift if found.drift is not None else '–'} {found.standing}")
        self.stdout.write(f"confidence off by {found.gap:.1%}")
        for each in found.bins:
            self.stdout.write(
                f"  {each.low:.1f}-{each.high:.1f}  {each.count:>8}  {each.said:.1%}  {each.right:.1%}"
            )
        for unit in found.units[:10]:
            self.stdout.write(f"  {unit.unit}: {unit.count}, {unit.first_success:.1%}, {unit.returned} back")


def _month(written: str) -> date | None:
    if not written:
        return None
    try:
        return datetime.strptime(written, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        raise OperatorError(f"--month {written} is not a month.", "Write it as 2026-11.") from None
