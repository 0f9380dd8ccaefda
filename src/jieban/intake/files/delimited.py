"""CSV and TSV: separators guessed, one row held at a time, one broken row costs one row."""

import csv
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from jieban.intake.files.columns import Columns, overlong
from jieban.intake.files.encodings import UNDECODABLE, Encoding, guess_encoding
from jieban.intake.files.lines import Lines, TooLong, count_records, open_text
from jieban.intake.files.table import (
    MAX_CELL_CHARS,
    MAX_RECORD_CHARS,
    BadRow,
    CannotRead,
    Row,
    Table,
    shortened,
)

_DELIMITERS = ",\t;|，"
_SAMPLE_RECORDS = 20
# Going back after a quotation mark that is never closed costs a second reading; a file made to do
# that on every line must not keep us busy for ever.
_MAX_REREAD_CHARS = 4 * MAX_RECORD_CHARS

_UNCLOSED = (
    "A quotation mark is opened here and not closed. Write a quotation mark inside a text twice, "
    "and close the text with one."
)
_HINT = "A quotation mark may be missing around a text with a separator or a line end in it."

type _Record = tuple[int, list[str] | BadRow]


def open_delimited(path: Path) -> Table:
    """Take a CSV or TSV file and give its table; raises `CannotRead` if it has no usable header."""
    encoding = guess_encoding(path)
    delimiter = _guess_delimiter(path, encoding)
    columns, header_line = _read_header(path, encoding, delimiter)
    records = count_records(path, encoding)
    return Table(
        path=path,
        kind="tsv" if delimiter == "\t" else "csv",
        columns=columns.names,
        total=None if records is None else max(records - header_line, 0),
        read=partial(_rows, path, encoding, delimiter, columns),
        encoding=encoding.name,
        delimiter=delimiter,
    )


def _rows(path: Path, encoding: Encoding, delimiter: str, columns: Columns) -> Iterator[Row | BadRow]:
    with open_text(path, encoding) as stream:
        lines = Lines(stream)
        records = _records(lines, delimiter, _MAX_REREAD_CHARS)
        _skip_header(records)
        for number, cells in records:
            if isinstance(cells, BadRow):
                yield cells
                continue
            problem = _damage(lines, cells, encoding)
            if problem:
                yield BadRow(number, problem, shortened("".join(lines.taken)))
                continue
            row = columns.row(number, cells, lambda: "".join(lines.taken))
            if row is not None:
                yield row


def _damage(lines: Lines, cells: list[str], encoding: Encoding) -> str:
    """Give what is wrong with the characters of a record, or the empty string."""
    for line in lines.taken:
        if "\0" in line:
            return "The row has NUL characters (zero bytes) in it. Remove them, or export the file anew."
        if not encoding.is_whole and UNDECODABLE.search(line):
            return (
                f"The row has bytes that are no text in {encoding.name} (shown as \\xNN). "
                "Write the characters anew, or export the file as UTF-8."
            )
        if len(line) > MAX_CELL_CHARS or len(lines.taken) > 1:
            return overlong(cells)
    return ""


def _records(lines: Lines, delimiter: str, budget: int = 0) -> Iterator[_Record]:
    """Give each record with the number of its first line; blank lines give no cells.

    After a quotation mark that is never closed it goes back to the next line, as long as the lines
    read again are no more than `budget` characters; beyond that they are all one bad row.
    """
    reader = csv.reader(lines, delimiter=delimiter)
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD_CHARS))
    while True:
        number = lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (TooLong, csv.Error) as error:
            reason = _why_unreadable(lines, error)
        else:
            if not lines.is_cut_off:
                yield number, cells
                continue
            reason = _UNCLOSED
        raw = shortened(lines.taken[0] if budget > 0 else "".join(lines.taken))
        if budget > 0:
            budget -= lines.rewind()
        yield number, BadRow(number, reason, raw)


def _why_unreadable(lines: Lines, error: Exception) -> str:
    if isinstance(error, csv.Error):
        return f"The row is not valid CSV ({error})."
    if len(lines.taken) > 1:
        return _UNCLOSED
    return f"The row is longer than {MAX_RECORD_CHARS:,} characters. Shorten the texts in it."


def _skip_header(records: Iterator[_Record]) -> None:
    for _number, cells in records:
        if isinstance(cells, BadRow) or any(cell.strip() for cell in cells):
            return


def _read_header(path: Path, encoding: Encoding, delimiter: str) -> tuple[Columns, int]:
    with open_text(path, encoding) as stream:
        for number, cells in _records(Lines(stream), delimiter):
            if isinstance(cells, BadRow):
                raise CannotRead(
                    f"The header cannot be read. {cells.reason}", "Correct the first row of the file."
                )
            if any(cell.strip() for cell in cells):
                _refuse_damaged_header(cells)
                return Columns.from_header(cells, _HINT), number
    raise CannotRead("The file is empty: it has no row with text.", "Choose a file with a header and rows.")


def _refuse_damaged_header(cells: list[str]) -> None:
    text = "".join(cells)
    if "\0" in text or UNDECODABLE.search(text):
        raise CannotRead(
            "The header has characters that cannot be read.",
            'Save the file anew as "CSV UTF-8", or as an Excel workbook.',
        )


def _guess_delimiter(path: Path, encoding: Encoding) -> str:
    if path.suffix.lower() == ".tsv":
        return "\t"
    return max(_DELIMITERS, key=lambda delimiter: _fitness(path, encoding, delimiter))


def _fitness(path: Path, encoding: Encoding, delimiter: str) -> tuple[float, int]:
    """Rate a separator: the share of the first records as wide as the header, then the width."""
    with open_text(path, encoding) as stream:
        found = islice(_records(Lines(stream), delimiter), _SAMPLE_RECORDS)
        widths = [0 if isinstance(cells, BadRow) else len(cells) for _, cells in found]
    filled = [width for width in widths if width]
    if not filled or filled[0] < 2:
        return 0.0, 0
    return filled.count(filled[0]) / len(widths), filled[0]
