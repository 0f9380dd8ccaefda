"""The questions of a form as people meet them: on the seat's page, the ticket's, and the requester's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.city.book import Book
from jieban.city.law import FormField
from jieban.intake.completeness import (
    CONTACT,
    MATTER,
    PLACE,
    TIME,
    BadAnswer,
    Known,
    check_answer,
    fields_of,
    form_of,
    missing,
)
from jieban.intake.filling import known_of
from jieban.intake.surges import surge_named
from jieban.people.phones import read_phone
from jieban.tickets.models import Ticket

GENERAL_WORDS = {
    TIME: gettext_lazy("when it happened"),
    MATTER: gettext_lazy("what it is about"),
    CONTACT: gettext_lazy("how to reach the requester"),
    PLACE: gettext_lazy("where it is"),
}
YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")), ("", gettext_lazy("Not known"))]


class AnswersForm(forms.Form):
    """The fields of a form of the city; each may stay empty, and what is written is checked by its kind.

    ``phone`` asks besides how to reach the requester.
    """

    def __init__(
        self,
        *args: Any,
        rows: Iterable[FormField] = (),
        english: bool = False,
        phone: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.rows = {row.code: row for row in rows}
        for row in self.rows.values():
            self.fields[row.code] = _field(row, english)
        if phone:
            self.fields[CONTACT] = forms.CharField(
                label=_("Phone number"), required=False, max_length=40, widget=_line("tel")
            )

    def clean(self) -> dict[str, Any]:
        """Each answer in the form in which it is kept; what cannot be taken is told at its field."""
        for code, row in self.rows.items():
            try:
                self.cleaned_data[code] = check_answer(row, self.cleaned_data.get(code, ""))
            except BadAnswer as bad:
                self.add_error(code, ValidationError(f"{bad.why} {bad.remedy}"))
        phone = self.cleaned_data.get(CONTACT, "")
        if phone and not read_phone(phone)[1]:
            self.add_error(
                CONTACT, _("We cannot call this number. Give a mobile of 11 digits, or a landline.")
            )
        return self.cleaned_data

    @property
    def answers(self) -> dict[str, str]:
        """The answers given, those left empty among them; after ``is_valid``."""
        return {code: self.cleaned_data.get(code, "") for code in self.rows}


def _field(row: FormField, english: bool) -> forms.Field:
    """The field of a row, with the hand's help that its kind deserves."""
    label = label_of(row, english)
    if row.kind == "yesno":
        return forms.ChoiceField(label=label, required=False, choices=YES_NO, widget=forms.RadioSelect)
    if row.kind == "choice":
        choices = [("", _("Not known")), *((one, one) for one in row.choices)]
        return forms.ChoiceField(
            label=label, required=False, choices=choices, widget=forms.Select({"class": "select"})
        )
    kinds = {"date": "date", "number": "decimal", "money": "decimal"}
    return forms.CharField(
        label=label, required=False, max_length=400, widget=_line(kinds.get(row.kind, "text"))
    )


def _line(kind: str) -> forms.TextInput:
    given = {"class": "input", "autocomplete": "off"}
    if kind == "date":
        return forms.TextInput({**given, "type": "date", "class": "input input--short"})
    return forms.TextInput({**given, "inputmode": kind} if kind in ("decimal", "tel") else given)


def label_of(row: FormField, english: bool) -> str:
    """The question in the reader's language."""
    return row.name_en if english and row.name_en else row.name


def rows_for(ticket: Ticket, book: Book, on: date) -> tuple[FormField, ...]:
    """The fields that are asked of a ticket, by the matter as it is known now."""
    known = known_of(ticket.row())
    return fields_of(book, on, _form_now(ticket, book, on, known), known)


def missing_now(ticket: Ticket, book: Book, on: date) -> list[str]:
    """What a ticket still lacks; reckoned anew where its matter has changed since, as by a dispatch."""
    known = known_of(ticket.row())
    form = _form_now(ticket, book, on, known)
    return ticket.missing if form == ticket.form else missing(book, on, known, form, ticket.answers)


def _form_now(ticket: Ticket, book: Book, on: date, known: Known) -> str:
    surge = surge_named(book, ticket.surge) if ticket.surge else None
    return form_of(book, on, known, surge.form if surge else "")


def missing_words(ticket: Ticket, book: Book, on: date, english: bool) -> list[str]:
    """What a ticket still lacks, in words; empty where it is complete."""
    rows = {row.code: row for row in book.tables["form_fields"]}
    found = []
    for code in missing_now(ticket, book, on):
        if code in GENERAL_WORDS:
            found.append(str(GENERAL_WORDS[code]))
        elif code in rows:
            found.append(label_of(rows[code], english))
    return found


def answers_told(answers: Mapping[str, str], book: Book, english: bool) -> list[tuple[str, str]]:
    """The answers of a ticket as question and words, in the order of the file."""
    said = {"yes": _("Yes"), "no": _("No")}
    seen: dict[str, tuple[str, str]] = {}
    for row in book.tables["form_fields"]:
        value = answers.get(row.code, "")
        if value:
            words = said.get(value, value) if row.kind == "yesno" else value
            seen[row.code] = (label_of(row, english), words)
    party = next((one for one in book.tables["parties"] if one.code == answers.get("party")), None)
    if party is not None:
        seen["party"] = (_("Concerns"), party.name_en if english and party.name_en else party.name)
    return list(seen.values())
