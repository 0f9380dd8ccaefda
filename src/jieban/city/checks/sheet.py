"""What a check works on: the book, the day, the lines of the files, and the findings so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from jieban.city.book import TABLES, Book
from jieban.city.findings import ERROR, WARNING, Finding


@dataclass
class Sheet:
    """A book under examination on the day ``on`` (city date).

    ``lines`` tells on which line of its file each row stands; without it rows are taken to stand one
    on each line below the header. ``folder`` is where the samples are, or None.
    """

    book: Book
    on: date
    lines: Mapping[str, Sequence[int]] = field(default_factory=dict)
    folder: Path | None = None
    findings: list[Finding] = field(default_factory=list)

    def rows(self, table: str) -> Iterator[tuple[int, Any]]:
        """The rows of a table, each with its line."""
        rows = self.book.tables[table]
        yield from zip(self.lines.get(table) or range(2, len(rows) + 2), rows, strict=True)

    def current(self, table: str) -> Iterator[tuple[int, Any]]:
        """The rows of a table that are in force, each with its line."""
        return ((line, row) for line, row in self.rows(table) if row.in_force(self.on))

    @cached_property
    def codes(self) -> dict[str, frozenset[str]]:
        """Table -> all codes in it (only tables that have codes)."""
        return {
            table: frozenset(row.code for row in self.book.tables[table])
            for table, kind in TABLES.items()
            if "code" in kind.__dataclass_fields__
        }

    def error(self, table: str, line: int, column: str, message: str, remedy: str) -> None:
        """Note what forbids loading."""
        self.findings.append(Finding(_file(table), line, column, message, remedy, ERROR))

    def warn(self, table: str, line: int, column: str, message: str, remedy: str) -> None:
        """Note what somebody should look at."""
        self.findings.append(Finding(_file(table), line, column, message, remedy, WARNING))


def _file(table: str) -> str:
    return f"{table}.csv" if table in TABLES else table
