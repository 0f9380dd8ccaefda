"""``jieban surge CODE``."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from jieban.city.queries import book
from jieban.foundation.errors import OperatorError
from jieban.intake.feeds import as_csv, as_jsonl, changes
from jieban.intake.surges import surge_named


class Command(BaseCommand):
    """Write what changed of a topic's requests."""

    help = (
        "Write what changed of a topic's requests (surge mode) as JSON lines or CSV, without personal data."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("code", help="code of the topic in surges.csv")
        parser.add_argument(
            "--since",
            type=_moment,
            help="from when on, as 2026-11-20T08:00 in city time; one span of the feed",
        )
        parser.add_argument("--out", type=Path, help="file to write, .jsonl or .csv; the terminal else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the changes from ``--since`` until now."""
        try:
            city = book()
        except OperatorError as error:
            raise CommandError(str(error)) from error
        surge = surge_named(city, options["code"])
        if surge is None:
            known = ", ".join(dict.fromkeys(row.code for row in city.tables["surges"])) or "none"
            raise CommandError(f"There is no topic '{options['code']}'. This city has: {known}.")
        now = datetime.now(UTC)
        since: datetime = options["since"] or now - timedelta(hours=float(surge.feed_hours))
        if since.tzinfo is None:
            since = since.replace(tzinfo=ZoneInfo(city.identity.timezone))
        rows = list(changes(city, surge, since, now))
        out: Path | None = options["out"]
        if out is None:
            self.stdout.write(as_jsonl(rows), ending="")
            return
        try:
            out.write_text(as_csv(rows) if out.suffix == ".csv" else as_jsonl(rows), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}. Name another file.") from error
        self.stderr.write(f"{len(rows)} rows written to {out}.")


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is no moment such as 2026-11-20T08:00.") from None
