"""Reading tables that people send: CSV, TSV, Excel workbooks, Parquet and JSON lines.

`open_table` is the door. A file that cannot be read at all raises `CannotRead`; a row that cannot be
read comes out as a `BadRow`, and the rows after it are read all the same.
"""

from jieban.intake.files.opening import open_table
from jieban.intake.files.table import BadRow, CannotRead, Row, Table, check_length

__all__ = ["BadRow", "CannotRead", "Row", "Table", "check_length", "open_table"]
