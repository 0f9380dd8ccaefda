"""From what a cell holds (a number, a date, a list …) to the text that a person would write for it."""

import json
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

# A number written out with more digits than this is left in scientific notation.
_MAX_EXPONENT = 40


def number_text(written: str) -> str:
    """Take a number as text ("12345.0", "1.2E+17") and give it plainly ("12345", "120000000000000000").

    What is no number, or is astronomically large or small, is given back as it is.
    """
    try:
        number = Decimal(written)
    except InvalidOperation:
        return written
    if not number.is_finite() or abs(number.adjusted()) > _MAX_EXPONENT:
        return written
    plain = format(number, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain == "-0" else plain


def moment_text(moment: datetime) -> str:
    """Take a date and time and give it in ISO 8601; midnight without a zone gives the date alone."""
    if moment.tzinfo is None and moment.time() == time():
        return moment.date().isoformat()
    return moment.isoformat(sep=" ")


def cell_text(value: Any) -> str:
    """Take a value of any kind and give its text; nothing (None, NaN) gives the empty string."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if value != value else number_text(repr(value))
    if isinstance(value, int | Decimal):
        return number_text(str(value))
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=cell_text)
    return str(value)
