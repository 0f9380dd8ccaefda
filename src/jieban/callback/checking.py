"""The second check (抽查复核): some closed tickets are asked about again, by another person.

GB/T 33358: calls are followed up; Qinglong 2023: at least one ticket in ten is called a second time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jieban.callback.actions import (
    Answers,
    AnswersRefused,
    answers_of,
    check_calling_hours,
    checked_answers,
)
from jieban.callback.following_up import do_settle_after_end
from jieban.city.book import Book
from jieban.matters.rules import Actor, Step
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets.actions import advance
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

QUESTIONS = ("contacted", "solved", "satisfied")


def do_second_check(
    ticket: Ticket, answers: Answers, actor: Actor, *, now: datetime, book: Book, by: str = "phone"
) -> Ticket:
    """Somebody else has asked the same three questions.

    The same answers: agreed. Others: the requester's later answers count, the first ones and who wrote
    them down stay in the event, and the supervisor sees the difference; what is not solved is done again as
    a new ticket. Raises ``AnswersRefused``.
    """
    _check_may(ticket, actor, now, book, by)
    said = checked_answers(answers, actor, now, book)
    same = all(said[name] == getattr(ticket, name) for name in QUESTIONS)
    changes = {"checked": "agreed"} if same else {"checked": "differs", **said}
    detail: dict[str, Any] = {"by": by, "asked_by": ticket.asked_by, "before": answers_of(ticket)}
    step = Step("second_check", actor, now, changes, {**detail, "said": said})
    return advance(ticket, step) if same else do_settle_after_end(ticket, step, said, now=now, book=book)


def do_miss_check(ticket: Ticket, note: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The requester was not reached a second time: the first answers stand, and the check is over."""
    _check_may(ticket, actor, now, book, "phone")
    detail = {"asked_by": ticket.asked_by, "note": masked_by_staff(note)}
    return advance(ticket, Step("second_check", actor, now, {"checked": "unreached"}, detail))


def _check_may(ticket: Ticket, actor: Actor, now: datetime, book: Book, by: str) -> None:
    TICKET.workflow.transition(ticket.state, "second_check")
    if ticket.checked != "due":
        raise AnswersRefused(_("This ticket is not to be asked about a second time (any more)"))
    if actor.id == ticket.asked_by:
        raise AnswersRefused(_("You asked the first time, so a colleague asks the second time"))
    if by == "phone":
        check_calling_hours(actor, now, book)
