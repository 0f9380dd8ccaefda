"""Forms around the requester: for whom he speaks, what is kept from whom, hand-over, clusters, flags."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.intake.forms import BEHALF
from jieban.intake.standing import Standing
from jieban.people.flags import LEAST
from jieban.web.desk.forms import SeatForm, _choice, _text
from jieban.web.desk.sitting import Sitting

SECRECY = (
    ("", gettext_lazy("Open: the unit may call")),
    ("confidential", gettext_lazy("Confidential: only the hotline knows who it is")),
    ("anonymous", gettext_lazy("Anonymous: no name and no number is kept")),
)
KIND = (
    ("", gettext_lazy("not asked")),
    ("person", gettext_lazy("a person")),
    ("legal_person", gettext_lazy("a company")),
    ("other_org", gettext_lazy("another organisation")),
)
_SELECT = {"class": "select"}


def _select(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=False,
        widget=forms.Select(_SELECT),
        error_messages={"invalid_choice": gettext_lazy("Choose one from the list.")},
    )


def _line(label: Any, hint: Any = "", most: int = 300) -> forms.CharField:
    widget = forms.TextInput({"class": "input", "autocomplete": "off"})
    return forms.CharField(label=label, help_text=hint, required=False, max_length=most, widget=widget)


def units_named(words: str, desk: Sitting) -> tuple[str, ...]:
    """The codes of the units that are named, parted by commas. Raises ``ValidationError`` naming the one
    that is none, or that several are called."""
    found = []
    for name in filter(None, (part.strip() for part in re.split(r"[,，、;；\n]", words))):
        units = [unit for unit in desk.book.units.values() if unit.in_force(desk.today)]
        exact = [unit for unit in units if name in (unit.code, unit.name, unit.name_en)]
        alike = exact or [unit for unit in units if name in unit.name and unit.can_lead]
        if len(alike) != 1:
            said = {"name": name, "units": "、".join(unit.name for unit in alike[:4])}
            if alike:
                raise ValidationError(_("Several units are called “%(name)s”: %(units)s") % said)
            raise ValidationError(_("No unit is called “%(name)s”; write its full name") % said)
        found.append(alike[0].code)
    return tuple(dict.fromkeys(found))


class CallForm(SeatForm):
    """What a caller says, and how he stands to the matter."""

    secrecy = _select(gettext_lazy("Who may know who it is"), SECRECY)
    reported = _line(
        gettext_lazy("Units that must not get it"),
        gettext_lazy("The reported party; several parted by commas"),
    )
    on_behalf = _select(gettext_lazy("Speaks for"), BEHALF)
    represented = _line(gettext_lazy("Name of whom he speaks for"), most=60)
    requester_kind = _select(gettext_lazy("Who it is"), KIND)
    minor = forms.BooleanField(label=gettext_lazy("Somebody under 18"), required=False)

    def __init__(self, *args: Any, most: int, desk: Sitting, **more: Any) -> None:
        super().__init__(*args, most=most, **more)
        self._desk = desk

    def clean_reported(self) -> tuple[str, ...]:
        """The codes of the units named."""
        return units_named(self.cleaned_data["reported"], self._desk)

    def standing(self) -> Standing:
        """How the caller stands to the matter."""
        given = self.cleaned_data
        speaks = given["on_behalf"]
        name = given["represented"].strip() if speaks else ""
        return Standing(
            given["secrecy"], speaks, name, given["minor"], given["requester_kind"], given["reported"]
        )

    def opened(self) -> bool:
        """Whether anything of it was chosen, so that the part stays open."""
        return any(self.data.get(name) for name in STANDING_FIELDS)

    def standing_fields(self) -> list[forms.BoundField]:
        """The fields of the part that is mostly left alone."""
        return [self[name] for name in STANDING_FIELDS]


STANDING_FIELDS = ("secrecy", "reported", "requester_kind", "on_behalf", "represented", "minor")


class ProtectForm(forms.Form):
    """Who may know who it is, and who must keep out."""

    secrecy = _select(gettext_lazy("Who may know who it is"), SECRECY)
    recused = _line(
        gettext_lazy("Units that must not get it"),
        gettext_lazy("The reported party; several parted by commas"),
        600,
    )
    note = _text(gettext_lazy("Why"), gettext_lazy("Your colleagues read this; the unit does not."), rows=2)

    def __init__(self, *args: Any, desk: Sitting, **more: Any) -> None:
        super().__init__(*args, **more)
        self._desk = desk

    def clean_recused(self) -> tuple[str, ...]:
        """The codes of the units named."""
        return units_named(self.cleaned_data["recused"], self._desk)


class HandOverForm(forms.Form):
    """To which line."""

    line = _choice(gettext_lazy("Which line?"), ())
    note = _text(gettext_lazy("What you told them"), gettext_lazy("Optional"), required=False, rows=2)

    def __init__(self, *args: Any, lines: list[tuple[str, str]], call: str, **more: Any) -> None:
        more["initial"] = {"line": call}
        super().__init__(*args, **more)
        field = self.fields["line"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = lines


class AcknowledgeForm(forms.Form):
    """Who took it."""

    receipt = forms.CharField(
        label=gettext_lazy("Name or number of whoever took it"),
        max_length=100,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("This is still empty.")},
    )


class TakeBackForm(forms.Form):
    """Why the line does not take it."""

    note = _text(gettext_lazy("Why does the line not take it?"), rows=2)


class SameForm(forms.Form):
    """Which earlier ticket it repeats."""

    number = _choice(gettext_lazy("The earlier ticket"), ())

    def __init__(self, *args: Any, numbers: list[tuple[str, str]], **more: Any) -> None:
        more["initial"] = {"number": numbers[0][0] if numbers else ""}
        super().__init__(*args, **more)
        field = self.fields["number"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = numbers


class LinkForm(forms.Form):
    """With which ticket it is one matter."""

    number = forms.CharField(
        label=gettext_lazy("Number of a ticket of the same matter"),
        max_length=32,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("This is still empty.")},
    )


class UnlinkForm(forms.Form):
    """Why it is another matter."""

    note = _text(gettext_lazy("Why is it another matter?"), rows=2)


class CommonForm(forms.Form):
    """One report for all members."""

    note = _text(gettext_lazy("What has been done"), gettext_lazy("Every requester reads this."), rows=3)


class CommonReplyForm(forms.Form):
    """One reply for all members."""

    reply = _text(
        gettext_lazy("Your reply to all of them"),
        gettext_lazy("Each gets it in his own ticket; your reviewer reads each first."),
        rows=5,
    )


class FlagForm(forms.Form):
    """Why a requester is flagged, or the flag lifted."""

    reason = _text(
        gettext_lazy("Reason"),
        gettext_lazy("At least ten characters. It refuses and delays nothing."),
        rows=2,
        most=300,
    )

    def clean_reason(self) -> str:
        """A reason that says something."""
        reason: str = self.cleaned_data["reason"].strip()
        if len(reason) < LEAST:
            raise ValidationError(_("Write the reason in at least %(n)s characters") % {"n": LEAST})
        return reason
