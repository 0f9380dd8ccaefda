"""How a case goes up the ladder, who answers, and who is kept out (Art. 8, 12, 35)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.oversight.stage import (
    CHIEF,
    DONE,
    WHY,
    case_on,
    case_raised,
    changed,
    marks,
    ticket_of,
)
from tests.tickets.stage import (
    DISTRICT,
    OTHER_STREET,
    STREET,
    SUPERVISOR,
    clerk,
    member,
    reviewer,
    ticket_in,
)
from tests.whistle.stage import ENFORCEMENT, report_in

from jieban.city.book import Book
from jieban.matters.queries import rebuilt, timeline
from jieban.matters.rules import NotYours
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
from jieban.oversight.tasks import follow, keep_out, scan_all
from jieban.people.roles import Role
from jieban.tickets import workflow as w
from jieban.tickets.queries import Scope

pytestmark = pytest.mark.django_db


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
