"""Messages at the desk of a unit, and the page of what could not be sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.notices.test_delivery import sent_off
from tests.tickets.stage import HEATING, SEAT, ticket_in

from jieban.city.book import Book
from jieban.city.queries import book
from jieban.intake.following import do_urge
from jieban.notices.actions import do_spread
from jieban.notices.models import NEW, Delivery
from jieban.notices.queries import forget_unread, unread
from jieban.notices.sending import deliver
from jieban.people.models import Account
from jieban.tickets import workflow as w

pytestmark = pytest.mark.django_db
type Enter = Callable[..., Client]


@pytest.fixture
def enter(make_account: Callable[..., Account]) -> Enter:
    def sign_in(*roles: str, unit: str = "hotline") -> Client:
        forget_unread()
        client = Client(headers={"Accept-Language": "zh-hans"})
        client.force_login(make_account(*roles, unit=unit))
        return client

    return sign_in


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC)


def test_a_unit_reads_its_messages_and_the_count_ends(enter: Enter, city: Book, today: datetime) -> None:
    ticket = ticket_in(w.SIGNED, city, today, unit=HEATING)
    do_urge(ticket, "孩子冷", SEAT, now=today, book=city)
    do_spread(today, city)
    client = enter("clerk", unit=HEATING)
    shown = client.get("/desk/messages/")
    words = shown.content.decode()
    assert f"诉求人在催工单 {ticket.number}" in words
    assert "孩子冷" in words
    assert f"/desk/tickets/{ticket.number}/" in words
    assert [room.count for room in shown.context["staff_rooms"] if "messages" in room.address] == [2]
    answer = client.post("/desk/messages/read/", {"upto": shown.context["newest"]}, follow=True)
    assert [room.count for room in answer.context["staff_rooms"] if "messages" in room.address] == [0]
    other = enter("clerk", unit="110108011").get("/desk/messages/").content.decode()
    assert ticket.number not in other


def test_what_comes_after_the_mark_is_new(
    make_account: Callable[..., Account], enter: Enter, city: Book, today: datetime
) -> None:
    account = make_account("clerk", unit=HEATING)
    client = enter("clerk", unit=HEATING)
    ticket_in(w.DISPATCHED, city, today, unit=HEATING)
    do_spread(today, city)
    client.post("/desk/messages/read/", {"upto": client.get("/desk/messages/").context["newest"]})
    ticket_in(w.DISPATCHED, city, today, unit=HEATING)
    do_spread(today, city)
    forget_unread()
    assert unread(account) == 1
    client.post("/desk/messages/read/", {"upto": "1"})  # a page that was opened long ago
    assert unread(account) == 1


def test_the_count_costs_one_statement_and_none_for_a_while(
    make_account: Callable[..., Account], city: Book
) -> None:
    account = make_account("clerk", unit=HEATING)
    forget_unread()
    with CaptureQueriesContext(connection) as captured:
        for _ in range(3):
            unread(account)
    assert len(captured) == 1


@pytest.mark.parametrize("size", [1, 40])
def test_messages_cost_the_same_at_any_number(size: int, enter: Enter, city: Book, today: datetime) -> None:
    for _ in range(size):
        ticket_in(w.DISPATCHED, city, today, unit=HEATING)
    do_spread(today, city)
    client = enter("clerk", unit=HEATING)
    client.get("/desk/messages/")
    book()
    with CaptureQueriesContext(connection) as captured:
        shown = client.get("/desk/messages/")
    assert len(captured) == 4
    assert len(shown.context["rows"]) == min(size, 30)
    if size > 30:
        assert len(client.get(shown.context["next"]).context["rows"]) == size - 30


def test_dead_letters_are_seen_and_tried_again(enter: Enter, city: Book, now: datetime) -> None:
    ticket = sent_off(city, now)
    deliver(now.replace(hour=5))  # no gateway is set up
    client = enter("supervisor")
    words = client.get("/desk/notices/").content.decode()
    assert ticket.number in words
    assert "没有设置" in words
    assert "13812345678" not in words
    assert "wang@example.com" not in words
    assert client.post("/desk/notices/again/", {}, follow=True).status_code == 200
    assert not Delivery.objects.filter(state=NEW).exists()
    client.post("/desk/notices/again/", {"chosen": [Delivery.objects.first().pk]})  # type: ignore[union-attr]
    assert Delivery.objects.filter(state=NEW).count() == 1
    client.post("/desk/notices/again/", {"all": "1"})
    assert Delivery.objects.filter(state=NEW).count() == 2
    assert "都发出去了" in client.get("/desk/notices/").content.decode()


def test_an_auditor_looks_and_sends_nothing(enter: Enter, city: Book) -> None:
    client = enter("auditor")
    assert client.get("/desk/notices/").status_code == 200
    assert client.post("/desk/notices/again/", {"all": "1"}).status_code == 403
