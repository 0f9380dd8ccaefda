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
from tests.tickets.stage import (
    DISPATCHER,
    HEATING,
    REPLY,
    SEAT,
    STREET,
    clerk,
    reviewer,
    stored,
    ticket_in,
    waiting_ticket,
)

from jieban.callback.actions import Answers, do_answers
from jieban.city.book import Book
from jieban.dispatch.actions import do_answer, do_explain
from jieban.dispatch.consulting import do_consult
from jieban.dispatch.handover import do_hand_over
from jieban.handling.actions import do_progress
from jieban.handling.extending import Extension, do_extend
from jieban.handling.shelving import Shelving, do_shelve
from jieban.intake.following import UrgedAlready, do_urge
from jieban.matters.actors import requester
from jieban.matters.queries import timeline
from jieban.tickets import workflow
from jieban.tickets.links import query_code, rating_url
from jieban.tickets.models import Ticket
from jieban.tickets.names import STATE_NAMES
from jieban.web import throttle, told

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
        himself = requester(ticket.number)
        return do_answers(ticket, Answers(True, "yes", "satisfied"), himself, now=now, book=city)
    if state == workflow.HANDED_OVER:
        return do_hand_over(waiting_ticket(city, now), "119", "有人被困", SEAT, now=now, book=city)
    if state == workflow.CONSULTING:
        ask = "这件事归谁管？"
        return do_consult(waiting_ticket(city, now), [STREET, HEATING], ask, DISPATCHER, now=now, book=city)
    if state == workflow.SHELVED:
        shelving = Shelving("H1", now + timedelta(days=40), "要等管网改造。", "列入明年改造计划。")
        ticket = ticket_in(workflow.HANDLING, city, now)
        return do_shelve(ticket, shelving, reviewer(), now=now, book=city)
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


def test_answers_that_come_too_early_are_told_so(client: Client, city: Book, a_moment_ago: datetime) -> None:
    ticket = standing(workflow.HANDLING, city, a_moment_ago)
    opened(client, ticket)
    page = client.post(f"/my/{ticket.number}/answers/", GOOD, follow=True).content.decode()
    assert "刚刚有了新进展" in page


GOOD = {"contacted": "yes", "solved": "yes", "satisfied": "satisfied"}
BAD = {"contacted": "no", "solved": "no", "satisfied": "dissatisfied", "reasons": ["C1", "S1"]}


def test_art_8_who_rates_before_he_is_asked_need_not_be_called(
    client: Client, city: Book, a_moment_ago: datetime
) -> None:
    ticket = ticket_in(workflow.SUBMITTED, city, a_moment_ago)
    opened(client, ticket)
    assert "单位说办好了" in shown(client, ticket)
    after = client.post(f"/my/{ticket.number}/answers/", BAD, follow=True).content.decode()
    assert "不用再给您打电话" in after
    assert (stored(ticket).state, stored(ticket).reasons) == (workflow.SUBMITTED, ["C1", "S1"])
    assert "可以改一次" in shown(client, ticket)
    client.post(f"/my/{ticket.number}/answers/", GOOD)
    assert (stored(ticket).solved, stored(ticket).revised) == ("yes", 1)
    refused = client.post(f"/my/{ticket.number}/answers/", BAD, follow=True).content.decode()
    assert "已经改过一次" in refused


def test_art_8_answers_are_changed_once_after_the_end(
    client: Client, city: Book, a_moment_ago: datetime
) -> None:
    ticket = standing(workflow.CLOSED, city, a_moment_ago)
    opened(client, ticket)
    assert "修改我的回答" in shown(client, ticket)
    page = client.post(f"/my/{ticket.number}/answers/", BAD, follow=True).content.decode()
    assert "以新的回答为准" in page
    assert "您修改了回答" in page
    assert "修改我的回答" not in page
    assert (stored(ticket).state, stored(ticket).solved) == (workflow.CLOSED, "no")
    Ticket.objects.update(revised=0, closed_at=a_moment_ago - timedelta(days=8))
    assert "修改我的回答" not in shown(client, ticket)


def link_of(ticket: Ticket) -> str:
    return rating_url(stored(ticket)).split("://")[-1]


def test_the_link_in_a_message_asks_without_signing_in(city: Book, a_moment_ago: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, a_moment_ago, text="家里暖气不热，我住在三单元")
    anybody, link = Client(headers={"Accept-Language": "zh-hans"}), link_of(ticket)
    page = anybody.get(link).content.decode()
    assert "三个问题" in page
    assert "三单元" not in page, "a forwarded message tells nothing of what he said"
    missing = anybody.post(link, {"contacted": "yes"})
    assert missing.status_code == 422
    assert 'href="#id_solved"' in missing.content.decode()
    done = anybody.post(link, GOOD).content.decode()
    assert "收到了" in done
    assert (stored(ticket).state, stored(ticket).self_rated) == (workflow.CLOSED, True)
    assert timeline(ticket.pk)[0].detail == {"by": "link"}
    assert "只能用一次" in anybody.get(link).content.decode()
    assert anybody.get(f"/my/{ticket.number}/").status_code == 302, "the link opens nothing else"


def test_a_link_runs_out_and_a_wrong_one_opens_nothing(city: Book, a_moment_ago: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, a_moment_ago)
    link = link_of(ticket)
    anybody = Client(headers={"Accept-Language": "zh-hans"})
    for wrong in (f"/my/{ticket.number}/rate/AAAAAAAAAAAAAAAA/", "/my/9999999999999/rate/AAAAAAAAAAAAAAAA/"):
        assert anybody.get(wrong).status_code == 404
        assert anybody.post(wrong, GOOD).status_code == 404
    Ticket.objects.filter(pk=ticket.pk).update(clock_at=datetime.now(UTC))
    assert "已经过期" in anybody.get(link).content.decode()
    anybody.post(link, GOOD)
    assert stored(ticket).state == workflow.CALLBACK


def test_who_guesses_links_is_held_back(city: Book, a_moment_ago: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, a_moment_ago)
    anybody = Client()
    for _ in range(throttle.PER_ADDRESS):
        anybody.get(f"/my/{ticket.number}/rate/AAAAAAAAAAAAAAAA/")
    assert anybody.get(link_of(ticket)).status_code == 429


def test_a_shelved_request_tells_plan_and_date(client: Client, city: Book, a_moment_ago: datetime) -> None:
    ticket = standing(workflow.SHELVED, city, a_moment_ago)
    opened(client, ticket)
    page = shown(client, ticket)
    assert "列入明年改造计划。" in page
    assert "要等管网改造。" in page
    assert "计划" in page


def test_an_extension_tells_ground_and_new_date(client: Client, city: Book, a_moment_ago: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, a_moment_ago)
    asked = Extension(3, "需要等检测报告。", "《检测管理办法》第五条")
    do_extend(ticket, asked, reviewer(), now=a_moment_ago, book=city)
    opened(client, ticket)
    page = shown(client, ticket)
    assert "依法延长" in page
    assert "需要等检测报告。" in page


TOLD_NOWHERE = {
    "late", "amend", "conclude", "object", "reject_objection", "ask", "returned", "ask_extension",
    "refuse_extension", "reply", "reject_reply", "remind", "press", "supervise", "supervision_over",
    "instruct", "ask_exclusion", "exclude", "include",
}  # fmt: skip
"""What goes on between units and the hotline."""


def test_each_verb_is_told_or_known_to_be_internal() -> None:
    spoken = {*told._WORDS, *told._SPOKEN}
    verbs = {line.verb for line in workflow.TABLE}
    assert spoken | TOLD_NOWHERE == verbs
    assert not spoken & TOLD_NOWHERE
    assert set(told.STATES) == set(STATE_NAMES)


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
