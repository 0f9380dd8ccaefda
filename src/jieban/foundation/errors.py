"""Errors for the person at the keyboard: what happened, to which thing, what to do."""

from __future__ import annotations


class OperatorError(Exception):
    """Something the operator has to put right; a command prints it without a traceback.

    ``what`` says what happened and to which thing, ``remedy`` what to do about it, and ``detail``
    holds the lines of a log or of a tool that show the cause.
    """

    def __init__(self, what: str, remedy: str, detail: str = "") -> None:
        self.what = what
        self.remedy = remedy
        self.detail = detail.strip()
        parts = [what, f"What to do: {remedy}"]
        if self.detail:
            parts.append("What it said:\n" + "\n".join(f"    {line}" for line in self.detail.splitlines()))
        super().__init__("\n".join(parts))


class SettingError(OperatorError):
    """An environment setting holds a value that cannot be used."""


class DatabaseCannotStart(OperatorError):
    """The embedded database server could not be made ready."""


class DatabaseInUse(OperatorError):
    """The embedded database server is still used by other Jieban processes."""
