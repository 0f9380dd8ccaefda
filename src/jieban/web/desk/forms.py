"""The small forms of a ticket's verbs. Labels say what is asked, hints who will read it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.people.roles import UNMASK_REASONS
from jieban.web.desk.words import CONTACT_WORDS


class Area(forms.Textarea):
    """A text in the house's look."""

    def __init__(self, rows: int = 4) -> None:
        super().__init__({"class": "textarea desk-area", "rows": rows})


def _text(
    label: Any, hint: Any = "", *, required: bool = True, rows: int = 4, most: int = 4000
) -> forms.CharField:
    missing = {"required": _("This is still empty.")}
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=most,
        widget=Area(rows),
        error_messages=missing,
    )


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    missing = {"required": _("Choose one."), "invalid_choice": _("Choose one.")}
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, error_messages=missing)


class BareForm(forms.Form):
    """A verb that asks nothing."""


class ContactForm(forms.Form):
    """The first call, or the next one."""

    outcome = _choice(_("How did it go?"), list(CONTACT_WORDS.items()))
    note = _text(_("What was said"), _("For your colleagues; optional"), required=False, rows=2)


class ProgressForm(forms.Form):
    """How far it is."""

    note = _text(_("What has been done"), _("The requester reads this."), rows=3)


class ReviewForm(forms.Form):
    """Submit the reply, or send it back."""

    note = _text(_("Note for the clerk"), _("Needed when you send it back"), required=False, rows=2)


class PauseForm(forms.Form):
    """Stop the clock for a lawful ground."""

    until = forms.DateField(
        label=_("Until the end of"),
        widget=forms.DateInput({"type": "date", "class": "input input--short"}),
        error_messages={"required": _("Choose a day."), "invalid": _("Choose a day.")},
    )
    ground = _text(_("Lawful ground"), _("The requester is told it."), rows=2)


class AnswerForm(forms.Form):
    """Answer at once."""

    explanation = _text(_("The answer"), _("The requester reads this; no unit gets the ticket."), rows=4)


class UrgeForm(forms.Form):
    """The requester called again about the same matter."""

    note = _text(_("What is new"), _("The unit reads this; optional"), required=False, rows=2)


class UnmaskForm(forms.Form):
    """Why somebody looks at a requester's contact."""

    why = _choice(
        _("Why do you need it?"),
        list(UNMASK_REASONS.items()),
    )


class SeatForm(forms.Form):
    """What a caller says."""

    field_order = ("text",)
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"class": "input", "inputmode": "tel", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label=_("Caller's name"),
        required=False,
        max_length=60,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
    )
    address = forms.CharField(
        label=_("Where it is"),
        help_text=_("Only when it is not in the words above"),
        required=False,
        max_length=300,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, most: int, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["text"] = _text(_("What the caller says"), "", rows=12, most=most)
        self.fields["text"].widget.attrs["data-focus"] = ""

    def renew(self, token: str) -> None:
        """Give what was typed another token, so that it becomes a request of its own."""
        self.data = {**{name: self.data.get(name, "") for name in self.fields}, "token": token}
