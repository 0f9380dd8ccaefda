"""The only writers of dispatch: a ticket is sent to a unit, or its objection is ruled on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book, MissingRule
from jieban.city.clock import due_at
from jieban.city.rows import Unit
from jieban.dispatch.along import along, do_send_along
from jieban.dispatch.ranker.history import do_note_return
from jieban.dispatch.rules import (
    DANGER_QUEUE,
    INDUSTRIES,
    RETURNED_QUEUE,
    TERRITORIES,
    Candidate,
    Proposal,
    candidate_for,
    copies,
    local_day,
    place_at,
)
from jieban.matters.rules import Actor, NotPossible, Step
from jieban.reading.privacy.notes import masked_by_staff
from jieban.subtickets.actions import do_end_all
from jieban.tickets import clocks
from jieban.tickets.actions import NOTHING_DONE, advance, over, say
from jieban.tickets.limits import tier_of
from jieban.tickets.models import Ticket
from jieban.tickets.workflow import CONSULTING, DISPATCHED


class DispatchRefused(NotPossible):
    """The unit may not be given this ticket. ``article`` is the rule."""

    reason = "dispatch_refused"

    def __init__(self, message: str, article: str) -> None:
        super().__init__(_("%(message)s (%(article)s)") % {"message": message, "article": article})
        self.article = article


@dataclass(frozen=True, slots=True)
class Choice:
    """What a dispatcher decides; an empty part keeps what the ticket has.

    ``industry``: the department that gets a sub-ticket beside a territory that leads (双派).
    """

    unit: str
    category: str = ""
    place: str = ""
    tier: str = ""
    note: str = ""
    industry: str = ""


def sending(
    book: Book,
    candidate: Candidate,
    tier: str,
    now: datetime,
    *,
    secrecy: str = "",
    recused: Iterable[str] = (),
) -> dict[str, Any]:
    """The columns of a ticket that is sent to ``candidate`` now, its clock among them (Art. 13).

    Units that must keep out get no copy and are not asked to assist.
    """
    recused = frozenset(recused)
    sent = {
        "lead_id": candidate.unit,
        "queue": "",
        "tier": tier,
        "catalogue_row": candidate.row,
        "assist": helping(candidate, candidate.industry, recused),
        "copied_to": [code for code in candidate.copied_to if code not in recused],
        "industry": "" if candidate.industry in recused else candidate.industry,
        "asked": len(along(book, candidate, now, recused)),
        "dispatched_at": now,
        **NOTHING_DONE,
        "due_at": due_at(now, book.dated("limit_tiers", tier, local_day(book, now)), book),
    }
    return {**sent, **clocks.running({**sent, "state": DISPATCHED, "secrecy": secrecy}, book)}


def helping(candidate: Candidate, industry: str, recused: Iterable[str]) -> list[str]:
    """The units that see the ticket because they help its lead: the catalogue's, and the industry's."""
    kept_out = frozenset(recused)
    named = dict.fromkeys((*candidate.assist, industry))
    return [code for code in named if code and code not in kept_out]


def waiting(book: Book, queue: str, now: datetime) -> dict[str, Any]:
    """The columns of a ticket that waits in ``queue`` for a person, with the hours that he has."""
    limit = now + patience(book, queue, now)
    return {"queue": queue, "lead_id": None, "due_at": limit, "clock": "dispatch", "clock_at": limit}


def patience(book: Book, queue: str, now: datetime) -> timedelta:
    """How long a request may wait in a queue for a person."""
    on = local_day(book, now)
    if queue == DANGER_QUEUE:
        return timedelta(minutes=float(book.rule("dispatch.danger_minutes", on)))
    return timedelta(hours=float(book.rule("dispatch.queue_hours", on)))


def first_steps(
    proposal: Proposal,
    book: Book,
    actor: Actor,
    now: datetime,
    *,
    secrecy: str = "",
    recused: Iterable[str] = (),
) -> tuple[Step, ...]:
    """What follows the taking in of a request: it is sent to its unit, or waits in a named queue."""
    detail = {"confidence": proposal.best.confidence if proposal.best else None}
    if proposal.best and not proposal.queue:
        changes = sending(book, proposal.best, proposal.tier, now, secrecy=secrecy, recused=recused)
        return (Step("dispatch", actor, now, changes, detail),)
    return (Step("queue", actor, now, waiting(book, proposal.queue, now), {"why": proposal.why_queue}),)


def check_choice(ticket: Ticket, choice: Choice, book: Book, now: datetime) -> Candidate:
    """The candidate that a dispatcher's choice means. Raises ``DispatchRefused`` naming the article."""
    unit = book.units.get(choice.unit)
    if unit is None or not unit.in_force(local_day(book, now)):
        raise DispatchRefused(_("There is no such unit today"), _("dispatch catalogue"))
    if not unit.can_lead:
        raise DispatchRefused(
            _("%(unit)s may assist but never lead") % {"unit": unit.name}, _("Ordinance Art. 17")
        )
    if unit.code in ticket.recused:
        raise DispatchRefused(
            _("%(unit)s is recused from this ticket") % {"unit": unit.name}, _("Ordinance Art. 8")
        )
    if unit.code in ticket.objected_by:
        raise DispatchRefused(
            _("%(unit)s objected and the objection was accepted") % {"unit": unit.name},
            _("Ordinance Art. 12"),
        )
    _check_codes(choice, book, local_day(book, now))
    category = choice.category or ticket.category_id or ""
    place = place_at(book, choice.place or ticket.place_id or ticket.street or ticket.district)
    by_rule = candidate_for(book, category, place, local_day(book, now)) if category else None
    industry = _industry(ticket, choice, unit, book, now)
    if by_rule and by_rule.unit == unit.code:
        return replace(by_rule, industry=industry) if industry else by_rule
    return Candidate(
        unit=unit.code,
        category=category,
        row="",
        tier=by_rule.tier if by_rule else usual_tier(book, now),
        basis="",
        assist=(),
        copied_to=copies(book, unit),
        confidence=1.0,
        industry=industry,
    )


def _industry(ticket: Ticket, choice: Choice, lead: Unit, book: Book, now: datetime) -> str:
    """The department of a dual dispatch (双派): the territory leads, the industry acts beside it."""
    if not choice.industry:
        return ""
    unit = book.units.get(choice.industry)
    if unit is None or not unit.in_force(local_day(book, now)):
        raise DispatchRefused(_("There is no such unit today"), _("dispatch catalogue"))
    if lead.kind not in TERRITORIES or unit.kind not in INDUSTRIES:
        raise DispatchRefused(
            _("In a dual dispatch a street or district leads, and a department acts beside it"),
            _("Ordinance Art. 11, 12"),
        )
    if unit.code in ticket.recused:
        raise DispatchRefused(
            _("%(unit)s is recused from this ticket") % {"unit": unit.name}, _("Ordinance Art. 8")
        )
    return unit.code


def _check_codes(choice: Choice, book: Book, on: date) -> None:
    """Codes that the city does not have are refused by name, not stored and not passed over."""
    if choice.category and choice.category not in book.categories:
        raise DispatchRefused(_("There is no such category"), _("dispatch catalogue"))
    if choice.place and choice.place not in book.places:
        raise DispatchRefused(_("There is no such place"), _("dispatch catalogue"))
    if choice.tier and not any(row.code == choice.tier for row in book.current("limit_tiers", on)):
        raise DispatchRefused(_("There is no such time limit"), _("Ordinance Art. 13"))


def do_dispatch(ticket: Ticket, choice: Choice, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """Send a waiting ticket to the unit that a dispatcher chose. Two SQL statements.

    Who did it is kept: he may not rule on an objection to it (Art. 12 ¶3).
    Raises ``DispatchRefused``, the refusals of the engine, and ``Overtaken`` when another was first.
    """
    if ticket.state == CONSULTING:
        raise DispatchRefused(
            _("Units are being consulted: decide the consultation, or end it"), _("Ordinance Art. 12")
        )
    return send_out(ticket, "dispatch", choice, actor, now=now, book=book)


def send_out(
    ticket: Ticket,
    verb: str,
    choice: Choice,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    more: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Ticket:
    """Give the ticket to the unit chosen, with a limit of its own and all that goes with it.

    What the unit before had asked of others is settled. Two SQL statements, three more where other
    units are asked along, five where some were asked before. ``more``: further columns; ``detail``:
    what else the event records.
    """
    candidate = check_choice(ticket, choice, book, now)
    on = local_day(book, now)
    demanded = choice.tier or tier_of(ticket.row(), candidate.tier, book, on, category=candidate.category)
    sent = sending(book, candidate, demanded, now, secrecy=ticket.secrecy, recused=ticket.recused)
    changes: dict[str, Any] = {
        "category_id": candidate.category or None,
        **place_columns(book, choice.place),
        **sent,
        "dispatched_by": actor.id,
        **(more or {}),
    }
    note, asked_before = masked_by_staff(choice.note), ticket.asked
    with transaction.atomic(savepoint=False):
        ticket = advance(ticket, Step(verb, actor, now, changes, {"note": note, **(detail or {})}))
        if asked_before:
            do_end_all(ticket.pk, now=now)
        do_send_along([(ticket, candidate)], actor, now=now, book=book, note=note)
    return ticket


def do_answer(ticket: Ticket, explanation: str, actor: Actor, *, now: datetime, cited: str = "") -> Ticket:
    """Answer a request at once instead of sending it on (直接答复, Art. 11 ¶1). Two SQL statements.

    ``cited`` is the article of the knowledge base (code@version) that the answer rests on.
    """
    return advance(ticket, answer_step(explanation, actor, now, cited=cited))


def answer_step(explanation: str, actor: Actor, now: datetime, *, cited: str = "") -> Step:
    """The step that answers a request at once, for a ticket that is there or one that is being opened."""
    changes = {"explanation": masked_by_staff(explanation), "queue": "", **over(now)}
    return Step("answer", actor, now, changes, {"cited": cited} if cited else {})


BY_OTHER_VERBS = ("DIRECT_ANSWER", "EMERGENCY", "SAME_MATTER")
"""Branches that ask for more than words: an answer, an acknowledged hand-over, the earlier ticket."""


def do_explain(
    ticket: Ticket,
    branch: str,
    explanation: str,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    copied_to: str = "",
) -> Ticket:
    """Tell why no unit is charged: one of the branches of Art. 11 ¶3, with words for the requester.

    ``copied_to``: the unit that gets a copy for supervision or guidance (Art. 11 ¶3 (5)). The branches of
    ``BY_OTHER_VERBS`` are refused here: they are said by the verbs that do what they promise.
    """
    on = local_day(book, now)
    if branch in BY_OTHER_VERBS:
        raise DispatchRefused(_use_instead(branch), _("Ordinance Art. 11"))
    if not any(row.code == branch for row in book.current("branches", on)):
        raise DispatchRefused(_("Choose one of the branches"), _("Ordinance Art. 11 ¶3"))
    changes = {"branch": branch, "explanation": masked_by_staff(explanation), "queue": "", **over(now)}
    if copied_to:
        unit = book.units.get(copied_to)
        if unit is None or not unit.in_force(on):
            raise DispatchRefused(_("There is no such unit today"), _("dispatch catalogue"))
        if unit.code in ticket.recused:
            raise DispatchRefused(
                _("%(unit)s is recused from this ticket") % {"unit": unit.name}, _("Ordinance Art. 8")
            )
        changes["copied_to"] = [unit.code]
    return advance(ticket, Step("explain", actor, now, changes))


def _use_instead(branch: str) -> str:
    if branch == "EMERGENCY":
        return _("Hand it over to the emergency line, and note who took it there")
    if branch == "SAME_MATTER":
        return _("Give the number of the earlier ticket; it is urged on, or marked as brought again")
    return _("Answer it at once, in your own words")


def do_rule_on_objection(
    ticket: Ticket,
    accept: bool,
    ruling: str,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    unit: str = "",
) -> Ticket:
    """Accept or reject a unit's objection (派单异议, Art. 12 ¶3). One SQL statement more
    than ``send_out``, three where it waits.

    A unit that was the wrong one is remembered for such matters there (``dispatch.ranker.effects``).

    Accepted with the ``unit`` whose duty it is: it goes there at once (快速裁决) with a limit of its
    own. Accepted without: it waits for a dispatcher. Rejected: the unit keeps it and its limit.
    Whoever dispatched the ticket may not rule on it: ``DispatchRefused``.
    """
    if actor.id == ticket.dispatched_by:
        raise DispatchRefused(
            _("Whoever dispatched a ticket does not rule on the objection"), _("Ordinance Art. 12 ¶3")
        )
    said = {"ruling": masked_by_staff(ruling)}
    if not accept:
        return say(ticket, "reject_objection", actor, now, {}, said, book=book)
    if unit and unit == ticket.lead_id:
        raise DispatchRefused(_("This is the unit that objects"), _("Ordinance Art. 12 ¶3"))
    wrong = ticket.lead_id or ""
    ticket = _taken_away(ticket, unit, said, actor, now=now, book=book)
    do_note_return(ticket, wrong, now=now, book=book)  # a statistic: the ruling does not wait for it
    return ticket


def _taken_away(
    ticket: Ticket, unit: str, said: dict[str, Any], actor: Actor, *, now: datetime, book: Book
) -> Ticket:
    """The ticket goes to ``unit`` at once, or waits for a dispatcher again."""
    heard = {"objected_by": [*ticket.objected_by, ticket.lead_id], "passed": ticket.passed + 1}
    if unit:
        return send_out(ticket, "redirect", Choice(unit), actor, now=now, book=book, more=heard, detail=said)
    changes = {**waiting(book, RETURNED_QUEUE, now), **heard, **NOBODY}
    with transaction.atomic(savepoint=False):
        asked_before = ticket.asked
        ticket = advance(ticket, Step("accept_objection", actor, now, changes, said))
        if asked_before:
            do_end_all(ticket.pk, now=now)
    return ticket


NOBODY: dict[str, Any] = {"assist": [], "copied_to": [], "industry": "", "asked": 0}
"""What a ticket has that was taken from its unit: nobody assists or has a copy any more."""


def do_mark_late(ticket: Ticket, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """A ticket that nobody dispatched in time is marked, and again after ``dispatch.late_again_hours``.

    Two SQL statements.
    """
    again = timedelta(hours=float(book.rule("dispatch.late_again_hours", local_day(book, now))))
    changes = {"overdue": True, "clock_at": now + again}
    return advance(ticket, Step("late", actor, now, changes))


def place_columns(book: Book, code: str) -> dict[str, Any]:
    """The columns of a ticket whose place is ``code``; empty for no code, so that nothing is changed."""
    place = place_at(book, code)
    if place is None:
        return {}
    return {"place_id": place.code, "district": place.district, "street": place.street}


def usual_tier(book: Book, now: datetime) -> str:
    """The tier that most catalogue rows in force give: the limit where no row says otherwise."""
    counts: dict[str, int] = {}
    for row in book.current("dispatch_catalogue", local_day(book, now)):
        counts[row.tier] = counts.get(row.tier, 0) + 1
    if not counts:
        raise MissingRule("dispatch_catalogue", "*", local_day(book, now))
    return max(counts, key=lambda code: counts[code])
