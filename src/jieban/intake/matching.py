"""What a person decides where intake only asked: the same matter, or a new fact (Art. 11 ¶3 (3))."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.intake.following import next_urge
from jieban.intake.repeats import BRANCH, same_words
from jieban.matters.actors import PLATFORM
from jieban.matters.rules import Actor, NotPossible, Step
from jieban.tickets import workflow as w
from jieban.tickets.actions import advance, over, say
from jieban.tickets.models import Ticket
from jieban.tickets.queries import by_number

ASKED = "maybe_same"


class MatchRefused(NotPossible):
    """The two tickets cannot be treated as one matter like this; the message says why."""

    reason = "match_refused"


def asked_about(ticket: Ticket) -> list[str]:
    """The numbers of the tickets that may be the same matter, the likest first; empty when settled."""
    return [str(one["number"]) for one in ticket.proposal.get(ASKED, ())]


def do_same(ticket: Ticket, number: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """It is the same matter: tell the caller how it stands, end this ticket, and urge the first one.

    At most nine SQL statements, all or none. Within ``urge.gap_hours`` the first one is not urged again.
    Raises ``MatchRefused``, the refusals of the engine and ``Overtaken``.
    """
    first = by_number(number)
    if first is None or first.pk == ticket.pk:
        raise MatchRefused(_("There is no such other ticket; check the number"))
    if first.same_as is not None:
        first = Ticket.objects.get(pk=first.same_as)
    if ticket.danger:
        raise MatchRefused(_("Danger is never merged with an earlier ticket (Ordinance Art. 11)"))
    if ticket.requester is None or ticket.requester != first.requester:
        raise MatchRefused(_("The earlier ticket is another person's: join the two as one common matter"))
    known = not first.secrecy
    said = same_words("", first, now, book, result=known)
    changes = {
        "same_as": first.pk,
        "branch": BRANCH,
        "explanation": said,
        "queue": "",
        "proposal": {**_settled(ticket), "same": {"number": first.number}},
        **over(now),
    }
    with transaction.atomic(savepoint=False):
        _again(first, ticket.number, actor, now, book)
        return advance(ticket, Step("explain", actor, now, changes, {"same_as": first.number}))


def _again(first: Ticket, number: str, actor: Actor, now: datetime, book: Book) -> None:
    """The first ticket learns of it: urged while it is open, marked as repeated where it is closed.

    This follows from the decision, so the platform says it, as where no person was asked.
    """
    detail = {"again": number, "by": actor.name}
    days = timedelta(days=float(book.rule("intake.repeat_window_days", local_day(book, now))))
    if first.state in w.CLOSED_STATES:
        if first.closed_at is not None and first.closed_at + days < now:
            raise MatchRefused(_("The earlier ticket was closed too long ago: this is a new matter"))
        marks = list(dict.fromkeys([*first.marks, "repeated"]))
        advance(first, Step("repeat", PLATFORM, now, {"marks": marks}, detail))
    elif next_urge(first, now=now, book=book) is None:
        advance(first, Step("urge", PLATFORM, now, {"urged": first.urged + 1}, detail))


def do_new_fact(ticket: Ticket, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """It is a new fact or another matter: the ticket goes its own way, and nobody is asked again."""
    if not asked_about(ticket):
        raise MatchRefused(_("Nobody asks (any more) whether this is the same matter"))
    detail = {"new_fact": asked_about(ticket)}
    return say(ticket, "amend", actor, now, {"proposal": _settled(ticket)}, detail, book=book)


def _settled(ticket: Ticket) -> dict[str, object]:
    """The proposal without the question."""
    return {name: value for name, value in ticket.proposal.items() if name != ASKED}
