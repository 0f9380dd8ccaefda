"""The interviewer's script and the seat's form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.tickets.stage import OTHER_STREET, STREET, stored, ticket_in

from jieban.callback.rules import CallingHours
from jieban.city.book import Book
from jieban.city.queries import book
from jieban.matters.queries import timeline
from jieban.people.models import Unmasking
from jieban.reading.reader import Reader, reader_for
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

SECOND = "second/"
GOOD = {"contacted": "yes", "solved": "yes", "satisfied": "basic", "comment": "还行"}
HEATING = "双井街道富力城暖气不热，家里只有十五度"


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _at_any_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages look at the real clock; at night they would refuse to call."""
    monkeypatch.setattr(CallingHours, "allow", lambda hours, moment: True)


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


def post(client: Client, ticket: Ticket, what: str, second: str = "", **given: str) -> Any:
    data = {"version": str(stored(ticket).version), **given}
    return client.post(f"/desk/calls/{second}{ticket.number}/{what}/", data, follow=True)


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
    bad = {**GOOD, "solved": "no", "satisfied": "dissatisfied"}
    bare = post(caller, ticket, "answers", **bad)
    assert bare.status_code == 422
    assert "至少勾选一个原因" in text(bare)
    told = post(caller, ticket, "answers", **bad, why_solved="S1", why_contacted="C1")
    assert "单位会重办" in text(told)
    assert stored(ticket).state == w.DISPATCHED
    assert timeline(ticket.pk)[0].detail["reasons"] == ["S1"]


def test_not_reached_is_tried_until_the_rules_end_it(caller: Client, city: Book, today: datetime) -> None:
    ticket = ticket_in(w.CALLBACK, city, today)
    missed = {"outcome": "no_answer", "note": "没人接"}
    assert "稍后再打" in text(post(caller, ticket, "not-reached", **missed))
    assert "其中 1 位刚打过" in text(caller.get("/desk/calls/"))
    soon = post(caller, ticket, "not-reached", **missed)
    assert (soon.status_code, stored(ticket).visits) == (422, 1)  # two calls in a minute are one
    for _ in range(2):
        Ticket.objects.filter(pk=ticket.pk).update(visited_at=today - timedelta(days=1))
        assert "打过" in text(caller.get("/desk/calls/"))
        told = post(caller, ticket, "not-reached", **missed)
    assert "联系上诉求人" in text(told)
    assert stored(ticket).state == w.CLOSED


def test_a_call_says_how_it_went(caller: Client, city: Book, today: datetime) -> None:
    ticket = ticket_in(w.CALLBACK, city, today)
    assert post(caller, ticket, "not-reached").status_code == 422
    assert post(caller, ticket, "not-reached", outcome="call_later").status_code == 422
    assert "不愿意回答" in text(post(caller, ticket, "not-reached", outcome="refused"))
    assert (stored(ticket).state, stored(ticket).visit_result) == (w.CLOSED, "refused")


def test_times_agreed_on_stand_first_and_are_kept(caller: Client, city: Book, today: datetime) -> None:
    old = ticket_in(w.CALLBACK, city, today - timedelta(days=2))
    ticket = ticket_in(w.CALLBACK, city, today)
    again = timezone.localtime(today + timedelta(days=1))
    told = post(caller, ticket, "not-reached", outcome="call_later", again=f"{again:%Y-%m-%dT%H:%M}")
    assert "到时排在最前面" in text(told)
    page = caller.get("/desk/calls/")
    assert (page.context["first"], page.context["later"]) == (old, [ticket])
    early = post(caller, ticket, "not-reached", outcome="busy")
    assert early.status_code == 422
    assert "约定" in text(early)
    Ticket.objects.filter(pk=ticket.pk).update(visited_at=today)
    page = caller.get("/desk/calls/")
    assert (page.context["first"], page.context["due"]) == (ticket, [ticket])


def test_at_night_the_list_says_so_and_who_calls_himself_is_asked(
    caller: Client, city: Book, today: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CallingHours, "allow", lambda hours, moment: False)
    ticket = ticket_in(w.CALLBACK, city, today)
    assert "8:00 到 21:00" in text(caller.get("/desk/calls/"))
    assert "8:00 到 21:00" in text(caller.get(f"/desk/calls/{ticket.number}/"))
    assert post(caller, ticket, "answers", **GOOD).status_code == 422
    assert post(caller, ticket, "not-reached", outcome="busy").status_code == 422
    post(caller, ticket, "answers", **GOOD, called_in="on")
    assert stored(ticket).state == w.CLOSED
    assert timeline(ticket.pk)[0].detail["by"] == "called_in"


def test_art_23_the_list_never_shows_ones_own_units_tickets(
    make_account: Callable[..., Any], city: Book, today: datetime
) -> None:
    own, other = (ticket_in(w.CALLBACK, city, today, unit) for unit in (STREET, OTHER_STREET))
    recused = ticket_in(w.CALLBACK, city, today, OTHER_STREET, recused=[STREET])
    client = _signed_in(make_account("caller", unit=STREET))
    page = client.get("/desk/calls/")
    assert page.context["page"].tickets == [other]
    assert own.number not in text(page)
    assert recused.number not in text(page)
    assert (
        client.post(f"/desk/calls/{own.number}/answers/", {**GOOD, "version": own.version}).status_code == 403
    )


@pytest.fixture
def drawn(caller: Client, city: Book, today: datetime, monkeypatch: pytest.MonkeyPatch) -> Ticket:
    """A ticket that the caller has closed and that was drawn for the second check."""
    monkeypatch.setattr("jieban.callback.actions._draw", lambda ticket: 0.0)
    ticket = ticket_in(w.CALLBACK, city, today)
    post(caller, ticket, "answers", **GOOD)
    return ticket


def test_the_second_check_is_a_colleagues_and_the_supervisor_sees_what_differs(
    caller: Client, drawn: Ticket, make_account: Callable[..., Any]
) -> None:
    assert drawn.number not in text(caller.get("/desk/calls/second/"))
    assert "不由您" in text(caller.get(f"/desk/calls/second/{drawn.number}/", follow=True))
    colleague = _signed_in(make_account("supervisor", unit="hotline"))
    assert drawn.number in text(colleague.get("/desk/calls/second/"))
    script = text(colleague.get(f"/desk/calls/second/{drawn.number}/"))
    assert "没有人联系您" in script
    assert "还行" not in script, "the first answers are not shown"
    assert colleague.post(f"/desk/calls/second/{drawn.number}/contact-data/").status_code == 200
    bad = {"contacted": "yes", "solved": "no", "satisfied": "basic", "why_solved": "S2"}
    told = post(colleague, drawn, "answers", second=SECOND, **bad)
    assert "从现在起以这次为准" in text(told)
    assert (stored(drawn).checked, stored(drawn).solved, stored(drawn).state) == ("differs", "no", w.CLOSED)
    figures = colleague.get("/desk/calls/checks/")
    assert [(one.name, one.share, one.differs) for one in figures.context["table"]] == [("caller", 0, 1)]
    assert drawn.number in text(figures)
    assert drawn.number in text(caller.get("/desk/calls/checks/")), "he sees his own"
    assert "再次询问" in text(colleague.get(f"/desk/tickets/{drawn.number}/"))


def test_not_reached_a_second_time(drawn: Ticket, make_account: Callable[..., Any]) -> None:
    colleague = _signed_in(make_account("caller", unit="hotline", username="colleague"))
    assert post(colleague, drawn, "answers", second=SECOND, contacted="yes").status_code == 422
    assert "以第一次为准" in text(post(colleague, drawn, "not-reached", second=SECOND))
    assert stored(drawn).checked == "unreached"
    again = post(colleague, drawn, "not-reached", second=SECOND)
    assert again.status_code == 422


def test_lists_of_calls_cost_the_same_at_any_length(caller: Client, city: Book, today: datetime) -> None:
    costs = []
    for more in (1, 30):
        for _ in range(more):
            ticket_in(w.CALLBACK, city, today)
        caller.get("/desk/calls/")
        book()
        with CaptureQueriesContext(connection) as captured:
            caller.get("/desk/calls/")
        told = [query["sql"] for query in captured.captured_queries]
        costs.append(len([sql for sql in told if "city_loadedpack" not in sql]))  # asked every two seconds
    assert costs[0] == costs[1] <= 6


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
