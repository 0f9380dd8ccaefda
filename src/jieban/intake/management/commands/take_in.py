"""``jieban take-in FILE``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from jieban.city.queries import book
from jieban.foundation.errors import OperatorError
from jieban.intake.fieldmap import FIELDS, Mapping, MappingError, make_mapping
from jieban.intake.files import CannotRead, Table, check_length, open_table
from jieban.intake.rejects import CannotWrite, RejectFile, mark_of, reject_path, set_aside
from jieban.intake.take_in import Report, most_rows, take_in
from jieban.reading.reader import reader_for

_COUNTS = (
    ("read", "rows read"),
    ("accepted", "accepted as new tickets"),
    ("dispatched", "  of these sent to a unit"),
    ("waiting", "  of these waiting for a person"),
    ("repeated", "  of these the same matter again, urged"),
    ("duplicate", "there already, nothing added"),
    ("rejected", "rejected, with reasons"),
)


class Command(BaseCommand):
    """Take requests in from a file."""

    help = "Take requests in from a CSV, XLSX, Parquet or JSONL file; the same file twice adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        fields = "; ".join(f"{name}: {meaning}" for name, meaning in FIELDS)
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument(
            "--map", action="extend", nargs="+", default=[], metavar="FIELD=COLUMN", help=f"Fields: {fields}"
        )
        parser.add_argument("--sheet", help="sheet of a workbook; the first when not given")
        parser.add_argument("--channel", default="file", help="channel where the rows name none")
        parser.add_argument(
            "--source", default="file", help="name of the sending system; ids count within it"
        )
        parser.add_argument("--rejects", type=Path, help="file for rows that cannot be taken")
        parser.add_argument("--json", action="store_true", help="print the counts as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the file in and say what became of its rows."""
        path = _file(options["file"], options["map"])
        rejects_at: Path = options["rejects"] or reject_path(path)
        try:
            table = open_table(path, options["sheet"])
            check_length(table, most_rows(book(), datetime.now(UTC)))
            mapping = make_mapping(_pairs(options["map"], table.columns), table.columns)
            rejects_file = self._rejects(rejects_at, table)
        except (CannotRead, MappingError, CannotWrite) as error:
            raise OperatorError(error.reason, error.remedy) from error
        report = self._take_in(table, mapping, rejects_file, options)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json()))
        else:
            self._tell(report, rejects_at)

    def _rejects(self, path: Path, table: Table) -> RejectFile:
        """The record of rows not taken: the one of this input goes on, the one of another is kept aside."""
        try:
            mark = mark_of(table.path, table.sheet)
            kept = set_aside(path, table.columns, mark)
        except OSError as error:
            raise CannotWrite(
                f'The reject file "{path.name}" of an earlier take-in cannot be kept: {error.strerror}.',
                "Move it away yourself, or name another place with --rejects.",
            ) from error
        if kept is not None:
            self.stderr.write(f"{path.name} belonged to another file; it is kept as {kept.name}.")
        return RejectFile(path, table.columns, mark=mark, resume=path.exists())

    def _take_in(
        self, table: Table, mapping: Mapping, rejects_file: RejectFile, options: dict[str, Any]
    ) -> Report:
        city, path = book(), table.path
        bar = _progress()
        try:
            with bar, rejects_file as rejects:
                job = bar.add_task(path.name, total=table.total)
                return take_in(
                    table,
                    mapping,
                    rejects,
                    source=options["source"],
                    clock=lambda: datetime.now(UTC),
                    book=city,
                    reader=reader_for(city),
                    channel=options["channel"],
                    progress=lambda rows: bar.advance(job, rows),
                )
        except (OSError, CannotRead) as error:
            raise OperatorError(
                f"Taking in {path.name} stopped: {error}",
                "Mend that and run the same command again: what was taken in stays, nothing comes twice.",
            ) from error

    def _tell(self, report: Report, rejects_at: Path) -> None:
        counts = report.as_json()
        for name, says in _COUNTS:
            self.stdout.write(f"{counts[name]:>9,}  {says}")
        for reason, count in report.reasons.most_common(5):
            self.stdout.write(f"{count:>9,}    {reason}")
        if report.rejected:
            self.stdout.write(f"\nMend the rejected rows in {rejects_at} and take that file in again.")


def _file(given: Path | None, words: list[str]) -> Path:
    """The file to take in; ``--map a=b FILE`` leaves it at the end of the pairs."""
    if given is not None:
        return given
    if words and "=" not in words[-1]:
        return Path(words.pop())
    raise OperatorError("No file is given.", "Write: jieban take-in FILE --map title=… text=…")


def _pairs(given: list[str], columns: Sequence[str]) -> list[str]:
    """The pairs after ``--map``; several may stand in one word, split at commas where no column has one."""
    if any("," in column for column in columns):
        return given
    return [pair for word in given for pair in word.split(",")]


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
    )
