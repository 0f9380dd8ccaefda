"""The form by which support of a body outside the city is asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.web.desk.forms import Area


class ExternalForm(forms.Form):
    """Which body, and what is asked of it."""

    party = forms.ChoiceField(
        label=_("Whose support is needed?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
    )
    words = forms.CharField(
        label=_("What is asked of it"),
        help_text=_("It goes through the one unit that speaks with such bodies, and comes back through it."),
        max_length=4000,
        widget=Area(3),
        error_messages={"required": _("This is still empty.")},
    )

    def __init__(self, *args: Any, parties: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["party"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = parties
