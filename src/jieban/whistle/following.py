"""What the platform does to whistles: what is owed rings again and ends, and a whistle follows its tickets.

The whistle's row is held first, as in ``actions``; the clock, which holds the report-in already, leaves
the end of the whistle to a job.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from jieban.city.book import Book
from jieban.city.units import hotline_code
from jieban.matters.actions import do_advance
from jieban.matters.actors import PLATFORM
from jieban.matters.many import do_advance_many
from jieban.matters.rules import Step
from jieban.tickets.models import Ticket
from jieban.tickets.workflow import CLOSED_STATES, COUNTED
from jieban.whistle import rules
from jieban.whistle import workflow as w
from jieban.whistle.actions import NO_CLOCK, held, send_back, settle
from jieban.whistle.kind import REPORT, WHISTLE
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.queries import reports_of


def do_mark(reports: Sequence[ReportIn], verb: str, *, now: datetime, book: Book) -> None:
    """The clock rang: ``late``, ``result_late`` or ``join_late``. What is owed is still owed, and rings
    again; after ``whistle.give_up_days`` nobody waits for it any more, so that the whistle can end.

    Two SQL statements for what is marked and two for what is given up, one more where somebody is told
    and one a job; the report-ins given keep their old values.
    """
    flag = "late" if verb == "late" else "overdue"
    moves = []
    for report in reports:
        again = rules.rings_again(report.due_at or now, now, book)
        if again is None:
            step = Step("give_up", PLATFORM, now, {flag: True, "closed_at": now, **NO_CLOCK})
        else:
            step = Step(verb, PLATFORM, now, {flag: True, "clock_at": again})
        moves.append((report, (step,)))
    do_advance_many(REPORT, moves)


def do_settle(report: ReportIn, *, now: datetime, book: Book) -> None:
    """End the whistle of a report-in that is not waited for any more, where it was the last; twice does
    no harm. At most 12 SQL statements."""
    with transaction.atomic(savepoint=False):
        whistle = held(report.whistle)
        reports = reports_of(whistle.pk)
        if whistle.state not in w.RUNNING or any(one.state in w.OWING for one in reports):
            return
        settle(whistle, reports, now, book)
        if whistle.state == w.DONE:
            send_back(whistle, report, True, now, book)


def do_leave(ticket: Ticket, *, now: datetime, book: Book) -> None:
    """A ticket is closed, or the street leads it no more: it leaves its whistles, and a whistle that was
    blown for it alone ends (Art. 14, 16). Twice does no harm. At most nine SQL statements for each."""
    for whistle in Whistle.objects.filter(tickets__contains=[ticket.pk], state__in=w.RUNNING):
        if ticket.lead_id != whistle.lead_id or ticket.state in CLOSED_STATES or ticket.state not in COUNTED:
            with transaction.atomic(savepoint=False):
                _leave(held(whistle.pk), ticket, now, book)


def _leave(whistle: Whistle, ticket: Ticket, now: datetime, book: Book) -> None:
    if whistle.state not in w.RUNNING or ticket.pk not in whistle.tickets:
        return
    if len(whistle.tickets) > 1:
        changes = {
            "tickets": [one for one in whistle.tickets if one != ticket.pk],
            "ticket_numbers": [one for one in whistle.ticket_numbers if one != ticket.number],
        }
        do_advance(WHISTLE, whistle, Step("detach", PLATFORM, now, changes, {"ticket": ticket.number}))
        return
    open_ = ReportIn.objects.select_for_update().filter(whistle=whistle.pk, state__in=w.OWING)
    out = Step("withdraw", PLATFORM, now, {"closed_at": now, **NO_CLOCK}, {"why": "ticket_left"})
    do_advance_many(REPORT, [(report, (out,)) for report in open_.order_by("id")])
    reports = reports_of(whistle.pk)
    if any(one.state == w.RESULT for one in reports):
        settle(whistle, reports, now, book)  # who came and gave a result is rated
        return
    end = Step("cancel", PLATFORM, now, {"closed_at": now, **NO_CLOCK}, {"why": "ticket_left"})
    do_advance(WHISTLE, whistle, end)


def do_keep_out(ticket: int, *, now: datetime, book: Book) -> None:
    """Whoever is recused from a ticket (回避, Art. 8) sees no whistle for it; what he owed is withdrawn.

    At most ten SQL statements for each whistle, one for each of its report-ins that changes.
    """
    for found in Whistle.objects.filter(tickets__contains=[ticket]).order_by("pk"):
        with transaction.atomic(savepoint=False):
            whistle = held(found.pk)
            lists = Ticket.objects.filter(pk__in=whistle.tickets).values_list("recused", flat=True)
            recused = sorted({code for one in lists for code in one})
            if recused == sorted(whistle.recused):
                continue
            do_advance(WHISTLE, whistle, _kept_out(recused, whistle.copied_to, now))
            reports = ReportIn.objects.select_for_update().filter(whistle=whistle.pk).order_by("id")
            do_advance_many(REPORT, [(one, _out_of(one, recused, now, book)) for one in reports])


def _out_of(report: ReportIn, recused: list[str], now: datetime, book: Book) -> list[Step]:
    judges = [code for code in report.copied_to if code not in recused]
    judges = judges or ([hotline_code(book)] if report.copied_to else [])
    steps = [_kept_out(recused, judges, now)]
    if report.lead_id in recused and report.state in w.OWING:
        steps.insert(0, Step("withdraw", PLATFORM, now, {"closed_at": now, **NO_CLOCK}))
    return steps


def _kept_out(recused: list[str], copied_to: Sequence[str], now: datetime) -> Step:
    changes: dict[str, Any] = {
        "recused": recused,
        "copied_to": [code for code in copied_to if code not in recused],
    }
    return Step("keep_out", PLATFORM, now, changes)
