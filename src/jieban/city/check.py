"""Checking a pack: everything that is wrong in it, with file and line. Needs no database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jieban.city.book import Book
from jieban.city.checks.dispatching import check_catalogue
from jieban.city.checks.keys import check_keys
from jieban.city.checks.notices import check_notices
from jieban.city.checks.references import check_periods, check_references, check_words
from jieban.city.checks.rules import (
    check_calendars,
    check_identity,
    check_schemes,
    check_small_rules,
    check_tiers,
)
from jieban.city.checks.samples import check_samples
from jieban.city.checks.shape import check_categories, check_places, check_units
from jieban.city.checks.sheet import Sheet
from jieban.city.checks.whistles import check_whistles
from jieban.city.findings import Finding, PackErrors
from jieban.city.overlay import laid_over, lines_under, read_rules, with_folder
from jieban.city.pack import read_files

CHECKS = (
    check_keys,
    check_identity,
    check_references,
    check_words,
    check_periods,
    check_places,
    check_units,
    check_categories,
    check_calendars,
    check_tiers,
    check_schemes,
    check_small_rules,
    check_whistles,
    check_catalogue,
    check_notices,
    check_samples,
)


def check_pack(
    book_or_path: Book | str | Path, on: date | None = None, rules: Path | None = None
) -> list[Finding]:
    """All findings in a pack, in the order of files and lines; an empty list is a sound pack.

    Takes a book or the folder of a pack. When files of the pack cannot be read, only that is told: the
    rest is looked at once every row can be read. ``on`` is the city date on which categories must have
    an owner and so on; when not given, today in the pack's time zone. ``rules`` is the folder of a rule
    pack that is laid over the city first.
    """
    if isinstance(book_or_path, Book):
        book = book_or_path
        sheet = Sheet(
            book, on or city_day(book, datetime.now(UTC)), folder=Path(book.folder) if book.folder else None
        )
    else:
        reading = read_files(Path(book_or_path))
        found = reading.book()
        if isinstance(found, PackErrors):
            return sorted(found.findings, key=_place)
        lines: Mapping[str, list[int]] = reading.lines
        if rules is not None:
            laid = read_rules(rules)
            if isinstance(laid, PackErrors):
                return sorted(laid.findings, key=_place)
            found, lines = laid_over(found, laid), lines_under(found, lines, laid)
        sheet = Sheet(found, on or city_day(found, datetime.now(UTC)), lines, reading.folder)
    for check in CHECKS:
        check(sheet)
    return sorted(map(with_folder, sheet.findings), key=_place)


def _place(finding: Finding) -> tuple[str, int, str]:
    return (finding.file, finding.line, finding.column)


def city_day(book: Book, now: datetime) -> date:
    """The city date of ``now``; the one of UTC when the time zone of the pack is unknown."""
    try:
        return now.astimezone(ZoneInfo(book.identity.timezone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return now.astimezone(UTC).date()
