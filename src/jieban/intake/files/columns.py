"""From the header and the cells of a row to a `Row`: one rule for CSV and for Excel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jieban.intake.files.formulas import restore
from jieban.intake.files.header import is_reject_header, kept_columns, name_columns
from jieban.intake.files.table import MAX_CELL_CHARS, BadRow, Row, shortened


@dataclass(frozen=True)
class Columns:
    """The columns of a table whose rows are lists of cells.

    `names` are the columns that a `Row` has. Columns beginning with `_` (what a reject file adds) are
    left out, and the cells of a reject file are given back as they were before they were neutralised.
    `width` counts the cells of a row; `hint` says how a row of this kind of file gets another width.
    """

    names: tuple[str, ...]
    width: int
    _places: tuple[int, ...] | None
    _restores: bool
    hint: str = ""

    @classmethod
    def from_header(cls, cells: Sequence[str], hint: str = "") -> "Columns":
        """Take the cells of the first row; raise `CannotRead` if they are not names of columns."""
        is_reject = is_reject_header(cells)
        names = tuple(map(restore, cells)) if is_reject else name_columns(cells)
        kept = kept_columns(names)
        places = tuple(names.index(name) for name in kept)
        whole = len(kept) == len(names)
        return cls(kept, len(names), None if whole else places, is_reject, hint)

    def row(self, number: int, cells: list[str], raw: Callable[[], str]) -> Row | BadRow | None:
        """Take the cells of a row and give the row, why it is bad, or None if every cell is empty."""
        if len(cells) != self.width:
            if not any(cells):
                return None
            problem = self._fit(cells)
            if problem:
                return BadRow(number, problem, shortened(raw()))
        if not any(cells):
            return None
        if self._places is not None:
            cells = [cells[place] for place in self._places]
        if self._restores:
            cells = [restore(cell) for cell in cells]
        return Row(number, dict(zip(self.names, cells, strict=True)))

    def _fit(self, cells: list[str]) -> str:
        while len(cells) > self.width and not cells[-1]:
            cells.pop()
        if len(cells) == self.width:
            return ""
        return f"The row has {len(cells)} cells, the header has {self.width} columns. {self.hint}".strip()


def overlong(cells: Sequence[str]) -> str:
    """Give what is wrong if a cell is longer than a cell may be, otherwise the empty string."""
    longest = max(map(len, cells), default=0)
    if longest <= MAX_CELL_CHARS:
        return ""
    return f"A cell has {longest:,} characters; at most {MAX_CELL_CHARS:,} are read."
