"""The schema of a pack as its row classes tell it: columns, keys, and how a cell becomes a value.

A cell is text, a value is what the annotation of the row class says. ``CELL_READERS`` turn one into
the other and raise ``ValueError`` with words for people; ``cell_text`` is the way back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any, get_args, get_type_hints

from jieban.city.book import TABLES, Book, Identity
from jieban.city.rows import Row

COMMON = ("valid_from", "valid_to", "source", "status")
"""The columns that end every row."""

KEYS: Mapping[str, tuple[str, ...]] = {
    name: {
        "place_names": ("name", "place", "kind"),
        "calendar_days": ("calendar", "day"),
        "alarms": ("phrase",),
    }.get(name, ("code",))
    for name in TABLES
}
"""Table -> the columns by which a row is known; dated tables add ``valid_from``."""

LIFELONG = frozenset({"places", "lines", "units", "demand_types", "tags", "categories", "branches"})
"""Tables whose codes are given once and for life; the others may hold several periods of one key."""

STATUSES = ("official", "practice", "demonstration")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: ``type`` is the plain type, ``required`` forbids an empty cell."""

    name: str
    type: type
    optional: bool
    required: bool


@cache
def columns(table: str) -> tuple[Column, ...]:
    """The columns of a table in the order of the file: its own first, the four common ones last."""
    row = TABLES[table]
    hints = get_type_hints(row)
    own = [field for field in fields(row) if field.name not in COMMON]
    common = [field for field in fields(row) if field.name in COMMON]
    found = []
    for field in own + common:
        kind, optional = _plain(hints[field.name])
        bare = field.default is MISSING and field.default_factory is MISSING
        filled = isinstance(field.default, str) and field.default != ""
        found.append(Column(field.name, kind, optional, bare or filled))
    return tuple(found)


def column_names(table: str) -> tuple[str, ...]:
    """The names of the columns of a table in the order of the file."""
    return tuple(column.name for column in columns(table))


def row_key(table: str, row: Row) -> tuple[Any, ...]:
    """What a row is known by, without its period."""
    return tuple(getattr(row, name) for name in KEYS[table])


def _plain(hint: Any) -> tuple[type, bool]:
    """The plain type of an annotation and whether ``None`` is allowed."""
    arguments = get_args(hint)
    if type(None) in arguments:
        return next(kind for kind in arguments if kind is not type(None)), True
    return (tuple if arguments else hint), False


def _whole(cell: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", cell):
        raise ValueError(f"'{cell}' is not a whole number of at most nine digits.")
    return int(cell)


def _decimal(cell: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", cell):
        raise ValueError(f"'{cell}' is not a number such as 12 or 0.5.")
    return Decimal(cell)


def _float(cell: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]+)?", cell):
        raise ValueError(f"'{cell}' is not a number such as 116.39.")
    return float(cell)


def _yes_no(cell: str) -> bool:
    if cell not in ("yes", "no"):
        raise ValueError(f"'{cell}' is neither yes nor no.")
    return cell == "yes"


@cache
def _day(cell: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        raise ValueError(f"'{cell}' is not a date such as 2026-01-31.")
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"'{cell}' is not a day of the calendar.") from None


def _parts(cell: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in cell.split("|")) if cell else ()
    if not all(parts):
        raise ValueError(f"'{cell}' has an empty part.")
    return parts


CELL_READERS: Mapping[type, tuple[Callable[[str], Any], str]] = {
    int: (_whole, "Write digits only."),
    float: (_float, "Write degrees with a point, without a unit."),
    Decimal: (_decimal, "Write digits with a point, at most six decimals, without a unit."),
    bool: (_yes_no, "Write yes or no."),
    date: (_day, "Write year-month-day, as in 2026-01-31."),
    tuple: (_parts, "Separate the parts with a single |."),
}
"""Type -> reader of a cell that is not empty, and what to do when it fails. Text needs no reader."""


def value_of(column: Column, cell: str) -> Any:
    """The value of one cell. Raises ``ValueError`` with a sentence for people."""
    if column.required and not cell:
        raise ValueError("the cell is empty, but a value is needed.")
    if column.type is str:
        return cell
    if not cell and column.type is not tuple:
        if column.optional:
            return None
        raise ValueError("the cell is empty, but a value is needed.")
    return CELL_READERS[column.type][0](cell)


def remedy_for(column: Column) -> str:
    """What to do when a cell of this column cannot be read."""
    return CELL_READERS[column.type][1] if column.type in CELL_READERS else "Fill in the cell."


def cell_text(value: Any) -> str:
    """A value as one settled text: equal values give equal texts whatever way they were written."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, tuple):
        return "|".join(value)
    return str(value)


def fingerprint(identity: Identity, tables: Mapping[str, tuple[Any, ...]]) -> str:
    """SHA-256 (hex) over what the tables say, whatever the order of rows and the way cells were written."""
    digest = sha256(json.dumps(asdict(identity), sort_keys=True, ensure_ascii=False).encode())
    for table in sorted(TABLES):
        names = column_names(table)
        texts = ([cell_text(getattr(row, name)) for row in tables[table]] for name in names)
        digest.update(f"\x1d{table}\x1d{'|'.join(names)}".encode())
        digest.update(
            "".join(sorted("\x1e" + "\x1f".join(cells) for cells in zip(*texts, strict=True))).encode()
        )
    return digest.hexdigest()


def make_book(identity: Identity, tables: Mapping[str, tuple[Any, ...]], folder: str = "") -> Book:
    """A book of these tables with its fingerprint; ``folder`` is where its files are, if it has any."""
    return Book(identity, tables, fingerprint(identity, tables), folder)
