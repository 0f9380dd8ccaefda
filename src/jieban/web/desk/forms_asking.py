"""The forms by which units are asked, consulted and answered, and by which a ticket moves between units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.city.rows import Unit
from jieban.subtickets.workflow import STANCE_NAMES
from jieban.web.desk.forms import Area
from jieban.web.desk.units import Choices, UnitField

EMPTY = {"required": _("This is still empty.")}
CHOOSE = {"required": _("Choose one."), "invalid_choice": _("Choose one.")}

GROUND_WORDS = {
    "territory": _("not our territory"),
    "function": _("not our function"),
    "level": _("belongs to another level"),
    "several": _("needs several units"),
    "other": _("another ground"),
}


def _words(label: Any, hint: Any = "", *, required: bool = True, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=4000,
        widget=Area(rows),
        error_messages=EMPTY,
    )


def _hours() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Within how many hours?"),
        help_text=_("Left empty: as usual. Never after the ticket's own limit."),
        required=False,
        min_value=1,
        max_value=24 * 30,
        widget=forms.NumberInput({"class": "input input--short", "inputmode": "numeric"}),
    )


def _radio(label: Any, *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=required, widget=forms.RadioSelect, error_messages=CHOOSE)


class Offering(forms.Form):
    """A form that offers units: ``suggested`` to tick, ``listed`` as names to type; ``pool`` is taken."""

    def __init__(
        self,
        *args: Any,
        suggested: Choices = [],  # noqa: B006 (never changed)
        pool: Sequence[Unit] = (),
        listed: Sequence[Unit] = (),
        english: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        for name, field in self.fields.items():
            if isinstance(field, UnitField):
                field.offer(pool, listed or pool, english)
            elif name == "units" and isinstance(field, forms.MultipleChoiceField):
                field.choices = suggested
        if "unit" in self.fields:
            unit = self.fields["unit"]
            assert isinstance(unit, forms.ChoiceField)
            unit.choices = suggested
            if not suggested:
                del self.fields["unit"]
        if "units" in self.fields and not suggested:
            del self.fields["units"]

    def chosen(self) -> list[str]:
        """The codes of all units that were chosen, each once."""
        given = self.cleaned_data
        codes = [
            *given.get("units", ()),
            given.get("unit", ""),
            given.get("other", ""),
            given.get("another", ""),
        ]
        return [code for code in dict.fromkeys(codes) if code]

    def clean(self) -> dict[str, Any]:
        """Keep what was chosen under ``chosen``."""
        super().clean()
        return {**self.cleaned_data, "chosen": self.chosen()}


class ExplainForm(Offering):
    """One of the branches of Art. 11; the same matter needs the earlier ticket's number."""

    branch = _radio(_("Which case is it?"), required=True)
    number = forms.CharField(
        label=_("Number of the earlier ticket"),
        help_text=_("Only for the same matter: it is urged on, and the requester is told how it stands"),
        required=False,
        max_length=32,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
    )
    copy = UnitField(_("A copy to"), _("For supervision or guidance; optional"))
    explanation = _words(
        _("What the requester is told"),
        _("Left empty, the standard words of the case are sent."),
        required=False,
        rows=5,
    )

    def __init__(self, *args: Any, branches: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["branch"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = branches

    def clean(self) -> dict[str, Any]:
        """The same matter as which?"""
        given = super().clean()
        if given.get("branch") == "SAME_MATTER" and not given.get("number"):
            self.add_error("number", _("Give the number of the earlier ticket."))
        return given


class ProlongForm(forms.Form):
    """More time for what was asked."""

    hours = forms.IntegerField(
        label=_("How many hours from now?"),
        help_text=_("Never after the ticket's own limit."),
        min_value=1,
        max_value=24 * 30,
        widget=forms.NumberInput({"class": "input input--short", "inputmode": "numeric"}),
        error_messages=EMPTY,
    )


class Choosing(Offering):
    """A form that is nothing without a unit."""

    def clean(self) -> dict[str, Any]:
        """At least one unit."""
        given = super().clean()
        if not given["chosen"] and not self.errors:
            first = "units" if "units" in self.fields else "unit" if "unit" in self.fields else "other"
            self.add_error(first, _("Choose a unit."))
        return given


def _boxes() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Which unit?"), required=False, widget=forms.CheckboxSelectMultiple, error_messages=CHOOSE
    )


class AskForm(Choosing):
    """Other units are asked to assist (Art. 14)."""

    units = _boxes()
    other = UnitField(_("Another unit"), _("Its name, or enough of it"))
    another = UnitField(_("And another one"))
    words = _words(_("What do you need from it?"), _("It sees the ticket and your words."))
    hours = _hours()


class InnerForm(Choosing):
    """Offices, communities and companies of the own street are asked to work."""

    units = _boxes()
    words = _words(_("What is to be done?"), _("It sees the ticket and your words."))
    hours = _hours()


class EscalateForm(Choosing):
    """A higher level is asked for its opinion and its help (Art. 20)."""

    unit = _radio(_("To whom do you report?"))
    other = UnitField(_("A department of the city"), _("Its name, or enough of it"))
    words = _words(_("What can you not solve, and what did you try?"), _("You still lead the ticket."))
    hours = _hours()


class PassOnForm(Choosing):
    """A district sends a ticket to one of its own (Art. 12)."""

    unit = _radio(_("To whom?"))
    other = UnitField(_("Another street or department of yours"), _("Its name, or enough of it"))
    note = _words(_("What it should know"), _("The unit reads this; optional"), required=False, rows=2)


class RecallForm(forms.Form):
    """The hotline takes a ticket back."""

    reason = _words(_("Why is it called back?"), _("The unit and the next dispatcher read it."), rows=2)


class ConsultForm(Choosing):
    """Units are asked whose duty it is (Art. 12)."""

    units = _boxes()
    other = UnitField(_("Another unit"), _("Its name, or enough of it"))
    another = UnitField(_("And another one"))
    words = _words(_("What do you want to know?"), _("Each unit says whether it is its duty, and why."))
    hours = _hours()


class DecideForm(Choosing):
    """The consultation is decided (Art. 12)."""

    unit = _radio(_("Who gets the ticket?"))
    other = UnitField(_("Another unit"), _("Its name, or enough of it"))
    ruling = _words(_("The decision and its ground"), _("It is kept with the opinions; the unit reads it."))


class ConcludeForm(forms.Form):
    """The consultation ends without a decision."""

    note = _words(_("Why?"), _("For the next dispatcher; optional"), required=False, rows=2)


class ObjectForm(Offering):
    """The duty is another unit's."""

    why = forms.ChoiceField(
        label=_("What is your ground?"),
        required=False,
        choices=list(GROUND_WORDS.items()),
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    other = UnitField(_("Whose duty is it?"), _("The name of the unit, if you know it"))
    ground = _words(
        _("Whose duty is it, and by which rule?"),
        _("Once per ticket; the clock runs on while the hotline decides."),
    )


class RuleForm(Offering):
    """Accept or reject an objection; accepted, it may go to its unit at once."""

    ruling = _words(_("Your ruling, with its ground"), _("The unit and the next dispatcher read it."))
    unit = _radio(_("If you accept it: who gets the ticket?"))
    other = UnitField(_("Another unit"), _("Its name, or enough of it"))
    teach = forms.MultipleChoiceField(
        label="",
        required=False,
        choices=[("on", _("Propose to the owner of the catalogue that such matters always go there"))],
        widget=forms.CheckboxSelectMultiple,
    )


class InterimForm(forms.Form):
    """How far it is."""

    words = _words(_("How far is it?"), _("Whoever asked you reads this."), rows=2)


class GiveForm(forms.Form):
    """What came of it."""

    result = _words(_("What came of it?"), _("The lead builds its reply on this."), rows=4)


class OpinionForm(Offering):
    """Whose duty it is, and why (Art. 12)."""

    stance = forms.ChoiceField(
        label=_("Whose duty is it?"),
        choices=list(STANCE_NAMES.items()),
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    other = UnitField(_("Whose, if not yours?"), _("The name of the unit, if you know it"))
    result = _words(_("Why?"), _("Name the rule. The hotline decides on this."))


class RefuseForm(forms.Form):
    """Why it cannot be done."""

    reasons = _words(
        _("Why can you not do it, and how far did you come?"), _("Whoever asked you reads this.")
    )


class SettleForm(forms.Form):
    """What came back is taken, or sent back."""

    words = _words(_("What is missing?"), _("Needed when you send it back"), required=False, rows=2)
    hours = _hours()


class BasisForm(forms.Form):
    """On which rule or ruling a change of the catalogue rests."""

    basis = _words(
        _("On which rule or ruling does it rest?"), _("The owner of the catalogue reads it."), rows=2
    )
