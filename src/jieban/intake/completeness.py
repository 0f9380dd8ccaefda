"""What a request must tell besides its words, and what of it is still missing (Ordinance Art. 10). Pure.

Time, matter and contact belong to each ticket; some matters have a form of their own
(``form_fields.csv``). Nothing is refused for a missing answer: it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.law import FormField
from jieban.dispatch.rules import candidate_for
from jieban.intake.standing import ANONYMOUS
from jieban.matters.rules import NotPossible
from jieban.reading.signs.answers import named_in, read_answers

TIME, MATTER, CONTACT, PLACE = "time", "matter", "contact", "place"
ANSWER_CHARS = 200
MOST_KEPT = 20_000
"""So many forms found are remembered with the book; more are thrown away and found again."""
YES, NO = ("yes", "y", "true", "1", "是", "有"), ("no", "n", "false", "0", "否", "没有", "无")


class BadAnswer(NotPossible):
    """An answer that cannot be taken. ``field`` is its code, ``remedy`` what to write instead."""

    reason = "bad_answer"

    def __init__(self, field: str, why: str, remedy: str) -> None:
        super().__init__(f"{why} {remedy}")
        self.field, self.why, self.remedy = field, why, remedy


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a request when it is looked at for what is missing."""

    category: str = ""
    demand_type: str = ""
    requester_kind: str = ""
    secrecy: str = ""
    has_time: bool = True
    has_contact: bool = False
    has_place: bool = False


def form_of(book: Book, on: date, known: Known, surge_form: str = "") -> str:
    """The form that applies: that of the surge, else the one that says most about such requests.

    The deeper category wins, then the kind of requester, then the type of demand; of equals the first.
    """
    if surge_form:
        return surge_form
    kept = book.memo.setdefault("forms", {})
    asked = (on, known.category, known.demand_type, known.requester_kind)
    if asked not in kept:
        if len(kept) > MOST_KEPT:
            kept.clear()
        kept[asked] = _form_of(book, on, known)
    found: str = kept[asked]
    return found


def _form_of(book: Book, on: date, known: Known) -> str:
    kept_for_surges = {row.form for row in book.tables["surges"]}
    rows: list[FormField] = [
        row
        for row in book.current("form_fields", on)
        if row.form not in kept_for_surges and _fits(row, known)
    ]
    return max(rows, key=lambda row: _weight(row, known)).form if rows else ""


def fields_of(book: Book, on: date, form: str, known: Known) -> tuple[FormField, ...]:
    """The fields of ``form`` that such a request is asked, in the order of the file."""
    if not form:
        return ()
    return tuple(
        row for row in book.current("form_fields", on) if row.form == form and _fits(row, known, loose=True)
    )


def missing(book: Book, on: date, known: Known, form: str, answers: Mapping[str, str]) -> list[str]:
    """What still has to be asked: ``time``, ``matter``, ``contact``, ``place``, then codes of fields.

    The contact of an anonymous request is not asked for; the place only where the catalogue needs it.
    """
    found = []
    if not known.has_time:
        found.append(TIME)
    if not known.category:
        found.append(MATTER)
    if not known.has_contact and known.secrecy != ANONYMOUS:
        found.append(CONTACT)
    if not known.has_place and not (known.category and candidate_for(book, known.category, None, on)):
        found.append(PLACE)
    fields = fields_of(book, on, form, known)
    return found + [row.code for row in fields if row.required and not answers.get(row.code)]


def answers_in(text: str, fields: Iterable[FormField], on: date) -> dict[str, str]:
    """The answers that the words of a request give by themselves, where they are sure."""
    fields = tuple(fields)
    found = read_answers(text, (row.code for row in fields), on)
    for row in fields:
        named = named_in(text, row.choices) if row.choices and row.kind in ("choice", "text") else ""
        if named:
            found.setdefault(row.code, named)
    return found


def check_answers(book: Book, on: date, given: Mapping[str, object]) -> dict[str, str]:
    """Answers as they are kept: known fields, each of its kind; empty ones stay empty texts.

    Raises ``BadAnswer`` naming the field and what to write.
    """
    fields: dict[str, FormField] = {row.code: row for row in book.current("form_fields", on)}
    checked = {}
    for code, value in given.items():
        row = fields.get(code)
        if row is None:
            raise BadAnswer(code, _("There is no such question."), _("Leave it out."))
        checked[code] = check_answer(row, value)
    return checked


def check_answer(row: FormField, value: object) -> str:
    """One answer as it is kept. Raises ``BadAnswer``."""
    text = {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else str(value or "").strip()
    if value == 0 and not isinstance(value, bool):
        text = "0"
    if not text:
        return ""
    if len(text) > ANSWER_CHARS:
        why = _("The answer has %(n)d signs.") % {"n": len(text)}
        raise BadAnswer(row.code, why, _("Keep it to %(most)d signs.") % {"most": ANSWER_CHARS})
    return _KINDS[row.kind](row, text)


def _text(row: FormField, text: str) -> str:
    return text


def _number(row: FormField, text: str) -> str:
    plain = text.replace(",", "").replace("，", "")
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,4})?", plain):
        raise BadAnswer(row.code, _("“%(text)s” is no number.") % {"text": text}, _("Write digits only."))
    return _plain(Decimal(plain))


def _money(row: FormField, text: str) -> str:
    plain = text.replace(",", "").replace("，", "").rstrip("元块")
    times = 10_000 if plain.endswith("万") else 1
    plain = plain.rstrip("万")
    if not re.fullmatch(r"\d{1,12}(\.\d{1,4})?", plain):
        raise BadAnswer(
            row.code,
            _("“%(text)s” is no sum of money.") % {"text": text},
            _("Write it in yuan, such as 36000."),
        )
    fen = Decimal(plain) * times * 100
    if fen != int(fen):
        raise BadAnswer(
            row.code, _("“%(text)s” has parts of a fen.") % {"text": text}, _("Write at most two decimals.")
        )
    return _plain(fen / 100)


def _date(row: FormField, text: str) -> str:
    plain = re.sub(r"[年月/.]", "-", text).rstrip("日号")
    try:
        year, month, day = (int(part) for part in plain.split("-"))
        return date(year, month, day).isoformat()
    except ValueError:
        why = _("“%(text)s” is no day.") % {"text": text}
        raise BadAnswer(row.code, why, _("Write year, month and day, such as 2026-03-01.")) from None


def _yesno(row: FormField, text: str) -> str:
    if text.lower() in YES:
        return "yes"
    if text.lower() in NO:
        return "no"
    why = _("“%(text)s” is neither yes nor no.") % {"text": text}
    raise BadAnswer(row.code, why, _("Answer yes or no."))


def _choice(row: FormField, text: str) -> str:
    if text in row.choices:
        return text
    why = _("“%(text)s” is not offered.") % {"text": text}
    raise BadAnswer(row.code, why, _("Choose one of: %(names)s.") % {"names": "、".join(row.choices)})


_KINDS = {
    "text": _text,
    "number": _number,
    "money": _money,
    "date": _date,
    "yesno": _yesno,
    "choice": _choice,
}


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _fits(row: FormField, known: Known, *, loose: bool = False) -> bool:
    """Whether a field is asked of such a request; ``loose``: also while the matter is not known."""
    unknown = loose and not known.category
    return (
        (not row.categories or unknown or any(known.category.startswith(code) for code in row.categories))
        and (not row.demand_types or known.demand_type in row.demand_types)
        and (not row.requester_kinds or known.requester_kind in row.requester_kinds)
    )


def _weight(row: FormField, known: Known) -> tuple[int, bool, bool]:
    deepest = max((len(code) for code in row.categories if known.category.startswith(code)), default=0)
    return (deepest, bool(row.requester_kinds), bool(row.demand_types))
