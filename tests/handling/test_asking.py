"""Art. 14, 17, 20: the lead asks others, results return to it, and communities do what is on their list."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import (
    CALLER,
    COMMUNITY,
    DISTRICT,
    HEATING,
    OTHER_STREET,
    STREET,
    clerk,
    reviewer,
    stored,
    ticket_in,
)

from jieban.callback.actions import Answers, do_answers
from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.handling.actions import HandlingRefused, do_sign
from jieban.handling.asking import do_ask, do_escalate, higher_levels, inner_units
from jieban.handling.returning import (
    do_give_result,
    do_refuse_with_reasons,
    do_report_interim,
    do_settle,
)
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours, WrongState
from jieban.subtickets import workflow as s
from jieban.subtickets.actions import AskRefused
from jieban.subtickets.models import SubTicket
from jieban.subtickets.queries import of_ticket
from jieban.subtickets.tasks import end, late
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

OFFICE = f"{STREET}.office.citycare"
PROPERTY = f"{STREET}.property.first"
OTHER_OFFICE = "110108011.office.citycare"
QUARREL = "060501"  # 邻里纠纷: on the communities' list
HOUR = timedelta(hours=1)


def handled(city: Book, now: datetime, **columns: Any) -> Ticket:
    return ticket_in(w.HANDLING, city, now, **columns)


def ask(
    ticket: Ticket, city: Book, now: datetime, *units: str, purpose: str = s.ASSIST, **more: datetime
) -> SubTicket:
    do_ask(ticket, units or (HEATING,), "请查管网压力", purpose, clerk(), now=now, book=city, **more)
    return of_ticket(ticket.pk)[-1]


def test_art_14_the_lead_asks_and_the_result_returns_to_it(city: Book, now: datetime) -> None:
    ticket = handled(city, now)
    sub = ask(ticket, city, now)
    assert (sub.state, sub.lead_id, sub.sender_id, sub.ticket_number) == (
        s.SENT,
        HEATING,
        STREET,
        ticket.number,
    )
    assert (ticket.asked, ticket.assist[-1]) == (1, HEATING)
    do_give_result(sub, "压力已调高", clerk(HEATING), now=now + HOUR, book=city)
    after = stored(ticket)
    told = timeline(ticket.pk)[0]
    assert (told.verb, told.actor_kind) == ("returned", "system")
    assert told.detail["unit"] == HEATING
    assert told.detail["how"] == "given"
    assert (after.state, after.lead_id) == (w.HANDLING, STREET), "the lead still leads"
    do_settle(sub, "accept", clerk(), now=now + HOUR, book=city)
    assert sub.state == s.ACCEPTED


def test_art_14_the_limit_of_an_assist_lies_within_the_tickets_own(city: Book, now: datetime) -> None:
    ticket = handled(city, now)
    assert ticket.due_at is not None
    sub = ask(ticket, city, now, until=ticket.due_at + 30 * HOUR)
    assert sub.due_at == ticket.due_at
    usual = ask(ticket, city, now, OTHER_STREET)
    assert usual.due_at == min(ticket.due_at, now + 72 * HOUR)
    with pytest.raises(HandlingRefused):
        ask(ticket, city, now, "city.housing", until=now - HOUR)


def test_art_14_who_cannot_says_why_and_how_far_it_came(city: Book, now: datetime) -> None:
    ticket = handled(city, now)
    sub = ask(ticket, city, now)
    do_report_interim(sub, "已派人查看", clerk(HEATING), now=now, book=city)
    assert (sub.state, sub.interim) == (s.SIGNED, "已派人查看")
    do_refuse_with_reasons(sub, "管网属自管，无权进入", clerk(HEATING), now=now, book=city)
    assert sub.state == s.REFUSED
    hows = [event.detail["how"] for event in timeline(ticket.pk) if event.verb == "returned"]
    assert hows == ["refused", "interim"]


def test_what_came_back_may_be_sent_back_once_more(city: Book, now: datetime) -> None:
    ticket = handled(city, now)
    sub = ask(ticket, city, now)
    do_give_result(sub, "已处理", clerk(HEATING), now=now, book=city)
    with pytest.raises(AskRefused):
        do_settle(sub, "send_back", clerk(), now=now, book=city)
    with pytest.raises(NotYours):
        do_settle(sub, "accept", clerk(OTHER_STREET), now=now, book=city)
    do_settle(sub, "send_back", clerk(), now=now, book=city, words="缺现场照片")
    assert (sub.state, sub.returned_at) == (s.SIGNED, None)
    assert sub.due_at == min(now + 72 * HOUR, ticket.due_at or now)


def test_a_unit_is_not_asked_twice_for_the_same(city: Book, now: datetime) -> None:
    ticket = handled(city, now)
    ask(ticket, city, now)
    with pytest.raises(AskRefused):
        ask(ticket, city, now)


def test_art_17_nothing_off_the_list_goes_to_a_community(city: Book, now: datetime) -> None:
    ticket = handled(city, now)
    for purpose in (s.ASSIST, s.INTERNAL):
        with pytest.raises(HandlingRefused, match="17"):
            ask(ticket, city, now, COMMUNITY, purpose=purpose)
    assert not of_ticket(ticket.pk)
    quarrel = handled(city, now, category_id=QUARREL)
    assert ask(quarrel, city, now, COMMUNITY, purpose=s.INTERNAL).lead_id == COMMUNITY


def test_art_17_a_community_never_leads_even_when_it_helps(city: Book, now: datetime) -> None:
    ticket = handled(city, now, category_id=QUARREL)
    sub = ask(ticket, city, now, COMMUNITY, purpose=s.INTERNAL)
    with pytest.raises((NotYours, WrongState)):
        do_sign(stored(ticket), clerk(COMMUNITY), now=now, book=city)
    do_give_result(sub, "双方已和解", clerk(COMMUNITY), now=now, book=city)
    assert stored(ticket).lead_id == STREET


def test_internal_work_goes_to_the_streets_own(city: Book, now: datetime) -> None:
    ticket = handled(city, now)
    assert ask(ticket, city, now, OFFICE, PROPERTY, purpose=s.INTERNAL).purpose == s.INTERNAL
    assert ticket.asked == 2
    for foreign in (OTHER_OFFICE, HEATING):
        with pytest.raises(HandlingRefused):
            ask(ticket, city, now, foreign, purpose=s.INTERNAL)
    with pytest.raises(HandlingRefused):
        ask(ticket, city, now, OTHER_OFFICE)


def test_inner_units_hold_communities_only_for_matters_of_their_list(city: Book, now: datetime) -> None:
    on = local_day(city, now)
    plain = {unit.kind for unit in inner_units(handled(city, now), city, on)}
    listed = {unit.kind for unit in inner_units(handled(city, now, category_id=QUARREL), city, on)}
    assert plain == {"office", "property"}
    assert listed == {"office", "property", "community"}


def test_art_20_what_a_unit_cannot_solve_goes_to_a_higher_level(city: Book, now: datetime) -> None:
    ticket = handled(city, now)
    do_escalate(ticket, DISTRICT, "涉及产权不清，请区里统筹", reviewer(), now=now, book=city)
    (sub,) = of_ticket(ticket.pk)
    assert (sub.purpose, sub.lead_id) == (s.ESCALATION, DISTRICT)
    assert "escalated" in ticket.marks
    assert ticket.lead_id == STREET, "it stays with the first receiver (Art. 14)"
    codes = [unit.code for unit in higher_levels(ticket, city, local_day(city, now))]
    assert codes[0] == DISTRICT
    assert codes[-1] == "110000"
    with pytest.raises(HandlingRefused, match="20"):
        do_escalate(ticket, OTHER_STREET, "请协助", reviewer(), now=now, book=city)
    with pytest.raises(HandlingRefused, match="20"):
        ask(ticket, city, now, "110000")


def test_a_recused_unit_is_never_asked(city: Book, now: datetime) -> None:
    ticket = handled(city, now, recused=[HEATING])
    with pytest.raises(AskRefused):
        ask(ticket, city, now)
    assert stored(ticket).asked == 0


def test_personal_numbers_are_masked_in_what_is_asked_and_answered(city: Book, now: datetime) -> None:
    ticket = handled(city, now)
    do_ask(ticket, [HEATING], "诉求人13812345678请联系", s.ASSIST, clerk(), now=now, book=city)
    (sub,) = of_ticket(ticket.pk)
    assert "13812345678" not in sub.words
    do_give_result(sub, "已联系居民13812345678", clerk(HEATING), now=now, book=city)
    assert "13812345678" not in sub.result
    assert "13812345678" not in str([event.detail for event in timeline(ticket.pk)])


def test_late_is_marked_and_still_owed(city: Book, now: datetime) -> None:
    sub = ask(handled(city, now), city, now)
    late([sub], now + 80 * HOUR)
    assert (sub.overdue, sub.state, sub.clock) == (True, s.SENT, "")
    do_give_result(sub, "晚了，已查完", clerk(HEATING), now=now + 81 * HOUR, book=city)
    assert sub.state == s.RETURNED


def test_when_a_ticket_closes_what_is_open_ends_with_it(city: Book, now: datetime) -> None:
    ticket = handled(city, now)
    given = ask(ticket, city, now)
    owed = ask(ticket, city, now, OTHER_STREET)
    do_give_result(given, "压力已调高", clerk(HEATING), now=now, book=city)
    with CaptureQueriesContext(connection) as captured:
        end.func(matter=ticket.pk)
    assert len(captured) <= 7
    states = {sub.pk: sub.state for sub in of_ticket(ticket.pk)}
    assert states == {given.pk: s.ACCEPTED, owed.pk: s.WITHDRAWN}
    end.func(matter=ticket.pk)  # a job may run twice


def test_closing_sets_the_end_going(city: Book, now: datetime) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    for asked in (0, 1):
        ticket = ticket_in(w.CALLBACK, city, now)
        Ticket.objects.filter(pk=ticket.pk).update(asked=asked)
        ticket.refresh_from_db()
        do_answers(ticket, Answers(True, "yes", "satisfied"), CALLER, now=now, book=city)
        jobs = ProcrastinateJob.objects.filter(args__matter=ticket.pk).values_list("task_name", flat=True)
        assert ("subtickets.end" in set(jobs)) is bool(asked)


def test_a_result_after_the_end_changes_the_ticket_no_more(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, now)
    sub = ask(ticket, city, now)
    Ticket.objects.filter(pk=ticket.pk).update(state=w.CALLBACK)
    do_give_result(sub, "压力已调高", clerk(HEATING), now=now, book=city)
    assert sub.state == s.RETURNED
    assert timeline(ticket.pk)[0].verb == "ask"
