"""Extensions and the ledger on the page of a ticket, for the unit, the hotline and those above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from tests.tickets.stage import DISTRICT, REPLY, STREET, clerk, stored, ticket_in

from jieban.city import queries as city_queries
from jieban.city.book import Book
from jieban.handling.actions import do_contact
from jieban.matters.queries import timeline
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.web.told import story


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def enter(make_account: Callable[..., Any]) -> Callable[..., Client]:
    def sign_in(*roles: str, unit: str = STREET, language: str = "zh-hans") -> Client:
        client = Client(headers={"Accept-Language": language})
        client.force_login(make_account(*roles, unit=unit, username=f"{roles[0]}-{unit}-{language}"))
        return client

    return sign_in


@pytest.fixture
def hotline_decides(city: Book, monkeypatch: pytest.MonkeyPatch) -> Book:
    """The city where the hotline decides on extensions."""
    rules = tuple(
        replace(row, value=Decimal(1)) if row.code == "extension.needs_approval" else row
        for row in city.tables["rules"]
    )
    book = Book(city.identity, {**city.tables, "rules": rules}, "")
    for module in ("jieban.web.desk.sitting", "jieban.web.context", "jieban.web.templatetags.desk"):
        monkeypatch.setattr(f"{module}.book", lambda: book)
    assert city_queries.book() is not book
    return book


def at(ticket: Ticket, tail: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/{tail}"


def say(client: Client, ticket: Ticket, verb: str, **given: str) -> Any:
    data = {"version": str(stored(ticket).version), **given}
    return client.post(at(ticket, f"{verb}/"), data, follow=True)


def offered(answer: Any) -> list[str]:
    return [one["verb"].name for one in answer.context["verbs"]]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_unit_extends_its_limit(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    chief = enter("reviewer")
    short = say(chief, ticket, "extend", days="5", ground="等检测", basis="")
    assert short.status_code == 422
    assert "等检测" in text(short)
    far = say(chief, ticket, "extend", days="99", ground="等检测", basis="检测管理办法")
    assert (far.status_code, "15" in text(far)) == (422, True)
    say(chief, ticket, "extend", days="5", ground="等检测", basis="检测管理办法")
    limit = ticket.due_at
    assert limit is not None
    assert stored(ticket).due_at == limit + timedelta(days=5)
    page = chief.get(at(ticket))
    assert "等检测" in text(page)
    once = next(one for one in page.context["verbs"] if one["verb"].name == "extend")
    assert once["not_now"]


def test_the_hotline_decides_where_the_city_wants_it(
    enter: Callable[..., Client], hotline_decides: Book, today: datetime
) -> None:
    ticket = ticket_in(w.HANDLING, hotline_decides, today)
    chief, dispatcher = enter("reviewer"), enter("dispatcher", unit="hotline")
    page = chief.get(at(ticket))
    assert "ask_extension" in offered(page)
    assert "extend" not in offered(page)
    assert "decide_extension" not in offered(dispatcher.get(at(ticket)))
    say(chief, ticket, "ask_extension", days="5", ground="等检测", basis="检测管理办法")
    home = dispatcher.get("/desk/")
    assert any(one["count"] == 1 and "asking=1" in one["address"] for one in home.context["stations"])
    assert ticket.number in text(dispatcher.get("/desk/tickets/?asking=1"))
    assert "等检测" in text(dispatcher.get(at(ticket)))
    refused = say(dispatcher, ticket, "decide_extension", decision="no", note="")
    assert refused.status_code == 422
    say(dispatcher, ticket, "decide_extension", decision="yes", note="同意")
    assert stored(ticket).extension_days == 5
    assert ticket.number not in text(dispatcher.get("/desk/tickets/?asking=1"))


def test_the_ledger_and_the_way_back(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    chief = enter("reviewer")
    day = (today + timedelta(days=90)).date().isoformat()
    none = say(chief, ticket, "shelve", until=day, reason="需列入改造", plan="明年六月完工")
    assert none.status_code == 422
    say(chief, ticket, "shelve", code="H1", until=day, reason="需列入改造", plan="明年六月完工")
    assert stored(ticket).state == w.SHELVED
    page = chief.get(at(ticket))
    assert {"review_shelf", "unshelve"} <= set(offered(page))
    assert "shelve" not in offered(page)
    assert "明年六月完工" in text(page)
    assert "需列入改造" in text(page)
    later = (today + timedelta(days=120)).date().isoformat()
    say(chief, ticket, "review_shelf", note="计划已批", until=later)
    assert timeline(ticket.pk)[0].detail["note"] == "计划已批"
    say(chief, ticket, "unshelve", note="提前完成")
    assert stored(ticket).state == w.HANDLING


def test_art_15_what_cannot_be_solved_now_is_explained_with_its_basis(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    office = enter("clerk")
    bare = say(office, ticket, "reply", reply=REPLY, outcome="explained")
    assert (bare.status_code, REPLY in text(bare)) == (422, True)
    given = {"true": "partly", "met_at": "2026-11-20T15:30", "met_where": "小区门口"}
    say(office, ticket, "reply", reply=REPLY, outcome="explained", basis="北京市城市更新条例", **given)
    assert stored(ticket).outcome == "explained"
    told = timeline(ticket.pk)[0].detail
    assert (told["basis"], told["true"], told["met_where"]) == ("北京市城市更新条例", "partly", "小区门口")
    assert "北京市城市更新条例" in text(office.get(at(ticket)))
    say(enter("reviewer"), ticket, "review", decision="yes", note="")
    told = story(timeline(ticket.pk), city, english=False, now=today)[0]
    assert told.note == f"{REPLY}\n北京市城市更新条例", "the requester is told the law or plan too"


def test_a_reply_begins_from_standard_words(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    office = enter("clerk")
    page = office.get(at(ticket))
    codes = [row.code for row in page.context["starters"]]
    assert codes[0] == "R02", "the words for cold rooms come first"
    assert "R14" in codes
    assert "R11" not in codes, "wages have nothing to do with it"
    begun = office.get(at(ticket, "?start=R02"))
    assert "客厅" in text(begun)
    opened = [one["verb"].name for one in begun.context["verbs"] if one["open"]]
    assert opened == ["reply"]
    assert "living room" in text(enter("clerk", language="en").get(at(ticket, "?start=R02")))
    assert office.get(at(ticket, "?start=none")).status_code == 200


def test_refusals_on_record_are_seen(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = ticket_in(w.SIGNED, city, today)
    office = enter("clerk")
    for _ in range(3):
        assert not (office.get(at(ticket)).context["tries"] or Nobody).on_record
        do_contact(stored(ticket), "refused", "", clerk(), now=today, book=city)
    tries = office.get(at(ticket)).context["tries"]
    assert (tries.total, tries.refused, tries.on_record) == (3, 3, True)
    say(office, ticket, "reply", reply=REPLY, outcome="solved")
    assert stored(ticket).state == w.REPLIED


class Nobody:
    """No try yet."""

    on_record = False


def test_art_8_a_confidential_requester_stays_with_the_hotline(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.SIGNED, city, today, secrecy="confidential")
    office, seat = enter("clerk"), enter("seat", unit="hotline")
    page = office.get(at(ticket))
    assert not page.context["may_unmask"]
    assert ticket.number not in text(office.get("/desk/?silent=1")), "the unit has nobody to call"
    assert office.post(at(ticket, "contact-data/"), {"why": "contact"}).status_code == 403
    contact = next(one for one in page.context["verbs"] if one["verb"].name == "contact")
    assert contact["not_now"]
    assert any("relay=1" in one["address"] for one in seat.get("/desk/").context["stations"])
    assert ticket.number in text(seat.get("/desk/tickets/?relay=1"))
    assert "relay" in offered(seat.get(at(ticket)))
    say(seat, ticket, "relay", outcome="reached", words="晚上八点以后最吵")
    assert stored(ticket).contacted_at is not None
    assert "晚上八点以后最吵" in text(office.get(at(ticket)))
    assert ticket.number not in text(seat.get("/desk/tickets/?relay=1"))


def test_art_12_the_district_presses_and_leaders_instruct(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    district, leader = enter("clerk", unit=DISTRICT), enter("leader", unit="110000")
    assert offered(district.get(at(ticket))) == ["press"]
    say(district, ticket, "press", words="请今天上门")
    assert "请今天上门" in text(enter("clerk").get(at(ticket)))
    say(leader, ticket, "instruct", words="务必三天内解决")
    assert stored(ticket).marks == ["instructed"]
    assert "领导批示" in text(district.get(at(ticket)))
    assert "领导批示" in text(district.get("/desk/tickets/"))
    street = enter("leader", unit=STREET)
    assert "instruct" not in offered(street.get(at(ticket)))
    assert say(street, ticket, "instruct", words="自己批示自己").status_code == 403
