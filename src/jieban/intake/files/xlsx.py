"""Excel workbooks: checked before they are unpacked, then read one row at a time."""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.escape import unescape

from jieban.intake.files.columns import Columns, overlong
from jieban.intake.files.table import BadRow, CannotRead, Row, Table, shortened
from jieban.intake.files.values import cell_text

_MAX_UNPACKED_BYTES = 2 << 30
# All distinct texts of a workbook are held in memory at once.
_MAX_TEXTS_BYTES = 512 << 20
_MAX_RATIO = 200
_RATIO_COUNTS_FROM_BYTES = 16 << 20
_MAX_MEMBERS = 5_000
_MAX_ROWS = 1_048_576
_HEADER_WITHIN_ROWS = 100

_AS_CSV = 'Open it and save the sheet as "CSV UTF-8", which has no such limit.'
_DAMAGED = (
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    OSError,
    EOFError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    ParseError,
    zipfile.BadZipFile,
    zlib.error,
)


def open_xlsx(path: Path, sheet: str | None = None) -> Table:
    """Take an Excel workbook and the name of a sheet (None: the first visible one), give its table.

    Raises `CannotRead` if the workbook is damaged, locked, would unpack to an absurd size, has no
    such sheet, or has no header in the first rows of the sheet.
    """
    _refuse_bombs(path)
    with _opened(path) as workbook:
        found = _find_sheet(path, workbook, sheet)
        total = found.max_row
        with _damage_told(path):
            header = next(_filled(islice(_cells(path, found), _HEADER_WITHIN_ROWS)), None)
        if header is None:
            raise CannotRead(
                f'The sheet "{found.title}" is empty.', "Choose another sheet, or fill in a header and rows."
            )
        number, cells = header
        columns = Columns.from_header(cells)
        return Table(
            path=path,
            kind="xlsx",
            columns=columns.names,
            total=total - number if total and number < total <= _MAX_ROWS else None,
            read=partial(_rows, path, found.title, number, columns),
            sheet=found.title,
        )


def _rows(path: Path, sheet: str, header_number: int, columns: Columns) -> Iterator[Row | BadRow]:
    with _opened(path) as workbook, _damage_told(path):
        for number, cells in _filled(_cells(path, workbook[sheet])):
            if number <= header_number:
                continue
            problem = overlong(cells) or _nul(cells)
            if problem:
                yield BadRow(number, problem, shortened("\t".join(cells)))
                continue
            cells += [""] * (columns.width - len(cells))  # Excel leaves out what is empty at the end.
            row = columns.row(number, cells, partial("\t".join, tuple(cells)))
            if row is not None:
                yield row


def _nul(cells: list[str]) -> str:
    return "The row has NUL characters in it. Remove them." if any("\0" in cell for cell in cells) else ""


def _filled(rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    return (row for row in rows if any(row[1]))


def _cells(path: Path, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    # Many programs write a wrong extent; the rows themselves tell how far they go.
    sheet.reset_dimensions()
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > _MAX_ROWS:
            raise CannotRead(
                f'"{path.name}" claims to have more rows than a sheet can have ({_MAX_ROWS:,}).',
                "It was damaged or made by a faulty program. Open it, save it anew, and try again.",
            )
        yield number, [_text(value) for value in values]


def _text(value: Any) -> str:
    text = cell_text(value)
    return unescape(text) if "_x" in text else text


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    with warnings.catch_warnings(), _damage_told(path):
        # Styles and extensions that openpyxl leaves out do not matter for the text.
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        yield workbook
    finally:
        workbook.close()


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise CannotRead(
            f'The workbook "{path.name}" is damaged ({type(error).__name__}: {error}).',
            "Open it in Excel or WPS, let it be repaired, and save it as .xlsx again.",
        ) from error


def _find_sheet(path: Path, workbook: Any, name: str | None) -> Any:
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    if name is not None and name not in sheets:
        raise CannotRead(
            f'"{path.name}" has no sheet "{name}".', f"It has: {', '.join(sheets) or 'no sheet with cells'}."
        )
    if name is not None:
        return sheets[name]
    visible = [sheet for sheet in sheets.values() if sheet.sheet_state == "visible"]
    if not visible:
        raise CannotRead(
            f'"{path.name}" has no visible sheet with cells.', f"Name a sheet: {', '.join(sheets)}."
        )
    return visible[0]


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise CannotRead(
            f'The workbook "{path.name}" is damaged or was cut off ({error}).',
            "Copy or export it again.",
        ) from error
    _refuse_contents(path, members)
    unpacked = sum(member.file_size for member in members)
    if len(members) > _MAX_MEMBERS or unpacked > _MAX_UNPACKED_BYTES:
        raise CannotRead(
            f'"{path.name}" unpacks to {unpacked / 2**30:.1f} GiB in {len(members):,} parts; at most '
            f"{_MAX_UNPACKED_BYTES / 2**30:.0f} GiB in {_MAX_MEMBERS:,} parts are read.",
            _AS_CSV,
        )
    for member in members:
        _refuse_member(path, member)


def _refuse_contents(path: Path, members: list[zipfile.ZipInfo]) -> None:
    if any(member.flag_bits & 1 for member in members):
        raise CannotRead(f'"{path.name}" is locked with a password.', "Save it without the password.")
    if "xl/workbook.xml" not in {member.filename.lower().lstrip("/") for member in members}:
        raise CannotRead(
            f'"{path.name}" is a ZIP archive, but not an Excel workbook (.xlsx).',
            "Unpack it and send the table in it; save .xlsb, .ods or .et files as .xlsx.",
        )


def _refuse_member(path: Path, member: zipfile.ZipInfo) -> None:
    if member.filename.lower().endswith("sharedstrings.xml") and member.file_size > _MAX_TEXTS_BYTES:
        raise CannotRead(
            f'"{path.name}" holds {member.file_size / 2**20:.0f} MiB of text; at most '
            f"{_MAX_TEXTS_BYTES / 2**20:.0f} MiB are read from a workbook.",
            _AS_CSV,
        )
    ratio = member.file_size / max(member.compress_size, 1)
    if member.file_size > _RATIO_COUNTS_FROM_BYTES and ratio > _MAX_RATIO:
        raise CannotRead(
            f'"{path.name}" unpacks to {ratio:,.0f} times its size, which no real table does (a ZIP bomb).',
            "Do not open it. If you made it yourself, save the sheet as CSV.",
        )
