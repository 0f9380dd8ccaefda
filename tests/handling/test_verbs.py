"""The verbs of a unit (Ordinance Art. 12, 14, 15), each with what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.tickets.stage import (
    DISPATCHER,
    DISTRICT,
    GROUND,
    HEATING,
    OTHER_STREET,
    REPLY,
    STREET,
    clerk,
    member,
    reviewer,
    stored,
    ticket_in,
)

from jieban.city.book import Book
from jieban.handling.actions import (
    HandlingRefused,
    do_contact,
    do_object,
    do_pause,
    do_progress,
    do_reply,
    do_resume,
    do_review,
    do_sign,
)
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours, WrongState
from jieban.people.models import Account
from jieban.people.roles import Role
from jieban.tickets import workflow


def test_art_14_a_unit_signs_for_its_ticket(city: Book, now: datetime) -> None:
    ticket = do_sign(ticket_in(workflow.DISPATCHED, city, now), clerk(), now=now, book=city)
    assert (ticket.state, ticket.signed_at) == (workflow.SIGNED, now)


@pytest.mark.parametrize(
    "actor",
    [clerk(OTHER_STREET), clerk(DISTRICT), member(Role.LEADER, STREET), DISPATCHER, member(Role.AUDITOR)],
    ids=lambda actor: actor.name,
)
def test_art_14_nobody_else_signs(actor: object, city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.DISPATCHED, city, now)
    with pytest.raises(NotYours):
        do_sign(ticket, actor, now=now, book=city)  # type: ignore[arg-type]
    assert stored(ticket).state == workflow.DISPATCHED


def test_what_is_signed_is_not_signed_again(city: Book, now: datetime) -> None:
    with pytest.raises(WrongState) as caught:
        do_sign(ticket_in(workflow.SIGNED, city, now), clerk(), now=now, book=city)
    assert (caught.value.verb, caught.value.state) == ("sign", workflow.SIGNED)


def test_art_15_the_first_success_is_the_first_contact(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    do_contact(ticket, "no_answer", "打了三次", clerk(), now=now, book=city)
    assert (ticket.state, ticket.contacted_at) == (workflow.HANDLING, None)
    first = now + timedelta(hours=1)
    do_contact(ticket, "visited", "", clerk(), now=first, book=city)
    do_contact(ticket, "reached", "", clerk(), now=first + timedelta(hours=1), book=city)
    assert ticket.contacted_at == first
    assert timeline(ticket.pk)[2].detail == {"outcome": "no_answer", "note": "打了三次"}


def test_art_15_a_contact_has_one_of_the_known_outcomes(city: Book, now: datetime) -> None:
    with pytest.raises(HandlingRefused, match=r"."):
        do_contact(ticket_in(workflow.SIGNED, city, now), "perhaps", "", clerk(), now=now, book=city)


def test_progress_is_told_in_words_and_keeps_the_state(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    do_progress(ticket, " 已派人到现场 ", clerk(), now=now, book=city)
    assert (ticket.state, timeline(ticket.pk)[0].detail) == (workflow.SIGNED, {"note": "已派人到现场"})
    with pytest.raises(HandlingRefused, match=r"."):
        do_progress(ticket, "  ", clerk(), now=now, book=city)


def test_art_12_an_objection_states_its_ground_and_stops_no_clock(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.DISPATCHED, city, now)
    limit = ticket.due_at
    with pytest.raises(HandlingRefused, match=r"."):
        do_object(ticket, "不是", clerk(), now=now, book=city)
    do_object(ticket, GROUND, clerk(), now=now, book=city)
    assert (ticket.state, ticket.objection, ticket.due_at) == (workflow.OBJECTED, GROUND, limit)
    assert (ticket.clock, ticket.clock_at) == ("ruling", now + timedelta(hours=24))


def test_art_15_a_reply_goes_to_the_reviewer_first(city: Book, now: datetime) -> None:
    ticket = do_reply(ticket_in(workflow.HANDLING, city, now), f" {REPLY} ", clerk(), now=now, book=city)
    assert (ticket.state, ticket.reply, ticket.replied_at) == (workflow.REPLIED, REPLY, now)
    assert ticket.submitted_at is None


def test_art_15_no_reply_without_contact(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    do_contact(ticket, "wrong_number", "", clerk(), now=now, book=city)
    with pytest.raises(HandlingRefused, match="15"):
        do_reply(ticket, REPLY, clerk(), now=now, book=city)


def test_a_reply_says_what_was_done(city: Book, now: datetime) -> None:
    with pytest.raises(HandlingRefused, match="20"):
        do_reply(ticket_in(workflow.HANDLING, city, now), "已处理", clerk(), now=now, book=city)


def test_art_15_the_reviewer_submits_the_reply(city: Book, now: datetime) -> None:
    ticket = do_review(ticket_in(workflow.REPLIED, city, now), True, "", reviewer(), now=now, book=city)
    assert (ticket.state, ticket.submitted_at) == (workflow.SUBMITTED, now)


def test_art_15_the_reviewer_sends_a_reply_back_with_a_reason(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.REPLIED, city, now)
    with pytest.raises(HandlingRefused, match=r"."):
        do_review(ticket, False, " ", reviewer(), now=now, book=city)
    do_review(ticket, False, "请写明完成时间", reviewer(), now=now, book=city)
    assert (ticket.state, ticket.replied_at) == (workflow.HANDLING, None)


def test_a_clerk_does_not_review_and_a_stranger_neither(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.REPLIED, city, now)
    for actor in (clerk(), reviewer(HEATING)):
        with pytest.raises(NotYours):
            do_review(ticket, True, "", actor, now=now, book=city)


def test_art_15_a_pause_moves_the_limit_by_the_time_paused(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    limit = ticket.due_at
    assert limit is not None
    begin, end = now + timedelta(hours=4), now + timedelta(hours=10)
    do_pause(ticket, now + timedelta(days=3), "等待检测结果", reviewer(), now=begin, book=city)
    assert (ticket.state, ticket.clock) == (workflow.PAUSED, "resume")
    do_resume(ticket, reviewer(), now=end, book=city)
    assert (ticket.state, ticket.clock) == (workflow.HANDLING, "warn")
    assert ticket.due_at == limit + timedelta(hours=6)


def test_art_15_two_pauses_add_up(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    limit = ticket.due_at
    assert limit is not None
    for hour in (2, 12):
        start = now + timedelta(hours=hour)
        do_pause(ticket, start + timedelta(days=1), "等待检测结果", reviewer(), now=start, book=city)
        do_resume(ticket, reviewer(), now=start + timedelta(hours=5), book=city)
    assert ticket.due_at == limit + timedelta(hours=10)
    assert len(ticket.pauses) == 2


def test_a_clock_that_runs_cannot_be_resumed(city: Book, now: datetime) -> None:
    with pytest.raises(WrongState):
        do_resume(ticket_in(workflow.HANDLING, city, now), reviewer(), now=now, book=city)


@pytest.mark.parametrize("days", [-1, 0, 31])
def test_art_15_a_pause_has_an_end_within_the_days_of_the_rule(days: int, city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    with pytest.raises(HandlingRefused, match="30"):
        do_pause(ticket, now + timedelta(days=days), "等待", reviewer(), now=now, book=city)


def test_art_15_a_pause_has_a_lawful_ground_and_is_the_reviewers(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    until = now + timedelta(days=1)
    with pytest.raises(HandlingRefused, match=r"."):
        do_pause(ticket, until, "  ", reviewer(), now=now, book=city)
    with pytest.raises(NotYours):
        do_pause(ticket, until, "等待检测结果", clerk(), now=now, book=city)


def test_what_staff_write_is_kept_without_the_requesters_number(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    do_contact(ticket, "reached", "已拨打13812345678，身份证110101199003070759", clerk(), now=now, book=city)
    do_reply(ticket, f"{REPLY}回电13812345678，咨询请打010-65123456。", clerk(), now=now, book=city)
    told = f"{timeline(ticket.pk)[0].changes} {timeline(ticket.pk)[1].detail}"
    assert "13812345678" not in told
    assert "199003070759" not in told
    assert "010-65123456" in told, "the number of an office is no secret"


def test_art_15_nothing_is_paused_after_the_limit(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    assert ticket.due_at is not None
    late = ticket.due_at
    with pytest.raises(HandlingRefused, match="时限已到"):
        do_pause(ticket, late + timedelta(days=1), "等待鉴定", reviewer(), now=late, book=city)


def test_four_eyes_nobody_approves_his_own_reply_unless_he_is_alone(
    city: Book, now: datetime, make_account: Callable[..., Any]
) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    alone = member(Role.REVIEWER, STREET)
    do_reply(ticket, REPLY, alone, now=now, book=city)
    make_account("reviewer", unit=STREET, username="another")
    with pytest.raises(HandlingRefused, match=r"colleague|其他审核人"):
        do_review(ticket, True, "", alone, now=now, book=city)
    assert stored(ticket).state == workflow.REPLIED
    do_review(ticket, False, "再补充。", alone, now=now, book=city)
    do_reply(ticket, REPLY, alone, now=now, book=city)
    Account.objects.all().delete()
    assert do_review(ticket, True, "", alone, now=now, book=city).state == workflow.SUBMITTED
