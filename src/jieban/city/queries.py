"""Reading the city from the database: the book, kept per process until the data changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from jieban.city.book import TABLES, Book, Identity
from jieban.city.models import MODELS, LoadedPack
from jieban.city.schema import LIFELONG, column_names, columns, make_book
from jieban.foundation.errors import OperatorError

CHECK_SECONDS = 2.0
"""How long a process may go on with its book before it asks whether the data has changed."""


class NoCity(OperatorError):
    """No city has been loaded into this database."""

    def __init__(self) -> None:
        super().__init__("No city is loaded into this database.", "Run 'jieban city load beijing'.")


@dataclass
class _Kept:
    mark: tuple[Any, ...]
    book: Book
    checked: float


_lock = threading.Lock()
_kept: _Kept | None = None


def book() -> Book:
    """The book of the loaded city. Raises ``NoCity``.

    No SQL statement for two seconds after the last look; then one, to see whether the data has
    changed; 19 when it has. A change made by this process (loading, admin) is seen at once.
    """
    global _kept
    kept = _kept
    if kept and time.monotonic() - kept.checked < CHECK_SECONDS:
        return kept.book
    with _lock:
        checked = time.monotonic()
        mark = _mark()
        if _kept and _kept.mark == mark:
            _kept.checked = checked
            return _kept.book
        found = _Kept(mark, read_book(), checked)
        if _mark() == mark:  # else a load came in between: keep nothing, so that the next call looks again
            _kept = found
        return found.book


def forget_book() -> None:
    """Let the next call of ``book`` look into the database."""
    global _kept
    with _lock:
        if _kept:
            _kept.checked = float("-inf")


def read_book() -> Book:
    """The book as the database has it now; 17 SQL statements. Raises ``NoCity``.

    Equal to the book of the files as long as nobody has changed a row by hand and no row has vanished
    from the pack. Communities are left out of the units here as in the files, and so are rows of dated
    tables that were withdrawn before they came into force.
    """
    loaded = LoadedPack.objects.first()
    if loaded is None:
        raise NoCity
    tables = {table: _read_table(table) for table in TABLES}
    return make_book(Identity(**loaded.identity), tables)


def _mark() -> tuple[Any, ...]:
    mark = LoadedPack.objects.values_list("code", "serial").first()
    if mark is None:
        raise NoCity
    return mark


def _read_table(table: str) -> tuple[Any, ...]:
    names = column_names(table)
    model, row = MODELS[table], TABLES[table]
    query = model._default_manager.order_by("position", "pk").values_list(*names)
    if table == "units":
        query = query.filter(~Q(kind="community"))
    lists = [index for index, column in enumerate(columns(table)) if column.type is tuple]
    made: Callable[..., Any] = row
    rows = []
    for values in query.iterator(chunk_size=10_000):
        cells = list(values)
        for index in lists:
            cells[index] = tuple(cells[index])
        rows.append(made(**dict(zip(names, cells, strict=True))))
    if table in LIFELONG:
        return tuple(rows)
    return tuple(each for each in rows if each.valid_to is None or each.valid_to > each.valid_from)
