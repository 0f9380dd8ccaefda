"""The only writers of handling: the verbs of a unit (Ordinance Art. 12, 14, 15). Two SQL statements each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.matters.rules import Actor, NotPossible
from jieban.reading.notes import masked_by_staff
from jieban.tickets.actions import say
from jieban.tickets.clocks import limit, reminders
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

CONTACT_OUTCOMES = ("reached", "no_answer", "wrong_number", "refused", "visited")
OUTCOMES = ("solved", "partly", "explained")


class HandlingRefused(NotPossible):
    """The verb is possible in this state, but not like this; the message says what is missing."""

    reason = "handling_refused"


def do_sign(ticket: Ticket, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The unit confirms that it has the ticket (签收)."""
    return say(ticket, "sign", actor, now, {"signed_at": now}, book=book)


def do_contact(ticket: Ticket, outcome: str, note: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The unit tried to reach the requester (先行联系, Art. 15); only success counts as the first contact."""
    if outcome not in CONTACT_OUTCOMES:
        raise HandlingRefused(_("Say how it went: one of the outcomes of a contact"))
    reached = outcome in ("reached", "visited") and ticket.contacted_at is None
    changes = {"contacted_at": now} if reached else {}
    detail = {"outcome": outcome, "note": masked_by_staff(note)}
    return say(ticket, "contact", actor, now, changes, detail, book=book)


def do_progress(ticket: Ticket, note: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The unit reports how far it is; the requester sees this."""
    if not note.strip():
        raise HandlingRefused(_("Write in a sentence what was done; the requester will read it"))
    return say(ticket, "progress", actor, now, {}, {"note": masked_by_staff(note)}, book=book)


def do_object(ticket: Ticket, ground: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The unit claims that the duty is not its own (派单异议, Art. 12 ¶3).

    Only in the first hours (``objection.hours``) and so often as ``objection.max_count`` says. The
    limit runs on; when nobody rules within ``objection.review_hours`` the unit handles it.
    """
    TICKET.workflow.transition(ticket.state, "object")
    on = local_day(book, now)
    hours = {name: float(book.rule(f"objection.{name}", on)) for name in ("hours", "review_hours")}
    if len(ground.strip()) < 5:
        raise HandlingRefused(_("State the ground: which unit's duty is it, and by which rule"))
    if ticket.heard.count(ticket.lead_id) >= int(book.rule("objection.max_count", on)):
        raise HandlingRefused(_("Your unit has objected to this ticket before; the ruling stands (Art. 12)"))
    if ticket.dispatched_at and now > ticket.dispatched_at + timedelta(hours=hours["hours"]):
        raise HandlingRefused(
            _("An objection is possible within %(hours)s hours of the dispatch; handle it first")
            % {"hours": f"{hours['hours']:g}"}
        )
    changes = {
        "objection": masked_by_staff(ground),
        "heard": [*ticket.heard, ticket.lead_id],
        "clock": "ruling",
        "clock_at": now + timedelta(hours=hours["review_hours"]),
    }
    return say(ticket, "object", actor, now, changes, book=book)


def do_reply(
    ticket: Ticket, reply: str, actor: Actor, *, now: datetime, book: Book, outcome: str = "solved"
) -> Ticket:
    """The clerk writes the reply; it goes to the unit's reviewer before it is submitted.

    ``outcome`` says what came of it; ``explained``: it cannot be solved now, and the reply says why
    (Art. 15).
    """
    if outcome not in OUTCOMES:
        raise HandlingRefused(_("Say what came of it: solved, partly, or explained"))
    if ticket.contacted_at is None and ticket.secrecy != "anonymous":
        raise HandlingRefused(
            _("Reach the requester first: a reply without contact is not accepted (Art. 15)")
        )
    least = int(book.rule("reply.min_chars", local_day(book, now)))
    if len(reply.strip()) < least:
        raise HandlingRefused(
            _("Write what was done for the requester, in at least %(least)s characters") % {"least": least}
        )
    changes = {"reply": masked_by_staff(reply), "replied_at": now, "outcome": outcome}
    return say(ticket, "reply", actor, now, changes, book=book)


def do_review(ticket: Ticket, approve: bool, note: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The reviewer submits the reply to the hotline, or sends it back to the clerk with a note."""
    detail = {"note": masked_by_staff(note)}
    if approve:
        return say(ticket, "approve_reply", actor, now, {"submitted_at": now}, detail, book=book)
    if not note.strip():
        raise HandlingRefused(_("Tell the clerk what is missing in the reply"))
    return say(ticket, "reject_reply", actor, now, {"replied_at": None}, detail, book=book)


def do_pause(
    ticket: Ticket, until: datetime, ground: str, actor: Actor, *, now: datetime, book: Book
) -> Ticket:
    """Stop the clock until ``until`` for a lawful ground (Art. 15); it runs on by itself after that.

    All pauses of a round together last at most ``pause.max_days``.
    """
    most = float(book.rule("pause.max_days", local_day(book, now)))
    if not now < until <= now + timedelta(days=most) - _paused(ticket):
        raise HandlingRefused(
            _("A pause must end in the future, within %(days)s days") % {"days": f"{most:g}"}
        )
    if not ground.strip():
        raise HandlingRefused(_("State the lawful ground of the pause; the requester is told it"))
    changes = {
        "pauses": [*ticket.pauses, [now.isoformat(), until.isoformat()]],
        "clock": "resume",
        "clock_at": until,
    }
    return say(ticket, "pause", actor, now, changes, {"ground": masked_by_staff(ground)}, book=book)


def do_resume(ticket: Ticket, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """Let the clock run again; the limit moves by the time paused, in the calendar of the tier.

    A pause ends when it was to end, even where the worker notices it later.
    """
    TICKET.workflow.transition(ticket.state, "resume")
    began, planned = ticket.pauses[-1]
    ended = min(now, datetime.fromisoformat(planned))
    pauses: list[list[str]] = [*ticket.pauses[:-1], [began, ended.isoformat()]]
    due = limit({**ticket.row(), "pauses": pauses}, book)
    changes: dict[str, Any] = {"pauses": pauses, "due_at": due}
    return say(ticket, "resume", actor, now, changes, {"moved_from": _iso(ticket.due_at)}, book=book)


def _paused(ticket: Ticket) -> timedelta:
    """How long the clock of this round has been stopped so far."""
    spans = [(datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end in ticket.pauses]
    return sum((end - begin for begin, end in spans), timedelta())


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def do_remind(ticket: Ticket, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """Remind the unit of all that is late or near its end, once in a round (Art. 13, 15).

    After an outage several reminders may have come due: they are one event.
    """
    of = sorted(name for name, at in reminders(ticket.row(), book).items() if at <= now)
    changes = {"reminded": [*ticket.reminded, *of]}
    return say(ticket, "remind", actor, now, changes, {"of": of}, book=book)
