"""Parquet files, a small batch at a time."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jieban.intake.files.columns import overlong
from jieban.intake.files.formulas import restore
from jieban.intake.files.header import is_reject_header, kept_columns
from jieban.intake.files.table import MAX_COLUMNS, BadRow, CannotRead, Row, Table, shortened
from jieban.intake.files.values import cell_text

_BATCH_ROWS = 1_024
_BUFFER_BYTES = 1 << 20
_MAX_GROUP_BYTES = 8 << 30
_MAX_RATIO = 1_000
_RATIO_COUNTS_FROM_BYTES = 256 << 20


def open_parquet(path: Path) -> Table:
    """Take a Parquet file and give its table; rows are numbered from 1.

    Raises `CannotRead` if the file is damaged, cut off, encrypted, absurdly large once unpacked, or
    has no columns to read.
    """
    with _opened(path, []) as file:
        schema, metadata = file.schema_arrow, file.metadata
    names = tuple(schema.names)
    if not names or len(names) > MAX_COLUMNS or len(set(names)) < len(names):
        raise CannotRead(
            f'"{path.name}" has {len(names):,} columns, {len(set(names)):,} with names of their own.',
            f"Write it with 1 to {MAX_COLUMNS:,} columns, each with its own name.",
        )
    _refuse_bombs(path, metadata)
    kept = kept_columns(names)
    texts = [name for name in kept if _is_text(schema.field(name).type)]
    return Table(
        path=path,
        kind="parquet",
        columns=kept,
        total=metadata.num_rows,
        read=partial(_rows, path, kept, texts, is_reject_header(names)),
    )


def _rows(path: Path, columns: tuple[str, ...], texts: list[str], restores: bool) -> Iterator[Row | BadRow]:
    number = 0
    try:
        with _opened(path, texts) as file:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=list(columns)):
                for cells in zip(*(_texts(batch.column(name)) for name in columns), strict=True):
                    number += 1
                    problem = overlong(cells)
                    if problem:
                        yield BadRow(number, problem, shortened("\t".join(cells)))
                    elif any(cells):
                        values = map(restore, cells) if restores else cells
                        yield Row(number, dict(zip(columns, values, strict=True)))
    except (pa.ArrowException, OSError) as error:
        raise CannotRead(
            f'"{path.name}" is damaged after row {number:,} ({_first_line(error)}).',
            "Copy or export it again.",
        ) from error


def _opened(path: Path, texts: list[str]) -> Any:
    try:
        # Texts stay a dictionary and indices: a long text used a million times is held once.
        return pq.ParquetFile(path, read_dictionary=texts, buffer_size=_BUFFER_BYTES)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise CannotRead(
            f'"{path.name}" is damaged, cut off or encrypted ({_first_line(error)}).',
            "Copy or export it again, without encryption.",
        ) from error


def _refuse_bombs(path: Path, metadata: Any) -> None:
    groups = (metadata.row_group(index) for index in range(metadata.num_row_groups))
    largest = max((group.total_byte_size for group in groups), default=0)
    ratio = largest / path.stat().st_size
    if largest > _MAX_GROUP_BYTES or (largest > _RATIO_COUNTS_FROM_BYTES and ratio > _MAX_RATIO):
        raise CannotRead(
            f'A part of "{path.name}" unpacks to {largest / 2**30:.1f} GiB, {ratio:,.0f} times its size.',
            f"Write it with row groups of at most {_MAX_GROUP_BYTES >> 30} GiB.",
        )


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _texts(column: Any) -> list[str]:
    if pa.types.is_dictionary(column.type):
        return _dictionary_texts(column)
    return [cell_text(value) for value in _plain(column).to_pylist()]


def _dictionary_texts(column: Any) -> list[str]:
    used = pc.unique(column.indices).drop_null()
    found = dict(zip(used.to_pylist(), _texts(column.dictionary.take(used)), strict=True))
    return [found.get(index, "") for index in column.indices.to_pylist()]


def _plain(column: Any) -> Any:
    """Make moments readable to Python, which knows no nanoseconds."""
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return column


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
