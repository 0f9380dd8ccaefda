"""What the tests of tables share: write a file, read it, expect it to be refused."""

from pathlib import Path

import pytest

from jieban.intake.files import BadRow, CannotRead, Row, Table, open_table


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(table: Table) -> list[Row]:
    found = list(table)
    assert all(isinstance(row, Row) for row in found), found
    return [row for row in found if isinstance(row, Row)]


def bad(table: Table) -> list[BadRow]:
    return [row for row in table if isinstance(row, BadRow)]


def refusal(path: Path, sheet: str | None = None) -> CannotRead:
    with pytest.raises(CannotRead) as caught:
        list(open_table(path, sheet))
    assert caught.value.reason
    assert caught.value.remedy
    return caught.value
