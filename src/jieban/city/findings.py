"""Findings: what is wrong in a city pack, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from jieban.foundation.errors import OperatorError

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in one place of a pack.

    ``file`` is relative to the pack's folder, ``line`` counts from 1 (0 = the file as a whole),
    ``column`` is the name of the column or empty; ``severity`` is ``error`` or ``warning``.
    """

    file: str
    line: int
    column: str
    message: str
    remedy: str
    severity: str = ERROR

    @property
    def is_error(self) -> bool:
        """Whether the pack must not be loaded before this is mended."""
        return self.severity == ERROR

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain values, for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """One line for a terminal: file and line first, so that editors can jump there."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        column = f" [{self.column}]" if self.column else ""
        return f"{where}{column} {self.severity}: {self.message} {self.remedy}"


class PackErrors(OperatorError):
    """A city pack cannot be used; ``findings`` holds every mistake that was seen."""

    def __init__(self, pack: str, findings: Sequence[Finding]) -> None:
        self.pack = pack
        self.findings = tuple(findings)
        count = sum(finding.is_error for finding in self.findings)
        super().__init__(
            f"The city pack {pack} has {count} {'error' if count == 1 else 'errors'}.",
            "Mend the lines named below; 'jieban city check' reads the pack again.",
            "\n".join(str(finding) for finding in self.findings[:50] if finding.is_error),
        )


class PackNotFound(OperatorError):
    """There is no city pack of that name or at that path."""


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """Only the findings that forbid loading."""
    return [finding for finding in findings if finding.is_error]
