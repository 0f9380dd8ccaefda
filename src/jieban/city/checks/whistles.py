"""The whistle: its limits are times, and the streets' voice weighs what the law wants it to weigh."""

from __future__ import annotations

from decimal import Decimal

from jieban.city.checks.sheet import Sheet

LEAST_SHARE = Decimal("0.3333")
"""A third, to four places: the streets' share in what a department is assessed by."""


def check_whistles(sheet: Sheet) -> None:
    """Limits above nothing; ``assessment.whistle_share`` at least a third (Ordinance Art. 33; seed 001)."""
    for line, kind in sheet.rows("whistle_kinds"):
        if kind.report_minutes <= 0:
            sheet.error("whistle_kinds", line, "report_minutes", "No time at all.", "Write minutes above 0.")
    for line, rule in sheet.rows("rules"):
        if rule.code == "assessment.whistle_share" and not LEAST_SHARE <= rule.value <= 1:
            message = (
                f"The streets' assessment of a department weighs {rule.value}; it must weigh at least a third"
                " (Ordinance Art. 33; the city's rule reported in seed 001)."
            )
            sheet.error("rules", line, "value", message, "Write 0.3333 or more, at most 1.")
