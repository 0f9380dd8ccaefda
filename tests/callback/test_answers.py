"""The call-back (Ordinance Art. 23): the limit asks, the requester's answers close, or send back once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.tickets.stage import (
    CALLER,
    HEATING,
    REPLY,
    SEAT,
    STREET,
    clerk,
    member,
    reviewer,
    stored,
    ticket_in,
)

from jieban.callback.actions import (
    Answers,
    AnswersRefused,
    do_answers,
    do_give_up,
    do_limit_reached,
    do_visit,
)
from jieban.city.book import Book
from jieban.handling.actions import do_contact, do_reply, do_review, do_sign
from jieban.matters import actors
from jieban.matters.actors import PLATFORM
from jieban.matters.queries import timeline
from jieban.matters.rules import Actor, NotYours, WrongState
from jieban.matters.tick import tick
from jieban.people.roles import Role
from jieban.tickets import workflow
from jieban.tickets.models import Ticket

GOOD = Answers(contacted=True, solved="yes", satisfied="satisfied")
UNSOLVED = Answers(contacted=True, solved="no", satisfied="dissatisfied", reasons=("S1",))


def answer(ticket: Ticket, answers: Answers, book: Book, now: datetime, actor: Actor = CALLER) -> Ticket:
    return do_answers(ticket, answers, actor, now=now, book=book)


GAP = timedelta(hours=4)


@pytest.mark.parametrize("state", workflow.EXPIRING)
def test_art_23_the_limit_opens_the_call_back_in_every_state_at_the_unit(
    state: str, city: Book, now: datetime
) -> None:
    ticket = ticket_in(state, city, now)
    do_limit_reached(ticket, PLATFORM, now=now, book=city)
    assert (ticket.state, ticket.lead_id) == (workflow.CALLBACK, STREET)
    assert ticket.overdue is (state != workflow.SUBMITTED)
    assert (ticket.clock, ticket.clock_at) == ("visit", now + timedelta(days=7))
    assert timeline(ticket.pk)[0].detail == {"state": state}


@pytest.mark.parametrize("actor", [clerk(), reviewer(), CALLER, SEAT], ids=lambda actor: actor.name)
def test_art_23_nobody_but_the_clock_opens_the_call_back(actor: Actor, city: Book, now: datetime) -> None:
    with pytest.raises(NotYours):
        do_limit_reached(ticket_in(workflow.SUBMITTED, city, now), actor, now=now, book=city)


def test_art_23_the_answers_close_the_ticket(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    answer(ticket, Answers(True, "partly", "basic", " 还行 ", ("S2",)), city, now)
    assert (ticket.state, ticket.visit_result, ticket.closed_at) == (workflow.CLOSED, "reached", now)
    told = (ticket.contacted, ticket.solved, ticket.satisfied, ticket.comment)
    assert told == (True, "partly", "basic", "还行")
    assert (ticket.clock, ticket.clock_at, ticket.visits) == ("", None, 1)


@pytest.mark.parametrize(("solved", "satisfied"), [("", "basic"), ("yes", ""), ("maybe", "satisfied")])
def test_art_23_all_three_questions_are_answered(
    solved: str, satisfied: str, city: Book, now: datetime
) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    with pytest.raises(AnswersRefused):
        answer(ticket, Answers(True, solved, satisfied), city, now)
    assert stored(ticket).state == workflow.CALLBACK


def test_art_23_nobody_asks_about_his_own_units_work(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    from_the_unit = member(Role.CALLER, STREET)
    with pytest.raises(NotYours):
        answer(ticket, GOOD, city, now, from_the_unit)
    with pytest.raises(NotYours):
        do_visit(ticket, "", from_the_unit, now=now, book=city)
    assert answer(ticket, GOOD, city, now, member(Role.CALLER, HEATING)).state == workflow.CLOSED


def test_art_23_a_unit_never_answers_for_the_requester(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    for actor in (clerk(HEATING), reviewer(HEATING), member(Role.LEADER, HEATING)):
        with pytest.raises(NotYours):
            answer(ticket, GOOD, city, now, actor)


def test_the_requester_answers_for_his_own_ticket_and_for_no_other(city: Book, now: datetime) -> None:
    mine, other = (ticket_in(workflow.CALLBACK, city, now) for _ in range(2))
    with pytest.raises(NotYours):
        answer(other, GOOD, city, now, actors.requester(mine.number))
    with pytest.raises(NotYours):
        answer(other, GOOD, city, now, actors.requester())
    assert answer(mine, GOOD, city, now, actors.requester(mine.number)).state == workflow.CLOSED


def test_an_unsolved_ticket_goes_back_once_by_the_rule(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    answer(ticket, UNSOLVED, city, now)
    assert (ticket.state, ticket.lead_id, ticket.redone) == (workflow.DISPATCHED, STREET, 1)
    assert ticket.clock == "sign", "the clock of the new round runs"
    assert ticket.due_at is not None
    assert ticket.due_at > now
    assert (ticket.signed_at, ticket.submitted_at, ticket.closed_at, ticket.pauses) == (None, None, None, [])
    do_limit_reached(ticket, PLATFORM, now=now, book=city)
    answer(ticket, UNSOLVED, city, now)
    assert (ticket.state, ticket.solved) == (workflow.CLOSED, "no")


def test_the_answers_of_the_last_round_count(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    answer(ticket, UNSOLVED, city, now)
    do_sign(ticket, clerk(), now=now, book=city)
    do_contact(ticket, "reached", "", clerk(), now=now, book=city)
    do_reply(ticket, REPLY, clerk(), now=now, book=city)
    do_review(ticket, True, "", reviewer(), now=now, book=city)
    do_limit_reached(ticket, PLATFORM, now=now, book=city)
    answer(ticket, GOOD, city, now)
    assert (ticket.solved, ticket.satisfied, ticket.overdue) == ("yes", "satisfied", False)


def test_after_the_attempts_of_the_rule_the_ticket_is_closed_unreached(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    for attempt in (1, 2):
        do_visit(ticket, "无人接听", CALLER, now=now + attempt * GAP, book=city)
        assert (ticket.state, ticket.visits) == (workflow.CALLBACK, attempt)
    do_visit(ticket, "无人接听", CALLER, now=now + timedelta(days=1), book=city)
    assert (ticket.state, ticket.visit_result, ticket.visits) == (workflow.CLOSED, "unreachable", 3)
    assert [event.verb for event in timeline(ticket.pk)][:2] == ["close_unreached", "visit"]


def test_the_attempts_begin_anew_with_each_round(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    do_visit(ticket, "", CALLER, now=now, book=city)
    answer(ticket, UNSOLVED, city, now)
    do_limit_reached(ticket, PLATFORM, now=now, book=city)
    for attempt in (1, 2):
        do_visit(ticket, "", CALLER, now=now + attempt * GAP, book=city)
    assert ticket.state == workflow.CALLBACK


def test_two_calls_within_minutes_are_one_attempt(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    do_visit(ticket, "", CALLER, now=now, book=city)
    with pytest.raises(AnswersRefused):
        do_visit(ticket, "", CALLER, now=now + GAP - timedelta(minutes=1), book=city)
    assert ticket.visits == 1


def test_a_new_round_begins_with_nothing_done(city: Book, now: datetime) -> None:
    ticket = answer(ticket_in(workflow.CALLBACK, city, now), UNSOLVED, city, now)
    assert (ticket.state, ticket.contacted_at, ticket.reply, ticket.overdue) == (
        workflow.DISPATCHED,
        None,
        "",
        False,
    )
    assert (ticket.solved, ticket.visit_result) == ("", "")
    assert timeline(ticket.pk)[0].detail["solved"] == "no"


def test_the_days_of_the_call_back_run_out(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    assert tick(now + timedelta(days=7)) == 1
    after = stored(ticket)
    assert (after.state, after.visit_result) == (workflow.CLOSED, "unreachable")


def test_what_is_closed_stays_closed(city: Book, now: datetime) -> None:
    ticket = answer(ticket_in(workflow.CALLBACK, city, now), GOOD, city, now)
    with pytest.raises(WrongState):
        answer(ticket, GOOD, city, now)
    with pytest.raises(WrongState):
        do_visit(ticket, "", CALLER, now=now, book=city)
    with pytest.raises(WrongState):
        do_give_up(ticket, PLATFORM, now=now)


def test_nobody_answers_before_he_is_asked(city: Book, now: datetime) -> None:
    for state in (workflow.WAITING, workflow.SIGNED):
        with pytest.raises(WrongState):
            answer(ticket_in(state, city, now), UNSOLVED, city, now)


def test_a_comment_is_kept_without_the_requesters_number(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    answer(ticket, Answers(True, "yes", "satisfied", "有事打13812345678"), city, now)
    assert "13812345678" not in ticket.comment
    assert "138" in ticket.comment
