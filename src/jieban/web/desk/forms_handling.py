"""The forms of a unit's reply, of contact by the hotline, of pressing and instructions, and of photos."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.web.desk.forms import Area
from jieban.web.desk.forms_limits import EMPTY, words_field
from jieban.web.desk.words import CONTACT_WORDS, OUTCOME_WORDS, TRUE_WORDS

ONE = {"required": _("Choose one."), "invalid_choice": _("Choose one.")}


class ReplyForm(forms.Form):
    """What came of it, what was done for the requester, and what was found."""

    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        choices=list(OUTCOME_WORDS.items()),
        widget=forms.RadioSelect,
        error_messages=ONE,
    )
    reply = forms.CharField(
        label=_("Your reply to the requester"),
        help_text=_("Say what was found, what was done, and what comes next. Your reviewer reads it first."),
        max_length=4000,
        widget=Area(6),
        error_messages=EMPTY,
    )
    basis = words_field(
        _("Law or plan behind it"),
        _("Needed when it cannot be solved now; the requester is told it."),
        required=False,
        rows=1,
    )
    true = forms.ChoiceField(
        label=_("Is it as the requester said? (optional)"),
        choices=list(TRUE_WORDS.items()),
        required=False,
        widget=forms.RadioSelect,
        error_messages=ONE,
    )
    met_at = forms.DateTimeField(
        label=_("Met the requester in person (optional)"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput({"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Choose day and time.")},
    )
    met_where = forms.CharField(
        label=_("Where"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
    )


class RelayForm(forms.Form):
    """What the hotline heard from a requester whom the unit may not know."""

    outcome = forms.ChoiceField(
        label=_("How did it go?"),
        choices=[pair for pair in CONTACT_WORDS.items() if pair[0] != "visited"],
        widget=forms.RadioSelect,
        error_messages=ONE,
    )
    words = words_field(
        _("What the requester said"),
        _("The unit reads it: no name, no number, nothing that gives the person away."),
        required=False,
        rows=3,
    )


class PressForm(forms.Form):
    """The district urges its street."""

    words = words_field(_("What the unit should do, and by when"), _("The unit reads it."))


class InstructForm(forms.Form):
    """A leader's instruction."""

    words = words_field(_("Your instruction"), _("The unit and the hotline read it; the ticket is marked."))
