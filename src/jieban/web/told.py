"""A ticket's story as its requester is told it: what happened to his request, not what went on inside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.city.book import Book
from jieban.matters.models import Event
from jieban.tickets import workflow as w
from jieban.web.words import NOTHING, explanation_words, unit_words, when_words

STATES = {
    w.RECEIVED: gettext_lazy("We have it"),
    w.HANDED_OVER: gettext_lazy("We have called the emergency line"),
    w.WAITING: gettext_lazy("We are choosing the unit that will deal with it"),
    w.CONSULTING: gettext_lazy("We are asking units whose matter it is"),
    w.DISPATCHED: gettext_lazy("It is with the unit"),
    w.SIGNED: gettext_lazy("The unit has taken it on"),
    w.HANDLING: gettext_lazy("It is being dealt with"),
    w.PAUSED: gettext_lazy("It has to wait; the clock stands still"),
    w.SHELVED: gettext_lazy("It cannot be solved yet; there is a plan and a date"),
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


@dataclass(slots=True)
class _Here:
    """An event, and what was known of the ticket after it."""

    event: Event
    book: Book
    english: bool
    now: datetime
    known: dict[str, Any] = field(default_factory=dict)

    @property
    def given(self) -> dict[str, Any]:
        """What may be filled in: the unit that has it, by when it is due, when it comes back."""
        unit = unit_words(self.book, self.known.get("lead_id") or self.event.actor_unit, self.english)
        return {
            "unit": unit if unit != NOTHING else _("The unit"),
            "due": self.moment("due_at"),
            "until": self.moment("shelved_until"),
            "line": self.line(),
        }

    def moment(self, column: str) -> str:
        value = self.known.get(column)
        return when_words(datetime.fromisoformat(str(value)), self.now) if value else NOTHING

    def line(self) -> str:
        """The emergency line by its number and name."""
        code = str(self.known.get("handed_to", ""))
        rows = self.book.by_code("emergency_lines").get(code)
        if not rows:
            return code
        name = rows[-1].name_en if self.english and rows[-1].name_en else rows[-1].name
        return name if code in name else f"{code} {name}"

    def detail(self, name: str) -> str:
        return str(self.event.detail.get(name) or "")


def story(events: Sequence[Event], book: Book, english: bool, now: datetime) -> list[Told]:
    """The events that concern the requester, newest first; what is internal is left out."""
    told = []
    known: dict[str, Any] = {"_basis": ""}  # the law or plan behind the reply is the event's alone
    for event in sorted(events, key=lambda one: one.seq):
        known = {**known, **event.changes}
        if event.verb == "reply":
            known["_basis"] = str(event.detail.get("basis", ""))
        here = _Here(event, book, english, now, known)
        words = _words(here)
        if words:
            told.append(Told(event.at, words % here.given, _note(here)))
    return told[::-1]


def _words(here: _Here) -> str:
    say = _SPOKEN.get(here.event.verb)
    return say(here) if say else str(_WORDS.get(here.event.verb, ""))


def _contact(here: _Here) -> str:
    outcome = here.event.detail.get("outcome")
    if outcome == "visited":
        return _("%(unit)s came to see you")
    if outcome == "reached":
        return _("%(unit)s talked with you")
    return _("%(unit)s tried to reach you, without success")


def _relay(here: _Here) -> str:
    if here.event.detail.get("outcome") == "reached":
        return _("We talked with you in place of the unit, which does not know who you are")
    return _("We tried to reach you in place of the unit, without success")


def _visit(here: _Here) -> str:
    outcome = here.event.detail.get("outcome")
    if outcome == "call_later":
        return _("We called; as you asked, we call again another time")
    if outcome == "refused":
        return _("We called; you did not want to answer")
    return _("We tried to reach you, without success")


def _unreached(here: _Here) -> str:
    result = here.known.get("visit_result")
    if result == "anonymous":
        return _("Closed; as you told us nothing of yourself, we could not ask how it went")
    if result == "refused":
        return _("Closed without your answers, as you wished")
    return _("Closed; we could not reach you")


def _close(here: _Here) -> str:
    if here.event.detail.get("by") == "rated":
        return _("Closed with the answers that you had given")
    return _("Closed with your answers")


def _expire(here: _Here) -> str:
    if here.known.get("self_rated"):
        return _("The time is up")
    return _("The time is up; we ask you how it went")


def _redo(here: _Here) -> str:
    if here.event.detail.get("solved") == "no":
        return _("You said it is not solved: it goes back to be done again, by %(due)s")
    return _("By your answers it goes back to be done again, by %(due)s")


def _second_check(here: _Here) -> str:
    if here.known.get("checked") == "unreached":
        return ""
    if here.known.get("checked") == "agreed":
        return _("A second person asked you, and heard the same")
    return _("A second person asked you; what you said last counts")


def _urge(here: _Here) -> str:
    return _("You asked again; we urged it on") if here.detail("again") else _("You urged it on")


def _protect(here: _Here) -> str:
    if here.event.changes.get("secrecy") == "confidential":
        return _("We keep your name and number to ourselves; the unit does not see them")
    return ""


def _repeat(here: _Here) -> str:
    if here.event.detail.get("why") == "unsolved":
        return _("As it is not solved, it is done again under a new number")
    return _("You told us again; we told you how it ended")


_SPOKEN: dict[str, Callable[[_Here], str]] = {
    "contact": _contact,
    "relay": _relay,
    "repeat": _repeat,
    "visit": _visit,
    "close": _close,
    "close_unreached": _unreached,
    "expire": _expire,
    "redo": _redo,
    "second_check": _second_check,
    "urge": _urge,
    "protect": _protect,
}
"""Verbs that say different things; an empty text is not told."""

_WORDS = {
    "receive": gettext_lazy("We received your request"),
    "queue": gettext_lazy("Somebody here reads it to choose the right unit"),
    "answer": gettext_lazy("We answered"),
    "explain": gettext_lazy("We explained"),
    "hand_over": gettext_lazy("We passed it to %(line)s at once, and wait for the line to confirm"),
    "acknowledge": gettext_lazy("%(line)s has confirmed that it took over"),
    "take_back": gettext_lazy("We have it back from the emergency line and go on with it"),
    "link": gettext_lazy(
        "Others told us the same; one unit deals with it for all, and each of you is asked how it went"
    ),
    "unlink": gettext_lazy("It is a matter of its own again"),
    "split": gettext_lazy("You told us of another matter, too; it has a number of its own"),
    "attach": gettext_lazy("You sent photos"),
    "enclose": gettext_lazy("%(unit)s added photos"),
    "consult": gettext_lazy("We are asking units whose matter it is"),
    "dispatch": gettext_lazy("Sent to %(unit)s"),
    "pass_on": gettext_lazy("The district gave it to %(unit)s"),
    "redirect": gettext_lazy("It belongs to %(unit)s, and is there now"),
    "recall": gettext_lazy("We took it back to choose the right unit"),
    "sign": gettext_lazy("%(unit)s took it on"),
    "progress": gettext_lazy("%(unit)s reports"),
    "whistle": gettext_lazy("%(unit)s has called in other departments, so that they solve it together"),
    "extend": gettext_lazy("It takes longer, by law until %(due)s"),
    "grant_extension": gettext_lazy("It takes longer, by law until %(due)s"),
    "recompute": gettext_lazy("The time limit was worked out anew: %(due)s"),
    "pause": gettext_lazy("%(unit)s has to wait, and the clock stands still"),
    "resume": gettext_lazy("It goes on; the clock runs again"),
    "shelve": gettext_lazy("It cannot be solved yet; it is planned for %(until)s and stays on our list"),
    "review_shelf": gettext_lazy("%(unit)s looked at the plan again; it is planned for %(until)s"),
    "unshelve": gettext_lazy("The waiting is over; %(unit)s goes on, until %(due)s"),
    "accept_objection": gettext_lazy("We are looking for the unit whose duty it is"),
    "approve_reply": gettext_lazy("%(unit)s answered"),
    "rate": gettext_lazy("You said how it went"),
    "revise": gettext_lazy("You changed your answers"),
}
"""What is told in one way; verbs that stand nowhere here are internal."""


def _note(here: _Here) -> str:
    """What was written for the requester to read; a note between staff is none of it."""
    event = here.event
    if event.verb == "approve_reply":
        return "\n".join(part for part in (str(here.known.get("reply", "")), here.known["_basis"]) if part)
    if event.verb in ("answer", "explain", "acknowledge"):
        branch, said = (str(event.changes.get(name, "")) for name in ("branch", "explanation"))
        return explanation_words(here.book, branch, said, here.english)
    if event.verb == "shelve":
        return "\n".join(
            part for part in (here.detail("reason"), str(here.known.get("shelf_plan", ""))) if part
        )
    if event.verb in ("extend", "grant_extension"):
        return "\n".join(part for part in (here.detail("ground"), here.detail("basis")) if part)
    if event.verb == "pause":
        return here.detail("ground")
    if event.verb in ("progress", "urge", "review_shelf"):
        return here.detail("note")
    return ""
