"""The feed of corrections of a topic (专题): what changed of its requests in a span, without personal data.

A feed is told from the events alone, so the same span gives the same rows whenever it is made. Free
texts stay out: neither words nor names leave the ticket.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import batched, groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.law import Surge
from jieban.foundation import env
from jieban.intake.models import SurgeFeed
from jieban.intake.surges import feed_spans
from jieban.matters.models import Event
from jieban.tickets.ledgers import PARTY
from jieban.tickets.models import Ticket

COLUMNS = (
    "number",
    "changed_at",
    "opened_at",
    "new",
    "state",
    "demand_type",
    "category",
    "district",
    "street",
    "place",
    "unit",
    "answers",
    "corrections",
)
"""The columns of a feed, in the order of its CSV."""

CORRECTED = {
    "demand_type": "demand_type",
    "category_id": "category",
    "district": "district",
    "street": "street",
    "place_id": "place",
    "lead_id": "unit",
    "answers": "answers",
}
"""Column of a ticket -> its name in the feed: what counts as a correction when it changes."""
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Made:
    """A feed that was made: its topic, span, number of rows, and the file without its ending."""

    surge: str
    begins_at: datetime
    ends_at: datetime
    rows: int
    file: str


def changes(book: Book, surge: Surge, begins: datetime, ends: datetime) -> Iterator[dict[str, Any]]:
    """What changed of the topic's requests from ``begins`` up to but not including ``ends``, by number.

    Two SQL statements for each 2,000 requests.
    """
    told = _sayable(book)
    touched = Ticket.objects.filter(surge=surge.code, updated_at__gte=begins, opened_at__lt=ends)
    ids = touched.order_by("pk").values_list("pk", "number", "opened_at").iterator(chunk_size=_BATCH)
    for some in batched(ids, _BATCH):
        about = {pk: (number, opened) for pk, number, opened in some}
        events = Event.objects.filter(matter__in=list(about), at__lt=ends).order_by("matter", "seq")
        for pk, history in groupby(events.iterator(chunk_size=_BATCH), key=lambda event: event.matter):
            row = _row(*about[pk], list(history), begins, told)
            if row is not None:
                yield row


def _row(
    number: str, opened: datetime, history: Sequence[Event], begins: datetime, told: frozenset[str]
) -> dict[str, Any] | None:
    """The row of one request; None when nothing happened to it in the span."""
    within = [event for event in history if event.at >= begins]
    if not within:
        return None
    before = _known(event for event in history if event.at < begins)
    after = _known(history)
    new = not before
    values = {name: _said(column, after, told) for column, name in CORRECTED.items()}
    corrections = {
        name: [_said(column, before, told), values[name]]
        for column, name in CORRECTED.items()
        if not new and _said(column, before, told) != values[name]
    }
    return {
        "number": number,
        "changed_at": within[-1].at.isoformat(),
        "opened_at": opened.isoformat(),
        "new": new,
        "state": within[-1].state_to,
        **values,
        "corrections": corrections,
    }


def _known(events: Iterable[Event]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for event in events:
        known |= event.changes
    return known


def _said(column: str, known: dict[str, Any], told: frozenset[str]) -> Any:
    """A value as it may leave: of answers only those that hold no free text."""
    if column == "answers":
        answers = known.get(column) or {}
        return {code: value for code, value in sorted(answers.items()) if code in told}
    return known.get(column) or ""


def _sayable(book: Book) -> frozenset[str]:
    return frozenset({PARTY, *(row.code for row in book.tables["form_fields"] if row.kind != "text")})


def as_jsonl(rows: Iterable[dict[str, Any]]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)


def as_csv(rows: Iterable[dict[str, Any]]) -> str:
    """The same as a table; answers and corrections as JSON in their cells."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in COLUMNS])
    return text.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    return str(value)


def feed_folder() -> Path:
    """Where feeds lie: ``feeds`` of JIEBAN_HOME."""
    return env.home() / "feeds"


def do_make_feeds(book: Book, *, now: datetime) -> list[Made]:
    """Make the feeds that are due of every topic in force. Doing it twice does no harm.

    The files are there before the row that tells of them, so that a crash between leaves a feed that is
    simply made again, with the same contents.
    """
    made = []
    for surge in book.current("surges", local_day(book, now)):
        since = _began(surge, book)
        if since is None:
            continue
        last = SurgeFeed.objects.filter(surge=surge.code).order_by("-ends_at").first()
        for begins, ends in feed_spans(surge, last.ends_at if last else None, since, now):
            made.append(_make(book, surge, begins, ends, now))
    return made


def _began(surge: Surge, book: Book) -> datetime | None:
    """When the topic's first request came in this period; None while there is none. One SQL statement."""
    zone = ZoneInfo(book.identity.timezone)
    start = datetime.combine(surge.valid_from, time.min, zone).astimezone(UTC)
    tickets = Ticket.objects.filter(surge=surge.code, opened_at__gte=start)
    return tickets.order_by("surge", "id").values_list("opened_at", flat=True).first()


def _make(book: Book, surge: Surge, begins: datetime, ends: datetime, now: datetime) -> Made:
    rows = list(changes(book, surge, begins, ends))
    name = file_name(surge.code, begins)
    folder = feed_folder()
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / f"{name}.jsonl", as_jsonl(rows))
    _write(folder / f"{name}.csv", as_csv(rows))
    feed = SurgeFeed(surge=surge.code, begins_at=begins, ends_at=ends, rows=len(rows), file=name, made_at=now)
    SurgeFeed.objects.bulk_create([feed], ignore_conflicts=True)
    return Made(surge.code, begins, ends, len(rows), name)


def file_name(code: str, begins: datetime) -> str:
    """The name of a feed's files, by topic and beginning (UTC)."""
    safe = "".join(char if char.isalnum() or char in "-_" else "_" for char in code)
    return f"{safe}-{begins.astimezone(UTC):%Y%m%dT%H%MZ}"


def _write(path: Path, text: str) -> None:
    """Write a file as a whole or not at all."""
    draft = path.with_suffix(path.suffix + f".{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def last_feeds(surge: str, most: int = 12) -> list[SurgeFeed]:
    """The latest feeds of a topic. One SQL statement."""
    return list(SurgeFeed.objects.filter(surge=surge).order_by("-begins_at")[:most])
