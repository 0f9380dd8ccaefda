"""Labelled rows out of a table file, for the commands that learn and measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from jieban.foundation.errors import OperatorError
from jieban.intake.files import CannotRead, Row, Table, open_table
from jieban.reading.learning.lessons import Rows, gathered
from jieban.reading.learning.model import PATH


def columns_of(given: Sequence[str]) -> list[str]:
    """Names of columns as they were written: several words, or one word with commas."""
    return [name for word in given for name in word.split(",") if name]


def labelled(path: str, text: Sequence[str], label: Sequence[str], also: Sequence[str] = ()) -> Rows:
    """The rows of a CSV, XLSX, Parquet or JSONL file: fields of text and a label (levels joined).

    Raises ``OperatorError`` for a file or a column that is not there.
    """
    file = Path(path)
    if not file.is_file():
        raise OperatorError(f"There is no file {path}.", "Give an existing CSV, XLSX, Parquet or JSONL file.")
    try:
        table = open_table(file, None)
        for option, names in (("--text", text), ("--label", label), ("--also", also)):
            for name in names:
                if name not in table.columns:
                    raise OperatorError(
                        f"{file.name} has no column {name} ({option}).",
                        f"Choose among: {', '.join(table.columns)}.",
                    )
        return gathered(_rows(table, text, label, also), file.name)
    except CannotRead as error:
        raise OperatorError(error.reason, error.remedy) from error


def _rows(
    table: Table, text: Sequence[str], label: Sequence[str], also: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for row in table:
        if isinstance(row, Row):
            levels = [row.values.get(name, "").strip() for name in label]
            yield (
                tuple(row.values.get(name, "") for name in text),
                PATH.join(levels) if all(levels) else "",
                "\n".join(row.values.get(name, "") for name in also),
            )
