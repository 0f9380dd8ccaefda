"""Calls: their outcomes, times agreed on, hours of rest, reasons, and the second check by another person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.tickets.stage import CALLER, HEATING, STREET, SUPERVISOR, member, stored, ticket_in

from jieban.callback import actions
from jieban.callback.actions import Answers, AnswersRefused, do_answers, do_limit_reached, do_visit
from jieban.callback.checking import do_miss_check, do_second_check
from jieban.callback.rating import do_rate, do_revise
from jieban.city.book import Book
from jieban.matters.actors import PLATFORM, requester
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours, WrongState
from jieban.people.roles import Role
from jieban.tickets import workflow
from jieban.tickets.models import Ticket

GOOD = Answers(True, "yes", "satisfied")
BAD = Answers(True, "partly", "dissatisfied", "还在漏", ("S2", "D1"))
COLLEAGUE = member(Role.CALLER, name="a colleague")
HOUR = timedelta(hours=1)


@pytest.fixture
def asked(city: Book, now: datetime) -> Ticket:
    return ticket_in(workflow.CALLBACK, city, now)


@pytest.fixture
def checked(asked: Ticket, city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Ticket:
    """A ticket that was closed by an interviewer and drawn for the second check."""
    monkeypatch.setattr(actions, "_draw", lambda ticket: 0.0)
    return do_answers(asked, GOOD, CALLER, now=now, book=city)


@pytest.mark.parametrize("outcome", ["no_answer", "busy", "wrong_number"])
def test_a_call_that_reached_nobody_is_an_attempt(
    asked: Ticket, city: Book, now: datetime, outcome: str
) -> None:
    do_visit(asked, "打13812345678", CALLER, now=now, book=city, outcome=outcome)
    assert (asked.state, asked.visits) == (workflow.CALLBACK, 1)
    detail = timeline(asked.pk)[0].detail
    assert detail["outcome"] == outcome
    assert "13812345678" not in detail["note"]


def test_who_refuses_to_answer_is_left_in_peace(asked: Ticket, city: Book, now: datetime) -> None:
    do_visit(asked, "", CALLER, now=now, book=city, outcome="refused")
    assert (asked.state, asked.visit_result) == (workflow.CLOSED, "refused")
    assert [event.verb for event in timeline(asked.pk)][:2] == ["close_unreached", "visit"]


def test_an_outcome_that_is_none_is_refused(asked: Ticket, city: Book, now: datetime) -> None:
    with pytest.raises(AnswersRefused):
        do_visit(asked, "", CALLER, now=now, book=city, outcome="shouted")


def test_a_time_agreed_on_is_kept_and_is_no_attempt(asked: Ticket, city: Book, now: datetime) -> None:
    again = now + 26 * HOUR
    do_visit(asked, "", CALLER, now=now, book=city, outcome="call_later", again=again)
    kept = stored(asked)
    assert (kept.visits, kept.visited_at, kept.visit_result) == (0, again, "call_later")
    with pytest.raises(AnswersRefused):
        do_visit(asked, "", CALLER, now=again - HOUR, book=city)
    do_visit(asked, "", CALLER, now=again, book=city)
    assert (asked.visits, asked.visit_result) == (1, "")


@pytest.mark.parametrize("hours", [-1, 12, 24 * 8], ids=["past", "midnight", "after the days"])
def test_a_time_that_cannot_be_kept_is_not_agreed_on(
    asked: Ticket, city: Book, now: datetime, hours: int
) -> None:
    with pytest.raises(AnswersRefused):
        do_visit(asked, "", CALLER, now=now, book=city, outcome="call_later", again=now + hours * HOUR)
    with pytest.raises(AnswersRefused):
        do_visit(asked, "", CALLER, now=now, book=city, outcome="call_later")


def test_who_is_called_later_may_answer_before_on_his_page(asked: Ticket, city: Book, now: datetime) -> None:
    do_visit(asked, "", CALLER, now=now, book=city, outcome="call_later", again=now + 2 * HOUR)
    do_answers(asked, GOOD, requester(asked.number), now=now, book=city)
    assert (asked.state, asked.visit_result) == (workflow.CLOSED, "reached")


def test_gbt_33358_nobody_is_called_at_night(asked: Ticket, city: Book, now: datetime) -> None:
    night = now + 10 * HOUR  # ten in the evening
    with pytest.raises(AnswersRefused):
        do_visit(asked, "", CALLER, now=night, book=city)
    with pytest.raises(AnswersRefused):
        do_answers(asked, GOOD, CALLER, now=night, book=city)
    assert do_answers(asked, GOOD, CALLER, now=night, book=city, by="called_in").state == workflow.CLOSED


def test_the_requester_answers_at_any_hour(asked: Ticket, city: Book, now: datetime) -> None:
    do_answers(asked, GOOD, requester(asked.number), now=now + 10 * HOUR, book=city)
    assert (asked.state, asked.self_rated, asked.asked_by) == (workflow.CLOSED, True, "")


def test_art_32_an_interviewer_asks_why_and_a_requester_need_not_say(
    asked: Ticket, city: Book, now: datetime
) -> None:
    bare = Answers(True, "partly", "basic")
    with pytest.raises(AnswersRefused):
        do_answers(asked, bare, CALLER, now=now, book=city)
    with pytest.raises(AnswersRefused):
        do_answers(asked, Answers(True, "partly", "basic", "", ("D1",)), CALLER, now=now, book=city)
    with pytest.raises(AnswersRefused):
        do_answers(asked, Answers(True, "partly", "basic", "", ("Z9",)), CALLER, now=now, book=city)
    do_answers(asked, bare, requester(asked.number), now=now, book=city)
    assert (asked.state, asked.reasons) == (workflow.CLOSED, [])


def test_how_the_answers_came_and_who_asked_is_kept(asked: Ticket, city: Book, now: datetime) -> None:
    do_answers(asked, BAD, CALLER, now=now, book=city)
    assert (asked.asked_by, asked.reasons) == (CALLER.id, ["S2", "D1"])
    assert timeline(asked.pk)[0].detail == {"by": "phone"}


def with_rule(book: Book, code: str, value: int, monkeypatch: pytest.MonkeyPatch) -> Book:
    """The city with another number for one rule."""
    dated = type(book).rule

    def rule(self: Book, asked: str, on: object) -> object:
        return value if asked == code else dated(self, asked, on)  # type: ignore[arg-type]

    monkeypatch.setattr(Book, "rule", rule)
    return book


def test_rule_redo_on_dissatisfied_goes_back_with_its_reasons(
    asked: Ticket, city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = with_rule(city, "callback.redo_on", 1, monkeypatch)
    do_answers(asked, BAD, CALLER, now=now, book=book)
    assert (asked.state, asked.redone) == (workflow.DISPATCHED, 1)
    detail = timeline(asked.pk)[0].detail
    assert (detail["reasons"], detail["comment"], detail["by"]) == (["S2", "D1"], "还在漏", "phone")
    assert (asked.reasons, asked.asked_by, asked.checked) == ([], "", "")


def test_about_the_share_of_the_rule_is_drawn_and_always_the_same_tickets(city: Book) -> None:
    drawn = [number for number in range(4000) if actions._draw(number) < 0.05]
    assert 140 < len(drawn) < 260
    assert drawn == [number for number in range(4000) if actions._draw(number) < 0.05]


def test_the_second_check_agrees(checked: Ticket, city: Book, now: datetime) -> None:
    assert checked.checked == "due"
    do_second_check(checked, GOOD, COLLEAGUE, now=now, book=city)
    assert (checked.checked, checked.solved) == ("agreed", "yes")


def test_the_second_check_differs_and_the_later_answers_count(
    checked: Ticket, city: Book, now: datetime
) -> None:
    counted = ProcrastinateJob.objects.filter(task_name="assessment.count_ticket").count()
    do_second_check(checked, BAD, COLLEAGUE, now=now, book=city)
    after = stored(checked)
    assert (after.state, after.checked, after.solved, after.reasons) == (
        workflow.CLOSED,
        "differs",
        "partly",
        ["S2", "D1"],
    )
    assert after.asked_by == CALLER.id, "whose first answers they were stays known"
    detail = timeline(checked.pk)[0].detail
    assert (detail["before"]["solved"], detail["asked_by"]) == ("yes", CALLER.id)
    assert ProcrastinateJob.objects.filter(task_name="assessment.count_ticket").count() == counted + 1
    with pytest.raises(AnswersRefused):
        do_second_check(checked, GOOD, SUPERVISOR, now=now, book=city)


def test_the_second_check_is_anothers(checked: Ticket, city: Book, now: datetime) -> None:
    with pytest.raises(AnswersRefused):
        do_second_check(checked, GOOD, CALLER, now=now, book=city)
    with pytest.raises(NotYours):
        do_second_check(checked, GOOD, member(Role.CALLER, STREET), now=now, book=city)
    with pytest.raises(AnswersRefused):
        do_second_check(checked, GOOD, COLLEAGUE, now=now + 10 * HOUR, book=city)
    assert do_second_check(checked, GOOD, member(Role.CALLER, HEATING), now=now, book=city)


def test_who_is_not_reached_a_second_time_keeps_his_first_answers(
    checked: Ticket, city: Book, now: datetime
) -> None:
    do_miss_check(checked, "", COLLEAGUE, now=now, book=city)
    assert (checked.checked, checked.solved) == ("unreached", "yes")


def test_what_was_not_drawn_is_not_checked(
    asked: Ticket, city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_draw", lambda ticket: 0.99)
    with pytest.raises(WrongState):
        do_second_check(asked, GOOD, COLLEAGUE, now=now, book=city)
    do_answers(asked, GOOD, CALLER, now=now, book=city)
    assert asked.checked == ""
    with pytest.raises(AnswersRefused):
        do_second_check(asked, GOOD, COLLEAGUE, now=now, book=city)


def test_each_verb_costs_few_statements(checked: Ticket, city: Book, now: datetime) -> None:
    """The promise is fifteen; BEGIN and the job of assessment are counted."""
    submitted = ticket_in(workflow.SUBMITTED, city, now)
    called = ticket_in(workflow.CALLBACK, city, now)
    costs: dict[str, Callable[[], object]] = {
        "rate": lambda: do_rate(submitted, GOOD, requester(submitted.number), now=now, book=city),
        "settle": lambda: do_limit_reached(submitted, PLATFORM, now=now, book=city),
        "refused": lambda: do_visit(called, "", CALLER, now=now, book=city, outcome="refused"),
        "second check": lambda: do_second_check(checked, BAD, COLLEAGUE, now=now, book=city),
        "revise": lambda: do_revise(checked, GOOD, requester(checked.number), now=now, book=city),
    }
    for verb, do in costs.items():
        with CaptureQueriesContext(connection) as captured:
            do()
        assert 2 <= len(captured) <= 6, verb
