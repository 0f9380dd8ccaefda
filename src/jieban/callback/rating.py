"""What the requester says of his own accord (Ordinance Art. 8): he rates before he is asked, and he may
change his answers once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from jieban.callback.actions import Answers, AnswersRefused, answers_of, checked_answers
from jieban.callback.following_up import do_settle_after_end
from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.matters.rules import Actor, Step
from jieban.tickets import workflow as w
from jieban.tickets.actions import say
from jieban.tickets.kind import TICKET
from jieban.tickets.links import rating_token_fits
from jieban.tickets.models import Ticket

MOST_CHANGES = 1
"""Answers are changed once: a second thought counts, a tug of war does not."""


def do_rate(
    ticket: Ticket, answers: Answers, actor: Actor, *, now: datetime, book: Book, by: str = "web"
) -> Ticket:
    """The requester rates what the unit has submitted, without waiting to be asked (Art. 8).

    The answers are kept; when the limit is reached they close the ticket or send it back. Until then he
    may change them once. Three SQL statements at most. Raises ``AnswersRefused``.
    """
    TICKET.workflow.transition(ticket.state, "rate")
    said: dict[str, Any] = {**checked_answers(answers, actor, now, book), "self_rated": True}
    detail: dict[str, Any] = {"by": by}
    if ticket.self_rated:
        _check_unchanged(ticket)
        said["revised"] = ticket.revised + 1
        detail["before"] = answers_of(ticket)
    return say(ticket, "rate", actor, now, said, detail, book=book)


def do_revise(
    ticket: Ticket, answers: Answers, actor: Actor, *, now: datetime, book: Book, by: str = "web"
) -> Ticket:
    """The requester changes his answers after the end, once and within ``callback.revise_days``.

    Who was not reached may answer so as well; what is not solved is done again as a new ticket. The old
    answers stay in the event, the unit's month is counted again, and nobody needs to ask a second time.
    Raises ``AnswersRefused``.
    """
    TICKET.workflow.transition(ticket.state, "revise")
    _check_unchanged(ticket)
    last = revisable_until(ticket, book)
    if last is None or now > last:
        raise AnswersRefused(_("The time to change the answers is over; a new request opens a new ticket"))
    said = {
        **checked_answers(answers, actor, now, book),
        "visit_result": "reached",
        "revised": ticket.revised + 1,
        "self_rated": ticket.self_rated or actor.kind == "requester",
        "checked": "" if ticket.checked == "due" else ticket.checked,
    }
    before = {**answers_of(ticket), "visit_result": ticket.visit_result}
    step = Step("revise", actor, now, said, {"by": by, "before": before})
    return do_settle_after_end(ticket, step, said, now=now, book=book)


def revisable_until(ticket: Ticket, book: Book) -> datetime | None:
    """Until when the answers may be changed; None for a ticket that is open or was changed already."""
    if ticket.state != w.CLOSED or ticket.closed_at is None or ticket.revised >= MOST_CHANGES:
        return None
    days = float(book.rule("callback.revise_days", local_day(book, ticket.closed_at)))
    return ticket.closed_at + timedelta(days=days)


def may_rate(ticket: Ticket) -> bool:
    """Whether the requester may rate now, before he is asked."""
    return ticket.state == w.SUBMITTED and not (ticket.self_rated and ticket.revised >= MOST_CHANGES)


def link_opens(ticket: Ticket, token: str, *, now: datetime) -> bool:
    """Whether the link in a message still asks: it fits the round, nobody has answered, and the call-back
    has not ended."""
    if not rating_token_fits(ticket, token):
        return False
    if ticket.state == w.SUBMITTED:
        return not ticket.self_rated
    return ticket.state == w.CALLBACK and ticket.clock_at is not None and now < ticket.clock_at


def _check_unchanged(ticket: Ticket) -> None:
    if ticket.revised >= MOST_CHANGES:
        raise AnswersRefused(_("The answers have been changed once already, and that stands"))
