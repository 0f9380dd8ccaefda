"""The only writers of handling: the verbs of a unit (Ordinance Art. 12, 14, 15). Two SQL statements each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.queries import held_since
from jieban.handling.queries import replied_by
from jieban.matters.rules import Actor, NotPossible
from jieban.people.queries import others_may_review
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets.actions import say
from jieban.tickets.clocks import limit, reminders
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket
from jieban.tickets.queries import refusals

CONTACT_OUTCOMES = ("reached", "no_answer", "wrong_number", "refused", "visited")
OUTCOMES = ("solved", "partly", "explained")
OBJECTION_GROUNDS = ("territory", "function", "level", "several", "other")
"""Not our territory, not our function, another level's, needs several units, another ground."""
TRUE = ("yes", "partly", "no")


@dataclass(frozen=True, slots=True)
class Findings:
    """What a unit found besides its reply; each part may be empty. Kept with the event.

    ``basis``: the law or the plan on which it acted; ``true``: whether what was said is true (是否属实),
    one of ``TRUE``; ``met_at`` and ``met_where``: when and where it met the requester in person.
    """

    basis: str = ""
    true: str = ""
    met_at: datetime | None = None
    met_where: str = ""

    def as_detail(self) -> dict[str, str]:
        """The parts that are filled, as an event keeps them."""
        told = {
            "basis": masked_by_staff(self.basis),
            "true": self.true,
            "met_at": iso(self.met_at) or "",
            "met_where": masked_by_staff(self.met_where),
        }
        return {name: value for name, value in told.items() if value}


NOTHING_FOUND = Findings()


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
    if ticket.secrecy == "anonymous":
        raise HandlingRefused(_("The requester gave no name and no number; handle it and reply"))
    if ticket.secrecy == "confidential":
        raise HandlingRefused(_("The requester stays unknown to units: the hotline speaks with him for you"))
    reached = outcome in ("reached", "visited") and ticket.contacted_at is None
    changes = {"contacted_at": now} if reached else {}
    detail = {"outcome": outcome, "note": masked_by_staff(note)}
    return say(ticket, "contact", actor, now, changes, detail, book=book)


def do_progress(ticket: Ticket, note: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The unit reports how far it is; the requester sees this."""
    if not note.strip():
        raise HandlingRefused(_("Write in a sentence what was done; the requester will read it"))
    return say(ticket, "progress", actor, now, {}, {"note": masked_by_staff(note)}, book=book)


def do_object(
    ticket: Ticket,
    ground: str,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    why: str = "other",
    named: str = "",
) -> Ticket:
    """The unit claims that the duty is not its own (派单异议, Art. 12 ¶3).

    ``why``: one of ``OBJECTION_GROUNDS``; ``named``: the unit whose duty it is, where it is known.
    Only in the first hours (``objection.hours``) and so often as ``objection.max_count`` says. The
    limit runs on; when nobody rules within ``objection.review_hours`` the unit handles it.
    """
    TICKET.workflow.transition(ticket.state, "object")
    on = local_day(book, now)
    hours = {name: float(book.rule(f"objection.{name}", on)) for name in ("hours", "review_hours")}
    if len(ground.strip()) < int(book.rule("objection.min_chars", on)):
        raise HandlingRefused(_("State the ground: which unit's duty is it, and by which rule"))
    if ticket.heard.count(ticket.lead_id) >= int(book.rule("objection.max_count", on)):
        raise HandlingRefused(_("Your unit has objected to this ticket before; the ruling stands (Art. 12)"))
    since = held_since(ticket)
    if since and now > since + timedelta(hours=hours["hours"]):
        raise HandlingRefused(
            _("An objection is possible within %(hours)s hours of the dispatch; handle it first")
            % {"hours": f"{hours['hours']:g}"}
        )
    if why not in OBJECTION_GROUNDS:
        raise HandlingRefused(_("Choose the ground of your objection"))
    unit = book.units.get(named)
    if named and (unit is None or not unit.can_lead or unit.code == ticket.lead_id):
        raise HandlingRefused(_("Name another unit that can be given the ticket, or name none"))
    changes = {
        "objection": masked_by_staff(ground),
        "heard": [*ticket.heard, ticket.lead_id],
        "clock": "ruling",
        "clock_at": now + timedelta(hours=hours["review_hours"]),
    }
    return say(ticket, "object", actor, now, changes, {"ground": why, "named": named}, book=book)


def do_reply(
    ticket: Ticket,
    reply: str,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    outcome: str = "solved",
    findings: Findings = NOTHING_FOUND,
    drafted: str = "",
) -> Ticket:
    """The clerk writes the reply; it goes to the unit's reviewer before it is submitted.

    ``drafted``: the id of the draft from which it began, kept with the event.

    ``outcome`` says what came of it; ``explained``: it cannot be solved now, and the reply says why, with
    the law or the plan (Art. 15). Without contact only for who cannot be reached: an anonymous requester,
    and one who refused it as often as ``exclusion.refused_contacts`` says (Art. 9).
    """
    TICKET.workflow.transition(ticket.state, "reply")
    on = local_day(book, now)
    if outcome not in OUTCOMES or findings.true not in ("", *TRUE):
        raise HandlingRefused(_("Say what came of it: solved, partly, or explained"))
    if _owes_contact(ticket) and refusals(ticket.pk) < int(book.rule("exclusion.refused_contacts", on)):
        raise HandlingRefused(
            _("Reach the requester first: a reply without contact is not accepted (Art. 15)")
        )
    if outcome == "explained" and not findings.basis.strip():
        raise HandlingRefused(
            _("What cannot be solved now is explained with the law or the plan behind it (Art. 15)")
        )
    least = int(book.rule("reply.min_chars", on))
    if len(reply.strip()) < least:
        raise HandlingRefused(
            _("Write what was done for the requester, in at least %(least)s characters") % {"least": least}
        )
    changes = {"reply": masked_by_staff(reply), "replied_at": now, "outcome": outcome}
    detail = findings.as_detail() | ({"drafted": drafted} if drafted else {})
    return say(ticket, "reply", actor, now, changes, detail, book=book)


def _owes_contact(ticket: Ticket) -> bool:
    return ticket.contacted_at is None and ticket.secrecy != "anonymous"


def do_review(ticket: Ticket, approve: bool, note: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """The reviewer submits the reply to the hotline, or sends it back to the clerk with a note.

    Nobody approves what he wrote himself, unless his unit has nobody else who may (four eyes). Four SQL
    statements.
    """
    TICKET.workflow.transition(ticket.state, "approve_reply" if approve else "reject_reply")
    detail = {"note": masked_by_staff(note)}
    if approve:
        if replied_by(ticket) == actor.id and others_may_review(ticket.lead_id or "", actor.id):
            raise HandlingRefused(
                _("You wrote this reply yourself, so a colleague who reviews for your unit submits it")
            )
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
    TICKET.workflow.transition(ticket.state, "pause")
    if ticket.due_at is None or now >= ticket.due_at:
        raise HandlingRefused(_("The limit has passed; the requester is asked now"))
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
    began, planned, *_mark = ticket.pauses[-1]
    ended = min(now, datetime.fromisoformat(planned))
    pauses: list[list[str]] = [*ticket.pauses[:-1], [began, ended.isoformat()]]
    due = limit({**ticket.row(), "pauses": pauses}, book)
    changes: dict[str, Any] = {"pauses": pauses, "due_at": due}
    return say(ticket, "resume", actor, now, changes, {"moved_from": iso(ticket.due_at)}, book=book)


def _paused(ticket: Ticket) -> timedelta:
    """How long the clock of this round has been stopped so far; the ledger has its own rule."""
    spans = [
        (datetime.fromisoformat(begin), datetime.fromisoformat(end))
        for begin, end, *mark in ticket.pauses
        if not mark
    ]
    return sum((end - begin for begin, end in spans), timedelta())


def iso(moment: datetime | None) -> str | None:
    """A moment as it is kept in an event; None stays None."""
    return moment.isoformat() if moment else None


def do_remind(ticket: Ticket, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """Remind the unit of all that is late or near its end, once in a round (Art. 13, 15).

    After an outage several reminders may have come due: they are one event.
    """
    of = sorted(name for name, at in reminders(ticket.row(), book).items() if at <= now)
    changes = {"reminded": [*ticket.reminded, *of]}
    return say(ticket, "remind", actor, now, changes, {"of": of}, book=book)
