"""The forms of the knowledge base: an article, and an answer that rests on one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.knowledge.kinds import KIND_NAMES
from jieban.web.desk.forms import Area

_EMPTY = {"required": _("This is still empty.")}


def _line(label: Any, hint: Any = "", *, required: bool = False, most: int = 300) -> forms.CharField:
    widget = forms.TextInput({"class": "input"})
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=most, widget=widget, error_messages=_EMPTY
    )


def _day(label: Any, hint: Any = "") -> forms.DateField:
    widget = forms.DateInput({"type": "date", "class": "input input--short"}, format="%Y-%m-%d")
    wrong = {"invalid": _("Choose a day.")}
    return forms.DateField(label=label, help_text=hint, required=False, widget=widget, error_messages=wrong)


class ArticleForm(forms.Form):
    """An article; its code is only asked when it is new."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = _line(_("Code"), _("Short, its own; answers cite it"), required=True, most=80)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=list(KIND_NAMES.items()), widget=forms.Select({"class": "select"})
    )
    title = _line(_("Title"))
    question = forms.CharField(
        label=_("As people ask it"), required=False, max_length=4000, widget=Area(2),
        help_text=_("In their words; this is what it is found by."),
    )  # fmt: skip
    body = forms.CharField(
        label=_("The answer"), max_length=100_000, widget=Area(10), error_messages=_EMPTY,
        help_text=_("Plain sentences, a paragraph a line. Residents read this."),
    )  # fmt: skip
    source = _line(_("Where it stands"), _("Law and article, or the notice with its number"))
    url = _line(_("Address on the web"), most=500)
    unit = forms.ChoiceField(
        label=_("Unit responsible"), required=False, widget=forms.Select({"class": "select"})
    )
    valid_from = _day(_("In force from"))
    valid_to = _day(_("No longer in force from"))

    def __init__(self, *args: Any, units: list[tuple[str, str]], new: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)
        unit.choices = units
        if not new:
            del self.fields["code"]


class CitedForm(forms.Form):
    """An answer that rests on an article: its words, as they are told to this requester."""

    explanation = forms.CharField(
        label=_("The answer"), max_length=4000, widget=Area(6), error_messages=_EMPTY,
        help_text=_("The requester reads this; no unit gets the ticket."),
    )  # fmt: skip
