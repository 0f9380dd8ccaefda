"""One ticket: the same page for everyone, the verbs that are one's own, refusals in the reader's words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import (
    DISTRICT,
    GROUND,
    OTHER_STREET,
    REPLY,
    STREET,
    clerk,
    stored,
    ticket_in,
    waiting_ticket,
)

from jieban.city.book import Book
from jieban.city.queries import book
from jieban.handling.actions import do_progress
from jieban.intake.actions import Request, do_take_in
from jieban.matters.actors import PLATFORM
from jieban.people.actions import Contact
from jieban.people.models import Unmasking
from jieban.reading.reader import Reader
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

MOST = 6


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def enter(make_account: Callable[..., Any]) -> Callable[..., Client]:
    def sign_in(*roles: str, unit: str = STREET, language: str = "zh-hans") -> Client:
        client = Client(headers={"Accept-Language": language})
        client.force_login(make_account(*roles, unit=unit))
        return client

    return sign_in


def at(ticket: Ticket, tail: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/{tail}"


def say(client: Client, ticket: Ticket, verb: str, **given: str) -> Any:
    data = {"version": str(stored(ticket).version), **given}
    return client.post(at(ticket, f"{verb}/"), data, follow=True)


def offered(answer: Any) -> list[str]:
    return [one["verb"].name for one in answer.context["verbs"]]


def text(answer: Any) -> str:
    return str(answer.content.decode())


OF_A_UNIT = {
    *("sign", "object", "contact", "reply", "review", "progress"),
    *("extend", "pause", "resume", "shelve", "review_shelf", "unshelve"),
}
OF_THE_HOTLINE = {"answer", "explain", "urge", "rule", "instruct"}
"""The first verbs of each side; further ones have tests of their own."""


@pytest.mark.parametrize(
    ("state", "role", "verbs"),
    [
        (w.DISPATCHED, "clerk", ["sign", "object"]),
        (w.SIGNED, "clerk", ["contact", "progress", "object"]),
        (w.HANDLING, "clerk", ["contact", "reply", "progress"]),
        (w.HANDLING, "reviewer", ["contact", "reply", "progress", "extend", "pause", "shelve"]),
        (w.PAUSED, "reviewer", ["progress", "resume"]),
        (w.REPLIED, "reviewer", ["review"]),
        (w.REPLIED, "clerk", []),
        (w.OBJECTED, "clerk", ["progress"]),
        (w.CALLBACK, "clerk", []),
    ],
)
def test_a_unit_is_offered_its_own_verbs(
    state: str, role: str, verbs: list[str], enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(state, city, today)
    found = offered(enter(role).get(at(ticket)))
    assert [verb for verb in found if verb in OF_A_UNIT] == verbs
    assert not set(found) & OF_THE_HOTLINE


@pytest.mark.parametrize(
    ("state", "role", "verbs"),
    [
        (w.WAITING, "dispatcher", ["answer", "explain"]),
        (w.WAITING, "seat", ["answer", "explain", "urge"]),
        (w.OBJECTED, "supervisor", ["rule", "urge"]),
        (w.HANDLING, "auditor", []),
        (w.HANDLING, "leader", ["instruct"]),
    ],
)
def test_the_hotline_is_offered_its_own(
    state: str, role: str, verbs: list[str], enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    page = enter(role, unit="hotline" if role != "leader" else "110000").get(
        at(ticket_in(state, city, today))
    )
    found = offered(page)
    assert [verb for verb in found if verb in OF_THE_HOTLINE] == verbs
    assert not set(found) & OF_A_UNIT


def test_a_unit_does_its_work_from_first_to_last(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.DISPATCHED, city, today)
    office, chief = enter("clerk"), enter("reviewer")
    assert "我们接办" in text(office.get(at(ticket)))
    assert "已签收" in text(say(office, ticket, "sign"))
    assert "没联系上" in text(say(office, ticket, "contact", outcome="no_answer", note=""))
    early = office.get(at(ticket))
    assert "先联系上诉求人并记下来" in text(early)
    assert "联系上了" in text(say(office, ticket, "contact", outcome="reached", note="约好明天上门"))
    assert "诉求人已经能看到" in text(say(office, ticket, "progress", note="师傅已经出发"))
    assert "交审核人" in text(say(office, ticket, "reply", reply=REPLY, outcome="solved"))
    assert "退回承办人" in text(say(chief, ticket, "review", decision="no", note="请写明室温"))
    assert "请写明室温" in text(office.get(at(ticket)))
    say(office, ticket, "reply", reply=REPLY + "现在室温二十一度。", outcome="solved")
    assert "已提交热线中心" in text(say(chief, ticket, "review", decision="yes", note=""))
    assert stored(ticket).state == w.SUBMITTED


def test_a_pause_and_its_end(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    chief = enter("reviewer")
    day = (today + timedelta(days=3)).date().isoformat()
    assert "计时已暂停" in text(say(chief, ticket, "pause", until=day, ground="等待检测报告"))
    assert stored(ticket).state == w.PAUSED
    assert "计时已恢复" in text(say(chief, ticket, "resume"))
    far = (today + timedelta(days=300)).date().isoformat()
    refused = say(chief, ticket, "pause", until=far, ground="太久")
    assert refused.status_code == 422
    assert "天以内" in text(refused)
    assert "太久" in text(refused)  # what was typed is still there


def test_an_objection_and_its_ruling(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = ticket_in(w.SIGNED, city, today)
    office, chief = enter("clerk"), enter("supervisor", unit="hotline")
    short = say(office, ticket, "object", ground="不管")
    assert (short.status_code, "请写明理由" in text(short), "不管" in text(short)) == (422, True, True)
    assert "异议已提交" in text(say(office, ticket, "object", ground=GROUND))
    assert "请点表单下面的一个按钮" in text(say(chief, ticket, "rule", ruling="不成立", decision=""))
    assert "异议不成立" in text(say(chief, ticket, "rule", ruling="属地职责", decision="no"))
    again = office.get(at(ticket))
    assert "已对这一单提过异议" in text(again)
    assert stored(ticket).state == w.SIGNED


def test_somebody_else_was_first(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    seen = stored(ticket).version
    do_progress(stored(ticket), "同事抢先写的", clerk(), now=today, book=city)
    late = enter("clerk").post(at(ticket, "reply/"), {"version": seen, "reply": REPLY, "outcome": "solved"})
    assert late.status_code == 409
    assert "抢先了一步" in text(late)
    assert REPLY in text(late)
    assert f'name="version" value="{seen + 1}"' in text(late)
    assert stored(ticket).reply == ""


def test_words_are_in_the_readers_language(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    refused = say(enter("clerk", language="en"), ticket, "reply", reply="短", outcome="solved")
    assert "in at least 20 characters" in text(refused)
    refused = say(enter("clerk"), ticket, "reply", reply="短", outcome="solved")
    assert "至少 20 个字" in text(refused)


@pytest.mark.parametrize("tail", ["", "sign/", "contact-data/"])
def test_another_units_ticket_is_closed(
    tail: str, enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.DISPATCHED, city, today)
    stranger = enter("clerk", unit=OTHER_STREET)
    answer = stranger.post(at(ticket, tail)) if tail else stranger.get(at(ticket))
    assert answer.status_code == 403
    assert stranger.get("/desk/tickets/2699999999999/").status_code == 404


@pytest.mark.parametrize(
    ("role", "unit", "verb"),
    [
        ("auditor", "110000", "sign"),
        ("clerk", STREET, "review"),
        ("dispatcher", "hotline", "sign"),
        ("clerk", DISTRICT, "sign"),  # the district may look on, and urge, but not sign
    ],
)
def test_what_is_not_offered_is_forbidden(
    role: str, unit: str, verb: str, enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.DISPATCHED, city, today)
    client = enter(role, unit=unit)
    assert client.get(at(ticket)).status_code == 200
    assert say(client, ticket, verb, decision="yes", note="").status_code == 403
    assert client.post(at(ticket, "destroy/")).status_code == 404


def filed(city: Book, reader: Reader, now: datetime, words: str) -> Ticket:
    contact = Contact(phone="13812345678", name="王小明")
    request = Request("test", words, "", "phone", text=words, contact=contact)
    (outcome,) = do_take_in([request], PLATFORM, now=now, book=city, reader=reader)
    assert outcome.ticket_row is not None
    return outcome.ticket_row


def test_contact_is_shown_once_and_recorded(
    enter: Callable[..., Client], city: Book, reader: Reader, today: datetime
) -> None:
    ticket = filed(city, reader, today, "双井街道富力城暖气不热，电话13812345678")
    client = enter("supervisor", unit="hotline")
    plain = text(client.get(at(ticket)))
    assert "13812345678" not in plain
    assert "王小明" not in plain
    assert client.post(at(ticket, "contact-data/"), {}).status_code == 422
    assert not Unmasking.objects.exists()
    shown = client.post(at(ticket, "contact-data/"), {"why": "contact"})
    assert "13812345678" in text(shown)
    assert "王小明" in text(shown)
    assert "no-store" in shown.headers["Cache-Control"]
    record = Unmasking.objects.get()
    assert (record.matter, record.reason) == (ticket.number, "contact")
    assert "13812345678" not in text(client.get(at(ticket)))
    assert (
        enter("auditor", unit="110000").post(at(ticket, "contact-data/"), {"why": "check"}).status_code == 403
    )


def test_the_same_requesters_tickets_are_told(
    enter: Callable[..., Client], city: Book, reader: Reader, today: datetime
) -> None:
    first = filed(city, reader, today, "双井街道富力城暖气不热")
    second = filed(city, reader, today, "双井街道富力城路灯不亮")
    assert at(first) in text(enter("supervisor", unit="hotline").get(at(second)))


def test_the_story_is_told_in_words(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = ticket_in(w.CALLBACK, city, today)
    page = enter("auditor", unit="110000").get(at(ticket))
    told = [line.words for line in page.context["history"]]
    assert told[0].startswith("时限已到")
    assert told[-1].startswith("受理了诉求")
    assert any(line.startswith("派给朝阳区双井街道办事处") for line in told)
    shown = text(page)
    for raw in ("callback", "approve_reply", "lead_id", "ent.", "dispatched_at"):
        assert f">{raw}" not in shown
        assert f"{raw}<" not in shown


@pytest.mark.parametrize("state", [w.WAITING, w.SIGNED, w.CALLBACK])
def test_what_it_costs(state: str, enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = ticket_in(state, city, today)
    client = enter("supervisor", unit="hotline")
    client.get(at(ticket))
    book()
    with CaptureQueriesContext(connection) as captured:
        client.get(at(ticket))
    assert len(captured) <= MOST


def test_works_without_a_script_and_with_one(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    page = text(enter("clerk").get(at(ticket_in(w.DISPATCHED, city, today))))
    assert 'method="post"' in page
    assert "csrfmiddlewaretoken" in page
    assert "hx-post" in page
    assert "onclick" not in page
    assert "style=" not in page
    assert "<script>" not in page


def test_waiting_ticket_leads_to_the_dispatchers_desk(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = waiting_ticket(city, today)
    assert f"/desk/dispatch/{ticket.number}/" in text(enter("dispatcher", unit="hotline").get(at(ticket)))
    assert "/desk/dispatch/" not in text(enter("auditor", unit="110000").get(at(ticket)))
