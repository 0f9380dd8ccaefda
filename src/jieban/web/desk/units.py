"""Choosing units: those that are likely as boxes to tick, any other by its name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.city.book import Book
from jieban.city.rows import Unit
from jieban.tickets.models import Ticket

type Choices = list[tuple[str, str]]

MOST_NAMED = 4


def near(book: Book, district: str, on: date) -> list[Unit]:
    """Units that a matter of this district may concern: its own, then those of the city and enterprises."""
    kept = book.memo.get(("near", district, on))
    if kept is None:
        leads = [unit for unit in book.tables["units"] if unit.can_lead and unit.in_force(on)]
        own = [unit for unit in leads if district and unit.code.startswith(district)]
        wide = [unit for unit in leads if unit.kind in ("department", "service_department", "enterprise")]
        kept = book.memo["near", district, on] = [*own, *wide]
    return cast(list[Unit], kept)


def as_choices(units: Iterable[Unit], english: bool) -> Choices:
    """Units with their names in the reader's language, each once."""
    named = {unit.code: unit.name_en if english and unit.name_en else unit.name for unit in units}
    return list(named.items())


def of_codes(book: Book, codes: Iterable[str], on: date) -> list[Unit]:
    """The units with these codes that exist today, each once, in this order."""
    found = (book.units.get(code) for code in dict.fromkeys(codes))
    return [unit for unit in found if unit is not None and unit.in_force(on)]


def likely(ticket: Ticket, book: Book, on: date) -> list[Unit]:
    """The units of which the catalogue thinks for this ticket, without the one that has it."""
    proposed = ticket.proposal.get("candidates", [])
    codes = [code for one in proposed for code in (one["unit"], *one.get("assist", ()))]
    place = [ticket.street, ticket.district]
    found = of_codes(book, [*ticket.assist, *codes, *(code for code in place if code)], on)
    return [unit for unit in found if unit.can_lead and unit.code != ticket.lead_id]


class UnitInput(forms.TextInput):
    """A line for the name of a unit, with names to choose from where the browser can offer them."""

    def __init__(self) -> None:
        super().__init__({"class": "input", "autocomplete": "off"})
        self.listed: Sequence[str] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The line, and below it the names."""
        names = f"{(attrs or {}).get('id', name)}_names"
        line = super().render(name, value, {**(attrs or {}), "list": names}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((one,) for one in self.listed))
        return format_html('{}<datalist id="{}">{}</datalist>', line, names, options)


class UnitField(forms.CharField):
    """The name of one unit, or enough of it; gives the unit's code."""

    def __init__(self, label: Any, hint: Any = "", *, required: bool = False) -> None:
        missing = {"required": gettext_lazy("Write the name of a unit.")}
        super().__init__(
            label=label,
            help_text=hint,
            required=required,
            max_length=80,
            widget=UnitInput(),
            error_messages=missing,
        )
        self.pool: Sequence[Unit] = ()

    def offer(self, pool: Sequence[Unit], listed: Sequence[Unit], english: bool) -> None:
        """Take names of ``pool``; ``listed`` are those that the browser offers."""
        self.pool = pool
        assert isinstance(self.widget, UnitInput)
        self.widget.listed = [name for _code, name in as_choices(listed, english)]

    def clean(self, value: Any) -> str:
        """The code of the unit that is meant."""
        typed = str(super().clean(value) or "").strip().casefold()
        if not typed:
            return ""
        exact = [
            unit for unit in self.pool if typed in (unit.code, unit.name.casefold(), unit.name_en.casefold())
        ]
        found = exact or [unit for unit in self.pool if typed in f"{unit.name}\n{unit.name_en}".casefold()]
        if not found:
            raise forms.ValidationError(_("No unit has such a name."))
        if len(found) > 1:
            found.sort(key=lambda unit: (len(unit.name), unit.code))
            names = " · ".join(unit.name for unit in found[:MOST_NAMED])
            raise forms.ValidationError(_("Several units have such a name: %(names)s") % {"names": names})
        return found[0].code
