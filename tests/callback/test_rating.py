"""The right to rate (Ordinance Art. 8): before he is asked, by his page or a link, and one change."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.tickets.stage import CALLER, STREET, clerk, stored, ticket_in

from jieban.callback.actions import Answers, AnswersRefused, do_answers, do_give_up, do_limit_reached
from jieban.callback.rating import do_rate, do_revise, link_opens, may_rate, revisable_until
from jieban.city.book import Book
from jieban.matters.actors import PLATFORM, requester
from jieban.matters.queries import timeline
from jieban.matters.rules import Actor, NotYours, WrongState
from jieban.tickets import workflow
from jieban.tickets.links import rating_token
from jieban.tickets.models import Ticket

GOOD = Answers(True, "yes", "satisfied")
BAD = Answers(False, "no", "dissatisfied", "请打13812345678", ("C1", "S1"))


def himself(ticket: Ticket) -> Actor:
    return requester(ticket.number)


def rated(book: Book, now: datetime, answers: Answers = GOOD) -> Ticket:
    ticket = ticket_in(workflow.SUBMITTED, book, now)
    return do_rate(ticket, answers, himself(ticket), now=now, book=book)


def verbs(ticket: Ticket) -> list[str]:
    return [event.verb for event in timeline(ticket.pk)]


def test_art_8_the_requester_rates_before_he_is_asked(city: Book, now: datetime) -> None:
    ticket = rated(city, now, BAD)
    kept = stored(ticket)
    assert (kept.state, kept.self_rated, kept.contacted, kept.solved) == (
        workflow.SUBMITTED,
        True,
        False,
        "no",
    )
    assert kept.reasons == ["C1", "S1"]
    assert "13812345678" not in kept.comment
    assert kept.clock_at is not None, "the limit still rings"
    assert timeline(ticket.pk)[0].detail == {"by": "web"}


def test_art_23_at_the_limit_his_answers_close_the_ticket_at_once(city: Book, now: datetime) -> None:
    ticket = rated(city, now)
    do_limit_reached(ticket, PLATFORM, now=now + timedelta(days=1), book=city)
    after = stored(ticket)
    assert (after.state, after.visit_result, after.solved) == (workflow.CLOSED, "reached", "yes")
    assert (after.clock, after.clock_at, after.overdue) == ("", None, False)
    assert verbs(ticket)[:3] == ["close", "expire", "rate"]
    assert timeline(ticket.pk)[0].detail == {"by": "rated"}
    assert timeline(ticket.pk)[1].detail == {"state": workflow.SUBMITTED, "asks": False}
    assert after.checked == "", "nobody asks who has spoken for himself"


def test_at_the_limit_unsolved_goes_back_with_its_reasons(city: Book, now: datetime) -> None:
    ticket = rated(city, now, BAD)
    do_limit_reached(ticket, PLATFORM, now=now + timedelta(days=1), book=city)
    after = stored(ticket)
    assert (after.state, after.lead_id, after.redone) == (workflow.DISPATCHED, STREET, 1)
    assert (after.solved, after.reasons, after.self_rated, after.contacted) == ("", [], False, None)
    assert timeline(ticket.pk)[0].detail["reasons"] == ["C1", "S1"]


def test_art_23_who_is_anonymous_and_left_no_contact_is_not_asked(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now, secrecy="anonymous")
    do_limit_reached(ticket, PLATFORM, now=now, book=city)
    assert (ticket.state, ticket.visit_result) == (workflow.CLOSED, "anonymous")
    rated_one = rated(city, now)
    rated_one.secrecy = "anonymous"
    do_limit_reached(rated_one, PLATFORM, now=now, book=city)
    assert (rated_one.state, rated_one.visit_result) == (workflow.CLOSED, "reached")


def test_before_the_end_answers_are_changed_once(city: Book, now: datetime) -> None:
    ticket = rated(city, now, BAD)
    assert may_rate(ticket)
    do_rate(ticket, GOOD, himself(ticket), now=now, book=city)
    assert (ticket.solved, ticket.revised, ticket.reasons) == ("yes", 1, [])
    assert timeline(ticket.pk)[0].detail["before"]["solved"] == "no"
    assert not may_rate(ticket)
    with pytest.raises(AnswersRefused):
        do_rate(ticket, BAD, himself(ticket), now=now, book=city)


def test_nobody_else_rates_and_nothing_is_rated_before_it_is_submitted(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SUBMITTED, city, now)
    for actor in (requester("1"), clerk(), CALLER):
        with pytest.raises((NotYours, AnswersRefused)):
            do_rate(ticket, GOOD, actor, now=now, book=city)
    early = ticket_in(workflow.HANDLING, city, now)
    with pytest.raises(WrongState):
        do_rate(early, GOOD, himself(early), now=now, book=city)


def test_art_8_after_the_end_answers_are_changed_once_and_counted_again(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    do_answers(ticket, GOOD, CALLER, now=now, book=city)
    counted = ProcrastinateJob.objects.filter(task_name="assessment.count_ticket").count()
    later = now + timedelta(days=6)
    do_revise(ticket, BAD, himself(ticket), now=later, book=city)
    after = stored(ticket)
    assert (after.state, after.solved, after.satisfied, after.revised) == (
        workflow.CLOSED,
        "no",
        "dissatisfied",
        1,
    )
    revised = next(event for event in timeline(ticket.pk) if event.verb == "revise")
    assert revised.detail["before"]["satisfied"] == "satisfied"
    assert ProcrastinateJob.objects.filter(task_name="assessment.count_ticket").count() == counted + 1
    with pytest.raises(AnswersRefused):
        do_revise(ticket, GOOD, himself(ticket), now=later, book=city)


def test_after_the_days_of_the_rule_answers_stand(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    do_answers(ticket, GOOD, CALLER, now=now, book=city)
    assert revisable_until(ticket, city) == now + timedelta(days=7)
    with pytest.raises(AnswersRefused):
        do_revise(ticket, BAD, himself(ticket), now=now + timedelta(days=7, minutes=1), book=city)


def test_who_was_not_reached_may_still_answer(city: Book, now: datetime) -> None:
    ticket = do_give_up(ticket_in(workflow.CALLBACK, city, now), PLATFORM, now=now)
    do_revise(ticket, GOOD, himself(ticket), now=now, book=city)
    assert (ticket.visit_result, ticket.solved) == ("reached", "yes")


def test_a_changed_answer_needs_no_second_check(city: Book, now: datetime) -> None:
    ticket = do_answers(ticket_in(workflow.CALLBACK, city, now), GOOD, CALLER, now=now, book=city)
    Ticket.objects.filter(pk=ticket.pk).update(checked="due")
    ticket = stored(ticket)
    assert do_revise(ticket, BAD, himself(ticket), now=now, book=city).checked == ""


def test_the_link_asks_once_in_its_round_and_its_days(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    token = rating_token(ticket)
    assert link_opens(ticket, token, now=now)
    assert link_opens(ticket, token.lower(), now=now)
    assert not link_opens(ticket, "A" * 16, now=now)
    assert not link_opens(ticket, token, now=now + timedelta(days=7))
    do_answers(ticket, BAD, himself(ticket), now=now, book=city, by="link")
    assert timeline(ticket.pk)[0].detail["by"] == "link"
    do_limit_reached(ticket, PLATFORM, now=now, book=city)
    assert not link_opens(ticket, token, now=now), "another round has another link"
    assert link_opens(ticket, rating_token(ticket), now=now)
    first = ticket_in(workflow.SUBMITTED, city, now)
    assert link_opens(first, rating_token(first), now=now)
    do_rate(first, GOOD, himself(first), now=now, book=city, by="link")
    assert not link_opens(first, rating_token(first), now=now)
