"""The story of dispatch and of what units ask of each other, in whole sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from jieban.dispatch.why.explain import name_of
from jieban.subtickets.workflow import ESCALATION, INTERNAL, STANCE_NAMES
from jieban.web.desk.forms_asking import GROUND_WORDS
from jieban.web.words import verb_words

if TYPE_CHECKING:
    from jieban.web.desk.story import _Told

RETURNED = {
    "given": gettext_lazy("%(unit)s gave its result"),
    "refused": gettext_lazy("%(unit)s cannot help, with reasons"),
    "interim": gettext_lazy("%(unit)s reports how far it is"),
}


def _units(told: _Told) -> str:
    return pgettext("in a list", ", ").join(told.unit(code) for code in told.event.detail.get("units", ()))


def _to(told: _Told) -> dict[str, str]:
    return {"unit": told.unit(told.known.get("lead_id")), "when": told.moment(told.known.get("due_at"))}


def _pass_on(told: _Told) -> str:
    return _("passed it on to %(unit)s; due %(when)s") % _to(told)


def _redirect(told: _Told) -> str:
    return _("accepted the objection and sent it to %(unit)s; due %(when)s") % _to(told)


def _recall(told: _Told) -> str:
    return _("called it back from %(unit)s") % {"unit": told.unit(told.event.detail.get("from"))}


def _consult(told: _Told) -> str:
    when = told.moment(told.known.get("due_at"))
    return _("asked %(units)s whose duty it is; until %(when)s") % {"units": _units(told), "when": when}


def _object(told: _Told) -> str:
    detail = told.event.detail
    ground = GROUND_WORDS.get(str(detail.get("ground", "")))
    if ground is None:
        return str(verb_words("object"))
    if detail.get("named"):
        named = {"ground": ground, "unit": told.unit(detail["named"])}
        return _("objected to the dispatch: %(ground)s; it names %(unit)s") % named
    return _("objected to the dispatch: %(ground)s") % {"ground": ground}


def _ask(told: _Told) -> str:
    values = {"units": _units(told), "when": told.moment(told.event.detail.get("until"))}
    purpose = told.event.detail.get("purpose")
    if purpose == ESCALATION:
        return _("reported to %(units)s; answer by %(when)s") % values
    if purpose == INTERNAL:
        return _("gave work to %(units)s; answer by %(when)s") % values
    return _("asked %(units)s to assist; answer by %(when)s") % values


def returned(told: _Told) -> str:
    """What came back from a unit that was asked."""
    detail = told.event.detail
    said = RETURNED.get(str(detail.get("how", "")))
    return str(said) % {"unit": told.unit(detail.get("unit"))} if said else str(verb_words("returned"))


def with_minutes(note: str, told: _Told) -> str:
    """The note of an event, and below it the opinions on which a decision rests."""
    lines = [note or str(told.event.detail.get("ruling", ""))]
    for one in told.event.detail.get("minutes", ()):
        stance = str(STANCE_NAMES.get(one.get("stance", ""), _("no answer")))
        whose = name_of(told.book, one["points_to"], told.english) if one.get("points_to") else ""
        said = " · ".join(
            part for part in (told.unit(one.get("unit")), stance, whose, one.get("words", "")) if part
        )
        lines.append(said)
    return "\n".join(line for line in lines if line)


WORDS: dict[str, Callable[[_Told], str]] = {
    "pass_on": _pass_on,
    "redirect": _redirect,
    "recall": _recall,
    "consult": _consult,
    "object": _object,
    "ask": _ask,
}
NOTES = {"redirect": "ruling"}
