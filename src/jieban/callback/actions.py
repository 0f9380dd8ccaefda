"""The only writers of the call-back (Ordinance Art. 23): three questions, and what follows the answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import due_at, local_day
from jieban.matters.actions import do_advance
from jieban.matters.rules import Actor, NotPossible, Step
from jieban.reading.notes import masked, masked_by_staff
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
    days = float(book.rule("callback.window_days", local_day(book, now)))
    changes = {
        "overdue": ticket.submitted_at is None,
        "clock": "visit",
        "clock_at": now + timedelta(days=days),
    }
    return _advance(ticket, Step("expire", actor, now, changes, {"state": ticket.state}))


def do_visit(ticket: Ticket, note: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The requester was not reached; after the attempts that the rules allow the ticket is closed."""
    _other_side(ticket, actor)
    attempt = Step("visit", actor, now, {"visits": ticket.visits + 1}, {"note": masked_by_staff(note)})
    if ticket.visits + 1 < int(book.rule("callback.max_attempts", local_day(book, now))):
        return _advance(ticket, attempt)
    return _advance(ticket, attempt, _unreached(actor, now))


def do_give_up(ticket: Ticket, actor: Actor, *, now: datetime) -> Ticket:
    """The days for the call-back have passed without an answer."""
    return _advance(ticket, _unreached(actor, now))


def do_answers(ticket: Ticket, answers: Answers, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The requester has answered: the ticket is closed, or goes back to its unit to be done again.

    It goes back when the answers say "not solved" and the rules still allow a redo
    (``callback.redo_max``); the answers of the last round are the ones that count.
    """
    _other_side(ticket, actor)
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
        return _advance(ticket, Step("redo", actor, now, {**verdict, **_again(ticket, book, now)}))
    return _advance(ticket, Step("close", actor, now, {**verdict, **_over(now)}))


def _again(ticket: Ticket, book: Book, now: datetime) -> dict[str, Any]:
    limit = due_at(now, book.dated("limit_tiers", ticket.tier, local_day(book, now)), book)
    return {
        "redone": ticket.redone + 1,
        "visits": 0,
        "dispatched_at": now,
        "signed_at": None,
        "replied_at": None,
        "submitted_at": None,
        "due_at": limit,
        "clock": "limit",
        "clock_at": limit,
        "pauses": [],
    }


def _unreached(actor: Actor, now: datetime) -> Step:
    return Step("close_unreached", actor, now, {"visit_result": "unreachable", **_over(now)})


def _over(now: datetime) -> dict[str, Any]:
    return {"closed_at": now, "clock": "", "clock_at": None}


def _other_side(ticket: Ticket, actor: Actor) -> None:
    """Nobody asks about his own unit's work."""
    if actor.unit and actor.unit == ticket.lead_id:
        raise AnswersRefused(_("The interviewer may not belong to the unit that handled the ticket"))


def _advance(ticket: Ticket, *steps: Step) -> Ticket:
    advanced = do_advance(TICKET, ticket, *steps)
    assert isinstance(advanced, Ticket)
    return advanced
