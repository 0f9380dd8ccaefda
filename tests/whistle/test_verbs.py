"""The verbs of a whistle: what each does, who may not say it, and what stays refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.tickets.stage import OTHER_STREET, clerk, reviewer, stored, ticket_in
from tests.whistle.stage import (
    DISTRICT,
    ENFORCEMENT,
    GAS,
    HOUSING,
    MARKS,
    OTHER_DISTRICT,
    OTHER_HOUSING,
    SAID,
    STREET,
    SUPERVISOR,
    again,
    blow_of,
    blown,
    in_work,
    leader,
    report_in,
)

from jieban.callback.actions import do_limit_reached
from jieban.city.book import Book
from jieban.matters.actors import PLATFORM
from jieban.matters.models import Event, Notice
from jieban.matters.queries import rebuilt
from jieban.matters.rules import Actor, NotPossible, NotYours, WrongState
from jieban.matters.tick import tick
from jieban.tickets import workflow as tickets
from jieban.whistle import actions as a
from jieban.whistle import joining
from jieban.whistle.actions import WhistleRefused, do_blow
from jieban.whistle.kind import REPORT, WHISTLE
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.queries import neglected, reports_of
from jieban.whistle.rating import UnitMarks, do_rate_street, do_rate_unit

pytestmark = pytest.mark.django_db
MONDAY_NOON = timedelta(days=3)


def give(report: ReportIn, solved: str, now: datetime, book: Book) -> ReportIn:
    own = clerk(report.lead_id or "")
    a.do_arrive(report, "王科长", "section_head", own, now=now, book=book)
    return a.do_give(report, "已处理", solved, own, now=now, book=book)


def test_art_16_a_street_whistles_for_its_ticket(city: Book, now: datetime) -> None:
    ticket = in_work(city, now)
    whistle = blown(city, now, tickets=(ticket,))
    assert (whistle.state, whistle.lead_id, whistle.district) == ("blown", STREET, DISTRICT)
    assert stored(ticket).whistled == 1
    first, second = reports_of(whistle.pk)
    assert (first.lead_id, second.lead_id, first.sender_id) == (ENFORCEMENT, HOUSING, STREET)
    assert first.state == "called"
    assert first.due_at == first.clock_at == now + MONDAY_NOON
    said = Event.objects.filter(matter=ticket.pk).order_by("-seq")[0]
    assert said.verb == "whistle"
    assert said.detail == {"whistle": whistle.number, "units": [ENFORCEMENT, HOUSING]}
    assert Notice.objects.filter(kind="report", verb="call").count() == 2


def test_sto_5_key_work_needs_no_ticket(city: Book, now: datetime) -> None:
    assert blown(city, now, kind="campaign").tickets == []


@pytest.mark.parametrize(
    "ill",
    [
        {"tried": ""},
        {"tried": "没有"},
        {"words": " "},
        {"subject": ""},
        {"kind": "loud"},
        {"units": ("110105012",)},
        {"units": ("nobody",)},
        {"units": ()},
    ],
)
def test_a_whistle_that_is_not_ready_is_refused(ill: dict[str, Any], city: Book, now: datetime) -> None:
    given = blow_of()
    told = {name: getattr(given, name) for name in ("kind", "units", "words", "tried", "subject")} | ill
    with pytest.raises(WhistleRefused):
        do_blow(a.Blow(**told), (), clerk(), now=now, book=city)
    assert not Whistle.objects.exists()


@pytest.mark.parametrize("actor", [clerk(ENFORCEMENT), SUPERVISOR, leader(DISTRICT)])
def test_art_16_only_streets_whistle(actor: Actor, city: Book, now: datetime) -> None:
    with pytest.raises(NotYours):
        do_blow(blow_of(), (), actor, now=now, book=city)


def test_a_street_whistles_for_its_own_tickets_in_work(city: Book, now: datetime) -> None:
    ticket = in_work(city, now)
    with pytest.raises(NotYours):
        do_blow(blow_of(), (ticket,), clerk(OTHER_STREET), now=now, book=city)
    sent = ticket_in(tickets.DISPATCHED, city, now)
    with pytest.raises(WrongState):
        do_blow(blow_of(), (sent,), clerk(), now=now, book=city)
    assert not Whistle.objects.exists()


def test_a_recused_unit_is_not_called(city: Book, now: datetime) -> None:
    ticket = in_work(city, now, recused=[ENFORCEMENT])
    with pytest.raises(WhistleRefused):
        do_blow(blow_of(), (ticket,), clerk(), now=now, book=city)


def test_art_16_results_return_to_the_ticket(city: Book, now: datetime) -> None:
    ticket = in_work(city, now)
    whistle = blown(city, now, tickets=(ticket,))
    first, second = reports_of(whistle.pk)
    give(first, "yes", now, city)
    assert again(whistle).state == "gathered"
    give(second, "no", now, city)
    done = again(whistle)
    assert (done.state, done.solved, done.clock) == ("done", "partly", "rate")
    told = Event.objects.filter(matter=ticket.pk, verb="returned").order_by("seq")
    assert [(one.detail["unit"], one.detail["solved"], one.detail["overall"]) for one in told] == [
        (ENFORCEMENT, "yes", ""),
        (HOUSING, "no", "partly"),
    ]


def test_a_result_for_a_ticket_that_is_over_stays_with_the_whistle(city: Book, now: datetime) -> None:
    ticket = in_work(city, now)
    whistle = blown(city, now, HOUSING, tickets=(ticket,))
    do_limit_reached(stored(ticket), PLATFORM, now=now, book=city)
    give(reports_of(whistle.pk)[0], "yes", now, city)
    assert again(whistle).state == "done"
    assert not Event.objects.filter(verb="returned").exists()


def test_art_33_both_sides_rate_blind_and_once(city: Book, now: datetime) -> None:
    report = report_in("result", city, now, HOUSING)
    do_rate_unit(report, MARKS, clerk(), now=now)
    assert report.state == "result"
    with pytest.raises(WhistleRefused):
        do_rate_unit(report, MARKS, clerk(), now=now)
    do_rate_street(report, SAID, clerk(HOUSING), now=now)
    assert report.state == "rated"
    assert (report.timeliness, report.necessity, report.unnecessary) == (90, 60, False)
    assert Whistle.objects.get(pk=report.whistle).state == "rated"


def test_art_33_after_the_days_of_the_rule_what_was_given_is_opened(city: Book, now: datetime) -> None:
    report = report_in("result", city, now, HOUSING)
    do_rate_unit(report, MARKS, clerk(), now=now)
    tick(now + timedelta(days=6))
    assert again(report).state == "result"
    tick(now + timedelta(days=8))
    assert again(report).state == "rated"
    assert Whistle.objects.get(pk=report.whistle).state == "rated"


def test_a_mark_is_between_nothing_and_a_hundred(city: Book, now: datetime) -> None:
    report = report_in("result", city, now, HOUSING)
    with pytest.raises(WhistleRefused):
        do_rate_unit(report, UnitMarks(101, 0, 0), clerk(), now=now)


def test_sto_44_the_district_orders_a_unit_in_and_the_unit_may_not_refuse_again(
    city: Book, now: datetime
) -> None:
    report = report_in("refused", city, now, HOUSING)
    assert report.copied_to == [DISTRICT]
    joining.do_rule(report, False, "属你局职责，立即报到", leader(), now=now, book=city)
    assert (report.state, report.late, report.due_at) == ("called", True, now + MONDAY_NOON)
    with pytest.raises(WhistleRefused):
        joining.do_refuse(report, "仍不去", reviewer(HOUSING), now=now, book=city)


def test_sto_44_an_accepted_refusal_ends_what_it_alone_held_up(city: Book, now: datetime) -> None:
    ticket = in_work(city, now)
    whistle = blown(city, now, tickets=(ticket,))
    first, second = reports_of(whistle.pk)
    give(first, "yes", now, city)
    joining.do_refuse(second, "不属职责", reviewer(HOUSING), now=now, book=city)
    joining.do_rule(second, True, "理由成立", leader(), now=now, book=city)
    assert second.state == "excused"
    assert (again(whistle).state, again(whistle).solved) == ("done", "yes")


def test_sto_44_when_nobody_rules_the_unit_comes(city: Book, now: datetime) -> None:
    report = report_in("refused", city, now, HOUSING)
    tick(now + timedelta(hours=25))
    assert again(report).state == "called"
    assert Event.objects.filter(matter=report.pk, verb="order_in", actor_kind="system").exists()


def test_an_emergency_rings_after_thirty_minutes(city: Book, now: datetime) -> None:
    (report,) = reports_of(blown(city, now, GAS, kind="emergency").pk)
    tick(now + timedelta(minutes=29))
    assert not again(report).late
    tick(now + timedelta(minutes=30))
    assert again(report).late
    a.do_arrive(again(report), "抢修队长", "staff", clerk(GAS), now=now + timedelta(hours=1), book=city)
    assert again(report).late, "who comes late came late"


def test_another_district_joins_before_its_unit_is_called(city: Book, now: datetime) -> None:
    (report,) = reports_of(blown(city, now, OTHER_HOUSING).pk)
    assert (report.state, report.copied_to) == ("joining", [OTHER_DISTRICT, "hotline"])
    with pytest.raises(NotPossible):
        a.do_acknowledge(report, clerk(OTHER_HOUSING), now=now)
    with pytest.raises(NotYours):
        joining.do_join(report, "", leader(DISTRICT), now=now, book=city)
    later = now + timedelta(hours=2)
    joining.do_join(report, "同意", leader(OTHER_DISTRICT), now=later, book=city)
    assert report.state == "called"
    assert report.due_at is not None
    assert report.due_at > now + MONDAY_NOON


def test_the_city_joins_for_a_district_that_is_silent(city: Book, now: datetime) -> None:
    report = report_in("joining", city, now, OTHER_HOUSING)
    tick(now + timedelta(hours=5))
    report = again(report)
    assert report.overdue
    assert joining.do_join(report, "", SUPERVISOR, now=now, book=city).state == "called"


def test_a_whistle_that_nobody_joins_is_over(city: Book, now: datetime) -> None:
    report = report_in("joining", city, now, OTHER_HOUSING)
    joining.do_decline(report, "无管辖权", leader(OTHER_DISTRICT), now=now, book=city)
    assert report.state == "excused"
    whistle = Whistle.objects.get(pk=report.whistle)
    assert (whistle.state, whistle.solved) == ("rated", "no")


def test_a_whistle_called_off_frees_everybody(city: Book, now: datetime) -> None:
    whistle = blown(city, now)
    a.do_cancel(whistle, "现场已自行解决", reviewer(), now=now)
    assert {report.state for report in reports_of(whistle.pk)} == {"withdrawn"}
    assert whistle.closed_at == now
    assert Notice.objects.filter(kind="report", verb="withdraw").count() == 2


def test_personal_numbers_are_masked_in_every_text(city: Book, now: datetime) -> None:
    phone = "13912345678"
    whistle = blown(city, now, HOUSING, words=f"联系{phone}", tried=f"已三次拨打居民电话{phone}劝导")
    report = reports_of(whistle.pk)[0]
    own = clerk(HOUSING)
    a.do_arrive(report, f"张三 {phone}", "staff", own, now=now, book=city)
    a.do_act(report, f"拨打{phone}", own, now=now)
    a.do_give(report, f"已告知{phone}", "yes", own, now=now, book=city)
    stored_words = str(list(Event.objects.values_list("changes", "detail"))) + str(again(whistle).row())
    assert phone not in stored_words


def test_rows_are_what_their_events_say(city: Book, now: datetime) -> None:
    report = report_in("result", city, now, HOUSING)
    do_rate_unit(report, MARKS, clerk(), now=now)
    do_rate_street(report, SAID, clerk(HOUSING), now=now)
    for kind in (WHISTLE, REPORT):
        told = dict(rebuilt(kind))
        assert told
        for row in kind.model._default_manager.all():
            assert told[row.pk] == row.row()


def test_who_comes_late_or_refuses_twice_is_noticed(city: Book, now: datetime) -> None:
    for _ in range(2):
        report_in("called", city, now, GAS, kind="emergency")
    report_in("refused", city, now, HOUSING)
    tick(now + timedelta(minutes=31))
    then = now + timedelta(hours=1)
    assert [(one.unit, one.times) for one in neglected(then, book=city)] == [(GAS, 2)]
    assert {one.unit for one in neglected(then, book=city, times=1)} == {GAS, HOUSING}
    assert neglected(now + timedelta(days=40), book=city) == []


Say = Callable[[ReportIn, Actor, datetime, Book], Any]
REFUSALS: dict[str, tuple[str, tuple[str, ...], Say, tuple[Actor, ...]]] = {
    "acknowledge": (
        "called",
        (HOUSING,),
        lambda r, who, now, book: a.do_acknowledge(r, who, now=now),
        (clerk(), clerk(ENFORCEMENT), SUPERVISOR, leader()),
    ),
    "arrive": (
        "called",
        (HOUSING,),
        lambda r, who, now, book: a.do_arrive(r, "某人", "staff", who, now=now, book=book),
        (clerk(), clerk(ENFORCEMENT), SUPERVISOR),
    ),
    "act": (
        "arrived",
        (HOUSING,),
        lambda r, who, now, book: a.do_act(r, "清理", who, now=now),
        (clerk(), SUPERVISOR),
    ),
    "give": (
        "arrived",
        (HOUSING,),
        lambda r, who, now, book: a.do_give(r, "已处理", "yes", who, now=now, book=book),
        (clerk(), SUPERVISOR, leader()),
    ),
    "refuse": (
        "called",
        (HOUSING,),
        lambda r, who, now, book: joining.do_refuse(r, "不属职责", who, now=now, book=book),
        (clerk(HOUSING), reviewer(), SUPERVISOR),
    ),
    "rule": (
        "refused",
        (HOUSING,),
        lambda r, who, now, book: joining.do_rule(r, True, "成立", who, now=now, book=book),
        (reviewer(HOUSING), clerk(), leader(OTHER_DISTRICT), leader(STREET), clerk(DISTRICT), SUPERVISOR),
    ),
    "order": (
        "refused",
        (GAS,),
        lambda r, who, now, book: joining.do_rule(r, False, "立即报到", who, now=now, book=book),
        (leader(DISTRICT), leader(GAS), clerk()),
    ),
    "join": (
        "joining",
        (OTHER_HOUSING,),
        lambda r, who, now, book: joining.do_join(r, "", who, now=now, book=book),
        (leader(DISTRICT), clerk(OTHER_DISTRICT), reviewer(OTHER_HOUSING)),
    ),
    "decline": (
        "joining",
        (OTHER_HOUSING,),
        lambda r, who, now, book: joining.do_decline(r, "不联合", who, now=now, book=book),
        (leader(DISTRICT), clerk(), reviewer(OTHER_HOUSING)),
    ),
    "withdraw": (
        "called",
        (HOUSING,),
        lambda r, who, now, book: a.do_withdraw(r, "", who, now=now, book=book),
        (clerk(HOUSING), clerk(OTHER_STREET), SUPERVISOR),
    ),
    "rate_unit": (
        "result",
        (HOUSING,),
        lambda r, who, now, book: do_rate_unit(r, MARKS, who, now=now),
        (clerk(HOUSING), leader(DISTRICT), SUPERVISOR),
    ),
    "rate_street": (
        "result",
        (HOUSING,),
        lambda r, who, now, book: do_rate_street(r, SAID, who, now=now),
        (clerk(), leader(DISTRICT), SUPERVISOR),
    ),
}


@pytest.mark.parametrize("verb", REFUSALS)
def test_a_verb_is_refused_to_everybody_whose_it_is_not(verb: str, city: Book, now: datetime) -> None:
    state, units, say, wrong = REFUSALS[verb]
    report = report_in(state, city, now, *units)
    before = again(report).row()
    for actor in wrong:
        with pytest.raises(NotYours):
            say(report, actor, now, city)
    assert again(report).row() == before


def test_the_street_alone_logs_and_calls_off(city: Book, now: datetime) -> None:
    whistle = blown(city, now, HOUSING)
    for actor in (clerk(HOUSING), clerk(OTHER_STREET), SUPERVISOR):
        with pytest.raises(NotYours):
            a.do_log(whistle, "已清理", actor, now=now)
        with pytest.raises(NotYours):
            a.do_cancel(whistle, "不需要了", actor, now=now)
    assert a.do_log(whistle, "已清理一半", clerk(), now=now).state == "blown"
