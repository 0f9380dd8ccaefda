"""What a street needs to blow a whistle: the kinds with their times, the units, and names made codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jieban.city.law import WhistleKind
from jieban.city.rows import Unit
from jieban.city.units import district_above
from jieban.tickets.models import Ticket
from jieban.web.desk.sitting import Sitting
from jieban.web.words import when_words
from jieban.whistle import rules
from jieban.whistle.actions import Blow, WhistleRefused, do_blow
from jieban.whistle.models import Whistle

_PARTS = re.compile(r"[,，、;；\n]+")


def may_blow(desk: Sitting) -> bool:
    """Whether this person's unit is a street: streets alone blow the whistle (Art. 16)."""
    unit = desk.book.units.get(desk.unit)
    return unit is not None and unit.kind == "street"


def choices(desk: Sitting) -> dict[str, Any]:
    """What the form offers: the kinds in force with their times, the departments of the own district."""
    return {"kinds": _kinds(desk), "units": _departments(desk)}


def _kinds(desk: Sitting) -> list[tuple[str, str]]:
    rows: Sequence[WhistleKind] = list(desk.book.current("whistle_kinds", desk.today))
    said = []
    for row in rows:
        until = rules.report_by(row, desk.now, desk.book)
        words = _("%(kind)s: they report in by %(when)s") % {
            "kind": kind_words(row, desk.english),
            "when": when_words(until, desk.now),
        }
        situation = row.situation_en if desk.english and row.situation_en else row.situation
        words = (
            _("%(kind)s. For: %(situation)s") % {"kind": words, "situation": situation}
            if situation
            else words
        )
        said.append((row.code, words))
    return said


def kind_words(row: WhistleKind, english: bool) -> str:
    """A kind of whistle in the reader's language."""
    return row.name_en if english and row.name_en else row.name


def _departments(desk: Sitting) -> list[tuple[str, str]]:
    """The departments of the street's district, by name without the district's own."""
    street = desk.book.units.get(desk.unit)
    district = district_above(desk.book, street) if street else ""
    place = desk.book.places.get(district)
    found = []
    for unit in desk.book.units.values():
        if unit.kind == "district_department" and unit.parent == district and unit.in_force(desk.today):
            found.append((unit.code, _short(unit, place, desk.english)))
    return found


def _short(unit: Unit, place: Any, english: bool) -> str:
    if english and unit.name_en:
        return unit.name_en.removeprefix(f"{place.name_en} " if place and place.name_en else "")
    return unit.name.removeprefix(place.name if place else "")


def units_named(text: str, desk: Sitting) -> list[str]:
    """The codes of the units whose names are written in ``text``, parted by commas.

    A name may be a part of the full one as long as it fits one unit that may be called. Raises
    ``WhistleRefused``.
    """
    return [_unit_named(name, desk) for name in (part.strip() for part in _PARTS.split(text)) if name]


def _unit_named(name: str, desk: Sitting) -> str:
    street = desk.book.units[desk.unit]
    asked = name.casefold()
    known = [one for one in desk.book.units.values() if one.kind in rules.CALLED_KINDS]
    exact = [one for one in known if asked in (one.name, one.name_en.casefold(), one.code)]
    fitting = exact or [one for one in known if asked in one.name or asked in one.name_en.casefold()]
    fitting = [one for one in fitting if rules.may_be_called(street, one, desk.today, desk.book)]
    if not fitting:
        raise WhistleRefused(_("No unit that you may call is named “%(name)s”") % {"name": name[:60]})
    if len(fitting) > 1:
        some = pgettext("in a list", ", ").join(one.name for one in fitting[:3])
        raise WhistleRefused(
            _("“%(name)s” fits several units, such as %(some)s; write the full name")
            % {"name": name[:60], "some": some}
        )
    return fitting[0].code


def blow(desk: Sitting, given: Mapping[str, Any], tickets: Sequence[Ticket]) -> Whistle:
    """Blow the whistle with what the form gave. Raises ``WhistleRefused``, ``NotYours``, ``Overtaken``."""
    if not may_blow(desk):
        raise WhistleRefused(_("Streets alone blow the whistle (Ordinance Art. 16)"))
    units = [*given["units"], *units_named(given["others"], desk)]
    gather_at: datetime | None = given["gather_at"]
    wish = Blow(
        kind=given["kind"],
        units=units,
        words=given["words"],
        tried=given["tried"],
        subject=given.get("subject", ""),
        place=given.get("place", "") or next((one.address for one in tickets if one.address), ""),
        gather_place=given["gather_place"],
        gather_at=gather_at,
    )
    return do_blow(wish, tickets, desk.actor, now=desk.now, book=desk.book)
