"""The door: from a path to a table."""

from pathlib import Path

from jieban.intake.files.delimited import open_delimited
from jieban.intake.files.jsonl import open_jsonl
from jieban.intake.files.kinds import kind_of
from jieban.intake.files.parquet import open_parquet
from jieban.intake.files.table import CannotRead, Table
from jieban.intake.files.xlsx import open_xlsx


def open_table(path: Path | str, sheet: str | None = None) -> Table:
    """Take the path of a CSV, TSV, Excel, Parquet or JSON lines file and give its table.

    `sheet` names the sheet of an Excel workbook; without it the first visible one is read. Only the
    header and a sample are read here, rows when the table is iterated, a piece at a time. Raises
    `CannotRead` if the file cannot be read as a table.
    """
    path = Path(path)
    kind = kind_of(path)
    if kind == "xlsx":
        return open_xlsx(path, sheet)
    if sheet is not None:
        raise CannotRead(
            f'"{path.name}" has no sheets; only Excel workbooks have.', "Leave the name of the sheet out."
        )
    readers = {"text": open_delimited, "jsonl": open_jsonl, "parquet": open_parquet}
    return readers[kind](path)
