"""Reading a city pack from its files into a ``Book``, naming every mistake with file and line.

Needs no database. The form is told in docs/city-pack.md.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from jieban.city.book import TABLES, Book, Identity
from jieban.city.checks.keys import key_findings
from jieban.city.findings import Finding, PackErrors, PackNotFound
from jieban.city.law import LAW_TABLES
from jieban.city.schema import (
    Column,
    column_names,
    columns,
    make_book,
    remedy_for,
    value_of,
)
from jieban.foundation import env

PACK_FILE = "pack.toml"
PACK_SCHEMA = 1
"""The form of packs that this program reads."""


@dataclass
class Reading:
    """What was read of a pack: rows that could be read, the line each began on, and the mistakes."""

    folder: Path
    identity: Identity | None = None
    tables: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    lines: dict[str, list[int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, file: str, line: int, column: str, message: str, remedy: str) -> None:
        """Note a mistake."""
        self.findings.append(Finding(file, line, column, message, remedy))

    def book(self) -> Book | PackErrors:
        """The book, or all mistakes when there is one."""
        if self.findings or self.identity is None:
            return PackErrors(self.folder.name, self.findings)
        return make_book(self.identity, self.tables, str(self.folder))


def find_pack(name_or_path: str | Path) -> Path:
    """The folder of a pack: a path that exists, else a folder of that name inside JIEBAN_PACKS.

    Raises ``PackNotFound`` naming the packs that there are.
    """
    path = Path(name_or_path).expanduser()
    if (path / PACK_FILE).is_file():
        return path.resolve()
    folders = env.packs()
    if len(path.parts) == 1:
        for folder in folders:
            if (folder / path / PACK_FILE).is_file():
                return (folder / path).resolve()
    known = sorted({found.parent.name for folder in folders for found in folder.glob(f"*/{PACK_FILE}")})
    raise PackNotFound(
        f"There is no city pack '{name_or_path}': no folder of that name holds a {PACK_FILE}.",
        f"Give one of {', '.join(known)}, or the path of a pack." if known else "Give the path of a pack.",
    )


def read_pack(path: str | Path) -> Book | PackErrors:
    """The book of the pack in folder ``path``, or an error (to raise or to show) with every mistake."""
    return read_files(Path(path)).book()


def read_files(folder: Path) -> Reading:
    """All that can be read of the pack in ``folder``, with every mistake in it."""
    reading = Reading(folder)
    reading.identity = _read_identity(reading)
    for table in TABLES:
        read_table_of(reading, table)
    known = {f"{table}.csv" for table in TABLES}
    for stray in sorted(folder.glob("*.csv")):
        if stray.name not in known:
            reading.add(stray.name, 0, "", "No table has this name.", "Rename or remove the file.")
    return reading


_books: dict[Path, tuple[tuple[Any, ...], Book]] = {}


def book_from_files(name_or_path: str | Path) -> Book:
    """The book of a pack, read again only when one of its files has changed.

    Kept per process by path, size and time of change of the files.
    Raises ``PackNotFound`` and ``PackErrors``.
    """
    folder = find_pack(name_or_path)
    stamp = tuple(
        (name, *_stamp(folder / name)) for name in (PACK_FILE, *(f"{table}.csv" for table in TABLES))
    )
    kept = _books.get(folder)
    if kept and kept[0] == stamp:
        return kept[1]
    book = read_pack(folder)
    if isinstance(book, PackErrors):
        raise book
    _books[folder] = (stamp, book)
    return book


def _stamp(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except OSError:
        return (0, 0)
    return (about.st_mtime_ns, about.st_size)


def _read_text(reading: Reading, name: str) -> str | None:
    """The text of a file without a byte order mark; None, with the mistake noted, when unreadable."""
    try:
        raw = (reading.folder / name).read_bytes()
    except FileNotFoundError:
        remedy = (
            "Add it; when the city has none of these, with the header alone."
            if name.endswith(".csv")
            else "Add it."
        )
        reading.add(name, 0, "", "The file is missing.", remedy)
        return None
    except OSError as error:
        reading.add(name, 0, "", f"The file cannot be opened: {error.strerror}.", "Make it a readable file.")
        return None
    if b"\0" in raw:
        line = raw[: raw.index(b"\0")].count(b"\n") + 1
        reading.add(
            name, line, "", "The file holds a zero byte; it is not a text.", "Save it as a text in UTF-8."
        )
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        reading.add(
            name, line, "", "The file is not in UTF-8.", "Save it as 'CSV UTF-8' or with encoding UTF-8."
        )
        return None


def _read_identity(reading: Reading) -> Identity | None:
    """Who the city is: the keys of ``Identity``, where the number format stands as [number] format."""
    text = _read_text(reading, PACK_FILE)
    if text is None:
        return None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reading.add(PACK_FILE, _toml_line(error), "", f"This is not TOML: {error}.", 'Write key = "value".')
        return None
    lines = {line.split("=")[0].strip(" []\t"): number for number, line in enumerate(text.splitlines(), 1)}
    if values.pop("schema", PACK_SCHEMA) != PACK_SCHEMA:
        remedy = f"This Jieban reads schema {PACK_SCHEMA}."
        reading.add(PACK_FILE, lines.get("schema", 0), "schema", "The pack has another schema.", remedy)
    number = values.pop("number", None)
    if isinstance(number, dict):
        values |= {f"number.{name}": value for name, value in number.items()}
        lines["number.format"] = lines.get("format", 0)
    wanted = {
        ("number.format" if each.name == "number_format" else each.name): each.name
        for each in fields(Identity)
    }
    for name in sorted(values.keys() - wanted.keys()):
        reading.add(PACK_FILE, lines.get(name, 0), name, "This key is unknown.", f"Use {', '.join(wanted)}.")
    bad = [name for name in wanted if not isinstance(values.get(name), str) or not values[name].strip()]
    for name in bad:
        reading.add(
            PACK_FILE, lines.get(name, 0), name, "The key is missing or not a text.", f'Write {name} = "…".'
        )
    return None if bad else Identity(**{own: values[name].strip() for name, own in wanted.items()})


def _toml_line(error: tomllib.TOMLDecodeError) -> int:
    """The line that the message of Python 3.13 tells only in words."""
    found = re.search(r"at line ([0-9]+)", str(error))
    return int(found[1]) if found else 0


def read_table_of(reading: Reading, table: str) -> None:
    """Read one table of the folder; every mistake in it is noted."""
    reading.tables[table], reading.lines[table] = (), []
    file = f"{table}.csv"
    if table in LAW_TABLES and not (reading.folder / file).exists():
        return  # a city may do without
    text = _read_text(reading, file)
    if text is None:
        return
    records = _read_records(reading, file, text)
    if not records:
        reading.add(file, 1, "", "The file has no header.", f"Begin with: {','.join(column_names(table))}")
        return
    header = [cell.strip() for cell in records[0][1]]
    body = records[1:]
    if _check_header(reading, table, header):
        body = _check_widths(reading, file, header, body)
        _fill_table(reading, table, header, body)


def _read_records(reading: Reading, file: str, text: str) -> list[tuple[int, list[str]]]:
    """The records that are not empty, each with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[tuple[int, list[str]]] = []
    begin = 1
    try:
        for record in reader:
            if record:
                records.append((begin, record))
            begin = reader.line_num + 1
    except csv.Error as error:
        reading.add(
            file,
            begin,
            "",
            f"The quotation marks do not match: {error}.",
            'Close every " and double those inside.',
        )
    return records


def _check_header(reading: Reading, table: str, header: list[str]) -> bool:
    file, wanted = f"{table}.csv", column_names(table)
    for name in dict.fromkeys(header):
        if name not in wanted:
            reading.add(file, 1, name, "This column is unknown.", f"The columns are {','.join(wanted)}.")
        elif header.count(name) > 1:
            reading.add(file, 1, name, "This column stands twice.", "Remove one of them.")
    missing = [name for name in wanted if name not in header]
    for name in missing:
        reading.add(
            file,
            1,
            name,
            "This column is missing.",
            "Add it; its cells may be empty where a value is not needed.",
        )
    return not missing and len(set(header)) == len(header)


def _check_widths(
    reading: Reading, file: str, header: list[str], body: list[tuple[int, list[str]]]
) -> list[tuple[int, list[str]]]:
    """The records with as many cells as the header; the others are noted."""
    width = len(header)
    for line, record in body:
        if len(record) != width:
            reading.add(
                file, line, "", f"The row has {len(record)} cells, the header has {width}.",
                "Count the commas; put a cell that holds a comma in quotation marks.",
            )  # fmt: skip
    return [each for each in body if len(each[1]) == width]


def _fill_table(reading: Reading, table: str, header: list[str], body: list[tuple[int, list[str]]]) -> None:
    """Turn the cells into rows, column by column (this is what makes reading fast)."""
    if not body:
        return
    lines = [line for line, _ in body]
    cells = dict(zip(header, zip(*(record for _, record in body), strict=True), strict=True))
    before = len(reading.findings)
    values = [
        _read_column(reading, f"{table}.csv", column, cells[column.name], lines) for column in columns(table)
    ]
    if len(reading.findings) > before:
        return
    names, row = column_names(table), TABLES[table]
    rows = tuple(row(**dict(zip(names, each, strict=True))) for each in zip(*values, strict=True))
    reading.tables[table], reading.lines[table] = rows, lines
    reading.findings += key_findings(table, rows, lines)


def _read_column(
    reading: Reading, file: str, column: Column, cells: tuple[str, ...], lines: list[int]
) -> list[Any]:
    stripped = [cell.strip() for cell in cells]
    if column.type is str and not (column.required and "" in stripped):
        return stripped
    known: dict[str, Any] = {}
    values: list[Any] = []
    for line, cell in zip(lines, stripped, strict=True):
        if cell not in known:
            try:
                known[cell] = value_of(column, cell)
            except ValueError as error:
                message = str(error)
                reading.add(file, line, column.name, message[:1].upper() + message[1:], remedy_for(column))
                continue
        values.append(known[cell])
    return values
