"""The reject file: every row that was not taken, with the reason, ready to be mended and fed again.

It is CSV in UTF-8 with a byte order mark (so that Excel shows Chinese), every cell quoted. It has the
columns of the input and six more: `_row` (number in the input), `_field`, `_reason`, `_remedy`, `_raw`
(the text of a row that could not be split into columns, and values without a column), and `_file` (the
mark of the input, so that the rows of two files with one name are not mistaken for each other). Columns
beginning with `_` are ignored when the file is fed again. Cells that a spreadsheet would run as a
formula get an apostrophe, which is taken away on reading (`files.formulas`). NUL characters, which
no request can hold, are left out.
"""

import csv
import hashlib
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from jieban.intake.files.formulas import neutralise
from jieban.intake.files.header import REJECT_COLUMNS, is_reject_header
from jieban.intake.files.table import MAX_RECORD_CHARS, BadRow, Row
from jieban.intake.mapping import Refusal

_EXTRA = (*REJECT_COLUMNS, "_raw", "_file")
_BAD_ROW_REMEDY = "Correct the row, shown under _raw, write its parts into the columns, and feed it again."


class CannotWrite(Exception):
    """A reject file that cannot be written or continued; `reason` says why, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason = reason
        self.remedy = remedy


def reject_path(source: Path) -> Path:
    """Give the place of the reject file of an input: next to it, `name.rejected.csv`.

    Where that folder cannot be written to, the folder one stands in.
    """
    folder = source.parent if os.access(source.parent, os.W_OK) else Path.cwd()
    return folder / f"{source.stem}.rejected.csv"


def mark_of(source: Path, sheet: str | None = None) -> str:
    """Give a short mark of an input: the same for the same bytes (and sheet), another for others."""
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(b"\0" + (sheet or "").encode())
    return f"f{digest.hexdigest()[:15]}"  # a letter first: a spreadsheet must not take it for a number


def set_aside(path: Path, columns: Sequence[str], mark: str) -> Path | None:
    """Move the reject file of another input out of the way and give its new place, or None.

    A file that belongs to this input stays, to be continued; one that we did not write stays too, and
    `RejectFile` refuses it.
    """
    if not path.exists():
        return None
    header, first = _beginning(path)
    own = header == _safe([*columns, *_EXTRA]) and first.get("_file", mark) == mark
    if own or not is_reject_header(header):
        return None
    number = 1
    while (kept := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    path.rename(kept)
    return kept


def _beginning(path: Path) -> tuple[list[str], dict[str, str]]:
    """The header and the first whole row."""
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD_CHARS))
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        first = next(reader, [])
    return header, dict(zip(header, first, strict=True)) if len(first) == len(header) else {}


class RejectFile:
    """Writes rows that were not taken, each once, however often the take-in is killed and resumed.

    Takes the path, the columns of the input, its mark, and whether an earlier take-in is resumed. The file
    comes into being with the first row. Each row is one write to the end of the file, so a kill can
    leave at most one unfinished row, which resuming cuts off. Raises `CannotWrite` if the file is
    there already and nothing is resumed, or if it has other columns. Use it as a context manager.
    """

    def __init__(self, path: Path, columns: Sequence[str], *, mark: str = "", resume: bool = False) -> None:
        self.path = path
        self._mark = mark
        self.count = 0
        self._columns = tuple(columns)
        self._written: set[int] = set()
        self._file: io.FileIO | None = None
        if not path.exists():
            return
        if not resume:
            raise CannotWrite(
                f'The reject file "{path.name}" of an earlier take-in is still there.',
                "Mend it and feed it in, move it away, or resume that take-in.",
            )
        _cut_unfinished(path)
        self._written = self._rows_written()
        self.count = len(self._written)

    def add(self, row: Row | BadRow, refusal: Refusal | None = None) -> bool:
        """Write a row that was not taken; give False if it was written before.

        A `Row` needs the refusal, a `BadRow` brings its own reason. Raises `OSError` if the disk is full.
        """
        if row.number in self._written:
            return False
        if self._file is None:
            self._file = self._open()
        _write_all(self._file, _record(self._cells(row, refusal)))
        self._written.add(row.number)
        self.count += 1
        return True

    def flush(self) -> None:
        """Return when all rows so far would survive the loss of power."""
        if self._file is not None:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Flush and close the file."""
        if self._file is not None:
            self.flush()
            self._file.close()
            self._file = None

    def __enter__(self) -> "RejectFile":
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; an error goes on."""
        self.close()

    def _open(self) -> io.FileIO:
        if not self.path.exists():
            # A file with half a header would stop the resuming, so the header comes with the name.
            started = self.path.with_name(f".{self.path.name}.{os.getpid()}")
            started.write_bytes(b"\xef\xbb\xbf" + _record([*self._columns, *_EXTRA]))
            started.replace(self.path)
        return self.path.open("ab", buffering=0)

    def _cells(self, row: Row | BadRow, refusal: Refusal | None) -> list[str]:
        if isinstance(row, BadRow):
            blank = [""] * len(self._columns)
            return [*blank, str(row.number), "", row.reason, _BAD_ROW_REMEDY, row.raw, self._mark]
        if refusal is None:
            raise ValueError("a row that was read needs the refusal that says why it was not taken")
        more = {name: value for name, value in row.values.items() if name not in self._columns}
        return [
            *(row.values.get(column, "") for column in self._columns),
            str(row.number),
            refusal.field,
            refusal.reason,
            refusal.remedy,
            json.dumps(more, ensure_ascii=False) if more else "",
            self._mark,
        ]

    def _rows_written(self) -> set[int]:
        csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD_CHARS))
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            if header != _safe([*self._columns, *_EXTRA]):
                raise CannotWrite(
                    f'"{self.path.name}" was not begun for this input: its columns are others.',
                    "Move it away, or resume with the input that it belongs to.",
                )
            place = len(self._columns)
            return {int(cells[place]) for cells in reader if len(cells) > place and cells[place].isdecimal()}


def _safe(cells: Sequence[str]) -> list[str]:
    return [neutralise(cell.replace("\0", "")) for cell in cells]


def _record(cells: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow(_safe(cells))
    return text.getvalue().encode()


def _write_all(file: io.FileIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) or 0 :]


def _cut_unfinished(path: Path) -> None:
    """Cut off what stands after the last complete row: every cell is quoted, so quotes are even there."""
    end = place = quotes = 0
    with path.open("r+b") as file:
        for line in file:
            place += len(line)
            quotes += line.count(b'"')
            if line.endswith(b"\n") and quotes % 2 == 0:
                end = place
        file.truncate(end)
