"""What a seat asks of a matter besides the words: the form's questions, filled from what was said so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jieban.intake.asking import AnswersForm
from jieban.intake.completeness import BadAnswer, Known, answers_in, fields_of, form_of
from jieban.intake.filling import kept
from jieban.intake.mapping import Refusal
from jieban.intake.surges import surge_of
from jieban.reading.result import Reading
from jieban.web.desk.sitting import Sitting


def asked(desk: Sitting, reading: Reading, text: str, typed: Mapping[str, Any]) -> AnswersForm | None:
    """The questions of the matter; None where it has none. What was typed goes before what was read."""
    known = Known(
        category=reading.category,
        demand_type=reading.demand_type,
        requester_kind=str(typed.get("requester_kind", "")),
    )
    surge = surge_of(desk.book, desk.today, reading.category, text)
    form = form_of(desk.book, desk.today, known, surge.form if surge else "")
    rows = fields_of(desk.book, desk.today, form, known)
    if not rows:
        return None
    read = answers_in(text, rows, desk.today)
    data = {row.code: typed.get(row.code) or read.get(row.code, "") for row in rows}
    return AnswersForm(data, auto_id="asked_%s", rows=rows, english=desk.english)


def given(desk: Sitting, typed: Mapping[str, Any]) -> dict[str, str] | Refusal:
    """The answers that were typed, as a ticket keeps them, or why one cannot be taken."""
    codes = {row.code for row in desk.book.current("form_fields", desk.today)}
    try:
        return kept(desk.book, desk.today, {code: typed[code] for code in codes if typed.get(code)})
    except BadAnswer as bad:
        return Refusal(1, "text", bad.why, bad.remedy)
