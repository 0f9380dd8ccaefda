"""The form in which the other matters of one message are set apart: one text for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jieban.web.desk.forms import Area


class SplitForm(forms.Form):
    """One text for each other matter. ``rows``: place among the parts, words, and what is understood."""

    def __init__(self, *args: Any, rows: Sequence[tuple[int, str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposed = any(words for _place, words, _hint in rows)
        for place, words, hint in rows:
            self.fields[f"part_{place}"] = forms.CharField(
                label=_("Part %(n)s, a ticket of its own") % {"n": place},
                help_text=hint or _("The requester's words for it; leave it empty if there is none."),
                required=False,
                max_length=20_000,
                initial=words,
                widget=Area(3),
            )
