"""The forms of the verbs that move a limit: extension, and the ledger."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.web.desk.forms import Area

EMPTY = {"required": _("This is still empty.")}
DAY = {"required": _("Choose a day."), "invalid": _("Choose a day.")}


def words_field(label: Any, hint: Any = "", *, required: bool = True, rows: int = 2) -> forms.CharField:
    """A text of a few lines."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=2000,
        widget=Area(rows),
        error_messages=EMPTY,
    )


def day_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    """A day."""
    widget = forms.DateInput({"type": "date", "class": "input input--short"})
    return forms.DateField(label=label, help_text=hint, required=required, widget=widget, error_messages=DAY)


class ExtendForm(forms.Form):
    """Why more time is needed, by which rule, and how much."""

    days = forms.IntegerField(
        label=_("Days more"),
        min_value=1,
        widget=forms.NumberInput({"class": "input input--short", "min": 1}),
        error_messages={"required": _("Say how many days."), "invalid": _("Say how many days.")},
    )
    ground = words_field(_("Lawful ground"), _("The requester is told it."))
    basis = words_field(_("The rule that allows it"), _("Law, regulation or standard"), rows=1)


class ExtensionDecisionForm(forms.Form):
    """The hotline grants an extension, or refuses it."""

    note = words_field(_("Your reason"), _("Needed when you refuse; the unit reads it"), required=False)


class ShelveForm(forms.Form):
    """Why it cannot be solved now, until when it waits, and what is done meanwhile."""

    code = forms.ChoiceField(
        label=_("Why can it not be solved now?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
    )
    until = day_field(_("Planned date"), _("On this day it comes back to you."))
    reason = words_field(_("The reason"), _("The requester is told it."))
    plan = words_field(_("The plan"), _("Who does what until then; the requester is told it."))

    def __init__(self, *args: Any, codes: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = codes


class ReviewShelfForm(forms.Form):
    """How the plan stands."""

    note = words_field(_("How the plan stands"))
    until = day_field(_("New planned date"), _("Only when it changes"), required=False)


class UnshelveForm(forms.Form):
    """Take it off the ledger."""

    note = words_field(_("What has changed"), _("Optional"), required=False)
