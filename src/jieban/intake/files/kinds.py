"""What kind of file this is: its first bytes say so, and its name must not say otherwise."""

import json
from pathlib import Path

from jieban.intake.files.table import CannotRead

_SUFFIXES = {
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_NAMES = {
    "text": "a CSV or TSV file (.csv, .tsv)",
    "jsonl": "a file of JSON lines (.jsonl)",
    "xlsx": "an Excel workbook (.xlsx)",
    "parquet": "a Parquet file (.parquet)",
}
_READABLE = "Send a table as .csv, .tsv, .xlsx, .parquet or .jsonl."
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"ORC", "an ORC file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\0", "a program"),
)


def kind_of(path: Path) -> str:
    """Take a file and give "text" (CSV, TSV), "jsonl", "xlsx" or "parquet".

    Raises `CannotRead` if there is no such file, it is empty, it is of another kind, or its name
    says another kind than its content.
    """
    head = _head(path)
    _refuse_other_kinds(path, head)
    found = _kind_by_content(head)
    named = _SUFFIXES.get(path.suffix.lower(), "")
    if named in ("parquet", "xlsx") and found != named:
        raise _wrong_suffix(path, found)
    if found in ("parquet", "xlsx"):
        if named not in ("", found):
            raise _wrong_suffix(path, found)
        return found
    _refuse_binary(head)
    if named == "text" and found == "jsonl":
        raise _wrong_suffix(path, found)
    return named or found


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(65_536)
    except FileNotFoundError as error:
        raise CannotRead(f'There is no file "{path.name}".', "Check the name and the folder.") from error
    except IsADirectoryError as error:
        raise CannotRead(f'"{path.name}" is a folder.', "Choose a file in it.") from error
    except OSError as error:
        raise CannotRead(
            f'"{path.name}" cannot be opened ({error.strerror}).', "Check who may read the file."
        ) from error
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise CannotRead(f'"{path.name}" is empty.', "Choose a file with a header and rows.")
    return head


def _refuse_other_kinds(path: Path, head: bytes) -> None:
    if head.startswith(_OLE):
        raise _old_or_locked_excel(path)
    for mark, name in _OTHERS:
        if head.startswith(mark):
            raise CannotRead(f'"{path.name}" is {name}, not a table.', _READABLE)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml", b"<table")):
        raise CannotRead(
            f'"{path.name}" is a web page or XML, though a table program may open it.',
            "Open it in Excel or WPS and save it as .xlsx.",
        )
    if start.startswith(b"[") and path.suffix.lower() in (".json", ".jsonl", ".ndjson"):
        raise CannotRead(
            f'"{path.name}" is one JSON list.', "Write one object on each line instead, without [ and ]."
        )


def _old_or_locked_excel(path: Path) -> CannotRead:
    with path.open("rb") as file:
        content = file.read(8 << 20)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return CannotRead(
            f'"{path.name}" is protected with a password.',
            "Open it, take the password away (File, Info, Protect Workbook), and save it.",
        )
    return CannotRead(
        f'"{path.name}" is in an old Office format (.xls, .doc).', "Open it and save it as .xlsx."
    )


def _kind_by_content(head: bytes) -> str:
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(b"PAR1"):
        return "parquet"
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0]
    if not first.startswith(b"{"):
        return "text"
    try:
        return "jsonl" if isinstance(json.loads(first), dict) else "text"
    except (ValueError, RecursionError):
        return "text"


def _refuse_binary(head: bytes) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(0) > len(head) // 5:
        return  # UTF-16 has many zero bytes; what is no text in it, the rows will tell.
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\x1a\x1b\0" for byte in head)
    if controls > 50 and controls * 20 > len(head):
        raise CannotRead("The file holds binary data, not text.", _READABLE)


def _wrong_suffix(path: Path, found: str) -> CannotRead:
    suffix = path.suffix
    return CannotRead(
        f'"{path.name}" ends in {suffix}, but its content is not that of {suffix}: it looks like '
        f"{_NAMES[found]}.",
        "Give the file the ending that fits its content, or copy it again if it was damaged on the way.",
    )
