"""JSON lines: one object on each line."""

import json
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from jieban.intake.files.columns import overlong
from jieban.intake.files.encodings import UNDECODABLE, Encoding, guess_encoding
from jieban.intake.files.header import kept_columns
from jieban.intake.files.lines import Lines, TooLong, count_records, open_text
from jieban.intake.files.table import MAX_RECORD_CHARS, BadRow, CannotRead, Row, Table, shortened
from jieban.intake.files.values import cell_text, number_text

_LOOK_AHEAD = 1_000


def open_jsonl(path: Path) -> Table:
    """Take a file of JSON lines and give its table.

    The columns are the names found in the first 1,000 lines, in the order of their appearance; a
    later line may have more, and they stay in its `values`. Raises `CannotRead` if no line is an object.
    """
    encoding = guess_encoding(path)
    names: dict[str, None] = {}
    seen = 0
    for row in islice(_rows(path, encoding, ()), _LOOK_AHEAD):
        seen += 1
        if isinstance(row, Row):
            names.update(dict.fromkeys(row.values))
    if not names:
        raise CannotRead(
            "No line of the file is a JSON object." if seen else "The file is empty.",
            'Write one object on each line, such as {"title": "…", "text": "…"}.',
        )
    return Table(
        path=path,
        kind="jsonl",
        columns=tuple(names),
        total=count_records(path, encoding),
        read=partial(_rows, path, encoding, kept_columns(tuple(names))),
        encoding=encoding.name,
    )


def _rows(path: Path, encoding: Encoding, columns: tuple[str, ...]) -> Iterator[Row | BadRow]:
    blank = dict.fromkeys(columns, "")
    with open_text(path, encoding) as stream:
        lines = Lines(stream)
        while True:
            number = lines.begin()
            try:
                line = next(lines)
            except StopIteration:
                return
            except TooLong:
                reason = f"The line is longer than {MAX_RECORD_CHARS:,} characters. Shorten its texts."
                yield BadRow(number, reason, shortened(lines.taken[0]))
                continue
            if line.strip():
                yield _row(number, line, blank)


def _row(number: int, line: str, blank: dict[str, str]) -> Row | BadRow:
    try:
        values = _values(line)
    except _Unreadable as problem:
        return BadRow(number, str(problem), shortened(line.rstrip("\r\n")))
    return Row(number, blank | values)


class _Unreadable(Exception):
    """Why a line is not a row."""


def _values(line: str) -> dict[str, str]:
    if "\0" in line:
        raise _Unreadable("The line has NUL characters (zero bytes) in it. Remove them.")
    if UNDECODABLE.search(line):
        raise _Unreadable("The line has bytes that are no text (shown as \\xNN). Write them anew.")
    try:
        read = json.loads(line, parse_int=str, parse_float=number_text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise _Unreadable(f"The line is not valid JSON: {error.msg} at character {error.colno}.") from error
    except RecursionError as error:
        raise _Unreadable("The line nests JSON too deeply. Put the texts on the first level.") from error
    if not isinstance(read, dict):
        raise _Unreadable('The line is JSON, but not an object such as {"title": "…", "text": "…"}.')
    values = {name: _text(value) for name, value in read.items() if not name.startswith("_")}
    _refuse_odd(values)
    return values


def _text(value: Any) -> str:
    try:
        return cell_text(value)
    except RecursionError as error:
        raise _Unreadable("The line nests JSON too deeply. Put the texts on the first level.") from error


def _refuse_odd(values: dict[str, str]) -> None:
    problem = overlong(tuple(values.values()))
    if problem:
        raise _Unreadable(problem)
    try:
        "".join([*values, *values.values()]).encode()
    except UnicodeEncodeError as error:
        raise _Unreadable(
            "The line has half of a character (a lone surrogate such as \\ud83d). Write it anew."
        ) from error


def _refuse_constant(name: str) -> str:
    raise _Unreadable(f"The line has the value {name}, which is no JSON. Write null or leave it out.")
