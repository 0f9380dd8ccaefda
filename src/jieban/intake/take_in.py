"""Taking in a whole file: rows in batches, each batch one transaction; what cannot be taken is kept.

A file can be taken in twice, or again after kill -9 in the middle: each row's key is its content or
its external number, so rows that are there already count as duplicates. A batch that the database
refuses is tried again row by row, so that one bad row never takes its neighbours along.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import DataError, IntegrityError
from psycopg import DataError as UnwrappedDataError

from jieban.city.book import Book
from jieban.city.catalogue import BadSelector
from jieban.city.clock import local_day
from jieban.foundation.errors import OperatorError
from jieban.intake.actions import Outcome, Request, do_take_in
from jieban.intake.channels import as_request, read_row
from jieban.intake.fieldmap import Mapping
from jieban.intake.files import BadRow, Row, Table
from jieban.intake.mapping import Refusal
from jieban.intake.rejects import RejectFile
from jieban.matters.actors import PLATFORM
from jieban.reading.reader import Reader
from jieban.tickets.workflow import WAITING

BATCH = 200
ONE_ROWS_FAULT = (DataError, UnwrappedDataError, IntegrityError, UnicodeError)
"""What a single row can cause; all else is no row's fault and ends the take-in."""

_log = logging.getLogger(__name__)


class BrokenRule(OperatorError):
    """A rule of the city cannot be applied: no row is at fault, so none is rejected for it."""


@dataclass
class Report:
    """How many rows were read and what became of each: accepted, duplicate or rejected."""

    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    dispatched: int = 0
    waiting: int = 0
    repeated: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, int]:
        """The counts that ``jieban take-in --json`` prints."""
        return {
            name: getattr(self, name)
            for name in ("read", "accepted", "duplicate", "rejected", "dispatched", "waiting", "repeated")
        }


def most_rows(book: Book, now: datetime) -> int:
    """How many rows one file may have today (``intake.max_file_rows``)."""
    return int(book.rule("intake.max_file_rows", local_day(book, now)))


def take_in(
    table: Table,
    mapping: Mapping,
    rejects: RejectFile,
    *,
    source: str,
    clock: Callable[[], datetime],
    book: Book,
    reader: Reader,
    channel: str = "file",
    progress: Callable[[int], None] = lambda rows: None,
) -> Report:
    """Take in every row of the table; ``clock`` gives the present moment (aware) for each batch."""
    report = Report()
    for batch in _batches(table, BATCH):
        now = clock()
        good: list[tuple[Row, Request]] = []
        with _rules_hold():
            for row in batch:
                taken = _check(row, mapping, rejects, source, now, book, channel, report)
                if taken is not None and isinstance(row, Row):
                    good.append((row, taken))
            _store(_without_twins(good, rejects, report), rejects, now, book, reader, report)
        rejects.flush()
        report.read += len(batch)
        progress(len(batch))
    return report


@contextmanager
def _rules_hold() -> Iterator[None]:
    """Let a rule that cannot be applied end the take-in by its name."""
    try:
        yield
    except (BadSelector, LookupError) as error:
        raise BrokenRule(
            f"A rule of this city cannot be applied: {error}.",
            "Mend it in the admin or in the city pack, then take the file in again; "
            "rows that are in already count as duplicates.",
        ) from error


def _check(
    row: Row | BadRow,
    mapping: Mapping,
    rejects: RejectFile,
    source: str,
    now: datetime,
    book: Book,
    channel: str,
    report: Report,
) -> Request | None:
    if isinstance(row, BadRow):
        rejects.add(row)
        _rejected(report, row.reason)
        return None
    incoming = read_row(row, mapping, source, now=now, book=book)
    if isinstance(incoming, Refusal):
        rejects.add(row, incoming)
        _rejected(report, incoming.reason)
        return None
    return as_request(incoming, source=source, book=book, channel=channel)


def _store(
    rows: Sequence[tuple[Row, Request]],
    rejects: RejectFile,
    now: datetime,
    book: Book,
    reader: Reader,
    report: Report,
) -> None:
    if not rows:
        return
    try:
        outcomes = do_take_in([request for _, request in rows], PLATFORM, now=now, book=book, reader=reader)
    except ONE_ROWS_FAULT as error:
        if len(rows) == 1:
            row = rows[0][0]
            rejects.add(
                row, Refusal(row.number, "text", _first_line(error), "Mend this row and send it again.")
            )
            _rejected(report, _first_line(error))
            return
        _log.info("a batch was refused, trying it row by row: %s", error)
        for one in rows:
            _store([one], rejects, now, book, reader, report)
        return
    for (row, _), outcome in zip(rows, outcomes, strict=True):
        _count(row, outcome, rejects, report)


def _count(row: Row, outcome: Outcome, rejects: RejectFile, report: Report) -> None:
    if outcome.result == "conflict":
        _reject_number(row, outcome.number, rejects, report)
    elif outcome.result == "duplicate" or outcome.ticket_row is None:
        report.duplicate += 1
    else:
        report.accepted += 1
        if outcome.ticket_row.same_as is not None:
            report.repeated += 1
        elif outcome.ticket_row.state == WAITING:
            report.waiting += 1
        else:
            report.dispatched += 1


def _reject_number(row: Row, taken_as: str, rejects: RejectFile, report: Report) -> None:
    reason = f"this number was taken in before with other content, as {taken_as}"
    rejects.add(
        row, Refusal(row.number, "external_id", reason, "Give the changed request a number of its own.")
    )
    _rejected(report, reason)


def _without_twins(
    rows: Iterable[tuple[Row, Request]], rejects: RejectFile, report: Report
) -> list[tuple[Row, Request]]:
    """The rows whose key does not occur twice in this batch.

    The later twin is a duplicate, or is rejected where it says something else under the same number.
    """
    seen: dict[str, tuple[Row, Request]] = {}
    for row, request in rows:
        if request.key in seen:
            first, twin = seen[request.key]
            if twin.body == request.body:
                report.duplicate += 1
            else:
                _reject_number(row, f"row {first.number}", rejects, report)
        else:
            seen[request.key] = (row, request)
    return list(seen.values())


def _rejected(report: Report, reason: str) -> None:
    report.rejected += 1
    report.reasons[reason] += 1


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__


def _batches(table: Table, size: int) -> Iterator[list[Row | BadRow]]:
    rows = iter(table)
    while batch := list(islice(rows, size)):
        yield batch
