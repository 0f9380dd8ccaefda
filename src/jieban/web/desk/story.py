"""The history of a ticket for those who work on it: who did what and when, in whole sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from jieban.city.book import Book
from jieban.matters.models import Event
from jieban.web.desk import story_asking, story_handling, story_intake, story_overseeing
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.words import (
    ATTEMPT_WORDS,
    BY_WORDS,
    CONTACT_WORDS,
    SATISFIED_WORDS,
    SOLVED_WORDS,
    WHY_WAITING,
    sentences,
)
from jieban.web.words import CHANNEL_NAMES, NOTHING, unit_words, verb_words, when_words


@dataclass(frozen=True, slots=True)
class Line:
    """One event: who (and where he sits), when, what, and the words that he wrote."""

    at: datetime
    who: str
    where: str
    words: str
    note: str = ""


@dataclass(slots=True)
class _Told:
    """An event with what was known of the ticket after it."""

    event: Event
    known: dict[str, Any]
    book: Book
    english: bool
    now: datetime

    def moment(self, value: Any) -> str:
        return when_words(datetime.fromisoformat(str(value)), self.now) if value else NOTHING

    def unit(self, code: Any) -> str:
        return unit_words(self.book, str(code) if code else None, self.english)


def history(events: Sequence[Event], desk: Sitting) -> list[Line]:
    """The events, newest first."""
    lines, known = [], dict[str, Any]()
    for event in sorted(events, key=lambda one: one.seq):
        known = {**known, **event.changes}
        lines.append(_line(_Told(event, known, desk.book, desk.english, desk.now)))
    return lines[::-1]


def _line(told: _Told) -> Line:
    event = told.event
    say = _WORDS.get(event.verb)
    return Line(
        at=event.at,
        who=who(event),
        where=told.unit(event.actor_unit) if event.actor_unit else "",
        words=say(told) if say else str(verb_words(event.verb)),
        note=story_asking.with_minutes(_note(event), told),
    )


def who(event: Event) -> str:
    """Who did it, by name or by part."""
    if event.actor_kind == "system":
        return _("The platform")
    if event.actor_kind == "requester":
        return _("The requester")
    return event.actor_name or _("Somebody")


def _note(event: Event) -> str:
    """What he wrote; empty where he wrote nothing."""
    told = {**event.changes, **event.detail}
    return str(told.get(_NOTES.get(event.verb, "note")) or "")


_NOTES = {
    **story_handling.NOTES,
    **story_asking.NOTES,
    "answer": "explanation",
    "explain": "explanation",
    "object": "objection",
    "reply": "reply",
    "pause": "ground",
    "accept_objection": "ruling",
    "reject_objection": "ruling",
    "rate": "comment",
    "revise": "comment",
    "close": "comment",
    "redo": "comment",
}
"""Where a verb keeps what the person wrote, when not in a note."""


def _receive(told: _Told) -> str:
    channel = told.known.get("channel", "")
    return _("took the request in (%(channel)s)") % {
        "channel": CHANNEL_NAMES.get(channel, channel or NOTHING)
    }


def _queue(told: _Told) -> str:
    why = WHY_WAITING.get(str(told.event.detail.get("why", "")), "")
    return sentences(_("put it before a dispatcher."), str(why))


def _dispatch(told: _Told) -> str:
    values = {"unit": told.unit(told.known.get("lead_id")), "when": told.moment(told.known.get("due_at"))}
    if told.event.actor_kind == "system":
        return _("sent it to %(unit)s by the dispatch catalogue; due %(when)s") % values
    return _("sent it to %(unit)s; due %(when)s") % values


def _contact(told: _Told) -> str:
    outcome = CONTACT_WORDS.get(str(told.event.detail.get("outcome", "")), NOTHING)
    return _("called or visited the requester: %(outcome)s") % {"outcome": outcome}


def _pause(told: _Told) -> str:
    return _("stopped the clock until %(when)s") % {"when": told.moment(told.known.get("clock_at"))}


def _resume(told: _Told) -> str:
    return _("let the clock run again; now due %(when)s") % {"when": told.moment(told.known.get("due_at"))}


def _accept(told: _Told) -> str:
    return _("accepted the objection: another unit is chosen")


def _expire(told: _Told) -> str:
    if told.known.get("overdue"):
        return _("the time limit came before a reply: overdue; the requester is asked now")
    return _("the time limit is reached; the requester is asked now")


def _answers(told: _Told) -> str:
    """The three answers: of a last round in the ticket, of an earlier one in its event alone."""
    known = told.event.detail if told.event.verb == "redo" else told.known
    contact = _("contacted") if known.get("contacted") else _("not contacted")
    solved = SOLVED_WORDS.get(str(known.get("solved", "")), NOTHING)
    satisfied = SATISFIED_WORDS.get(str(known.get("satisfied", "")), NOTHING)
    said = _("%(contact)s, %(solved)s, %(satisfied)s") % {
        "contact": contact,
        "solved": solved,
        "satisfied": satisfied,
    }
    why = _reasons(told, known.get("reasons"))
    return _("%(answers)s; because: %(reasons)s") % {"answers": said, "reasons": why} if why else said


def _close(told: _Told) -> str:
    by = str(told.event.detail.get("by", ""))
    if told.event.actor_kind == "requester":
        return _("answered %(how)s: %(answers)s") % {"how": BY_WORDS.get(by, ""), "answers": _answers(told)}
    if by == "rated":
        return _("closed it with the answers that the requester had given: %(answers)s") % {
            "answers": _answers(told)
        }
    return _("wrote down the requester's answers: %(answers)s") % {"answers": _answers(told)}


def _redo(told: _Told) -> str:
    return _("sent it back to be done again (%(answers)s); due %(when)s") % {
        "answers": _answers(told),
        "when": told.moment(told.known.get("due_at")),
    }


def _reasons(told: _Told, codes: Any) -> str:
    """Why something was denied, in words; empty where nobody said."""
    rows = told.book.by_code("callback_reasons")
    named = [rows[code][-1] for code in codes or () if code in rows]
    return _listed(row.name_en if told.english and row.name_en else row.name for row in named)


def _listed(words: Iterable[str]) -> str:
    return pgettext("in a list", ", ").join(words)


def _visit(told: _Told) -> str:
    outcome = str(told.event.detail.get("outcome", ""))
    if outcome == "call_later":
        return _("called; the requester asked to be called again %(when)s") % {
            "when": told.moment(told.event.detail.get("again"))
        }
    words = ATTEMPT_WORDS.get(outcome)
    return _("called without answers: %(outcome)s") % {"outcome": words} if words else _("called in vain")


def _rate(told: _Told) -> str:
    return _("rated before the limit: %(answers)s") % {"answers": _answers(told)}


def _revise(told: _Told) -> str:
    return _("changed the answers to: %(answers)s") % {"answers": _answers(told)}


def _second_check(told: _Told) -> str:
    checked = told.known.get("checked")
    if checked == "unreached":
        return _("tried to ask a second time, without success: the first answers stand")
    if checked == "agreed":
        return _("asked a second time: the same answers")
    return _("asked a second time, and these answers count now: %(answers)s") % {"answers": _answers(told)}


def _unreached(told: _Told) -> str:
    return {
        "refused": _("closed it: the requester does not want to answer"),
        "anonymous": _("closed it: the requester is anonymous and left no way to ask"),
    }.get(str(told.known.get("visit_result", "")), _("closed it: the requester could not be reached"))


def _whistle(told: _Told) -> str:
    units = pgettext("in a list", ", ").join(told.unit(code) for code in told.event.detail.get("units", ()))
    return _("blew the whistle for %(units)s") % {"units": units}


def _returned(told: _Told) -> str:
    """A result that came back: of a unit that the whistle called, or of one that was asked."""
    detail = told.event.detail
    if "whistle" not in detail:
        return story_asking.returned(told)
    solved = SOLVED_WORDS.get(str(detail.get("solved", "")), "")
    said = _("a result of the whistle came back: %(unit)s") % {"unit": told.unit(detail.get("unit"))}
    parts = [said, str(solved)] if solved else [said]
    return pgettext("in a sentence", ", ").join(parts)


def _attach(told: _Told) -> str:
    count = len(told.event.detail.get("files", ()))
    return ngettext("added %(n)s photo", "added %(n)s photos", count) % {"n": count}


_WORDS: dict[str, Callable[[_Told], str]] = {
    **story_handling.WORDS,
    **story_asking.WORDS,
    **story_intake.WORDS,
    **story_overseeing.WORDS,
    "receive": _receive,
    "queue": _queue,
    "dispatch": _dispatch,
    "contact": _contact,
    "pause": _pause,
    "resume": _resume,
    "accept_objection": _accept,
    "expire": _expire,
    "rate": _rate,
    "visit": _visit,
    "close": _close,
    "close_unreached": _unreached,
    "revise": _revise,
    "second_check": _second_check,
    "redo": _redo,
    "attach": _attach,
    "enclose": _attach,
    "whistle": _whistle,
    "returned": _returned,
}
