"""The only writers of oversight (督办, Ordinance Art. 5, 24, 35). A case and its ticket change together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book, MissingRule
from jieban.city.clock import add_time, calendar_of, local_day
from jieban.matters.actions import Opening, do_advance, do_open, new_number, series
from jieban.matters.actors import PLATFORM
from jieban.matters.rules import Actor, NotPossible, Step
from jieban.oversight import rules
from jieban.oversight import workflow as w
from jieban.oversight.kind import OVERSIGHT
from jieban.oversight.models import Case
from jieban.oversight.queries import another_open, of_ticket
from jieban.people.roles import Role
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets.actions import say
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket


class OversightRefused(NotPossible):
    """The verb is possible in this state, but not like this; the message says what is missing."""

    reason = "oversight_refused"


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk-down (约谈) that was held: when, with whom, and what came of it."""

    at: datetime
    who: str
    result: str


def do_supervise(
    ticket: Ticket,
    trigger: str,
    words: str,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    measured: int = 0,
    unit: str = "",
) -> Case:
    """Put a ticket under supervision: it begins on the rung of its trigger, with hours for an answer.

    The unit that leads must answer, or ``unit``, such as a department that refuses to report in.

    What was redone or passed on too often is a problem ticket (问题工单) and goes to the government of
    its territory. Seven SQL statements. Raises ``OversightRefused`` where such a case is open already.
    """
    TICKET.workflow.transition(ticket.state, "supervise")
    row = _trigger(trigger, book, now)
    problem = row.measure in rules.PROBLEM
    lead = rules.answers_for(ticket.row(), problem, book.units)
    lead = rules.not_recused(unit, ticket.recused, book.units) if unit else lead
    _check_overseer(actor, lead, book)
    first: dict[str, Any] = {
        "ticket": ticket.pk,
        "ticket_number": ticket.number,
        "recused": list(ticket.recused),
        "simulated": ticket.simulated,
    }
    marks = {*ticket.marks, "supervised"} | ({"problem"} if problem else set())
    said = {"marks": sorted(marks)} if marks != set(ticket.marks) else {}
    opening = _opening(row, lead, words, actor, now, book, first, problem=problem, measured=measured)
    detail = {"case": opening.first["number"], "trigger": row.code, "step": row.step, "unit": lead}
    with transaction.atomic():
        say(ticket, "supervise", actor, now, said, detail, book=book)
        return _open(opening)


def do_supervise_unit(
    unit: str, trigger: str, words: str, actor: Actor, *, now: datetime, book: Book, measured: int = 0
) -> Case:
    """Put a unit under supervision without a ticket, such as one at the tail of the ranking (约谈)."""
    row = _trigger(trigger, book, now)
    if unit not in book.units or not book.units[unit].can_lead:
        raise OversightRefused(_("Choose a unit that handles tickets"))
    if not words.strip() and Role.SYSTEM not in actor.roles:  # the trigger says why
        raise OversightRefused(_("Say why; the unit must answer to it"))
    _check_overseer(actor, unit, book)
    with transaction.atomic():
        return _open(_opening(row, unit, words, actor, now, book, {}, measured=measured))


def do_answer(case: Case, words: str, actor: Actor, *, now: datetime) -> Case:
    """The unit tells which measures it has taken. Three SQL statements."""
    said = _required(words, _("Say what was done, by whom, and what comes next"))
    changes = {"answer": said, "answered_at": now, "overdue": False, "clock": "", "clock_at": None}
    return _advance(case, Step("answer", actor, now, changes))


def do_accept(case: Case, words: str, actor: Actor, *, now: datetime, book: Book) -> Case:
    """The answer is enough: the case ends. On the highest rung the talk-down must be noted first."""
    OVERSIGHT.workflow.transition(case.state, "accept")
    _check_overseer(actor, str(case.lead_id), book)
    if rules.is_highest(_ladder(book, now), case.rung) and case.talked_at is None:
        raise OversightRefused(_("On this rung a talk is held: note it first, then accept"))
    return _end(case, Step("accept", actor, now, _over(now), _note(words)), actor, now=now, book=book)


def do_not_enough(case: Case, words: str, actor: Actor, *, now: datetime, book: Book) -> Case:
    """The answer is not enough: the case goes one rung up, with the hours of that rung."""
    OVERSIGHT.workflow.transition(case.state, "not_enough")
    _check_overseer(actor, str(case.lead_id), book)
    said = _required(words, _("Tell the unit what is missing"))
    up = rules.next_rung(_ladder(book, now), case.rung)
    rung = _on_rung(up, book, now) if up else _again(case, book, now)
    return _advance(case, Step("not_enough", actor, now, rung, {"note": said}))


def do_raise(case: Case, words: str, actor: Actor, *, now: datetime, book: Book) -> Case:
    """Go one rung up without waiting for the answer. Raises ``OversightRefused`` on the highest."""
    OVERSIGHT.workflow.transition(case.state, "raise")
    _check_overseer(actor, str(case.lead_id), book)
    up = rules.next_rung(_ladder(book, now), case.rung)
    if up is None:
        raise OversightRefused(_("It stands on the highest rung already: hold the talk and note it"))
    return _advance(case, Step("raise", actor, now, _on_rung(up, book, now), _note(words)))


def do_late(case: Case, actor: Actor, *, now: datetime, book: Book) -> Case:
    """The hours of a rung are over without an answer: one rung up, or marked late on the highest."""
    up = rules.next_rung(_ladder(book, now), case.rung)
    if up is None:
        changes = {"overdue": True, "clock": "", "clock_at": None}
        return _advance(case, Step("late", actor, now, changes))
    changes = {**_on_rung(up, book, now), "overdue": True}
    return _advance(case, Step("raise", actor, now, changes, {"why": "unanswered"}))


def do_note_talk(case: Case, talk: Talk, actor: Actor, *, now: datetime, book: Book) -> Case:
    """Note a talk-down that was held: when, with whom, with which result."""
    OVERSIGHT.workflow.transition(case.state, "note")
    _check_overseer(actor, str(case.lead_id), book)
    if talk.at > now:
        raise OversightRefused(_("Note the talk when it has been held"))
    changes = {
        "talked_at": talk.at,
        "talked_with": _required(talk.who, _("Say with whom"))[:120],
        "talk_result": _required(talk.result, _("Say what came of the talk")),
    }
    return _advance(case, Step("note", actor, now, changes))


def do_mark(case: Case, acts: list[str], words: str, actor: Actor, *, now: datetime, book: Book) -> Case:
    """Mark wrongful acts of Art. 35 for the inspection; the ground is needed."""
    OVERSIGHT.workflow.transition(case.state, "mark")
    _check_overseer(actor, str(case.lead_id), book)
    if not acts or not set(acts) <= set(w.WRONGFUL_ACTS):
        raise OversightRefused(_("Choose one or more of the six acts of Art. 35"))
    said = _required(words, _("Say what happened and what proves it"))
    marked = [act for act in w.WRONGFUL_ACTS if act in {*case.wrongs, *acts}]
    return _advance(case, Step("mark", actor, now, {"wrongs": marked}, {"note": said, "acts": sorted(acts)}))


def do_close(case: Case, words: str, actor: Actor, *, now: datetime, book: Book) -> Case:
    """End a case without an answer: it was opened wrongly, or its cause is gone."""
    OVERSIGHT.workflow.transition(case.state, "close")
    _check_overseer(actor, str(case.lead_id), book)
    detail = {"note": _required(words, _("Say why it needs no answer any more"))}
    return _end(case, Step("close", actor, now, _over(now), detail), actor, now=now, book=book)


def do_end_solved(case: Case, *, now: datetime, book: Book) -> Case:
    """The requester has said that it is solved: its cause is gone, and the platform ends the case."""
    step = Step("close", PLATFORM, now, _over(now), {"why": "solved"})
    return _end(case, step, PLATFORM, now=now, book=book)


def do_follow(ticket: Ticket, *, now: datetime, book: Book) -> None:
    """The ticket has another lead: whoever leads now answers, with the hours of the rung (Art. 5, 12).

    What a unit owes to a whistle stays with it. One SQL statement, three more for each case that moves.
    """
    for case in of_ticket(ticket.pk):
        lead = _answers_now(case, ticket, book)
        if case.state in w.OPEN and lead and lead != case.lead_id:
            _advance(case, _move(case, lead, now, book))


def do_keep_out(ticket: Ticket, *, now: datetime, book: Book) -> None:
    """Whoever is recused from a ticket (回避, Art. 8) sees no case of it; the level above answers instead.

    One SQL statement, at most three more for each case.
    """
    for case in of_ticket(ticket.pk):
        steps = [Step("keep_out", PLATFORM, now, {"recused": list(ticket.recused)})]
        if case.state in w.OPEN and case.lead_id in ticket.recused:
            above = rules.not_recused(str(case.lead_id), ticket.recused, book.units)
            steps.append(_move(case, above, now, book))
        if len(steps) > 1 or sorted(case.recused) != sorted(ticket.recused):
            do_advance(OVERSIGHT, case, *steps)


def _answers_now(case: Case, ticket: Ticket, book: Book) -> str:
    """The unit that must answer, as the ticket stands now; empty where it does not follow the ticket."""
    if _trigger(case.trigger, book, case.opened_at).measure in rules.OF_WHISTLES:
        return ""
    return rules.answers_for(ticket.row(), case.problem, book.units)


def _move(case: Case, lead: str, now: datetime, book: Book) -> Step:
    rung = _again(case, book, now)
    fresh = {"lead_id": lead, "answer": "", "answered_at": None, "overdue": False}
    return Step("move", PLATFORM, now, {**rung, **fresh}, {"from": case.lead_id})


def _opening(
    row: Any,
    lead: str,
    words: str,
    actor: Actor,
    now: datetime,
    book: Book,
    first: dict[str, Any],
    *,
    problem: bool = False,
    measured: int = 0,
) -> Opening:
    serial = series.take()
    number = new_number(serial, now, book.identity.number_format)
    step = next((one for one in _ladder(book, now) if one.code == row.step), None)
    if step is None:
        raise OversightRefused(_("The ladder of supervision has no such rung today"))
    changes = {
        "lead_id": lead,
        "trigger": row.code,
        "measured": measured,
        "problem": problem,
        "words": masked_by_staff(words),
        **_on_rung(step, book, now),
    }
    return Opening(
        {"id": serial, "number": number, "opened_at": now, **first}, (Step("open", actor, now, changes),)
    )


def _open(opening: Opening) -> Case:
    try:
        (case,) = do_open(OVERSIGHT, [opening])
    except IntegrityError as error:
        raise OversightRefused(_("It is under supervision for this reason already")) from error
    return _as_case(case)


def _end(case: Case, step: Step, actor: Actor, *, now: datetime, book: Book) -> Case:
    """End a case; when it was the last open one, its ticket is no longer under supervision."""
    with transaction.atomic(savepoint=False):
        ended = _advance(case, step)
        if case.ticket is not None and not another_open(case):
            ticket = Ticket.objects.get(pk=case.ticket)
            marks = [mark for mark in ticket.marks if mark != "supervised"]
            detail = {"case": case.number, "why": step.verb}
            say(ticket, "supervision_over", actor, now, {"marks": marks}, detail, book=book)
    return ended


def _on_rung(step: Any, book: Book, now: datetime) -> dict[str, Any]:
    """The columns of a case that comes to stand on a rung now: until when the unit must answer."""
    until = add_time(now, step.answer_hours, calendar_of(book, step.calendar))
    return {
        "step": step.code,
        "rung": int(step.rung),
        "due_at": until,
        "clock": "answer",
        "clock_at": until,
    }


def _again(case: Case, book: Book, now: datetime) -> dict[str, Any]:
    """Once more on its rung, or on the highest below it."""
    step = next(one for one in reversed(_ladder(book, now)) if one.rung <= case.rung)
    return _on_rung(step, book, now)


def _over(now: datetime) -> dict[str, Any]:
    return {"closed_at": now, "clock": "", "clock_at": None}


def _ladder(book: Book, now: datetime) -> list[Any]:
    return rules.ladder(book, local_day(book, now))


def _trigger(code: str, book: Book, now: datetime) -> Any:
    try:
        return book.dated("oversight_triggers", code, local_day(book, now))
    except MissingRule as error:
        raise OversightRefused(_("Choose one of the reasons in force today")) from error


def _note(words: str) -> dict[str, str]:
    return {"note": masked_by_staff(words)} if words.strip() else {}


def _required(words: str, remedy: str) -> str:
    if not words.strip():
        raise OversightRefused(remedy)
    return masked_by_staff(words)


def _check_overseer(actor: Actor, lead: str, book: Book) -> None:
    """Graded supervision (Jinan Art. 28): the level above the unit, or a body of the city."""
    if Role.SYSTEM not in actor.roles and not rules.may_stand_over(actor, lead, book):
        raise OversightRefused(
            _("The level above the unit supervises: its government, or a body of the city")
        )


def _advance(case: Case, step: Step) -> Case:
    return _as_case(do_advance(OVERSIGHT, case, step))


def _as_case(matter: object) -> Case:
    assert isinstance(matter, Case)
    return matter
