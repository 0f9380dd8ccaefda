"""The forms of exclusion and oversight."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.oversight.workflow import WRONGFUL_ACTS
from jieban.web.desk.forms import Area

EMPTY = {"required": _("This is still empty.")}
CHOOSE = {"required": _("Choose one."), "invalid_choice": _("Choose one.")}


def _text(label: Any, hint: Any = "", *, required: bool = True, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=4000,
        widget=Area(rows),
        error_messages=EMPTY,
    )


def _line(label: Any, hint: Any = "", *, required: bool = True, most: int = 80) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=most,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
        error_messages=EMPTY,
    )


def _day(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.DateInput({"type": "date", "class": "input input--short"}),
        error_messages={"required": _("Choose a day."), "invalid": _("Choose a day.")},
    )


def _chosen(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=(), widget=forms.Select({"class": "select"}), error_messages=CHOOSE
    )


def _fill(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    chosen = form.fields[name]
    assert isinstance(chosen, forms.ChoiceField)
    chosen.choices = [("", _("Choose one.")), *choices]


class ApplyForm(forms.Form):
    """Ask to leave a ticket out of the rates."""

    code = _chosen(_("Why should it not count?"))
    words = _text(
        _("Grounds and what proves them"), _("Whoever decides reads this; the requester does not."), rows=4
    )
    platform = _line(_("Name of the platform"), _("Only for nation-wide platforms"), required=False)
    shelf_until = _day(_("Solved by"), _("Only for tickets on the ledger"), required=False)

    def __init__(self, *args: Any, reasons: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        _fill(self, "code", reasons)


class RulingForm(forms.Form):
    """Decide on an application or an appeal."""

    ruling = _text(_("Your decision, with its ground"), _("The unit reads it."))


class AppealForm(forms.Form):
    """Appeal against a refusal."""

    words = _text(_("What did the decision overlook?"), _("Another person on a higher level decides."))


class SuperviseForm(forms.Form):
    """Put a ticket under supervision."""

    trigger = _chosen(_("What calls for supervision?"))
    words = _text(_("What the unit must answer to"), _("The unit reads it."))

    def __init__(self, *args: Any, triggers: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        _fill(self, "trigger", triggers)


class SuperviseUnitForm(SuperviseForm):
    """Put a unit under supervision, without a ticket."""

    field_order = ("unit", "trigger", "words")

    def __init__(self, *args: Any, units: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["unit"] = _chosen(_("Which unit?"))
        _fill(self, "unit", units)
        self.order_fields(self.field_order)


class MeasuresForm(forms.Form):
    """The unit's answer."""

    words = _text(_("Which measures were taken?"), _("What was done, by whom, and what comes next."), rows=5)


class NoteForm(forms.Form):
    """Words that may be left out."""

    words = _text(_("Note"), _("Optional"), required=False, rows=2)


class GroundForm(forms.Form):
    """Words that are needed."""

    words = _text(_("Reason"), rows=2)


class TalkForm(forms.Form):
    """A talk-down that was held."""

    day = _day(_("Held on"))
    who = _line(_("With whom"), _("Office or post, such as the head of the street office"), most=120)
    result = _text(_("What came of it"))


class WrongForm(forms.Form):
    """Wrongful acts of Art. 35."""

    acts = forms.MultipleChoiceField(
        label=_("Which act?"),
        choices=list(WRONGFUL_ACTS.items()),
        widget=forms.SelectMultiple({"class": "select", "size": 6}),
        error_messages=CHOOSE,
    )
    words = _text(_("What happened, and what proves it"))
