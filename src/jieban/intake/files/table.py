"""What a table that was sent in is: its columns, its rows, and the rows that could not be read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

MAX_CELL_CHARS = 1_000_000
MAX_RECORD_CHARS = 4 * MAX_CELL_CHARS
MAX_COLUMNS = 1_000
# An Excel cell holds 32,767 characters; the raw text of a bad row must fit into one.
MAX_RAW_CHARS = 30_000


class CannotRead(Exception):
    """A file that cannot be read as a table.

    Takes and keeps `reason` (what is wrong) and `remedy` (what the person can do); `str()` gives both.
    """

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Row:
    """One row that was read.

    `number` is its place as a person counts it, from 1: the line on which it starts in CSV, TSV and
    JSON lines, the row of the sheet in Excel, the row in Parquet. `values` maps every column to text.
    """

    number: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that could not be read: its place, why, and its text as far as it goes (shortened if long)."""

    number: int
    reason: str
    raw: str


@dataclass(frozen=True)
class Table:
    """A table ready to be read; iterating opens the file anew, so that it can be read more than once.

    `total` is the number of rows to expect and serves a progress bar only: None where counting would
    need a slow second reading, and a little off in files with stray quotation marks or line ends.
    Iterating gives `Row` and `BadRow` in the order of the file, and raises `CannotRead` where a
    compressed file turns out to be damaged further down.
    """

    path: Path
    kind: str
    columns: tuple[str, ...]
    total: int | None
    read: Callable[[], Iterator[Row | BadRow]] = field(repr=False)
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None

    def __iter__(self) -> Iterator[Row | BadRow]:
        """Read the rows from the first; raise `CannotRead` if the file turns out to be damaged."""
        return self.read()


def check_length(table: Table, most: int) -> None:
    """Refuse a table of more than `most` rows before the first is taken. Raises `CannotRead`.

    Where the number of rows is not known they are counted, no further than needed.
    """
    total = table.total
    if total is None or total > most:
        total = sum(1 for _row in islice(table, most + 1))
    if total > most:
        raise CannotRead(
            f'"{table.path.name}" has more than {most:,} rows, the most that are taken from one file.',
            "Split it into smaller files, or raise the rule intake.max_file_rows.",
        )


def shortened(raw: str) -> str:
    """Give text that people can see: undecodable bytes and NUL as `\\xNN`, cut with a note when long."""
    cut = len(raw) - MAX_RAW_CHARS
    seen = raw[:MAX_RAW_CHARS] if cut > 0 else raw
    if "\0" in seen or not _is_whole(seen):
        seen = "".join(_visible(character) for character in seen)
    return f"{seen}… ({cut} more characters in the file)" if cut > 0 else seen


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _visible(character: str) -> str:
    code = ord(character)
    if code == 0:
        return "\\x00"
    if 0xDC00 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if 0xD800 <= code <= 0xDFFF else character
