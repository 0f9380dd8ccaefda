"""The forms of the call-back: three questions with their reasons, and a call that brought no answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.callback.actions import Answers
from jieban.callback.rules import questions_denied, reasons_of
from jieban.web.desk.forms import Area
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.words import ATTEMPT_WORDS, SATISFIED_WORDS, SOLVED_WORDS

QUESTIONS = ("contacted", "solved", "satisfied")
MISSING = {"required": _("Choose one."), "invalid_choice": _("Choose one.")}


class KeyedRadios(forms.RadioSelect):
    """Answers of which each is chosen by a key of its own."""

    def __init__(self, keys: str) -> None:
        super().__init__()
        self.keys = keys

    def create_option(self, *args: Any, **more: Any) -> dict[str, Any]:
        """One answer, with its key."""
        option = super().create_option(*args, **more)
        option["key"] = self.keys[int(option["index"])]
        option["attrs"]["data-key"] = option["key"]
        return option


def _question(choices: Any, keys: str) -> forms.ChoiceField:
    return forms.ChoiceField(label="", choices=choices, widget=KeyedRadios(keys), error_messages=MISSING)


def _reasons() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Reason"), required=False, widget=forms.CheckboxSelectMultiple, error_messages=MISSING
    )


class CallForm(forms.Form):
    """The three questions; a no is asked the reason of."""

    contacted = _question([("yes", _("Yes")), ("no", _("No"))], "12")
    why_contacted = _reasons()
    solved = _question(list(SOLVED_WORDS.items()), "345")
    why_solved = _reasons()
    satisfied = _question(list(SATISFIED_WORDS.items()), "678")
    why_satisfied = _reasons()
    comment = forms.CharField(
        label=_("What else the requester said"),
        help_text=_("In the requester's own words; optional"),
        required=False,
        max_length=4000,
        widget=Area(),
    )
    called_in = forms.BooleanField(label=_("The requester called us"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, desk: Sitting) -> None:
        super().__init__(data)
        known = reasons_of(desk.book, desk.now)
        for question in QUESTIONS:
            field = self.fields[f"why_{question}"]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = [
                (row.code, row.name_en if desk.english and row.name_en else row.name)
                for row in known
                if row.question == question
            ]

    def asked(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """The questions with the fields of their answers and reasons."""
        return [(name, self[name], self[f"why_{name}"]) for name in QUESTIONS]

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where something was denied."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not all(given.get(question) for question in QUESTIONS):
            return given
        denied = questions_denied(given["contacted"] == "yes", given["solved"], given["satisfied"])
        offered = [name for name in QUESTIONS if name in denied and self.fields[f"why_{name}"].choices]  # type: ignore[attr-defined]
        if offered and not any(given.get(f"why_{name}") for name in offered):
            self.add_error(f"why_{offered[0]}", _("Ask why, and tick at least one reason."))
        return given

    def answers(self) -> Answers:
        """What was written down; only for a form that is valid."""
        given = self.cleaned_data
        reasons = tuple(code for question in QUESTIONS for code in given[f"why_{question}"])
        contacted = given["contacted"] == "yes"
        return Answers(contacted, given["solved"], given["satisfied"], given["comment"], reasons)


class NotReachedForm(forms.Form):
    """A call without answers."""

    outcome = forms.ChoiceField(
        label=_("How did it go?"),
        choices=list(ATTEMPT_WORDS.items()),
        widget=forms.RadioSelect,
        error_messages=MISSING,
    )
    again = forms.DateTimeField(
        label=_("When to call again"),
        help_text=_("Only when the requester asks to be called later"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local", "class": "input input--short"}),
        error_messages={"invalid": _("Choose a day and an hour.")},
    )
    note = forms.CharField(
        label=_("What was said"), help_text=_("Optional"), required=False, max_length=200, widget=Area(2)
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the time that was agreed on."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("outcome") == "call_later" and not given.get("again") and "again" not in self.errors:
            self.add_error("again", _("Choose a day and an hour."))
        return given


class MissedCheckForm(forms.Form):
    """Not reached a second time."""

    note = forms.CharField(
        label=_("What was said"), help_text=_("Optional"), required=False, max_length=200, widget=Area(2)
    )
