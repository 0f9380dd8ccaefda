"""The story of who brought it: the same matter again, common matters, protection, emergency lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jieban.web.words import verb_words

if TYPE_CHECKING:
    from jieban.web.desk.story import _Told


def _hand_over(told: _Told) -> str:
    values = {"line": told.known.get("handed_to", ""), "when": told.moment(told.known.get("due_at"))}
    return _("handed it over to %(line)s; somebody there is to confirm it by %(when)s") % values


def _acknowledge(told: _Told) -> str:
    values = {"line": told.known.get("handed_to", ""), "who": told.known.get("handover_receipt", "")}
    return _("noted that %(line)s took it: %(who)s") % values


def _answer(told: _Told) -> str:
    article = told.event.detail.get("cited")
    if article:
        return _("answered at once, with %(article)s of the knowledge base") % {"article": article}
    return str(verb_words("answer"))


def _explain(told: _Told) -> str:
    number = told.event.detail.get("same_as")
    if number:
        return _("found it to be the same matter as %(number)s, with nothing new") % {"number": number}
    return str(verb_words("explain"))


def _again(told: _Told) -> str:
    number = told.event.detail.get("again")
    if not number:
        return str(verb_words(told.event.verb))
    if told.event.verb == "repeat":
        return _("was asked for it again (%(number)s)") % {"number": number}
    return _("urged it on: the requester told it again (%(number)s)") % {"number": number}


def _amend(told: _Told) -> str:
    if told.event.detail.get("new_fact"):
        return _("found something new in it: it is a ticket of its own")
    if told.event.detail.get("drafted"):
        return _("completed the record, from a draft of the helper")
    return str(verb_words("amend"))


def _link(told: _Told) -> str:
    if told.event.detail.get("why") == "alike":
        return _("joined it with what others report: same matter, same place")
    return str(verb_words("link"))


def _protect(told: _Told) -> str:
    out = [told.unit(code) for code in told.known.get("recused", ()) if code in told.book.units]
    if not out:
        return str(verb_words("protect"))
    return _("keeps these units out of it: %(units)s") % {"units": pgettext("in a list", ", ").join(out)}


def _split(told: _Told) -> str:
    return _("filed part %(part)s of it as %(number)s") % {
        "part": told.event.detail.get("part", ""),
        "number": told.event.detail.get("into", ""),
    }


WORDS: dict[str, Callable[[_Told], str]] = {
    "hand_over": _hand_over,
    "acknowledge": _acknowledge,
    "answer": _answer,
    "explain": _explain,
    "urge": _again,
    "repeat": _again,
    "amend": _amend,
    "link": _link,
    "split": _split,
    "protect": _protect,
}
"""Verb -> what is told of it."""
