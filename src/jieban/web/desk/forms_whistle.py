"""The forms of a whistle: blow it, report in, give a result, rate each other."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.web.desk.forms import Area

LEVEL_WORDS = {
    "staff": _("member of staff"),
    "section_head": _("head of section"),
    "deputy_head": _("deputy head of the unit"),
    "head": _("head of the unit"),
}
RESULT_WORDS = {
    "yes": _("solved"),
    "partly": _("partly solved"),
    "no": _("not solved"),
}
EMPTY = {"required": _("This is still empty.")}
CHOOSE = {"required": _("Choose one."), "invalid_choice": _("Choose one.")}


def _text(label: Any, hint: Any = "", *, required: bool = True, rows: int = 3, most: int = 4000) -> Any:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=most,
        widget=Area(rows),
        error_messages=EMPTY,
    )


def _line(label: Any, hint: Any = "", *, required: bool = True, most: int = 300) -> Any:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=most,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
        error_messages=EMPTY,
    )


def _choice(label: Any, choices: Any) -> Any:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, error_messages=CHOOSE)


def _mark(label: Any, hint: Any = "") -> Any:
    wrong = {
        **EMPTY,
        "invalid": _("Write a whole number from 0 to 100."),
        "min_value": _("Write a whole number from 0 to 100."),
        "max_value": _("Write a whole number from 0 to 100."),
    }
    return forms.IntegerField(
        label=label,
        help_text=hint,
        min_value=0,
        max_value=100,
        widget=forms.NumberInput({"class": "input input--short", "inputmode": "numeric"}),
        error_messages=wrong,
    )


class BlowForm(forms.Form):
    """Blow the whistle for a ticket."""

    kind = _choice(_("Which whistle?"), ())
    units = forms.MultipleChoiceField(
        label=_("Who is to come?"),
        help_text=_("The departments of your district"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    others = _line(
        _("And from elsewhere"),
        _("Departments of the city, enterprises, units of another district: their names, parted by commas"),
        required=False,
    )
    words = _text(_("What are they to do?"))
    tried = _text(_("What has the street tried itself?"), _("First what you can do alone; then the whistle."))
    gather_place = _line(_("Where do you meet?"), required=False)
    gather_at = forms.DateTimeField(
        label=_("When?"),
        help_text=_("Left empty: as soon as the time to report in allows"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local", "class": "input input--short"}),
        error_messages={"invalid": _("Choose day and time.")},
    )

    def __init__(
        self, *args: Any, kinds: list[tuple[str, str]], units: list[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        for name, choices in (("kind", kinds), ("units", units)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


class KeyWorkForm(BlowForm):
    """Blow the whistle for key work, with or without tickets."""

    field_order = ("subject", "place", "numbers")
    subject = _line(_("What is it about?"), _("May stay empty when you name a ticket"), required=False)
    place = _line(_("Where is it?"), required=False, most=500)
    numbers = _line(
        _("Tickets"), _("Numbers of your own tickets in work, parted by commas; optional"), required=False
    )


class ArriveForm(forms.Form):
    """Somebody has come."""

    who = _line(_("Who came?"), _("Name and post"), most=80)
    level = _choice(_("Of which level?"), list(LEVEL_WORDS.items()))


class ActForm(forms.Form):
    """What was done together."""

    note = _text(_("What was done"), _("All who were called read it."), rows=2)


class GiveForm(forms.Form):
    """The result of one unit."""

    solved = _choice(_("Is it solved?"), list(RESULT_WORDS.items()))
    result = _text(_("What came of it"), _("The street builds its reply to the requester on this."))


class RefuseForm(forms.Form):
    """A unit does not come."""

    note = _text(_("Why does your unit not come?"), _("Your district reads this and rules on it."), rows=3)


class ReasonForm(forms.Form):
    """A reason that others read."""

    note = _text(_("Reason"), _("The units that are on their way read it."), rows=2)


class RulingForm(forms.Form):
    """A word of the judges."""

    note = _text(_("Your ruling, with its ground"), _("Unit and street read it."), rows=2)


class JoinForm(forms.Form):
    """Whether a district joins."""

    note = _text(_("A word to the street"), _("Needed when you do not join"), required=False, rows=2)


class RateUnitForm(forms.Form):
    """The street rates a unit."""

    timeliness = _mark(_("Timeliness"), _("0 to 100"))
    attendance = _mark(_("Who came"), _("Could he decide? 0 to 100"))
    effect = _mark(_("Effect"), _("0 to 100"))
    comment = _text(_("In words"), _("Optional"), required=False, rows=2)


class RateStreetForm(forms.Form):
    """A unit rates the whistle."""

    necessity = _mark(_("Was the whistle needed?"), _("0 to 100"))
    preparation = _mark(_("Was it well prepared?"), _("0 to 100"))
    unnecessary = _choice(
        _("Could the street have done it alone?"), [("no", _("No")), ("yes", _("Yes: no whistle was needed"))]
    )
    comment = _text(_("In words"), _("Optional"), required=False, rows=2)
