"""The only writers of the call-back (Ordinance Art. 23): three questions, and what follows the answers.

What a requester says on his own stands in ``rating``, the second check in ``checking``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from jieban.callback import rules
from jieban.callback.rules import SATISFIED, SOLVED, AtLimit
from jieban.city.book import Book
from jieban.city.clock import due_at, local_day
from jieban.foundation import sealing
from jieban.matters.rules import Actor, NotPossible, Step
from jieban.reading.privacy.notes import masked, masked_by_staff
from jieban.tickets import workflow as w
from jieban.tickets.actions import NOTHING_DONE, advance, over, step
from jieban.tickets.kind import TICKET
from jieban.tickets.limits import tier_of
from jieban.tickets.models import Ticket

BY = ("phone", "called_in", "web", "link")
"""How answers came: we called, the requester called us, his page, the link in a message."""

NOTHING_SAID: dict[str, Any] = {
    "visits": 0,
    "visited_at": None,
    "visit_result": "",
    "contacted": None,
    "solved": "",
    "satisfied": "",
    "comment": "",
    "reasons": [],
    "asked_by": "",
    "revised": 0,
}
"""What a requester has said when a round begins: his answers of an earlier one stay in its events alone."""


class AnswersRefused(NotPossible):
    """The answers are incomplete or not among those that the questions offer, or it is no time to call."""

    reason = "answers_refused"


@dataclass(frozen=True, slots=True)
class Answers:
    """The requester's answers: was he contacted, is it solved, is he satisfied (是否联系、解决、满意).

    ``reasons``: codes of ``callback_reasons.csv`` for what he denies.
    """

    contacted: bool
    solved: str
    satisfied: str
    comment: str = ""
    reasons: tuple[str, ...] = ()


def do_limit_reached(ticket: Ticket, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The time limit is reached: the requester is asked, whether or not the unit is done (Art. 23).

    Who has rated already is not asked: his answers close the ticket or send it back at once (Art. 8).
    An anonymous request without contact is closed as such. A ticket on the ledger is not asked about.
    """
    expired = at_limit(ticket.submitted_at is not None, ticket.state, actor, now=now, book=book)
    follows = rules.at_the_limit(ticket.self_rated, ticket.secrecy, ticket.requester)
    if follows is AtLimit.ASK:
        return advance(ticket, expired)
    expired = replace(expired, detail={**expired.detail, "asks": False})
    if follows is AtLimit.NOBODY:
        return advance(ticket, expired, _without_answers("anonymous", actor, now))
    after = {**ticket.row(), **expired.changes, "state": w.CALLBACK}
    return advance(ticket, expired, _settled(after, answers_of(ticket), actor, {"by": "rated"}, now, book))


def at_limit(submitted: bool, state: str, actor: Actor, *, now: datetime, book: Book) -> Step:
    """The step of a ticket in ``state`` whose limit is reached: the same for all that are ``plain``."""
    days = float(book.rule("callback.window_days", local_day(book, now)))
    changes = {"overdue": not submitted, "clock": "visit", "clock_at": now + timedelta(days=days)}
    return Step("expire", actor, now, changes, {"state": state})


def is_plain(self_rated: bool, secrecy: str) -> bool:
    """Whether nothing but the question follows the limit: no answers are there, somebody can be asked."""
    return not self_rated and secrecy != "anonymous"


def do_visit(
    ticket: Ticket,
    note: str,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    outcome: str = "no_answer",
    again: datetime | None = None,
) -> Ticket:
    """A call without answers; after the attempts that the rules allow the ticket is closed.

    Attempts lie some hours apart (``callback.gap_hours``): three calls in a minute are one. ``refused``
    closes at once: nobody is pressed to answer. ``call_later`` notes the moment ``again`` that was agreed
    on; it counts as no attempt, and nobody calls before.
    """
    TICKET.workflow.transition(ticket.state, "visit")
    if outcome not in rules.OUTCOMES:
        raise AnswersRefused(_("Say how the call went: one of the outcomes offered"))
    check_calling_hours(actor, now, book)
    _check_gap(ticket, now, book)
    detail: dict[str, Any] = {"outcome": outcome, "note": masked_by_staff(note)}
    if outcome == rules.LATER:
        agreed = _agreed(ticket, again, now, book)
        detail["again"] = agreed.isoformat()
        changes = {"visited_at": agreed, "visit_result": rules.LATER}
        return advance(ticket, Step("visit", actor, now, changes, detail))
    tried = {"visits": ticket.visits + 1, "visited_at": now, "visit_result": ""}
    attempt = Step("visit", actor, now, tried, detail)
    if outcome == rules.REFUSED:
        return advance(ticket, attempt, _without_answers("refused", actor, now))
    if ticket.visits + 1 < int(book.rule("callback.max_attempts", local_day(book, now))):
        return advance(ticket, attempt)
    return advance(ticket, attempt, _without_answers("unreachable", actor, now))


def do_give_up(ticket: Ticket, actor: Actor, *, now: datetime) -> Ticket:
    """The days for the call-back have passed without an answer."""
    return advance(ticket, _without_answers("unreachable", actor, now))


def do_answers(
    ticket: Ticket, answers: Answers, actor: Actor, *, now: datetime, book: Book, by: str = ""
) -> Ticket:
    """The requester has answered: the ticket is closed, or goes back to its unit to be done again.

    It goes back by the rules ``callback.redo_on`` and ``callback.redo_max``; the answers of the last
    round are the ones that count. ``by`` is one of ``BY``. What an interviewer closes may be drawn for a
    second check by another person (``callback.check_share``).
    """
    TICKET.workflow.transition(ticket.state, "close")
    by = by or ("web" if actor.kind == "requester" else "phone")
    if by == "phone":
        check_calling_hours(actor, now, book)
    said = {
        "visits": ticket.visits + 1,
        "visit_result": "reached",
        **checked_answers(answers, actor, now, book),
    }
    ended = _settled(ticket.row(), said, actor, {"by": by}, now, book)
    if ended.verb == "close":
        ended = replace(ended, changes={**ended.changes, **_whose(ticket, actor, now, book)})
    return advance(ticket, ended)


def answers_of(ticket: Ticket) -> dict[str, Any]:
    """The columns of the answers that a ticket bears."""
    names = ("contacted", "solved", "satisfied", "comment", "reasons")
    return {"visit_result": "reached", **{name: getattr(ticket, name) for name in names}}


def checked_answers(answers: Answers, actor: Actor, now: datetime, book: Book) -> dict[str, Any]:
    """The columns of answers that are complete; free text is kept masked.

    Raises ``AnswersRefused``. An interviewer asks for the reason of a no; the requester may leave it out.
    """
    if answers.solved not in SOLVED or answers.satisfied not in SATISFIED:
        raise AnswersRefused(_("Answer all three questions: contacted, solved, satisfied"))
    known = rules.reasons_of(book, now)
    denied = rules.questions_denied(answers.contacted, answers.solved, answers.satisfied)
    try:
        reasons = rules.fitting(answers.reasons, denied, known)
    except ValueError as error:
        raise AnswersRefused(_("Choose the reasons from the list")) from error
    if actor.kind == "staff" and not reasons and any(row.question in denied for row in known):
        raise AnswersRefused(_("Ask why, and choose at least one reason for what the requester denies"))
    return {
        "contacted": answers.contacted,
        "solved": answers.solved,
        "satisfied": answers.satisfied,
        "comment": masked(answers.comment),
        "reasons": reasons,
    }


def check_calling_hours(actor: Actor, now: datetime, book: Book) -> None:
    """Refuse a call at a time of the day when people are left in peace (``callback.from_hour``)."""
    hours = rules.calling_hours(book, now)
    if actor.kind == "staff" and not hours.allow(now):
        raise AnswersRefused(
            _("Requesters are called from %(begin)s to %(until)s; call again then")
            % {"begin": rules.clock_words(hours.begin), "until": rules.clock_words(hours.until)}
        )


def gap_of(book: Book, now: datetime) -> timedelta:
    """How far two attempts lie apart."""
    return timedelta(hours=float(book.rule("callback.gap_hours", local_day(book, now))))


def _check_gap(ticket: Ticket, now: datetime, book: Book) -> None:
    gap, agreed = gap_of(book, now), ticket.visit_result == rules.LATER
    earliest = rules.next_call(ticket.visited_at, agreed, gap)
    if earliest is None or now >= earliest:
        return
    if agreed:
        raise AnswersRefused(_("The requester asked to be called later; wait until the time agreed on"))
    raise AnswersRefused(
        _("Somebody tried a short while ago: try again after %(hours)s hours")
        % {"hours": f"{gap / timedelta(hours=1):g}"}
    )


def _agreed(ticket: Ticket, again: datetime | None, now: datetime, book: Book) -> datetime:
    """The moment agreed on: in the future, in calling hours, and before the call-back ends."""
    if again is None or again <= now:
        raise AnswersRefused(_("Ask the requester when to call again, and write that day and hour down"))
    hours = rules.calling_hours(book, again)
    if not hours.allow(again):
        raise AnswersRefused(
            _("Agree on a time from %(begin)s to %(until)s")
            % {"begin": rules.clock_words(hours.begin), "until": rules.clock_words(hours.until)}
        )
    if ticket.clock_at is not None and again >= ticket.clock_at:
        raise AnswersRefused(_("The call-back of this ticket ends before that; agree on an earlier time"))
    return again


def _whose(ticket: Ticket, actor: Actor, now: datetime, book: Book) -> dict[str, Any]:
    """The columns that tell who has the answers from whom, and whether somebody asks a second time."""
    if actor.kind == "requester":
        return {"self_rated": True}
    if actor.kind != "staff":
        return {}
    share = float(book.rule("callback.check_share", local_day(book, now)))
    due = rules.drawn(_draw(ticket.pk), share)
    return {"asked_by": actor.id, "checked": "due" if due else ""}


def _draw(ticket: int) -> float:
    """A number between 0 and 1 that belongs to the ticket. Nobody without the installation's secret can
    foresee it, and nothing that an interviewer does changes it."""
    return int(sealing.fingerprint(str(ticket), "second-check")[:12], 16) / 16**12


def _settled(
    row: Mapping[str, Any],
    said: Mapping[str, Any],
    actor: Actor,
    detail: Mapping[str, Any],
    now: datetime,
    book: Book,
) -> Step:
    """The step that ends the call-back with answers: closed, or back to the unit with the reasons."""
    on = local_day(book, now)
    back = rules.goes_back(
        said["solved"],
        said["satisfied"],
        row["redone"],
        most=int(book.rule("callback.redo_max", on)),
        on=int(book.rule("callback.redo_on", on)),
    )
    if not back:
        return Step("close", actor, now, {**said, **over(now)}, detail)
    return step(row, "redo", actor, now, _again(row, book, now), {**said, **detail}, book=book)


def _again(row: Mapping[str, Any], book: Book, now: datetime) -> dict[str, Any]:
    """The columns of a ticket that begins another round: its answers stay in the event alone."""
    on = local_day(book, now)
    tier = tier_of(row, row["tier"], book, on, redone=True)
    return {
        **NOTHING_DONE,
        **NOTHING_SAID,
        "tier": tier,
        "due_at": due_at(now, book.dated("limit_tiers", tier, on), book),
        "redone": row["redone"] + 1,
        "dispatched_at": now,
    }


def _without_answers(result: str, actor: Actor, now: datetime) -> Step:
    """The step that ends the call-back without answers; assessment counts it as not reached."""
    return Step("close_unreached", actor, now, {"visit_result": result, **over(now)})
