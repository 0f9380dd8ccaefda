"""Keys that stand twice: at all in lifelong tables, on the same day in dated ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from jieban.city.book import TABLES
from jieban.city.checks.sheet import Sheet
from jieban.city.findings import Finding
from jieban.city.rows import Row
from jieban.city.schema import KEYS, LIFELONG, row_key


def check_keys(sheet: Sheet) -> None:
    """No two rows of a table say different things about the same thing and day."""
    for table in TABLES:
        lines, rows = zip(*sheet.rows(table), strict=True) if sheet.book.tables[table] else ((), ())
        sheet.findings += key_findings(table, rows, lines)


def key_findings(table: str, rows: Sequence[Row], lines: Sequence[int]) -> list[Finding]:
    """One finding for each key of ``table`` that stands twice; ``lines`` tells where each row stands."""
    seen: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        seen[row_key(table, row)].append(index)
    findings = []
    for key, found in seen.items():
        if len(found) == 1:
            continue
        name = " / ".join(str(part) for part in key)
        spans = [(rows[index].valid_from, rows[index].valid_to) for index in found]
        if table in LIFELONG:
            message, remedy = (
                f"'{name}' stands already on line {lines[found[0]]}.",
                "A code is given once, for life.",
            )
        elif _overlap(spans) or len({span[0] for span in spans}) < len(spans):
            message = (
                f"'{name}' has periods that overlap: lines {', '.join(str(lines[index]) for index in found)}."
            )
            remedy = "End the earlier row (valid_to) on the day the later one begins."
        else:
            continue
        findings.append(Finding(f"{table}.csv", lines[found[-1]], KEYS[table][0], message, remedy))
    return findings


def _overlap(spans: Sequence[tuple[date, date | None]]) -> bool:
    """Whether two of the periods share a day; each runs up to but not including its end."""
    reached: date | None = date.min
    for start, end in sorted(spans, key=lambda span: span[0]):
        if end is not None and end <= start:
            continue
        if reached is None or start < reached:
            return True
        reached = end
    return False
