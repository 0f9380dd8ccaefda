"""The story of handling in whole sentences: extensions, the ledger, limits computed anew, those above."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from jieban.web.desk.words import CONTACT_WORDS, OUTCOME_WORDS, TRUE_WORDS
from jieban.web.words import NOTHING

if TYPE_CHECKING:
    from jieban.web.desk.story import _Told

REMINDED_OF = {
    "sign": gettext_lazy("to sign for it"),
    "contact": gettext_lazy("to reach the requester"),
    "warn": gettext_lazy("that the limit is near"),
    "shelf": gettext_lazy("to look at the ledger again"),
}


def _due(told: _Told) -> str:
    return told.moment(told.known.get("due_at"))


def _days(told: _Told) -> str:
    days = int(told.event.detail.get("days", 0))
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def _extend(told: _Told) -> str:
    return _("extended the limit by %(days)s; now due %(when)s") % {"days": _days(told), "when": _due(told)}


def _ask_extension(told: _Told) -> str:
    return _("asked the hotline for %(days)s more") % {"days": _days(told)}


def _grant_extension(told: _Told) -> str:
    return _("granted %(days)s more; now due %(when)s") % {"days": _days(told), "when": _due(told)}


def _refuse_extension(told: _Told) -> str:
    return _("refused the extension; still due %(when)s") % {"when": _due(told)}


def _shelve(told: _Told) -> str:
    return _("put it on the ledger until %(when)s; the clock stands still") % {
        "when": told.moment(told.known.get("shelved_until"))
    }


def _review_shelf(told: _Told) -> str:
    when = told.moment(told.known.get("shelved_until"))
    if told.event.detail.get("moved_from"):
        return _("looked at it on the ledger again and moved the planned date to %(when)s") % {"when": when}
    return _("looked at it on the ledger again; planned for %(when)s") % {"when": when}


def _unshelve(told: _Told) -> str:
    return _("took it off the ledger; now due %(when)s") % {"when": _due(told)}


def _recompute(told: _Told) -> str:
    return _("computed the limit anew, as the rules have changed: due %(when)s instead of %(before)s") % {
        "when": told.moment(told.event.detail.get("moved_to")),
        "before": told.moment(told.event.detail.get("moved_from")),
    }


def _remind(told: _Told) -> str:
    named = [str(REMINDED_OF.get(one, "")) for one in told.event.detail.get("of", ())]
    what = pgettext("in a list", ", ").join(one for one in named if one)
    return _("reminded the unit %(what)s") % {"what": what} if what else _("reminded the unit")


def _relay(told: _Told) -> str:
    outcome = CONTACT_WORDS.get(str(told.event.detail.get("outcome", "")), NOTHING)
    return _("called the requester for the unit: %(outcome)s") % {"outcome": outcome}


def _reply(told: _Told) -> str:
    parts = [str(OUTCOME_WORDS.get(str(told.known.get("outcome", "")), ""))]
    parts.append(str(TRUE_WORDS.get(str(told.event.detail.get("true", "")), "")))
    if told.event.detail.get("met_at"):
        met = {"when": told.moment(told.event.detail["met_at"])}
        parts.append(_("met in person %(when)s") % met)
    if told.event.detail.get("met_where"):
        parts.append(str(told.event.detail["met_where"]))
    parts.append(_("from a draft of the helper") if told.event.detail.get("drafted") else "")
    said = pgettext("in a list", ", ").join(part for part in parts if part)
    return _("wrote the reply (%(what)s)") % {"what": said} if said else _("wrote the reply")


WORDS: dict[str, Callable[[_Told], str]] = {
    "extend": _extend,
    "ask_extension": _ask_extension,
    "grant_extension": _grant_extension,
    "refuse_extension": _refuse_extension,
    "shelve": _shelve,
    "review_shelf": _review_shelf,
    "unshelve": _unshelve,
    "recompute": _recompute,
    "remind": _remind,
    "relay": _relay,
    "reply": _reply,
}

NOTES = {"extend": "ground", "ask_extension": "ground", "shelve": "reason"}
"""Where a verb keeps what the person wrote, when not in a note."""
