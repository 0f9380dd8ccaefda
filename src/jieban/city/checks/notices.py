"""Templates of notices: what is filled in is known, subjects carry nothing personal, somebody is reached."""

from __future__ import annotations

from string import Formatter
from typing import Any

from jieban.city.checks.sheet import Sheet
from jieban.city.law import NOTICE_SUBJECT_WORDS, NOTICE_WORDS

TABLE = "notice_templates"
SMS_CHARS = 350
"""Five parts of 70 signs: longer messages are cut or refused by the networks."""


def check_notices(sheet: Sheet) -> None:
    """The rows of ``notice_templates`` can be filled in and sent."""
    for line, row in sheet.rows(TABLE):
        for column, known in _PLACES:
            _check_words(sheet, line, column, getattr(row, column), known)
        _check_way(sheet, line, row)


_PLACES = (
    ("text", NOTICE_WORDS),
    ("text_en", NOTICE_WORDS),
    ("subject", NOTICE_SUBJECT_WORDS),
    ("subject_en", NOTICE_SUBJECT_WORDS),
)


def _check_words(sheet: Sheet, line: int, column: str, text: str, known: tuple[str, ...]) -> None:
    told = ", ".join(f"{{{word}}}" for word in known)
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        sheet.error(TABLE, line, column, f"The braces do not match: {error}.", f"Write one of {told}.")
        return
    for _, name, form, conversion in parts:
        if name is not None and (name not in known or form or conversion):
            message = f"'{{{name}}}' cannot be filled in here."
            sheet.error(TABLE, line, column, message, f"Write one of {told}.")


def _check_way(sheet: Sheet, line: int, row: Any) -> None:
    if row.medium == "sms" and row.audience != "requester":
        message = "Units have no number for text messages."
        sheet.error(TABLE, line, "medium", message, "Write desk or email.")
    if row.medium == "desk" and row.audience == "requester":
        message = "Requesters have no desk."
        sheet.error(TABLE, line, "medium", message, "Write sms or email.")
    if row.medium == "email" and not row.subject:
        sheet.error(TABLE, line, "subject", "An e-mail without a subject.", "Write one.")
    if row.medium == "sms" and max(len(row.text), len(row.text_en) // 2) > SMS_CHARS:
        message = f"More than {SMS_CHARS} signs, or twice as many Latin letters, for a text message."
        sheet.warn(TABLE, line, "text", message, "Say it shorter, and where the rest can be read.")
    if "." not in row.event:
        message = f"'{row.event}' is no event."
        sheet.error(TABLE, line, "event", message, "Write kind of matter and verb, such as ticket.dispatch.")
