"""The only writers of the call-back (Ordinance Art. 23): three questions, and what follows the answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import due_at, local_day
from jieban.matters.rules import Actor, NotPossible, Step
from jieban.reading.notes import masked, masked_by_staff
from jieban.tickets.actions import NOTHING_DONE, advance, over, step
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

SOLVED = ("yes", "partly", "no")
SATISFIED = ("satisfied", "basic", "dissatisfied")


class AnswersRefused(NotPossible):
    """The answers are incomplete or not among those that the questions offer."""

    reason = "answers_refused"


@dataclass(frozen=True, slots=True)
class Answers:
    """The requester's answers: was he contacted, is it solved, is he satisfied (是否联系、解决、满意)."""

    contacted: bool
    solved: str
    satisfied: str
    comment: str = ""


def do_limit_reached(ticket: Ticket, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The time limit is reached: the requester is asked, whether or not the unit is done (Art. 23)."""
    return advance(ticket, at_limit(ticket.submitted_at is not None, ticket.state, actor, now=now, book=book))


def at_limit(submitted: bool, state: str, actor: Actor, *, now: datetime, book: Book) -> Step:
    """The step of a ticket in ``state`` whose limit is reached: the same for all that are ``plain``."""
    days = float(book.rule("callback.window_days", local_day(book, now)))
    changes = {"overdue": not submitted, "clock": "visit", "clock_at": now + timedelta(days=days)}
    return Step("expire", actor, now, changes, {"state": state})


def is_plain(self_rated: bool, secrecy: str) -> bool:
    """Whether nothing but the call-back follows the limit: no answers are there, and somebody can be asked."""
    return not self_rated and secrecy != "anonymous"


def do_visit(ticket: Ticket, note: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The requester was not reached; after the attempts that the rules allow the ticket is closed.

    Attempts lie some hours apart (``callback.gap_hours``): three calls in a minute are one.
    """
    TICKET.workflow.transition(ticket.state, "visit")
    gap = timedelta(hours=float(book.rule("callback.gap_hours", local_day(book, now))))
    if ticket.visited_at and now < ticket.visited_at + gap:
        raise AnswersRefused(
            _("Somebody tried a short while ago: try again after %(hours)s hours")
            % {"hours": f"{gap / timedelta(hours=1):g}"}
        )
    tried = {"visits": ticket.visits + 1, "visited_at": now}
    attempt = Step("visit", actor, now, tried, {"note": masked_by_staff(note)})
    if ticket.visits + 1 < int(book.rule("callback.max_attempts", local_day(book, now))):
        return advance(ticket, attempt)
    return advance(ticket, attempt, _unreached(actor, now))


def do_give_up(ticket: Ticket, actor: Actor, *, now: datetime) -> Ticket:
    """The days for the call-back have passed without an answer."""
    return advance(ticket, _unreached(actor, now))


def do_answers(ticket: Ticket, answers: Answers, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The requester has answered: the ticket is closed, or goes back to its unit to be done again.

    It goes back when the answers say "not solved" and the rules still allow a redo
    (``callback.redo_max``); the answers of the last round are the ones that count.
    """
    if answers.solved not in SOLVED or answers.satisfied not in SATISFIED:
        raise AnswersRefused(_("Answer all three questions: contacted, solved, satisfied"))
    verdict: dict[str, Any] = {
        "visits": ticket.visits + 1,
        "visit_result": "reached",
        "contacted": answers.contacted,
        "solved": answers.solved,
        "satisfied": answers.satisfied,
        "comment": masked(answers.comment),
    }
    TICKET.workflow.transition(ticket.state, "close")
    allowed = int(book.rule("callback.redo_max", local_day(book, now)))
    if answers.solved == "no" and ticket.redone < allowed:
        again = _again(ticket, book, now)
        return advance(ticket, step(ticket.row(), "redo", actor, now, again, verdict, book=book))
    return advance(ticket, Step("close", actor, now, {**verdict, **over(now)}))


def _again(ticket: Ticket, book: Book, now: datetime) -> dict[str, Any]:
    """The columns of a ticket that begins another round: its answers stay in the event alone."""
    limit = due_at(now, book.dated("limit_tiers", ticket.tier, local_day(book, now)), book)
    return {
        **NOTHING_DONE,
        "due_at": limit,
        "redone": ticket.redone + 1,
        "visits": 0,
        "visited_at": None,
        "dispatched_at": now,
    }


def _unreached(actor: Actor, now: datetime) -> Step:
    return Step("close_unreached", actor, now, {"visit_result": "unreachable", **over(now)})
