"""The only writers of exclusions (剔除, Art. 32). A decision and what it does to the ticket are one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book, MissingRule
from jieban.city.clock import local_day
from jieban.city.rows import Exclusion as Reason
from jieban.city.rows import Unit
from jieban.city.units import hotline_of
from jieban.exclusion import workflow as w
from jieban.exclusion.kind import EXCLUSION
from jieban.exclusion.models import Exclusion
from jieban.exclusion.queries import of_ticket
from jieban.exclusion.rules import LEVELS, asked_too_late, excluded_until, may_decide, may_hear
from jieban.matters.actions import Opening, do_advance, do_open, new_number, series
from jieban.matters.actors import PLATFORM
from jieban.matters.rules import Actor, NotPossible, Step
from jieban.people.roles import Role
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets.actions import say
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket
from jieban.tickets.queries import refusals
from jieban.tickets.workflow import AT_THE_HOTLINE


class ExclusionRefused(NotPossible):
    """The verb is possible in this state, but not like this; the message says what is missing."""

    reason = "exclusion_refused"


@dataclass(frozen=True, slots=True)
class Application:
    """What a unit applies for. ``shelf_until``: the date of the ledger, for the reasons that need one."""

    code: str
    words: str
    platform: str = ""
    shelf_until: datetime | None = None


def do_apply(
    ticket: Ticket, application: Application, actor: Actor, *, now: datetime, book: Book
) -> Exclusion:
    """The unit that leads a ticket asks to leave it out of the rates (Art. 32). At most nine SQL statements.

    Possible until ``exclusion.apply_days`` after the call-back; one open application for a ticket; what
    was refused is appealed, not asked for again. The ticket's history shows that it was asked for.
    """
    TICKET.workflow.transition(ticket.state, "ask_exclusion")
    row = _reason(application.code, book, now)
    _check_time(ticket, book, now)
    words = _words(application.words, book, now, _("State the grounds and what proves them"))
    contacts = refusals(ticket.pk) if "contacts" in row.needs else 0
    _check_needs(row, application, contacts, book, now)
    _check_earlier(ticket, row)
    serial = series.take()
    first: dict[str, Any] = {
        "id": serial,
        "number": new_number(serial, now, book.identity.number_format),
        "opened_at": now,
        "ticket": ticket.pk,
        "ticket_number": ticket.number,
        "recused": list(ticket.recused),
        "simulated": ticket.simulated,
    }
    changes = {
        "lead_id": ticket.lead_id,
        "code": row.code,
        "words": words,
        "platform": masked_by_staff(application.platform)[:80] if "platform" in row.needs else "",
        "shelf_until": application.shelf_until if "date" in row.needs else None,
        "contacts": contacts,
        **_decision_by(now, _days("review", book, now)),
    }
    opening = Opening(first, (Step("apply", actor, now, changes),))
    with transaction.atomic():
        detail = {"code": row.code, "exclusion": first["number"]}
        say(ticket, "ask_exclusion", actor, now, {}, detail, book=book)
        try:
            (exclusion,) = do_open(EXCLUSION, [opening])
        except IntegrityError as error:
            raise ExclusionRefused(_open_already()) from error
    return _as_exclusion(exclusion)


def do_endorse(exclusion: Exclusion, ruling: str, actor: Actor, *, now: datetime, book: Book) -> Exclusion:
    """The first of two persons agrees, for reasons that need two (Art. 9, 37: false or malicious)."""
    EXCLUSION.workflow.transition(exclusion.state, "endorse")
    (_check_hearer if exclusion.state == w.APPEALED else _check_decider)(exclusion, actor, book)
    if "second" not in _reason_of(exclusion, book).needs:
        raise ExclusionRefused(_("This reason needs one person's decision: approve or refuse"))
    _check_evidence(exclusion, book)
    if exclusion.endorsed_by:
        raise ExclusionRefused(_("Somebody has agreed already: now the second person decides"))
    detail = {"ruling": masked_by_staff(ruling)}
    return _advance(exclusion, Step("endorse", actor, now, {"endorsed_by": actor.id}, detail))


def do_approve(exclusion: Exclusion, ruling: str, actor: Actor, *, now: datetime, book: Book) -> Exclusion:
    """Leave the ticket out of the rates until the end that the reason gives (Art. 32).

    At most nine SQL statements: the ticket, the exclusion, their events and notices, one job.
    """
    EXCLUSION.workflow.transition(exclusion.state, "approve")
    _check_decider(exclusion, actor, book)
    changes = _decided(exclusion, actor, book, now) | {"ruling": masked_by_staff(ruling)}
    return _exclude(exclusion, "approve", changes, actor, now=now, book=book)


def do_refuse(exclusion: Exclusion, ruling: str, actor: Actor, *, now: datetime, book: Book) -> Exclusion:
    """The ticket stays in the rates; the unit may appeal for some days (Art. 32). Three SQL statements."""
    EXCLUSION.workflow.transition(exclusion.state, "refuse")
    _check_decider(exclusion, actor, book)
    words = _words(ruling, book, now, _("Tell the unit why; it may appeal"))
    until = now + timedelta(days=_days("appeal", book, now))
    changes = _decided(exclusion, actor, book, now) | {
        "ruling": words,
        "overdue": False,
        "due_at": until,
        "clock": "appeal_over",
        "clock_at": until,
    }
    return _advance(exclusion, Step("refuse", actor, now, changes))


def do_appeal(exclusion: Exclusion, words: str, actor: Actor, *, now: datetime, book: Book) -> Exclusion:
    """The unit appeals against a refusal; another person on a higher level decides (Art. 32)."""
    EXCLUSION.workflow.transition(exclusion.state, "appeal")
    said = _words(words, book, now, _("Say what the decision overlooked"))
    changes = {"appeal": said, **_decision_by(now, _days("appeal", book, now))}
    try:
        with transaction.atomic():
            return _advance(exclusion, Step("appeal", actor, now, changes))
    except IntegrityError as error:
        raise ExclusionRefused(_open_already()) from error


def do_uphold(exclusion: Exclusion, ruling: str, actor: Actor, *, now: datetime, book: Book) -> Exclusion:
    """The refusal stands; there is no further appeal. Three SQL statements."""
    EXCLUSION.workflow.transition(exclusion.state, "uphold")
    _check_hearer(exclusion, actor, book)
    words = _words(ruling, book, now, _("Tell the unit why; this decision is the last"))
    return _advance(exclusion, Step("uphold", actor, now, {"appeal_ruling": words, **_over(now)}))


def do_overturn(exclusion: Exclusion, ruling: str, actor: Actor, *, now: datetime, book: Book) -> Exclusion:
    """The refusal falls: the ticket is left out of the rates after all. At most nine SQL statements."""
    EXCLUSION.workflow.transition(exclusion.state, "overturn")
    _check_hearer(exclusion, actor, book)
    words = _words(ruling, book, now, _("Say why the first decision falls"))
    level = LEVELS.get(_standing(actor, book).kind, 0)
    changes = {"appeal_ruling": words, "decided_level": level}
    return _exclude(exclusion, "overturn", changes, actor, now=now, book=book)


def do_withdraw(exclusion: Exclusion, actor: Actor, *, now: datetime, book: Book) -> Exclusion:
    """The unit takes its application back; a ticket that was left out counts again."""
    EXCLUSION.workflow.transition(exclusion.state, "withdraw")
    return _end(exclusion, Step("withdraw", actor, now, _over(now)), now=now, book=book)


def do_revoke(exclusion: Exclusion, ruling: str, actor: Actor, *, now: datetime, book: Book) -> Exclusion:
    """An approval was wrong and is taken back: the ticket counts again (Art. 32: true and fair)."""
    EXCLUSION.workflow.transition(exclusion.state, "revoke")
    decider = _standing(actor, book)
    if LEVELS.get(decider.kind, 0) < exclusion.decided_level:
        raise ExclusionRefused(_("Only the level that approved, or a higher one, takes an approval back"))
    words = _words(ruling, book, now, _("Say why the approval was wrong"))
    step = Step("revoke", actor, now, {"ruling": words, **_over(now)})
    return _end(exclusion, step, now=now, book=book)


def do_expire(exclusion: Exclusion, *, now: datetime, book: Book, ticket: Ticket | None = None) -> Exclusion:
    """The time of an exclusion is over: the ticket counts again (the clock says so)."""
    return _end(exclusion, Step("expire", PLATFORM, now, _over(now)), now=now, book=book, ticket=ticket)


def do_settle(exclusion: Exclusion, *, now: datetime) -> Exclusion:
    """Nobody has appealed in time: the refusal stands (the clock says so)."""
    return _advance(exclusion, Step("settle", PLATFORM, now, _over(now)))


def do_mark_late(exclusion: Exclusion, *, now: datetime) -> Exclusion:
    """Nobody has decided in time; it still waits for a decision (the clock says so)."""
    changes = {"overdue": True, "clock": "", "clock_at": None}
    return _advance(exclusion, Step("late", PLATFORM, now, changes))


def do_follow(ticket: Ticket, *, now: datetime, book: Book) -> None:
    """The ticket has left the unit that asked: what it got or waits for ends, and the ticket counts again
    (Art. 32); a refusal stands. Twice does no harm. Seven SQL statements where one is open."""
    for exclusion in of_ticket(ticket.pk):
        if exclusion.lead_id == ticket.lead_id and ticket.state not in AT_THE_HOTLINE:
            continue
        if exclusion.state == w.REFUSED:
            do_settle(exclusion, now=now)
        elif exclusion.state in w.OPEN:
            step = Step("lapse", PLATFORM, now, _over(now))
            _end(exclusion, step, now=now, book=book, ticket=ticket)


def do_keep_out(ticket: Ticket, *, now: datetime) -> None:
    """Whoever is recused from a ticket (回避, Art. 8) sees no application about it."""
    for exclusion in of_ticket(ticket.pk):
        if sorted(exclusion.recused) != sorted(ticket.recused):
            _advance(exclusion, Step("keep_out", PLATFORM, now, {"recused": list(ticket.recused)}))


def may_rule(exclusion: Exclusion, actor: Actor, book: Book) -> bool:
    """Whether ``actor`` stands where this application, or its appeal, may be decided now."""
    try:
        (_check_hearer if exclusion.state == w.APPEALED else _check_decider)(exclusion, actor, book)
    except ExclusionRefused:
        return False
    return True


def wants_first(exclusion: Exclusion, book: Book) -> bool:
    """Whether the first of two persons has still to agree."""
    return "second" in _reason_of(exclusion, book).needs and not exclusion.endorsed_by


def _exclude(
    exclusion: Exclusion, verb: str, changes: dict[str, Any], actor: Actor, *, now: datetime, book: Book
) -> Exclusion:
    row = _reason_of(exclusion, book)
    _check_two(exclusion, row, actor)
    _check_evidence(exclusion, book)
    until = excluded_until(row, now, exclusion.shelf_until)
    if until is None or until <= now:
        raise ExclusionRefused(_("The exclusion would have no end, or be over already; refuse it"))
    ticket = Ticket.objects.get(pk=exclusion.ticket)
    if ticket.lead_id != exclusion.lead_id:
        raise ExclusionRefused(_("The ticket has gone to another unit meanwhile; refuse the application"))
    end = {"until": until, "due_at": until, "overdue": False, "clock": "excluded", "clock_at": until}
    said = {"exclusion": row.code, "exclusion_until": until}
    with transaction.atomic(savepoint=False):
        say(ticket, "exclude", actor, now, said, {"exclusion": exclusion.number}, book=book)
        return _advance(exclusion, Step(verb, actor, now, {**changes, **end}))


def _end(
    exclusion: Exclusion, step: Step, *, now: datetime, book: Book, ticket: Ticket | None = None
) -> Exclusion:
    """End an exclusion; where it was in force the platform counts the ticket again, by the same hand."""
    was_in_force = exclusion.state in w.IN_FORCE
    with transaction.atomic(savepoint=False):
        if was_in_force:
            ticket = ticket or Ticket.objects.get(pk=exclusion.ticket)
            if ticket.exclusion:
                said = {"exclusion": "", "exclusion_until": None}
                detail = {"exclusion": exclusion.number, "why": step.verb}
                say(ticket, "include", PLATFORM, now, said, detail, book=book)
        return _advance(exclusion, step)


def _decided(exclusion: Exclusion, actor: Actor, book: Book, now: datetime) -> dict[str, Any]:
    level = LEVELS.get(_standing(actor, book).kind, 0)
    return {"decided_by": actor.id, "decided_level": level, "decided_at": now}


def _decision_by(now: datetime, days: int) -> dict[str, Any]:
    limit = now + timedelta(days=days)
    return {"due_at": limit, "overdue": False, "clock": "decision", "clock_at": limit}


def _over(now: datetime) -> dict[str, Any]:
    return {"closed_at": now, "clock": "", "clock_at": None}


def _days(name: str, book: Book, now: datetime) -> int:
    on = local_day(book, now)
    return int(book.rule("exclusion.review_days" if name == "review" else "exclusion.appeal_days", on))


def _reason(code: str, book: Book, now: datetime) -> Reason:
    try:
        row: Reason = book.dated("exclusions", code, local_day(book, now))
    except MissingRule as error:
        raise ExclusionRefused(_("Choose one of the reasons in force today")) from error
    return row


def _reason_of(exclusion: Exclusion, book: Book) -> Reason:
    """The reason as it was in force on the day of the application."""
    return _reason(exclusion.code, book, exclusion.opened_at)


def _words(text: str, book: Book, now: datetime, remedy: str) -> str:
    least = int(book.rule("exclusion.min_chars", local_day(book, now)))
    if len(text.strip()) < least:
        more = _("%(remedy)s (at least %(least)s characters)")
        raise ExclusionRefused(more % {"remedy": remedy, "least": least})
    return masked_by_staff(text)


def _check_time(ticket: Ticket, book: Book, now: datetime) -> None:
    days = int(book.rule("exclusion.apply_days", local_day(book, now)))
    if asked_too_late(ticket.closed_at, now, days):
        raise ExclusionRefused(
            _("An exclusion can be asked for within %(days)s days after the call-back; that time is over")
            % {"days": days}
        )


def _check_needs(row: Reason, application: Application, contacts: int, book: Book, now: datetime) -> None:
    if "platform" in row.needs and not application.platform.strip():
        raise ExclusionRefused(_("Name the platform"))
    if "date" in row.needs and (application.shelf_until is None or application.shelf_until <= now):
        raise ExclusionRefused(_("Give the date by which it is to be solved; it must lie ahead"))
    least = int(book.rule("exclusion.refused_contacts", local_day(book, now)))
    if "contacts" in row.needs and contacts < least:
        raise ExclusionRefused(
            _("The requester has refused contact %(count)s times on record; %(least)s are needed")
            % {"count": contacts, "least": least}
        )


def _check_earlier(ticket: Ticket, row: Reason) -> None:
    for earlier in of_ticket(ticket.pk):
        if earlier.state in (*w.UNDECIDED, *w.IN_FORCE):
            raise ExclusionRefused(_open_already())
        same = earlier.lead_id == ticket.lead_id and earlier.code == row.code
        if same and earlier.state in (w.REFUSED, w.UPHELD, w.FINAL):
            raise ExclusionRefused(
                _("This was refused (%(number)s). A refusal is appealed; it is not asked for again")
                % {"number": earlier.number}
            )


def _open_already() -> str:
    return _("There is an application for this ticket already; wait for its end, or withdraw it")


def _check_evidence(exclusion: Exclusion, book: Book) -> None:
    if "evidence" in _reason_of(exclusion, book).needs and not exclusion.photos:
        raise ExclusionRefused(_("This reason needs evidence: the unit must add a file first"))


def _check_two(exclusion: Exclusion, row: Reason, actor: Actor) -> None:
    if "second" not in row.needs:
        return
    if not exclusion.endorsed_by:
        raise ExclusionRefused(_("This reason needs two persons: agree first, then another one approves"))
    if exclusion.endorsed_by == actor.id:
        raise ExclusionRefused(_("You agreed as the first; another person must approve"))


def _check_decider(exclusion: Exclusion, actor: Actor, book: Book) -> None:
    applicant = book.units[str(exclusion.lead_id)]
    if not may_decide(applicant, _standing(actor, book), exclusion.lead_id):
        raise ExclusionRefused(
            _("The level above the unit decides: its government, the hotline, or the service department")
        )


def _check_hearer(exclusion: Exclusion, actor: Actor, book: Book) -> None:
    applicant = book.units[str(exclusion.lead_id)]
    if actor.id in (exclusion.decided_by,):
        raise ExclusionRefused(_("Whoever decided first does not decide on the appeal"))
    if not may_hear(applicant, _standing(actor, book), exclusion.lead_id, exclusion.decided_level):
        raise ExclusionRefused(_("An appeal is decided on a higher level than the first decision"))


def _standing(actor: Actor, book: Book) -> Unit:
    """The unit for which somebody decides; a supervisor decides for the hotline."""
    unit = book.units.get(actor.unit)
    if Role.SUPERVISOR in actor.roles and (unit is None or unit.kind != "hotline"):
        unit = hotline_of(book) or unit
    if unit is None:
        raise ExclusionRefused(_("Your account belongs to no unit, so it cannot decide"))
    return unit


def _advance(exclusion: Exclusion, step: Step) -> Exclusion:
    return _as_exclusion(do_advance(EXCLUSION, exclusion, step))


def _as_exclusion(matter: object) -> Exclusion:
    assert isinstance(matter, Exclusion)
    return matter
