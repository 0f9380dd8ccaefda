"""What intake enters beside the words: the form with its answers, what is missing, ledgers and topic.

Ordinance Art. 10 (complete and accurate), 21-22 (bodies outside the city). Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from jieban.city.book import Book
from jieban.intake.completeness import Known, answers_in, check_answers, fields_of, form_of, missing
from jieban.intake.surges import surge_of
from jieban.reading.privacy.notes import masked
from jieban.reading.result import Reading
from jieban.tickets.ledgers import PARTY, ledgers_of, party_in


def law_columns(
    book: Book,
    on: date,
    reading: Reading,
    *,
    text: str,
    given: Mapping[str, str],
    known: Known,
) -> dict[str, Any]:
    """The columns ``form``, ``answers``, ``missing``, ``ledgers`` and ``surge`` of a new ticket.

    ``text`` are the requester's words, ``given`` the answers that were asked for, checked already; they
    go before what the words give.
    """
    known = replace(
        known,
        category=reading.category,
        demand_type=reading.demand_type,
        has_place=reading.place is not None,
    )
    surge = surge_of(book, on, reading.category, text)
    form = form_of(book, on, known, surge.form if surge else "")
    fields = fields_of(book, on, form, known)
    answers = {**answers_in(text, fields, on), **kept(book, on, given)}
    party = party_in(book, on, text)
    if party is not None:
        answers[PARTY] = party.code
    return {
        "form": form,
        "answers": answers,
        "missing": missing(book, on, known, form, answers),
        "ledgers": ledgers_of(
            book, on, category=reading.category, requester_kind=known.requester_kind, party=party
        ),
        "surge": surge.code if surge else "",
    }


def kept(book: Book, on: date, given: Mapping[str, object]) -> dict[str, str]:
    """Answers as a ticket keeps them: checked, masked, without those left empty. Raises ``BadAnswer``."""
    checked = check_answers(book, on, given)
    free = {row.code for row in book.current("form_fields", on) if row.kind == "text"}
    return {code: masked(value) if code in free else value for code, value in checked.items() if value}


def known_of(row: Mapping[str, Any]) -> Known:
    """What a ticket's columns tell of it."""
    return Known(
        category=row["category_id"] or "",
        demand_type=row["demand_type"],
        requester_kind=row["requester_kind"],
        secrecy=row["secrecy"],
        has_contact=row["requester"] is not None,
        has_place=bool(row["place_id"]),
    )
