"""The questions of filing as forms: what may be left out may be left out, every refusal says what to do."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.city.rows import Place
from jieban.people.phones import read_phone

LINE_CHARS = 200
type Choices = list[tuple[str, str]]
BEHALF = (
    ("", gettext_lazy("Myself")),
    ("family", gettext_lazy("Somebody of my family")),
    ("lawyer", gettext_lazy("A client, as a lawyer")),
    ("organisation", gettext_lazy("A company or organisation")),
    ("other", gettext_lazy("Somebody else")),
)
"""For whom a requester speaks (``intake.standing``)."""


class WhatForm(forms.Form):
    """What happened, in the person's own words."""

    text = forms.CharField(
        error_messages={"required": gettext_lazy("Tell us in a few words what happened.")}, strip=True
    )

    def __init__(self, *args: object, most: int, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self._most = most

    def clean_text(self) -> str:
        """The words, whatever they are; only their length has a limit."""
        text: str = self.cleaned_data["text"]
        if len(text) > self._most:
            raise ValidationError(
                _("That is %(n)d signs; %(most)d can be taken at once. Nothing is lost: shorten it a little.")
                % {"n": len(text), "most": self._most}
            )
        return text


class WhereForm(forms.Form):
    """Where it is: in words, and the district when it is known."""

    address = forms.CharField(
        required=False,
        max_length=LINE_CHARS,
        error_messages={
            "max_length": gettext_lazy("Keep the place to 200 signs; the rest belongs to the story.")
        },
    )
    district = forms.ChoiceField(
        required=False, error_messages={"invalid_choice": gettext_lazy("Choose a district from the list.")}
    )

    def __init__(self, *args: object, districts: Choices, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["district"].choices = districts  # type: ignore[attr-defined]


class StreetForm(forms.Form):
    """In which street (街道、乡镇) it is; may stay open."""

    street = forms.ChoiceField(
        required=False, error_messages={"invalid_choice": gettext_lazy("Choose a street from the list.")}
    )

    def __init__(self, *args: object, streets: Choices, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["street"].choices = streets  # type: ignore[attr-defined]


class ReachForm(forms.Form):
    """How to reach the person; all may stay empty."""

    phone = forms.CharField(
        required=False,
        max_length=40,
        error_messages={"max_length": gettext_lazy("That is too long for a phone number.")},
    )
    email = forms.EmailField(
        required=False,
        max_length=254,
        error_messages={
            "invalid": gettext_lazy("We cannot write to this address. It looks like name@example.com.")
        },
    )
    name = forms.CharField(
        required=False,
        max_length=60,
        error_messages={"max_length": gettext_lazy("Shorten the name a little.")},
    )
    confidential = forms.BooleanField(required=False)
    on_behalf = forms.ChoiceField(
        required=False,
        choices=BEHALF,
        error_messages={"invalid_choice": gettext_lazy("Choose one from the list.")},
    )
    represented = forms.CharField(
        required=False,
        max_length=60,
        error_messages={"max_length": gettext_lazy("Shorten the name a little.")},
    )
    minor = forms.BooleanField(required=False)

    def clean_phone(self) -> str:
        """A number that can be called, or nothing."""
        phone: str = self.cleaned_data["phone"].strip()
        if phone and not read_phone(phone)[1]:
            raise ValidationError(
                _("We cannot call this number. A mobile has 11 digits; a landline needs its area code.")
            )
        return phone


def choices_of(places: Iterable[Place], unknown: str, english: bool) -> Choices:
    """The places as a list to choose from; the first line leaves it open."""
    named = [(place.code, place.name_en if english and place.name_en else place.name) for place in places]
    return [("", unknown), *named]
