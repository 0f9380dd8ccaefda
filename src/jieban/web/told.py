"""A ticket's story as its requester is told it: what happened to his request, not what went on inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.city.book import Book
from jieban.matters.models import Event
from jieban.tickets import workflow as w
from jieban.web.words import NOTHING, explanation_words, unit_words

STATES = {
    w.RECEIVED: gettext_lazy("We have it"),
    w.WAITING: gettext_lazy("We are choosing the unit that will deal with it"),
    w.DISPATCHED: gettext_lazy("It is with the unit"),
    w.SIGNED: gettext_lazy("The unit has taken it on"),
    w.HANDLING: gettext_lazy("It is being dealt with"),
    w.PAUSED: gettext_lazy("It has to wait; the clock stands still"),
    w.OBJECTED: gettext_lazy("We are making sure that the right unit has it"),
    w.REPLIED: gettext_lazy("It is being dealt with"),
    w.SUBMITTED: gettext_lazy("The unit says it is done"),
    w.CALLBACK: gettext_lazy("Now you say how it went"),
    w.CLOSED: gettext_lazy("Closed"),
    w.ANSWERED: gettext_lazy("Answered"),
    w.EXPLAINED: gettext_lazy("Explained"),
}

SOLVED_WORDS = {
    "yes": gettext_lazy("Yes, it is solved"),
    "partly": gettext_lazy("Partly"),
    "no": gettext_lazy("No, it is not solved"),
}
SATISFIED_WORDS = {
    "satisfied": gettext_lazy("Satisfied"),
    "basic": gettext_lazy("On the whole satisfied"),
    "dissatisfied": gettext_lazy("Not satisfied"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the story: when, what, and words that somebody wrote for the requester."""

    at: datetime
    words: str
    note: str = ""


def story(events: Sequence[Event], book: Book, english: bool) -> list[Told]:
    """The events that concern the requester, newest first; what is internal is left out."""
    told = []
    reply = ""
    for event in sorted(events, key=lambda one: one.seq):
        reply = str(event.changes.get("reply", reply))
        line = _line(event, book, english, reply)
        if line is not None:
            told.append(line)
    return told[::-1]


def _line(event: Event, book: Book, english: bool, reply: str) -> Told | None:
    unit = unit_words(book, event.changes.get("lead_id") or event.actor_unit, english)
    given: dict[str, Any] = {"unit": unit if unit != NOTHING else _("The unit")}
    if event.verb == "contact":
        return Told(event.at, _contact_words(event) % given)
    words = _WORDS.get(event.verb)
    if words is None:
        return None
    return Told(event.at, str(words) % given, _note(event, reply, book, english))


def _contact_words(event: Event) -> str:
    outcome = event.detail.get("outcome")
    if outcome == "visited":
        return _("%(unit)s came to see you")
    if outcome == "reached":
        return _("%(unit)s talked with you")
    return _("%(unit)s tried to reach you, without success")


_WORDS = {
    "receive": gettext_lazy("We received your request"),
    "queue": gettext_lazy("Somebody here reads it to choose the right unit"),
    "answer": gettext_lazy("We answered"),
    "explain": gettext_lazy("We explained"),
    "dispatch": gettext_lazy("Sent to %(unit)s"),
    "sign": gettext_lazy("%(unit)s took it on"),
    "progress": gettext_lazy("%(unit)s reports"),
    "pause": gettext_lazy("%(unit)s has to wait, and the clock stands still"),
    "resume": gettext_lazy("It goes on; the clock runs again"),
    "accept_objection": gettext_lazy("We are looking for the unit whose duty it is"),
    "approve_reply": gettext_lazy("%(unit)s answered"),
    "expire": gettext_lazy("The time is up; we ask you how it went"),
    "visit": gettext_lazy("We tried to reach you, without success"),
    "urge": gettext_lazy("You urged it on"),
    "attach": gettext_lazy("You sent photos"),
    "redo": gettext_lazy("You said it is not solved: it goes back to be done again"),
    "close": gettext_lazy("Closed with your answers"),
    "close_unreached": gettext_lazy("Closed; we could not reach you"),
}


def _note(event: Event, reply: str, book: Book, english: bool) -> str:
    """What was written for the requester to read; a note between staff is none of it."""
    if event.verb == "approve_reply":
        return reply
    if event.verb in ("answer", "explain"):
        changes = event.changes
        branch, said = str(changes.get("branch", "")), str(changes.get("explanation", ""))
        return explanation_words(book, branch, said, english)
    if event.verb == "pause":
        return str(event.detail.get("ground", ""))
    if event.verb in ("progress", "urge"):
        return str(event.detail.get("note", ""))
    return ""
