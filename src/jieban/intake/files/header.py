"""Judging the first row of a table: does it name the columns, and how are they called."""

import re
from collections.abc import Sequence

from jieban.intake.files.table import MAX_COLUMNS, CannotRead

REJECT_COLUMNS = ("_row", "_field", "_reason", "_remedy")

_MAX_NAME_CHARS = 100
_LOOKS_LIKE_DATA = re.compile(
    r"\d{5,}"
    r"|[+-]?\d+\.\d+"
    r"|\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}.*"
    r"|\d{1,2}/\d{1,2}/\d{4}.*",
    re.DOTALL,
)


def name_columns(cells: Sequence[str]) -> tuple[str, ...]:
    """Take the cells of the first row and give one name for each column.

    Blank cells at the end are left out, blank cells between get "(column 3)", and a name used twice
    gets " (2)". Raises `CannotRead` if the row is blank, holds data, or is absurdly wide.
    """
    names = [" ".join(cell.replace("\ufeff", "").split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise CannotRead(
            "The first row is empty; it must name the columns.",
            "Put the names of the columns (for example 标题, 内容, 时间) into the first row.",
        )
    _refuse_data(names)
    return _distinct([name or f"(column {place})" for place, name in enumerate(names, start=1)])


def kept_columns(names: Sequence[str]) -> tuple[str, ...]:
    """Give the columns that belong to the data: all but those beginning with `_`.

    Raises `CannotRead` if none is left.
    """
    kept = tuple(name for name in names if not name.startswith("_"))
    if not kept:
        raise CannotRead(
            "All column names begin with an underscore, and such columns are not read.",
            "Give the columns names that do not begin with _.",
        )
    return kept


def is_reject_header(names: Sequence[str]) -> bool:
    """Tell whether these are the columns of a reject file that we wrote."""
    return set(REJECT_COLUMNS) <= set(names)


def _refuse_data(names: Sequence[str]) -> None:
    if len(names) > MAX_COLUMNS:
        raise CannotRead(
            f"The first row has {len(names):,} columns; at most {MAX_COLUMNS:,} are read.",
            "Check that the file is a table, and remove the columns that are not needed.",
        )
    for name in names:
        if len(name) > _MAX_NAME_CHARS or _LOOKS_LIKE_DATA.fullmatch(name):
            shown = name if len(name) <= 40 else name[:40] + "…"
            raise CannotRead(
                f'The first row should name the columns, but holds data: "{shown}".',
                "Put a row with the names of the columns (for example 标题, 内容, 时间) on top.",
            )


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    taken: set[str] = set()
    result: list[str] = []
    for name in names:
        candidate, count = name, 1
        while candidate in taken or (count > 1 and candidate in names):
            count += 1
            candidate = f"{name} ({count})"
        taken.add(candidate)
        result.append(candidate)
    return tuple(result)
