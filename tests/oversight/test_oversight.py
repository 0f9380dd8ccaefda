"""What comes under supervision, by which trigger, and how it goes up the ladder (Art. 5, 24, 35)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.tickets.stage import (
    CALLER,
    DISPATCHER,
    DISTRICT,
    GROUND,
    OTHER_STREET,
    SEAT,
    STREET,
    SUPERVISOR,
    clerk,
    member,
    reviewer,
    stored,
    ticket_in,
)
from tests.whistle.stage import ENFORCEMENT, report_in

from jieban.callback.actions import Answers, do_answers
from jieban.city.book import Book
from jieban.dispatch.actions import do_rule_on_objection
from jieban.handling.actions import do_object
from jieban.matters.queries import rebuilt, timeline
from jieban.matters.rules import Actor, NotYours, Step, WrongState
from jieban.matters.tick import tick
from jieban.oversight import queries, rules
from jieban.oversight import workflow as o
from jieban.oversight.actions import (
    OversightRefused,
    Talk,
    do_accept,
    do_answer,
    do_close,
    do_mark,
    do_not_enough,
    do_note_talk,
    do_raise,
    do_supervise,
    do_supervise_unit,
)
from jieban.oversight.kind import OVERSIGHT
from jieban.oversight.models import Case
from jieban.oversight.rules import Earlier, Facts, facts_of, firing, is_new, may_oversee
from jieban.oversight.tasks import follow, keep_out, look, look_at, refused_whistle, scan_all
from jieban.people.roles import Role
from jieban.tickets import workflow as w
from jieban.tickets.actions import advance
from jieban.tickets.models import Ticket
from jieban.tickets.queries import Scope
from jieban.whistle.joining import do_rule

pytestmark = pytest.mark.django_db

WHY = "媒体报道该小区连续三天停暖，请说明情况。"
DONE = "已更换阀门并逐户测温，安排专人值守至供暖恢复。"
CHIEF = member(Role.LEADER, DISTRICT)
MAYOR = member(Role.LEADER, "110000")


def triggers(city: Book, now: datetime) -> dict[str, Any]:
    return {row.code: row for row in city.current("oversight_triggers", now.date())}


def changed(ticket: Ticket, **columns: Any) -> Ticket:
    Ticket.objects.filter(pk=ticket.pk).update(**columns)
    return stored(ticket)


def case_on(city: Book, now: datetime, trigger: str = "media", state: str = w.HANDLING) -> Case:
    return do_supervise(ticket_in(state, city, now), trigger, WHY, SUPERVISOR, now=now, book=city)


def ticket_of(case: Case) -> Ticket:
    return Ticket.objects.get(pk=case.ticket or 0)


def marks(case: Case) -> list[str]:
    return list(ticket_of(case).marks)


# --- pure ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (Facts(), []),
        (Facts(overdue_hours=23), []),
        (Facts(overdue_hours=24), ["overdue"]),
        (Facts(redone=3), ["redone"]),
        (Facts(passed=3, redone=2), ["passed"]),
        (Facts(urged_count=4), ["urged"]),
        (Facts(same_requester_repeat=3), ["repeat"]),
        (Facts(cluster_unsolved=5), ["cluster"]),
        (Facts(refused_sign=48), ["refused"]),
        (Facts(whistle_refused=1), ["whistle"]),
        (Facts(media=1), ["media"]),
        (Facts(instruction=1), ["instruction"]),
        (Facts(stale_days=60), ["stale"]),
        (Facts(tail_rank=1), ["tail"]),
        (Facts(overdue_hours=99, redone=3, stale_days=99), ["overdue", "redone", "stale"]),
    ],
)
def test_rule_oversight_triggers_fire_from_their_threshold(
    facts: Facts, codes: list[str], city: Book, now: datetime
) -> None:
    assert [trigger.code for trigger, _ in firing(facts, triggers(city, now).values())] == codes


def test_what_was_settled_is_not_opened_again_until_it_grows(city: Book, now: datetime) -> None:
    rows = triggers(city, now)
    redone, overdue = rows["redone"], rows["overdue"]
    settled = [
        Earlier("redone", o.CLOSED, 3, now),
        Earlier("overdue", o.CLOSED, 24, now - timedelta(hours=23)),
    ]
    assert not is_new(redone, 3, settled, now)
    assert is_new(redone, 4, settled, now)
    assert not is_new(redone, 9, [Earlier("redone", o.OPENED, 3, None)], now)
    assert not is_new(overdue, 60, settled, now)
    assert is_new(overdue, 60, settled, now + timedelta(hours=1))
    assert is_new(rows["stale"], 60, settled, now)


@pytest.mark.parametrize(
    ("overseer", "unit", "may"),
    [
        (DISTRICT, STREET, True),
        ("110108", STREET, False),
        (STREET, STREET, False),
        ("hotline", STREET, True),
        ("hotline", DISTRICT, True),
        ("110000", DISTRICT, True),
        ("city.housing", "ent.heating", False),
        (STREET, "110105.housing", False),
    ],
)
def test_jinan_art_28_supervision_is_graded(overseer: str, unit: str, may: bool, city: Book) -> None:
    assert may_oversee(city.units[overseer], city.units[unit]) is may


def test_the_facts_of_a_ticket(city: Book, now: datetime) -> None:
    row = ticket_in(w.DISPATCHED, city, now).row()
    assert facts_of(row, now) == Facts()
    later = row["due_at"] + timedelta(hours=30, minutes=59)
    assert facts_of(row, later).overdue_hours == 30
    assert facts_of({**row, "submitted_at": now}, later).overdue_hours == 0
    assert facts_of({**row, "state": w.SHELVED}, later).overdue_hours == 0
    moved = facts_of({**row, "passed": 2, "objected_by": ["a", "b"]}, now)
    assert moved.passed == 2, "an accepted objection is counted in passed already"


# --- opening ------------------------------------------------------------------------------------


def test_art_5_the_hotline_puts_a_ticket_under_supervision(city: Book, now: datetime) -> None:
    case = case_on(city, now)
    assert (case.state, case.lead_id, case.step, case.rung) == (o.OPENED, STREET, "letter", 3)
    assert case.due_at == now + timedelta(hours=120)
    assert marks(case) == ["supervised"]
    event = timeline(case.ticket or 0)[0]
    assert (event.verb, event.detail["case"], event.detail["trigger"]) == ("supervise", case.number, "media")


def test_the_ticket_keeps_its_own_clock(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, now)
    before = (ticket.clock, ticket.clock_at, ticket.due_at)
    do_supervise(ticket, "media", WHY, SUPERVISOR, now=now, book=city)
    assert (ticket.clock, ticket.clock_at, ticket.due_at) == before


@pytest.mark.parametrize("actor", [clerk(), reviewer(), DISPATCHER, SEAT])
def test_who_does_not_oversee_opens_nothing(actor: Actor, city: Book, now: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, now)
    with pytest.raises((NotYours, OversightRefused)):
        do_supervise(ticket, "media", WHY, actor, now=now, book=city)
    assert not Case.objects.exists()
    assert stored(ticket).marks == []


def test_a_leader_supervises_the_level_below_alone(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, now)
    for stranger in (member(Role.LEADER, STREET), member(Role.LEADER, "110108")):
        with pytest.raises(OversightRefused):
            do_supervise(ticket, "media", WHY, stranger, now=now, book=city)
    assert do_supervise(ticket, "media", WHY, CHIEF, now=now, book=city)


def test_one_open_case_for_each_trigger(city: Book, now: datetime) -> None:
    case = case_on(city, now)
    ticket = ticket_of(case)
    with pytest.raises(OversightRefused):
        do_supervise(ticket, "media", WHY, SUPERVISOR, now=now, book=city)
    assert do_supervise(stored(ticket), "stale", WHY, SUPERVISOR, now=now, book=city)
    assert stored(ticket).marks == ["supervised"]


def test_what_is_closed_is_not_put_under_supervision(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.CALLBACK, city, now)
    do_answers(ticket, Answers(True, "yes", "satisfied"), CALLER, now=now, book=city)
    with pytest.raises(WrongState):
        do_supervise(ticket, "media", WHY, SUPERVISOR, now=now, book=city)


@pytest.mark.parametrize(("column", "trigger"), [("redone", "redone"), ("passed", "passed")])
def test_bayannur_three_times_makes_a_problem_ticket_for_the_territory(
    column: str, trigger: str, city: Book, now: datetime
) -> None:
    ticket = changed(ticket_in(w.HANDLING, city, now), **{column: 2})
    assert look_at(ticket, now, city) == []
    (case,) = look_at(changed(ticket, **{column: 3}), now, city)
    assert (case.trigger, case.problem, case.lead_id, case.measured) == (trigger, True, DISTRICT, 3)
    assert marks(case) == ["problem", "supervised"]
    assert look_at(stored(ticket), now, city) == []


def test_a_problem_ticket_of_no_known_territory_goes_to_the_service_department(city: Book) -> None:
    row: dict[str, Any] = {"lead_id": None, "district": "", "state": w.HANDLING, "recused": []}
    assert rules.answers_for(row, True, city.units) == "city.city_services"
    assert rules.answers_for({**row, "lead_id": STREET, "district": DISTRICT}, False, city.units) == STREET


def test_art_24_an_instruction_of_a_leader_opens_a_case_once(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, now)
    advance(ticket, Step("instruct", MAYOR, now, {"marks": ["instructed"]}, {"note": "请尽快解决"}))
    assert ProcrastinateJob.objects.filter(task_name="oversight.look").count() == 1
    look(matter=ticket.pk)
    look(matter=ticket.pk)
    case = Case.objects.get(trigger="instruction")
    assert (case.step, case.measured) == ("written", 1)
    assert marks(case) == ["instructed", "supervised"]


def test_street_office_ordinance_art_44_a_refused_whistle(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, now)
    for tickets in ((ticket,), ()):
        report = report_in("refused", city, now, ENFORCEMENT, tickets=tickets)
        do_rule(report, False, "属你单位职责，立即到场。", CHIEF, now=now, book=city)
        refused_whistle(matter=report.pk)
    queued = ProcrastinateJob.objects.filter(task_name="oversight.refused_whistle")
    assert queued.count() == 2
    of_ticket, of_unit = Case.objects.filter(trigger="whistle").order_by("pk")
    assert (of_ticket.ticket, of_ticket.lead_id) == (ticket.pk, ENFORCEMENT)
    assert (of_unit.ticket, of_unit.lead_id) == (None, ENFORCEMENT)


def test_a_unit_may_be_supervised_without_a_ticket(city: Book, now: datetime) -> None:
    case = do_supervise_unit(STREET, "tail", "连续两月排名末位。", CHIEF, now=now, book=city)
    assert (case.ticket, case.step) == (None, "talk_down")
    with pytest.raises(OversightRefused):
        do_supervise_unit(STREET, "tail", "连续两月排名末位。", SUPERVISOR, now=now, book=city)
    with pytest.raises(OversightRefused):
        do_supervise_unit("110105016064", "tail", WHY, SUPERVISOR, now=now, book=city)


# --- the ladder ---------------------------------------------------------------------------------


def test_rule_oversight_steps_silence_goes_up_to_the_talk(city: Book, now: datetime) -> None:
    case = case_on(city, now, "urged")
    seen = [case.step]
    then = now
    for hours in (24, 72, 120, 168):
        then += timedelta(hours=hours)
        tick(then - timedelta(seconds=1))
        assert Case.objects.get(pk=case.pk).step == seen[-1]
        tick(then)
        case.refresh_from_db()
        seen.append(case.step)
    assert seen == ["reminder", "written", "letter", "talk_down", "talk_down"]
    assert (case.overdue, case.clock) == (True, "")


def test_an_answer_that_is_not_enough_goes_one_rung_up(city: Book, now: datetime) -> None:
    case = case_on(city, now, "urged")
    do_answer(case, DONE + "联系居民13812345678", clerk(), now=now)
    assert (case.state, case.clock) == (o.ANSWERED, "")
    assert "13812345678" not in case.answer
    with pytest.raises((NotYours, OversightRefused)):
        do_not_enough(case, "没有写明时间。", reviewer(), now=now, book=city)
    do_not_enough(case, "没有写明时间。", CHIEF, now=now, book=city)
    assert (case.state, case.step, case.due_at) == (o.OPENED, "written", now + timedelta(hours=72))


def test_only_the_unit_answers(city: Book, now: datetime) -> None:
    case = case_on(city, now)
    for actor in (clerk(OTHER_STREET), SUPERVISOR, CHIEF):
        with pytest.raises(NotYours):
            do_answer(case, DONE, actor, now=now)


def test_the_end_of_the_last_case_ends_the_supervision_of_the_ticket(city: Book, now: datetime) -> None:
    case = case_on(city, now)
    ticket = ticket_of(case)
    other = do_supervise(ticket, "stale", WHY, SUPERVISOR, now=now, book=city)
    do_answer(case, DONE, clerk(), now=now)
    do_accept(case, "", SUPERVISOR, now=now, book=city)
    assert (case.state, marks(case)) == (o.CLOSED, ["supervised"])
    do_close(other, "与媒体曝光一并处理。", CHIEF, now=now, book=city)
    assert marks(case) == []
    assert timeline(ticket.pk)[0].verb == "supervision_over"


def test_on_the_highest_rung_a_talk_is_held_before_the_end(city: Book, now: datetime) -> None:
    case = do_supervise_unit(STREET, "tail", "连续两月排名末位。", CHIEF, now=now, book=city)
    do_answer(case, DONE, member(Role.LEADER, STREET), now=now)
    with pytest.raises(OversightRefused):
        do_accept(case, "", CHIEF, now=now, book=city)
    with pytest.raises(OversightRefused):
        do_raise(case_raised(city, now), "", CHIEF, now=now, book=city)
    with pytest.raises(OversightRefused):
        do_note_talk(case, Talk(now + timedelta(days=1), "主任", "限期整改"), CHIEF, now=now, book=city)
    do_note_talk(case, Talk(now, "街道办事处主任", "限一个月整改。"), CHIEF, now=now, book=city)
    do_accept(case, "", CHIEF, now=now, book=city)
    assert (case.state, case.talked_with) == (o.CLOSED, "街道办事处主任")


def case_raised(city: Book, now: datetime) -> Case:
    case = case_on(city, now)
    do_raise(case, "情况紧急。", CHIEF, now=now, book=city)
    assert case.step == "talk_down"
    return case


def test_art_35_six_wrongful_acts_can_be_marked_for_the_inspection(city: Book, now: datetime) -> None:
    case = case_on(city, now)
    assert len(o.WRONGFUL_ACTS) == 6
    with pytest.raises(OversightRefused):
        do_mark(case, ["lazy"], WHY, SUPERVISOR, now=now, book=city)
    do_mark(case, ["faking"], "回复与现场不符，照片系旧照。", SUPERVISOR, now=now, book=city)
    do_close(case, "移送监察。", SUPERVISOR, now=now, book=city)
    do_mark(case, ["rude"], "接电话时辱骂诉求人，有录音。", SUPERVISOR, now=now, book=city)
    assert case.wrongs == ["rude", "faking"]
    found = queries.rows(Scope(everything=True), None, view="wrongs").rows
    assert found == [case]
    with pytest.raises(NotYours):
        do_mark(case, ["rude"], WHY, member(Role.AUDITOR), now=now, book=city)


# --- the scan -----------------------------------------------------------------------------------


def test_the_scan_finds_what_the_rules_say(city: Book, now: datetime) -> None:
    late = ticket_in(w.HANDLING, city, now - timedelta(days=9))
    asked = changed(ticket_in(w.CALLBACK, city, now - timedelta(days=9)), overdue=True, submitted_at=None)
    urged = changed(ticket_in(w.HANDLING, city, now), urged=3)
    moved = changed(ticket_in(w.HANDLING, city, now), passed=3, objected_by=["a", "b"])
    redone = changed(ticket_in(w.SIGNED, city, now), redone=4)
    stale = changed(ticket_in(w.HANDLING, city, now), opened_at=now - timedelta(days=61))
    refused = ticket_in(w.DISPATCHED, city, now - timedelta(hours=49))
    do_object(refused, GROUND, clerk(), now=now - timedelta(hours=49), book=city)
    do_rule_on_objection(refused, False, "属你单位。", SUPERVISOR, now=now - timedelta(hours=48), book=city)
    for _ in range(2):
        ticket_in(w.HANDLING, city, now, requester=7, same_as=1)
    again = ticket_in(w.HANDLING, city, now, requester=7, same_as=1)
    crowd = [ticket_in(w.HANDLING, city, now, cluster=99) for _ in range(5)]
    quiet = ticket_in(w.HANDLING, city, now)
    assert scan_all(now, city) == 12
    found = {(case.ticket, case.trigger): case.measured for case in Case.objects.all()}
    repeated = {key: value for key, value in found.items() if key[1] == "repeat"}
    assert (len(repeated), set(repeated.values())) == (3, {3})
    assert again.pk in {ticket for ticket, _ in repeated}
    assert {key: value for key, value in found.items() if key[1] != "repeat"} == {
        (late.pk, "overdue"): 192,
        (asked.pk, "overdue"): 192,
        (urged.pk, "urged"): 3,
        (moved.pk, "passed"): 3,
        (redone.pk, "redone"): 4,
        (stale.pk, "stale"): 61,
        (refused.pk, "refused"): 49,
        (refused.pk, "overdue"): 25,
        (crowd[0].pk, "cluster"): 5,
    }
    assert quiet.pk not in {ticket for ticket, _ in found}
    assert scan_all(now, city) == 0
    assert all(row == Case.objects.get(pk=pk).row() for pk, row in rebuilt(OVERSIGHT))


def test_the_scan_opens_again_only_what_has_grown(city: Book, now: datetime) -> None:
    ticket = changed(ticket_in(w.HANDLING, city, now), urged=3)
    assert scan_all(now, city) == 1
    do_close(Case.objects.get(), "已解释。", SUPERVISOR, now=now, book=city)
    assert scan_all(now, city) == 0
    changed(ticket, urged=4)
    assert scan_all(now, city) == 1


def test_what_is_late_is_looked_at_again_after_its_hours(city: Book, now: datetime) -> None:
    ticket_in(w.HANDLING, city, now - timedelta(days=9))
    assert scan_all(now, city) == 1
    do_close(Case.objects.get(), "已解释。", SUPERVISOR, now=now, book=city)
    assert scan_all(now + timedelta(hours=23), city) == 0
    assert scan_all(now + timedelta(hours=24), city) == 1


def test_what_the_requester_calls_solved_is_ended(city: Book, now: datetime) -> None:
    ticket = changed(ticket_in(w.CALLBACK, city, now), urged=3)
    scan_all(now, city)
    do_answers(stored(ticket), Answers(True, "yes", "satisfied"), CALLER, now=now, book=city)
    scan_all(now, city)
    assert Case.objects.get().state == o.CLOSED
    assert stored(ticket).marks == []


def test_the_scan_costs_the_same_among_ten_and_fifty(city: Book, now: datetime) -> None:
    costs = []
    for more in (10, 40):
        for _ in range(more):
            ticket_in(w.HANDLING, city, now)
        with CaptureQueriesContext(connection) as captured:
            assert scan_all(now, city) == 0
        costs.append(len(captured))
    assert costs[0] == costs[1] <= 10


def test_the_scan_is_bounded(city: Book, now: datetime) -> None:
    for _ in range(3):
        changed(ticket_in(w.HANDLING, city, now), urged=3)
    assert scan_all(now, city, size=2) == 2
    assert scan_all(now, city, size=2) == 1


# --- cost and lists -----------------------------------------------------------------------------


def test_each_verb_costs_at_most_fifteen_statements(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, now)
    with CaptureQueriesContext(connection) as captured:
        case = do_supervise(ticket, "media", WHY, SUPERVISOR, now=now, book=city)
    opened = len(captured)
    with CaptureQueriesContext(connection) as captured:
        do_close(case, "已解释。", SUPERVISOR, now=now, book=city)
    assert max(opened, len(captured)) <= 15


def test_everybody_sees_his_own_and_the_level_below(city: Book, now: datetime) -> None:
    case = case_on(city, now)
    units = city.units

    def sees(unit: str) -> bool:
        return case in queries.rows(Scope(unit=unit), units[unit]).rows

    assert [sees(unit) for unit in (STREET, DISTRICT, "hotline", "110000")] == [True] * 4
    assert not sees(OTHER_STREET)
    assert queries.counts(Scope(unit=STREET), units[STREET]) == {"letter": 1, "answered": 0}
    assert queries.rows(Scope(unit=STREET), units[STREET], step="written").rows == []


@pytest.mark.parametrize("sort", queries.SORTS)
def test_the_long_list_is_sorted_and_paged_by_key(sort: str, city: Book, now: datetime) -> None:
    for number in range(5):
        changed(
            ticket_in(w.HANDLING, city, now),
            redone=number % 3 + 1,
            urged=number,
            opened_at=now - timedelta(days=70),
        )
    ticket_in(w.HANDLING, city, now)
    before = now - timedelta(days=60)
    scope, found, after = Scope(everything=True), [], ""
    for _ in range(3):
        with CaptureQueriesContext(connection) as captured:
            page = queries.long_and_again(scope, sort, opened_before=before, urged=3, after=after, size=2)
        assert len(captured) == 1
        found += page.rows
        after = page.after
    assert after == ""
    assert len({one.pk for one in found}) == len(found) == 5
    if sort != "opened":
        values = [getattr(one, sort) for one in found]
        assert values == sorted(values, reverse=True)


def test_the_thresholds_are_rows_of_the_city(city: Book, now: datetime) -> None:
    rows = triggers(city, now)
    assert rows["redone"].threshold == Decimal(3)
    assert {row.measure for row in rows.values()} <= set(Facts.__slots__)
    assert [step.rung for step in rules.ladder(city, now.date())] == [1, 2, 3, 4]


# --- recusal, another lead, neglected whistles ----------------------------------------------------


def test_art_8_a_recused_unit_neither_answers_nor_sees_the_case(city: Book, now: datetime) -> None:
    ticket = changed(ticket_in(w.HANDLING, city, now), recused=[DISTRICT])
    assert rules.answers_for(ticket.row(), True, city.units) == city.units[DISTRICT].parent
    case = do_supervise(ticket, "media", WHY, SUPERVISOR, now=now, book=city)
    assert case.lead_id == STREET
    district = Scope(unit=DISTRICT, district=DISTRICT)
    assert not queries.seen(district, city.units[DISTRICT]).exists()
    assert queries.seen(Scope(unit=STREET), city.units[STREET]).exists()


def test_art_8_a_unit_recused_later_hands_the_case_up(city: Book, now: datetime) -> None:
    case = do_supervise(ticket_in(w.HANDLING, city, now), "redone", WHY, SUPERVISOR, now=now, book=city)
    assert case.lead_id == DISTRICT
    changed(ticket_of(case), recused=[DISTRICT])
    keep_out(matter=case.ticket or 0)
    case.refresh_from_db()
    assert (case.lead_id, case.recused) == (city.units[DISTRICT].parent, [DISTRICT])
    assert dict(rebuilt(OVERSIGHT))[case.pk] == case.row()


def test_art_12_whoever_leads_now_answers(city: Book, now: datetime) -> None:
    case = case_on(city, now)
    do_answer(case, DONE, clerk(), now=now)
    changed(ticket_of(case), lead_id=OTHER_STREET)
    follow(matter=case.ticket or 0)
    case.refresh_from_db()
    assert (case.lead_id, case.state, case.answer) == (OTHER_STREET, o.OPENED, "")
    assert dict(rebuilt(OVERSIGHT))[case.pk] == case.row()


def test_sto_44_who_neglects_whistles_is_supervised_once(city: Book, now: datetime) -> None:
    for _ in range(2):
        report_in("called", city, now, ENFORCEMENT, kind="emergency")
    tick(now + timedelta(minutes=31))
    then = now + timedelta(hours=1)
    scan_all(then, city)
    scan_all(then + timedelta(minutes=10), city)
    (case,) = Case.objects.filter(trigger="neglect")
    assert (case.lead_id, case.measured, case.ticket) == (ENFORCEMENT, 2, None)
