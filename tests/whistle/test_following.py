"""What is owed for too long ends; a whistle follows its tickets; whoever is recused later sees nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.tickets.stage import CALLER, DISPATCHER, SUPERVISOR, clerk, stored
from tests.whistle.stage import (
    DISTRICT,
    ENFORCEMENT,
    HOUSING,
    MARKS,
    OTHER_DISTRICT,
    OTHER_HOUSING,
    STREET,
    again,
    blown,
    in_work,
    leader,
    report_in,
)

from jieban.callback.actions import Answers, do_answers, do_limit_reached
from jieban.city.book import Book
from jieban.dispatch.passing import do_recall
from jieban.intake.protection import do_protect
from jieban.matters.actors import PLATFORM
from jieban.matters.models import Event
from jieban.matters.queries import rebuilt
from jieban.matters.tick import tick
from jieban.tickets.models import Ticket
from jieban.tickets.queries import Scope
from jieban.whistle import actions as a
from jieban.whistle import joining, tasks
from jieban.whistle import queries as q
from jieban.whistle.kind import REPORT, WHISTLE
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.queries import reports_of
from jieban.whistle.rating import do_rate_unit

pytestmark = pytest.mark.django_db


def result_of(report: ReportIn, now: datetime, book: Book) -> ReportIn:
    own = clerk(report.lead_id or "")
    a.do_arrive(report, "王科长", "section_head", own, now=now, book=book)
    return a.do_give(report, "已处理", "yes", own, now=now, book=book)


def days_on(now: datetime, days: int) -> None:
    """Let the clock ring each day, and do the jobs that follow."""
    for day in range(1, days + 1):
        tick(now + timedelta(days=day))
    for report in ReportIn.objects.filter(state__in=("absent", "excused")):
        tasks.settle(matter=report.pk)


def as_told() -> None:
    """Rows are what their events say."""
    for kind in (WHISTLE, REPORT):
        told = dict(rebuilt(kind))
        for row in kind.model._default_manager.all():
            assert told[row.pk] == row.row()


def test_rule_whistle_give_up_days_a_unit_that_never_comes_ends_and_the_others_rate(
    city: Book, now: datetime
) -> None:
    whistle = blown(city, now)
    first, second = reports_of(whistle.pk)
    result_of(first, now, city)
    days_on(now, 5)
    assert again(second).state == "called"
    assert Event.objects.filter(matter=second.pk, verb="late").count() > 1, "it rings again each day"
    days_on(now + timedelta(days=5), 8)
    gone = again(second)
    assert (gone.state, gone.late, gone.clock) == ("absent", True, "")
    assert again(whistle).state == "done"
    do_rate_unit(again(first), MARKS, clerk(), now=now + timedelta(days=13))
    figures = q.unit_figures(Scope(everything=True), now, now + timedelta(days=1), city)
    assert {one.unit: one.not_come for one in figures} == {ENFORCEMENT: 0, HOUSING: 1}
    as_told()


@pytest.mark.parametrize(("state", "units"), [("arrived", (HOUSING,)), ("joining", (OTHER_HOUSING,))])
def test_no_state_of_a_report_in_hangs_for_ever(
    state: str, units: tuple[str, ...], city: Book, now: datetime
) -> None:
    report = report_in(state, city, now, *units)
    days_on(now, 30)
    assert again(report).state == ("absent" if state == "arrived" else "excused")
    assert Whistle.objects.get(pk=report.whistle).state == "rated"


def test_an_emergency_does_not_wait_for_the_other_district(city: Book, now: datetime) -> None:
    (report,) = reports_of(blown(city, now, OTHER_HOUSING, kind="emergency").pk)
    assert (report.state, report.copied_to) == ("called", [OTHER_DISTRICT])
    assert report.due_at == now + timedelta(minutes=30)
    a.do_acknowledge(report, clerk(OTHER_HOUSING), now=now)


def test_a_whistle_does_not_outlive_its_ticket(city: Book, now: datetime) -> None:
    ticket = in_work(city, now)
    whistle = blown(city, now, tickets=(ticket,))
    first, second = reports_of(whistle.pk)
    result_of(first, now, city)
    closed = do_limit_reached(stored(ticket), PLATFORM, now=now, book=city)
    tasks.leave(matter=ticket.pk)
    assert again(whistle).state == "gathered", "it may come back to the street"
    do_answers(closed, Answers(True, "yes", "satisfied"), CALLER, now=now, book=city)
    tasks.leave(matter=ticket.pk)
    tasks.leave(matter=ticket.pk)
    assert (again(whistle).state, again(second).state) == ("done", "withdrawn")
    as_told()


def test_a_ticket_taken_back_leaves_its_whistles(city: Book, now: datetime) -> None:
    ticket, other = in_work(city, now), in_work(city, now)
    alone, both = blown(city, now, tickets=(ticket,)), blown(city, now, tickets=(stored(ticket), other))
    do_recall(stored(ticket), "派错", DISPATCHER, now=now, book=city)
    tasks.leave(matter=ticket.pk)
    assert again(alone).state == "cancelled"
    assert (again(both).state, again(both).tickets) == ("blown", [other.pk])


def test_a_result_is_not_written_to_a_ticket_that_another_unit_leads(city: Book, now: datetime) -> None:
    ticket = in_work(city, now)
    whistle = blown(city, now, HOUSING, tickets=(ticket,))
    Ticket.objects.filter(pk=ticket.pk).update(lead="110105012")
    result_of(reports_of(whistle.pk)[0], now, city)
    assert not Event.objects.filter(matter=ticket.pk, verb="returned").exists()


def test_art_8_who_is_recused_later_sees_no_whistle_and_owes_nothing(city: Book, now: datetime) -> None:
    ticket = in_work(city, now)
    whistle = blown(city, now, tickets=(ticket,))
    scope = Scope(unit=ENFORCEMENT)
    assert q.may_see(whistle, scope)
    do_protect(stored(ticket), "", [ENFORCEMENT, DISTRICT], "举报对象", SUPERVISOR, now=now, book=city)
    tasks.keep_out(matter=ticket.pk)
    kept, (first, second) = again(whistle), reports_of(whistle.pk)
    assert not q.may_see(kept, scope)
    assert not q.may_see(kept, Scope(unit=DISTRICT, district=DISTRICT))
    assert q.may_see(kept, Scope(unit=STREET))
    assert (first.state, second.state) == ("withdrawn", "called")
    assert not q.visible_reports(scope).exists()
    assert not q.visible_reports(Scope(unit=DISTRICT, district=DISTRICT)).exists()
    assert q.called(ENFORCEMENT).rows == q.awaited(ENFORCEMENT) == []
    as_told()


def test_a_recused_district_neither_sees_nor_rules(city: Book, now: datetime) -> None:
    ticket = in_work(city, now, recused=[DISTRICT])
    whistle = blown(city, now, HOUSING, tickets=(ticket,))
    assert whistle.copied_to == ["hotline"]
    report = reports_of(whistle.pk)[0]
    joining.do_refuse(report, "不属职责", leader(HOUSING), now=now, book=city)
    assert report.copied_to == ["hotline"]
    assert q.to_rule_on(Scope(unit=DISTRICT)).rows == []
    assert q.to_rule_on(Scope(unit="hotline")).rows == [report]
