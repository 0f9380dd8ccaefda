"""``jieban read FILE|-``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand
from rich.console import Console

from jieban.city.pack import book_from_files
from jieban.dispatch.ranker.learned import learned_for
from jieban.dispatch.rules import local_day, propose
from jieban.dispatch.why.explain import as_json
from jieban.dispatch.why.telling import tell_why, why_json
from jieban.dispatch.why.whatif import what_if
from jieban.foundation import env
from jieban.foundation.errors import OperatorError
from jieban.reading.reader import reader_for
from jieban.reading.why.carried import why


class Command(BaseCommand):
    """Say what texts are about. Needs no database and writes nothing."""

    help = (
        "Read texts (one a line; or JSON lines with title and text) and say type, matter, place, urgency "
        "and the unit each would go to, with reasons. Writes nothing."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 (Django's own form)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", help="a file, or - for standard input")
        parser.add_argument("--json", action="store_true", help="print one JSON object a line")
        parser.add_argument(
            "--why", action="store_true", help="mark the words that carried it and say what would change it"
        )
        parser.add_argument("--city", default=env.city(), help="city pack to read with")
        parser.add_argument("--on", help="day for which the rules are asked, YYYY-MM-DD; today if not given")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read each text and print what was understood."""
        book = book_from_files(options["city"])
        reader, learned = reader_for(book), learned_for(book)
        on = _day(options["on"]) or local_day(book, datetime.now(UTC))
        proposer = partial(propose, book=book, on=on, learned=learned)
        for title, text, address in _texts(options["file"]):
            found = why(reader, title, text, address=address) if options["why"] else None
            reading = found.reading if found else reader.read(title, text, address=address)
            told = as_json(reading, proposer(reading), book)
            changes = what_if(reader, found, proposer) if found else []
            if options["json"]:
                more = {"why": why_json(found, changes)} if found else {}
                self.stdout.write(json.dumps(told | more, ensure_ascii=False))
                continue
            self._tell(told)
            if found:
                tell_why(Console(file=cast(IO[str], self.stdout)), found, changes, book)

    def _tell(self, told: dict[str, Any]) -> None:
        unit = told["unit"]["name"] if told["unit"] else f"→ {told['queue']}"
        self.stdout.write(f"{told['text'][:60]}")
        self.stdout.write(
            f"  {' / '.join(told['category'])}  {told['urgency']}  {told['confidence']:.0%}  {unit}"
        )
        for reason in told["reasons"]:
            self.stdout.write(f"    {reason}")


def _day(written: str | None) -> Any:
    if not written:
        return None
    try:
        return datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise OperatorError(f"--on {written} is not a day.", "Write it as 2026-11-22.") from None


def _texts(name: str) -> Iterator[tuple[str, str, str]]:
    """Title, text and address of each line; a line that begins with { is read as JSON."""
    if name != "-" and not Path(name).is_file():
        raise OperatorError(
            f"There is no file {name}.", "Give an existing file, or - to read what is piped in."
        )
    stream = sys.stdin.buffer if name == "-" else Path(name).open("rb")  # noqa: SIM115 (closed below)
    with stream:
        for raw in stream:
            line = raw.decode("utf-8", errors="replace").strip()
            if line:
                yield _parts(line)


def _parts(line: str) -> tuple[str, str, str]:
    if line.startswith("{"):
        try:
            value = json.loads(line)
        except ValueError:
            return "", line, ""
        if isinstance(value, dict):
            title, text, address = (str(value.get(name) or "") for name in ("title", "text", "address"))
            return title, text, address
    return "", line, ""
