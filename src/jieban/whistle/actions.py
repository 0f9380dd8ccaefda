"""The only writers of whistles and report-ins (Ordinance Art. 16, 33; Street-office Ordinance Art. 5, 44).

Whoever may end a whistle holds its row first (``SELECT … FOR UPDATE``), then the report-in, then the
ticket, always in this order; so two units that give their results at the same moment end it once.
The ratings stand in ``rating``, joining and refusing in ``joining``, what the platform does in ``following``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book, MissingRule
from jieban.city.clock import local_day
from jieban.city.law import WhistleKind
from jieban.city.rows import Unit
from jieban.city.units import district_above, hotline_code
from jieban.matters.actions import Opening, do_advance, do_open, new_number, series
from jieban.matters.actors import PLATFORM
from jieban.matters.many import do_advance_many
from jieban.matters.rules import Actor, NotPossible, NotYours, Step
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets.actions import advance
from jieban.tickets.actions import step as ticket_step
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket
from jieban.tickets.workflow import AT_THE_UNIT
from jieban.whistle import rules
from jieban.whistle import workflow as w
from jieban.whistle.kind import REPORT, WHISTLE
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.queries import reports_of


class WhistleRefused(NotPossible):
    """The whistle is not possible like this; the message names the rule and the remedy."""

    reason = "whistle_refused"


@dataclass(frozen=True, slots=True)
class Blow:
    """What a street blows for; its free text is masked here. With tickets, ``subject`` may stay empty."""

    kind: str
    units: Sequence[str]
    words: str
    tried: str
    subject: str = ""
    place: str = ""
    gather_place: str = ""
    gather_at: datetime | None = None


def do_blow(
    blow: Blow, tickets: Sequence[Ticket], actor: Actor, *, now: datetime, book: Book, simulated: bool = False
) -> Whistle:
    """A street blows the whistle (吹哨) and calls the units, each with its own clock (Art. 16).

    At most 7 SQL statements, two more for each ticket. Raises ``WhistleRefused``, ``NotYours`` and the
    refusals of the tickets' own law: they must be the street's and in work.
    """
    street = _street(actor, book, now)
    kind = kind_of(blow.kind, book, now)
    units = _units(blow, tickets, street, book, now)
    _check_words(blow, tickets, book, now)
    first, step = _whistle_of(blow, tickets, street, units, kind, actor, now, book, simulated)
    detail = {"whistle": first["number"], "units": [unit.code for unit in units]}
    blows = []
    for ticket in tickets:
        changes = {"whistled": ticket.whistled + 1}
        blows.append(ticket_step(ticket.row(), "whistle", actor, now, changes, detail, book=book))
        TICKET.workflow.take(ticket.row(), blows[-1])  # a refusal leaves nothing half done
    with transaction.atomic(savepoint=False):
        for ticket, said in zip(tickets, blows, strict=True):
            advance(ticket, said)
        (whistle,) = do_open(WHISTLE, [Opening(first, (step,))])
        assert isinstance(whistle, Whistle)
        do_open(REPORT, [_report_of(whistle, unit, street, kind, actor, now, book) for unit in units])
    return whistle


def kind_of(code: str, book: Book, now: datetime) -> WhistleKind:
    """The kind of whistle in force today. Raises ``WhistleRefused``."""
    try:
        kind: WhistleKind = book.dated("whistle_kinds", code, local_day(book, now))
    except MissingRule as error:
        raise WhistleRefused(_("Choose one of the kinds of whistle")) from error
    return kind


def _street(actor: Actor, book: Book, now: datetime) -> Unit:
    """Streets alone blow the whistle (Art. 16)."""
    unit = book.units.get(actor.unit)
    if unit is None or unit.kind != "street" or not unit.in_force(local_day(book, now)):
        raise NotYours("blow", actor)
    return unit


def _units(blow: Blow, tickets: Sequence[Ticket], street: Unit, book: Book, now: datetime) -> list[Unit]:
    recused = {code for ticket in tickets for code in ticket.recused}
    found = []
    for code in dict.fromkeys(blow.units):
        unit = book.units.get(code)
        if unit is None:
            raise WhistleRefused(_("There is no such unit today"))
        if not rules.may_be_called(street, unit, local_day(book, now), book):
            raise WhistleRefused(
                _("%(unit)s cannot be called: call departments, enterprises, or units of another district")
                % {"unit": unit.name}
            )
        if code in recused:
            raise WhistleRefused(_("%(unit)s is recused from this ticket") % {"unit": unit.name})
        found.append(unit)
    if not found:
        raise WhistleRefused(_("Choose at least one unit that is to come"))
    return found


def _check_words(blow: Blow, tickets: Sequence[Ticket], book: Book, now: datetime) -> None:
    """First what the street can do itself, then the whistle; the account of it is part of the whistle."""
    on = local_day(book, now)
    most = int(book.rule("whistle.max_tickets", on))
    if len(tickets) > most:
        raise WhistleRefused(_("One whistle joins at most %(most)s tickets") % {"most": most})
    if not tickets and not blow.subject.strip():
        raise WhistleRefused(_("Name the key work, or the ticket, that you whistle for"))
    if not blow.words.strip():
        raise WhistleRefused(_("Write what the units are to do"))
    least = int(book.rule("whistle.min_chars", on))
    if len(blow.tried.strip()) < least:
        raise WhistleRefused(
            _("First the street does what it can: write what was tried, in at least %(least)s characters")
            % {"least": least}
        )


def _whistle_of(
    blow: Blow,
    tickets: Sequence[Ticket],
    street: Unit,
    units: Sequence[Unit],
    kind: WhistleKind,
    actor: Actor,
    now: datetime,
    book: Book,
    simulated: bool,
) -> tuple[dict[str, Any], Step]:
    serial = series.take()
    district = district_above(book, street)
    first = {
        "id": serial,
        "number": new_number(serial, now, book.identity.number_format),
        "opened_at": now,
        "lead_id": street.code,
        "district": district,
        "simulated": simulated or any(ticket.simulated for ticket in tickets),
    }
    recused = {code for ticket in tickets for code in ticket.recused}
    seers = [district, *(code for unit in units for code in rules.judges(unit, book, recused))]
    subject = masked_by_staff(blow.subject) or next((one.title or one.text for one in tickets), "")
    changes = {
        "whistle_kind": kind.code,
        "tickets": [ticket.pk for ticket in tickets],
        "ticket_numbers": [ticket.number for ticket in tickets],
        "subject": subject[:300],
        "words": masked_by_staff(blow.words),
        "tried": masked_by_staff(blow.tried),
        "place": masked_by_staff(blow.place)[:500],
        "gather_place": masked_by_staff(blow.gather_place)[:300],
        "gather_at": blow.gather_at,
        "called": [unit.code for unit in units],
        "copied_to": [code for code in dict.fromkeys(seers) if code and code not in recused],
        "recused": sorted(recused),
        "due_at": rules.report_by(kind, now, book),
    }
    return first, Step("blow", actor, now, changes)


def _report_of(
    whistle: Whistle, unit: Unit, street: Unit, kind: WhistleKind, actor: Actor, now: datetime, book: Book
) -> Opening:
    serial = series.take()
    first = {
        "id": serial,
        "number": new_number(serial, now, book.identity.number_format),
        "opened_at": now,
        "whistle": whistle.pk,
        "whistle_number": whistle.number,
        "whistle_kind": kind.code,
        "subject": whistle.subject,
        "sender_id": street.code,
        "district": whistle.district,
        "recused": whistle.recused,
        "simulated": whistle.simulated,
    }
    due = rules.report_by(kind, now, book)
    judges = rules.judges(unit, book, whistle.recused)
    if kind.code == rules.EMERGENCY or not rules.must_join(street, unit, book):
        # nobody waits for a signature while a pipe bursts: the other district hears of it and may rule
        seers = judges if rules.must_join(street, unit, book) else []
        changes = {"lead_id": unit.code, "copied_to": seers, **report_until(due)}
        return Opening(first, (Step("call", actor, now, changes),))
    joined = now + timedelta(hours=float(book.rule("whistle.join_hours", local_day(book, now))))
    until = min(joined, due)
    changes = {
        "lead_id": unit.code,
        "copied_to": list(dict.fromkeys([*judges, hotline_code(book)])),
        "due_at": until,
        "clock": "join",
        "clock_at": until,
    }
    return Opening(first, (Step("ask_to_join", actor, now, changes),))


def report_until(due: datetime) -> dict[str, Any]:
    """The columns of a report-in whose unit must come until ``due``."""
    return {"due_at": due, "clock": "report", "clock_at": due}


NO_CLOCK: dict[str, Any] = {"clock": "", "clock_at": None}


def do_acknowledge(report: ReportIn, actor: Actor, *, now: datetime) -> ReportIn:
    """The unit has heard the whistle and sets out (应哨). Three SQL statements."""
    return advance_report(report, Step("acknowledge", actor, now, {"acknowledged_at": now}))


def do_arrive(report: ReportIn, who: str, level: str, actor: Actor, *, now: datetime, book: Book) -> ReportIn:
    """The unit has reported in on the spot (报到): who came, and of which level (Art. 16).

    The first to come turns the whistle to "gathered". At most eight SQL statements.
    """
    required(who, _("Write who came, with the post"))
    if level not in rules.ATTENDANCE:
        raise WhistleRefused(_("Say of which level the person is who came"))
    days = float(book.rule("whistle.result_days", local_day(book, now)))
    due = now + timedelta(days=days)
    late = report.late or (report.due_at is not None and now > report.due_at)
    changes = {
        "arrived_at": now,
        "acknowledged_at": report.acknowledged_at or now,
        "attended_by": masked_by_staff(who)[:80],
        "attended_as": level,
        "late": late,
        "due_at": due,
        "clock": "result",
        "clock_at": due,
    }
    step = Step("arrive", actor, now, changes)
    REPORT.workflow.take(report.row(), step)  # a refusal costs no lock
    with transaction.atomic(savepoint=False):
        whistle = held(report.whistle)
        advance_report(report, step)
        if whistle.state == w.BLOWN:
            do_advance(WHISTLE, whistle, Step("gather", PLATFORM, now))
    return report


def do_act(report: ReportIn, note: str, actor: Actor, *, now: datetime) -> ReportIn:
    """The unit writes down what it does together with the others (联合处置). Two SQL statements."""
    required(note, _("Write in a sentence what was done"))
    return advance_report(report, Step("act", actor, now, {}, {"note": masked_by_staff(note)}))


def do_log(whistle: Whistle, note: str, actor: Actor, *, now: datetime) -> Whistle:
    """The street writes down what was done together. Two SQL statements."""
    required(note, _("Write in a sentence what was done"))
    return _as_whistle(
        do_advance(WHISTLE, whistle, Step("log", actor, now, {}, {"note": masked_by_staff(note)}))
    )


def do_give(
    report: ReportIn, result: str, solved: str, actor: Actor, *, now: datetime, book: Book
) -> ReportIn:
    """The unit gives its result; it returns to the tickets of the whistle (Art. 14, 16).

    The last result ends the whistle. At most 15 SQL statements, however many tickets.
    """
    required(result, _("Write what came of it; the street builds its reply on this"))
    if solved not in rules.SOLVED:
        raise WhistleRefused(_("Say whether it is solved: yes, partly, or not"))
    changes = {
        "result": masked_by_staff(result),
        "solved": solved,
        "due_at": now + _rating_time(book, now),
        **NO_CLOCK,
    }
    return ended(report, Step("give", actor, now, changes), now, book)


def do_withdraw(report: ReportIn, note: str, actor: Actor, *, now: datetime, book: Book) -> ReportIn:
    """The street does not need this unit any more."""
    step = Step("withdraw", actor, now, {"closed_at": now, **NO_CLOCK}, {"note": masked_by_staff(note)})
    return ended(report, step, now, book)


def do_cancel(whistle: Whistle, reason: str, actor: Actor, *, now: datetime) -> Whistle:
    """The street calls the whistle off; every unit that is still expected is told.

    The report-ins are held first, so that one who arrives at the same moment is seen or sees it. At most
    nine SQL statements.
    """
    required(reason, _("Say why; the units that are on their way read it"))
    note = {"note": masked_by_staff(reason)}
    step = Step("cancel", actor, now, {"closed_at": now, **NO_CLOCK}, note)
    WHISTLE.workflow.take(whistle.row(), step)
    with transaction.atomic(savepoint=False):
        held(whistle.pk)
        open_ = ReportIn.objects.select_for_update().filter(whistle=whistle.pk, state__in=w.OWING)
        out = Step("withdraw", actor, now, {"closed_at": now, **NO_CLOCK}, note)
        moves = [(report, (out,)) for report in open_.order_by("id")]
        do_advance(WHISTLE, whistle, step)
        do_advance_many(REPORT, moves)
    return whistle


def ended(report: ReportIn, step: Step, now: datetime, book: Book) -> ReportIn:
    """Take a step that may have been the last thing that the whistle waited for."""
    REPORT.workflow.take(report.row(), step)
    with transaction.atomic(savepoint=False):
        whistle = held(report.whistle)
        advance_report(report, step)
        reports = reports_of(whistle.pk)
        over = whistle.state in w.RUNNING and not any(one.state in w.OWING for one in reports)
        if over:
            settle(whistle, reports, now, book)
        if step.verb == "give" or (over and whistle.state == w.DONE):
            send_back(whistle, report, over, now, book)
    return report


def settle(whistle: Whistle, reports: Sequence[ReportIn], now: datetime, book: Book) -> None:
    """All that was called for is in: both sides rate now; without any result there is nothing to rate."""
    results = [one for one in reports if one.state in (w.RESULT, w.RATED)]
    until = now + _rating_time(book, now)
    changes = {
        "solved": rules.overall([one.solved for one in results]),
        "done_at": now,
        "due_at": until,
        "clock": "rate",
        "clock_at": until,
    }
    steps = [Step("settle", PLATFORM, now, changes)]
    if not results:
        steps.append(Step("rated", PLATFORM, now, {"closed_at": now, **NO_CLOCK}))
    do_advance(WHISTLE, whistle, *steps)


def send_back(whistle: Whistle, report: ReportIn, over: bool, now: datetime, book: Book) -> None:
    """The result returns to the tickets that the street still has (Art. 14, 16)."""
    if not whistle.tickets:
        return
    detail = {
        "whistle": whistle.number,
        "unit": report.lead_id,
        "solved": report.solved,
        "note": report.result,
        "overall": whistle.solved if over else "",
    }
    here = Ticket.objects.select_for_update().filter(
        pk__in=whistle.tickets, state__in=AT_THE_UNIT, lead=whistle.lead_id
    )
    moves = [
        (ticket, (ticket_step(ticket.row(), "returned", PLATFORM, now, {}, detail, book=book),))
        for ticket in here.order_by("pk")
    ]
    if moves:
        do_advance_many(TICKET, moves)


def _rating_time(book: Book, now: datetime) -> timedelta:
    return timedelta(days=float(book.rule("whistle.rate_days", local_day(book, now))))


def held(whistle: int) -> Whistle:
    """The whistle, held until the end of the transaction. One SQL statement."""
    return Whistle.objects.select_for_update().get(pk=whistle)


def required(words: str, remedy: str) -> None:
    """Raise ``WhistleRefused`` with the remedy where nothing was written."""
    if not words.strip():
        raise WhistleRefused(remedy)


def advance_report(report: ReportIn, step: Step) -> ReportIn:
    """Take a step on a report-in as it was read. Two SQL statements, one more where somebody is told."""
    advanced = do_advance(REPORT, report, step)
    assert isinstance(advanced, ReportIn)
    return advanced


def _as_whistle(matter: object) -> Whistle:
    assert isinstance(matter, Whistle)
    return matter
