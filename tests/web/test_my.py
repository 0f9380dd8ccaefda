"""The requester's own pages: found by number and code only, told in plain words, answered by himself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.tickets.stage import CALLER, DISPATCHER, REPLY, STREET, clerk, ticket_in, waiting_ticket

from jieban.callback.actions import Answers, do_answers
from jieban.city.book import Book
from jieban.dispatch.actions import do_answer, do_explain
from jieban.handling.actions import do_progress
from jieban.intake.following import UrgedAlready, do_urge
from jieban.matters.actors import requester
from jieban.matters.queries import timeline
from jieban.tickets import workflow
from jieban.tickets.links import query_code
from jieban.tickets.models import Ticket
from jieban.tickets.names import STATE_NAMES
from jieban.web import throttle

WRONG = "编号和查询码对不上"


@pytest.fixture(autouse=True)
def _uncounted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def a_moment_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=3)


def opened(client: Client, ticket: Ticket) -> Any:
    return client.post("/my/", {"number": ticket.number, "code": query_code(ticket.pk)})


def shown(client: Client, ticket: Ticket) -> str:
    answer = client.get(f"/my/{ticket.number}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_number_and_code_open_the_ticket(client: Client, city: Book, a_moment_ago: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, a_moment_ago)
    code = query_code(ticket.pk)
    typed = f" {code[:4].lower()}-{code[4:]} "
    answer = client.post("/my/", {"number": f" {ticket.number} ", "code": typed})
    assert answer.headers["Location"] == f"/my/{ticket.number}/"
    assert "承办单位已接手" in shown(client, ticket)


def test_wrong_number_and_wrong_code_look_the_same(
    client: Client, city: Book, a_moment_ago: datetime
) -> None:
    ticket = ticket_in(workflow.SIGNED, city, a_moment_ago)
    wrong_code = client.post("/my/", {"number": ticket.number, "code": "AAAAAAAA"})
    wrong_number = client.post("/my/", {"number": "9999999999999", "code": query_code(ticket.pk)})
    for answer in (wrong_code, wrong_number):
        assert answer.status_code == 422
        assert WRONG in answer.content.decode()
    assert client.get(f"/my/{ticket.number}/").status_code == 302


def test_after_many_failures_even_the_right_code_waits(
    client: Client, city: Book, a_moment_ago: datetime
) -> None:
    ticket = ticket_in(workflow.SIGNED, city, a_moment_ago)
    for _ in range(throttle.PER_ADDRESS):
        client.post("/my/", {"number": ticket.number, "code": "AAAAAAAA"})
    answer = opened(client, ticket)
    assert answer.status_code == 422
    assert "15 分钟" in answer.content.decode()
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert opened(elsewhere, ticket).status_code == 302, "another person at another place is not stopped"


def test_new_sessions_do_not_help_who_guesses(city: Book, a_moment_ago: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, a_moment_ago)
    for _ in range(throttle.PER_ADDRESS):
        Client().post("/my/", {"number": ticket.number, "code": "AAAAAAAA"})
    assert opened(Client(), ticket).status_code == 422
    assert not Session.objects.exists(), "a failed look-up leaves no session behind"


def standing(state: str, city: Book, now: datetime) -> Ticket:
    if state == workflow.ANSWERED:
        return do_answer(waiting_ticket(city, now), "请带身份证到街道大厅。", DISPATCHER, now=now)
    if state == workflow.EXPLAINED:
        ticket = waiting_ticket(city, now)
        return do_explain(ticket, "LEGAL_ROUTE", "请向法院起诉。", DISPATCHER, now=now, book=city)
    if state == workflow.CLOSED:
        ticket = ticket_in(workflow.CALLBACK, city, now)
        return do_answers(ticket, Answers(True, "yes", "satisfied"), CALLER, now=now, book=city)
    return ticket_in(state, city, now)


RESTING = sorted(set(STATE_NAMES) - {workflow.RECEIVED})
"""Nothing rests in "received": it is sent or queued in the same step."""


@pytest.mark.parametrize("state", RESTING)
def test_every_state_has_a_page_in_words(
    client: Client, city: Book, a_moment_ago: datetime, state: str
) -> None:
    ticket = standing(state, city, a_moment_ago)
    opened(client, ticket)
    page = shown(client, ticket)
    for code in (f">{state}<", ticket.lead_id and f">{ticket.lead_id}<", ticket.tier and f">{ticket.tier}<"):
        assert not code or code not in page, "never a raw code"


def test_inner_affairs_stay_inside(client: Client, city: Book, a_moment_ago: datetime) -> None:
    ticket = ticket_in(workflow.OBJECTED, city, a_moment_ago)
    opened(client, ticket)
    page = shown(client, ticket)
    assert ticket.objection not in page
    assert "异议" not in page


def test_reply_is_read_when_the_reviewer_has_passed_it(
    client: Client, city: Book, a_moment_ago: datetime
) -> None:
    waiting = ticket_in(workflow.REPLIED, city, a_moment_ago)
    passed = ticket_in(workflow.SUBMITTED, city, a_moment_ago)
    opened(client, waiting)
    opened(client, passed)
    assert REPLY not in shown(client, waiting)
    assert REPLY in shown(client, passed)


def test_progress_is_told_in_the_units_words(client: Client, city: Book, a_moment_ago: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, a_moment_ago)
    do_progress(
        ticket, "师傅明天上午到您家。", clerk(ticket.lead_id or STREET), now=datetime.now(UTC), book=city
    )
    opened(client, ticket)
    assert "师傅明天上午到您家。" in shown(client, ticket)


def test_simulated_ticket_says_so(client: Client, city: Book, a_moment_ago: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, a_moment_ago)
    opened(client, ticket)
    assert "模拟数据" not in shown(client, ticket)
    Ticket.objects.update(simulated=True)
    assert "模拟数据" in shown(client, ticket)


def test_urging_is_noted_masked_and_once_a_day(client: Client, city: Book, a_moment_ago: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, a_moment_ago)
    opened(client, ticket)
    client.post(f"/my/{ticket.number}/urge/", {"note": "还没人来，请打13812345678"})
    ticket.refresh_from_db()
    assert ticket.urged == 1
    note = timeline(ticket.pk)[0].detail["note"]
    assert "还没人来" in note
    assert "13812345678" not in note
    again = client.post(f"/my/{ticket.number}/urge/", {"note": ""}, follow=True)
    assert "不久前刚催过" in again.content.decode()
    ticket.refresh_from_db()
    assert ticket.urged == 1
    later = datetime.now(UTC) + timedelta(hours=25)
    do_urge(ticket, "", requester(ticket.number), now=later, book=city)
    with pytest.raises(UrgedAlready):
        do_urge(ticket, "", requester(ticket.number), now=later + timedelta(hours=1), book=city)


def test_requester_answers_the_three_questions_himself(
    client: Client, city: Book, a_moment_ago: datetime
) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, a_moment_ago)
    opened(client, ticket)
    assert "三个问题" in shown(client, ticket)
    answers = {"contacted": "yes", "solved": "yes", "satisfied": "basic", "comment": "师傅很客气"}
    client.post(f"/my/{ticket.number}/answers/", answers)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.contacted, ticket.solved, ticket.satisfied) == (
        "closed",
        True,
        "yes",
        "basic",
    )
    assert ticket.comment == "师傅很客气"
    assert timeline(ticket.pk)[0].actor_kind == "requester"
    page = shown(client, ticket)
    assert "基本满意" in page
    assert "三个问题" not in page


def test_not_solved_sends_it_back(client: Client, city: Book, a_moment_ago: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, a_moment_ago)
    opened(client, ticket)
    answers = {"contacted": "no", "solved": "no", "satisfied": "dissatisfied"}
    after = client.post(f"/my/{ticket.number}/answers/", answers, follow=True).content.decode()
    ticket.refresh_from_db()
    assert (ticket.state, ticket.redone) == (workflow.DISPATCHED, 1)
    assert "重新办" in after


def test_missing_answer_is_pointed_at_and_the_others_are_kept(
    client: Client, city: Book, a_moment_ago: datetime
) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, a_moment_ago)
    opened(client, ticket)
    answer = client.post(f"/my/{ticket.number}/answers/", {"contacted": "no", "solved": "partly"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_satisfied"' in page
    assert 'value="partly" checked' in page


def test_nobody_answers_for_another(city: Book, a_moment_ago: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, a_moment_ago)
    answers = {"contacted": "yes", "solved": "yes", "satisfied": "satisfied"}
    stranger = Client()
    assert stranger.post(f"/my/{ticket.number}/answers/", answers).status_code == 404
    assert stranger.post(f"/my/{ticket.number}/urge/", {"note": ""}).status_code == 404
    ticket.refresh_from_db()
    assert ticket.state == workflow.CALLBACK


def test_answers_that_come_too_late_are_told_so(client: Client, city: Book, a_moment_ago: datetime) -> None:
    ticket = standing(workflow.CLOSED, city, a_moment_ago)
    opened(client, ticket)
    answers = {"contacted": "yes", "solved": "yes", "satisfied": "satisfied"}
    page = client.post(f"/my/{ticket.number}/answers/", answers, follow=True).content.decode()
    assert "刚刚有了新进展" in page


def test_sql_statements(
    client: Client, city: Book, a_moment_ago: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """With the session's own."""
    ticket = ticket_in(workflow.CALLBACK, city, a_moment_ago)
    with django_assert_max_num_queries(9):
        opened(client, ticket)
    with django_assert_max_num_queries(5):
        shown(client, ticket)
    with django_assert_max_num_queries(2):
        client.get("/my/")
