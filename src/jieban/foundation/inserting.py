"""Storing new rows by one prepared statement per model, however many rows: the lean twin of ``bulk_create``.

The rows travel as one JSON parameter and PostgreSQL takes them apart (``jsonb_populate_recordset``).
Filing a ticket writes four models; the ORM's own path spends more processor time on preparing each
value than PostgreSQL on storing the row (docs/decisions/0003-filing.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import AutoField, Model
from psycopg.types.json import Jsonb


def insert_rows(model: type[Model], instances: Iterable[Model], *, once: bool = False) -> None:
    """Store new instances of ``model``. One SQL statement, none for no instance.

    ``once`` leaves out a row that breaks a unique constraint, as one that is there already.

    Values must be of the column's Python type. The database's own key is not read back. Raises what
    the database raises.
    """
    statement, as_mapping = _plan(model)
    rows = [as_mapping(instance) for instance in instances]
    if rows:
        with connection.cursor() as cursor:
            ending = " ON CONFLICT DO NOTHING" if once else ""
            cursor.execute(statement + ending, [Jsonb(rows, dumps=dumps)])  # type: ignore[list-item]


def insert_together(*batches: Iterable[Model]) -> None:
    """Store new instances of several models, each batch of one model. One SQL statement for all.

    The models must not refer to one another by foreign keys. Otherwise as ``insert_rows``.
    """
    filled = [batch for batch in map(list, batches) if batch]
    if not filled:
        return
    models = tuple(type(batch[0]) for batch in filled)
    values = [
        Jsonb([_plan(model)[1](one) for one in batch], dumps=dumps)
        for model, batch in zip(models, filled, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_joined(models), values)  # type: ignore[arg-type]


@lru_cache
def _joined(models: tuple[type[Model], ...]) -> str:
    """One statement of the models' statements: all but the last as parts of a WITH."""
    *parts, last = (_plan(model)[0] for model in models)
    named = ", ".join(f"part{number} AS ({part})" for number, part in enumerate(parts))
    return f"WITH {named} {last}" if parts else last


@lru_cache
def _plan(model: type[Model]) -> tuple[str, Callable[[Model], dict[str, Any]]]:
    columns = [one for one in model._meta.concrete_fields if not isinstance(one, AutoField)]
    quote = connection.ops.quote_name
    names = [str(one.column) for one in columns]
    listed, table = ", ".join(quote(name) for name in names), quote(model._meta.db_table)
    statement = (
        f"INSERT INTO {table} ({listed}) SELECT {listed} FROM jsonb_populate_recordset(NULL::{table}, %s)"
    )
    get = attrgetter(*(one.attname for one in columns))
    return statement, lambda instance: dict(zip(names, get(instance), strict=True))


def dumps(value: Any) -> str:
    """JSON as PostgreSQL reads it back, whatever the types of the values."""
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> str:
    """A value that JSON has no form for, as PostgreSQL reads it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    return str(value)
