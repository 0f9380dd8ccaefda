"""The story of supervision and exclusion in whole sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from jieban.web.words import NOTHING

if TYPE_CHECKING:
    from jieban.web.desk.story import _Told


def _name(told: _Told, table: str, code: Any) -> str:
    """The latest name of a row of the city's book in the reader's language."""
    rows = told.book.by_code(table).get(str(code), ())
    if not rows:
        return NOTHING
    return str(rows[-1].name_en if told.english and rows[-1].name_en else rows[-1].name)


def _supervise(told: _Told) -> str:
    detail = told.event.detail
    return _("put it under supervision (%(step)s): %(why)s; %(unit)s must answer") % {
        "step": _name(told, "oversight_steps", detail.get("step")),
        "why": _name(told, "oversight_triggers", detail.get("trigger")),
        "unit": told.unit(detail.get("unit")),
    }


def _ask_exclusion(told: _Told) -> str:
    return _("asked to leave it out of the rates: %(why)s") % {
        "why": _name(told, "exclusions", told.event.detail.get("code"))
    }


def _exclude(told: _Told) -> str:
    return _("left it out of the rates until %(when)s: %(why)s") % {
        "when": told.moment(told.known.get("exclusion_until")),
        "why": _name(told, "exclusions", told.known.get("exclusion")),
    }


WORDS: dict[str, Callable[[_Told], str]] = {
    "supervise": _supervise,
    "ask_exclusion": _ask_exclusion,
    "exclude": _exclude,
}
