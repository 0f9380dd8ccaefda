"""Making cells harmless for spreadsheets, and making them what they were again.

A spreadsheet takes a CSV cell that begins with = + - @ (also full-width), a tab or a line end for a
formula, and it takes a long id or a number with leading zeros for a number and spoils it on saving.
`neutralise` puts one apostrophe before such a cell, and before a cell that already begins with
apostrophes followed by such a thing. `restore` takes exactly that apostrophe away, so that
`restore(neutralise(x)) == x` for every text. Only our own reject files are restored: in a stranger's
file an apostrophe is an apostrophe.
"""

import re

_DANGEROUS = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n]|(?:0\d+|\d{12,})\Z)")


def neutralise(cell: str) -> str:
    """Take the text of a cell and give text that no spreadsheet runs as a formula or rounds."""
    return "'" + cell if _DANGEROUS.match(cell) else cell


def restore(cell: str) -> str:
    """Take what `neutralise` gave and give the text that it was given."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell, 1) else cell
