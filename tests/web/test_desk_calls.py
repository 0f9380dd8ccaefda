"""The interviewer's script and the seat's form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import stored, ticket_in

from jieban.city.book import Book
from jieban.city.queries import book
from jieban.people.models import Unmasking
from jieban.reading.reader import Reader, reader_for
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

GOOD = {"contacted": "yes", "solved": "yes", "satisfied": "basic", "comment": "还行"}
HEATING = "双井街道富力城暖气不热，家里只有十五度"


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def caller(make_account: Callable[..., Any]) -> Client:
    return _signed_in(make_account("caller", unit="hotline"))


@pytest.fixture
def seat(make_account: Callable[..., Any]) -> Client:
    return _signed_in(make_account("seat", unit="hotline"))


def _signed_in(account: Any) -> Client:
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(account)
    return client


def post(client: Client, ticket: Ticket, what: str, **given: str) -> Any:
    data = {"version": str(stored(ticket).version), **given}
    return client.post(f"/desk/calls/{ticket.number}/{what}/", data, follow=True)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_script_asks_in_the_requesters_own_terms(caller: Client, city: Book, today: datetime) -> None:
    ticket = ticket_in(w.CALLBACK, city, today, text="三单元楼道灯坏了半个月")
    page = text(caller.get(f"/desk/calls/{ticket.number}/"))
    assert "三单元楼道灯坏了半个月" in page
    assert "“朝阳区双井街道办事处有没有人联系您？”" in page
    assert "显示电话" in page
    shown = caller.post(f"/desk/calls/{ticket.number}/contact-data/")
    assert shown.status_code == 200
    record = Unmasking.objects.get()
    assert (record.matter, record.reason) == (ticket.number, "callback")


def test_the_phone_is_shown_only_while_the_requester_is_asked(
    caller: Client, city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    told = caller.post(f"/desk/calls/{ticket.number}/contact-data/", follow=True)
    assert "不需要回访" in text(told)
    assert not Unmasking.objects.exists()


def test_answers_close_the_ticket(caller: Client, city: Book, today: datetime) -> None:
    ticket = ticket_in(w.CALLBACK, city, today)
    missing = post(caller, ticket, "answers", contacted="yes")
    assert missing.status_code == 422
    assert text(missing).count("请选一项。") >= 2
    told = post(caller, ticket, "answers", **GOOD)
    assert "已记下并办结" in text(told)
    after = stored(ticket)
    assert (after.state, after.solved, after.satisfied, after.comment) == (w.CLOSED, "yes", "basic", "还行")
    assert "都回访完了" in text(told)


def test_unsolved_is_done_again(caller: Client, city: Book, today: datetime) -> None:
    ticket = ticket_in(w.CALLBACK, city, today)
    told = post(caller, ticket, "answers", **{**GOOD, "solved": "no", "satisfied": "dissatisfied"})
    assert "退回单位重办" in text(told)
    assert stored(ticket).state == w.DISPATCHED


def test_not_reached_is_tried_until_the_rules_end_it(caller: Client, city: Book, today: datetime) -> None:
    ticket = ticket_in(w.CALLBACK, city, today)
    assert "稍后再打" in text(post(caller, ticket, "not-reached", note="无人接听"))
    assert "打过 1 次" in text(caller.get("/desk/calls/"))
    soon = post(caller, ticket, "not-reached", note="")
    assert (soon.status_code, stored(ticket).visits) == (422, 1)  # two calls in a minute are one
    for _ in range(2):
        Ticket.objects.filter(pk=ticket.pk).update(visited_at=today - timedelta(days=1))
        told = post(caller, ticket, "not-reached", note="")
    assert "联系上诉求人" in text(told)
    assert stored(ticket).state == w.CLOSED


def test_two_interviewers(caller: Client, city: Book, today: datetime) -> None:
    ticket = ticket_in(w.CALLBACK, city, today)
    seen = str(ticket.version)
    post(caller, ticket, "answers", **GOOD)
    late = caller.post(f"/desk/calls/{ticket.number}/answers/", {**GOOD, "version": seen}, follow=True)
    assert "抢先了一步" in text(late)


def test_a_ticket_that_need_not_be_asked(caller: Client, city: Book, today: datetime) -> None:
    ticket = ticket_in(w.SIGNED, city, today)
    assert "不需要回访" in text(caller.get(f"/desk/calls/{ticket.number}/", follow=True))


def test_the_seat_sees_what_is_understood(seat: Client, city: Book, reader: Reader) -> None:
    shown = text(seat.post("/desk/take-in/understood/", {"text": HEATING + "，身份证110105194912310021"}))
    assert "暖气不热" in shown
    assert "双井" in shown
    assert "证件号码" in shown
    assert "110105194912310021" not in shown
    danger = text(seat.post("/desk/take-in/understood/", {"text": "双井街道富力城3号楼着火了，有人困在里面"}))
    assert "请立即转 <strong>119</strong>" in danger
    assert "一边打字" in text(seat.post("/desk/take-in/understood/", {"text": " "}))


def test_the_seat_takes_in_once(seat: Client, city: Book, reader: Reader) -> None:
    token = seat.get("/desk/take-in/").context["form"].initial["token"]
    given = {"text": HEATING, "phone": "138 1234 5678", "name": "王小明", "address": "", "token": token}
    receipt = seat.post("/desk/take-in/", given, follow=True)
    ticket = Ticket.objects.get()
    assert ticket.number in text(receipt)
    assert receipt.context["code"] in text(receipt)
    assert ticket.channel == "phone"
    seat.post("/desk/take-in/", given)
    assert Ticket.objects.count() == 1
    known = seat.post("/desk/take-in/understood/", {"text": "", "phone": "13812345678"})
    assert "以前反映过" in text(known)
    assert ticket.number in text(known)


def test_other_words_under_a_used_token_are_offered_as_a_new_request(
    seat: Client, city: Book, reader: Reader
) -> None:
    given = {"text": HEATING, "phone": "13812345678", "name": "", "address": "", "token": "one"}
    seat.post("/desk/take-in/", given)
    first = Ticket.objects.get()
    more = {**given, "text": HEATING + "，楼上也漏水"}
    told = seat.post("/desk/take-in/", more)
    assert told.status_code == 422
    assert first.number in text(told)
    assert "楼上也漏水" in text(told)
    assert "作为新诉求受理" in text(told)
    token = told.context["form"]["token"].value()
    assert token != "one"
    seat.post("/desk/take-in/", {**more, "token": token})
    assert Ticket.objects.count() == 2


def test_the_seat_may_type_as_much_as_the_rule_says(seat: Client, city: Book, reader: Reader) -> None:
    most = int(city.rule("intake.max_text_chars", datetime.now(UTC).date()))
    page = seat.get("/desk/take-in/")
    assert page.context["form"].fields["text"].max_length == most
    refused = seat.post("/desk/take-in/", {"text": "\u200d\u200d", "token": "t"})
    assert refused.status_code == 422
    assert "读不出内容" in text(refused)


def test_an_empty_call_is_refused_and_kept(seat: Client, city: Book, reader: Reader) -> None:
    refused = seat.post("/desk/take-in/", {"text": "", "phone": "13812345678", "token": "t"})
    assert refused.status_code == 422
    assert "这里还没填" in text(refused)
    assert "13812345678" in text(refused)


def test_what_they_cost(caller: Client, seat: Client, city: Book, today: datetime) -> None:
    ticket = ticket_in(w.CALLBACK, city, today)
    reader_for(city)
    for client, path, data, most in (
        (caller, f"/desk/calls/{ticket.number}/", None, 5),
        (seat, "/desk/take-in/understood/", {"text": HEATING, "phone": "13812345678"}, 5),
    ):
        client.get("/desk/")
        book()
        with CaptureQueriesContext(connection) as captured:
            client.get(path) if data is None else client.post(path, data)
        assert len(captured) <= most, path
