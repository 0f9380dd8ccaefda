"""Ledgers, topics, and questions that complete a record, as people meet them in the browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.tickets.stage import STREET, clerk, stored, ticket_in, waiting_ticket

from jieban.city.book import Book
from jieban.handling.external import do_ask_external
from jieban.intake.feeds import do_make_feeds
from jieban.intake.models import SurgeFeed
from jieban.tickets.links import query_code
from jieban.tickets.models import Ticket

WAGES = {"wages.amount": "120000", "wages.people": "15", "wages.debtor": "张三包工头"}


@pytest.fixture
def supervisor(make_account: Callable[..., Any], client: Client) -> Client:
    client.force_login(make_account("supervisor"))
    return client


def owed(city: Book, now: datetime, **more: Any) -> Ticket:
    return waiting_ticket(
        city, now, category_id="080101", form="wages", ledgers=["wages"], answers=WAGES, **more
    )


def test_all_ledgers_are_listed_with_true_counts(supervisor: Client, city: Book, now: datetime) -> None:
    owed(city, now)
    page = supervisor.get(reverse("ledgers"), headers={"accept-language": "en"}).content.decode()
    assert "Wage arrears" in page
    assert reverse("ledger", args=["central.serve"]) in page
    assert reverse("surge", args=["cold_wave"]) in page


def test_a_ledger_adds_up_people_and_money(supervisor: Client, city: Book, now: datetime) -> None:
    for _ in range(2):
        owed(city, now)
    answer = supervisor.get(reverse("ledger", args=["wages"]))
    assert answer.context["counted"].total == 2
    assert {row.code: int(value) for row, value in answer.context["sums"]} == {
        "wages.amount": 240000,
        "wages.people": 30,
    }


def test_pages_of_a_ledger_follow_by_key(supervisor: Client, city: Book, now: datetime) -> None:
    for _ in range(21):
        owed(city, now)
    first = supervisor.get(reverse("ledger", args=["wages"]))
    assert len(first.context["page"].tickets) == 20
    second = supervisor.get(first.context["next"])
    assert len(second.context["page"].tickets) == 1
    assert second.context["next"] == ""


def test_the_export_holds_no_words_and_no_names(supervisor: Client, city: Book, now: datetime) -> None:
    ticket = owed(city, now, text="李四反映工地欠薪")
    answer = supervisor.get(reverse("ledger_csv", args=["wages"]))
    table = b"".join(answer).decode()
    assert ticket.number in table
    assert "120000" in table
    assert "李四" not in table
    assert "张三" not in table


def test_art_22_both_sides_of_the_double_ledger(supervisor: Client, city: Book, now: datetime) -> None:
    ticket = ticket_in("handling", city, now)
    do_ask_external(ticket, "demo.troops", "请协助进院检修", clerk(), now=now, book=city)
    answer = supervisor.get(reverse("ledger", args=["troops.ask"]))
    page = answer.content.decode()
    assert "请协助进院检修" in page
    assert reverse("ledger", args=["troops.serve"]) in page
    assert answer.context["counted"].open == 1


def test_who_sees_only_his_unit_counts_only_that(
    make_account: Callable[..., Any], client: Client, city: Book, now: datetime
) -> None:
    owed(city, now)
    client.force_login(make_account("clerk", unit=STREET))
    assert client.get(reverse("ledger", args=["wages"])).context["counted"].total == 0
    assert client.get(reverse("ledger", args=["nothing"])).status_code == 404


def test_a_topic_shows_its_hours_and_its_feeds(
    supervisor: Client, city: Book, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jieban.intake.feeds.feed_folder", lambda: tmp_path)
    now = datetime.now().astimezone()
    waiting_ticket(city, now - timedelta(hours=8), surge="cold_wave", form="cold")
    do_make_feeds(city, now=now)
    answer = supervisor.get(reverse("surge", args=["cold_wave"]))
    assert answer.status_code == 200
    assert sum(bar.count for bar in answer.context["bars"]) == 1
    made = SurgeFeed.objects.order_by("pk").first()
    assert made is not None
    feed = supervisor.get(reverse("surge_feed", args=["cold_wave", made.pk, "csv"]))
    assert b"number,changed_at" in b"".join(feed)
    assert supervisor.get(reverse("surge_feed", args=["cold_wave", made.pk, "exe"])).status_code == 404


def test_the_ticket_shows_what_is_missing_and_takes_it(
    make_account: Callable[..., Any], client: Client, city: Book, now: datetime
) -> None:
    client.force_login(make_account("dispatcher"))
    ticket = waiting_ticket(
        city, now, category_id="080101", form="wages", missing=["wages.amount", "contact"]
    )
    page = client.get(reverse("ticket", args=[ticket.number]), headers={"accept-language": "en"})
    assert "Still to ask" in page.content.decode()
    address = reverse("ticket_say", args=[ticket.number, "amend"])
    wrong = client.post(address, {"version": ticket.version, "wages.amount": "很多", "decision": ""})
    assert wrong.status_code == 422
    right = {"version": ticket.version, "wages.amount": "3.6万", "contact": "13800001234", "decision": ""}
    assert client.post(address, right).status_code == 302
    after = stored(ticket)
    assert after.answers["wages.amount"] == "36000"
    assert after.requester is not None


def test_the_seat_sees_the_questions_and_types_the_answers(
    make_account: Callable[..., Any], client: Client, city: Book
) -> None:
    client.force_login(make_account("seat"))
    words = "双井街道工地拖欠农民工工资，包工头不给钱"
    part = client.post(reverse("take_in_understood"), {"text": words}).content.decode()
    assert 'name="wages.amount"' in part
    given = {"text": words, "token": "t" * 32, "phone": "13800001234", "wages.amount": "9000"}
    assert client.post(reverse("take_in"), given).status_code == 302
    ticket = Ticket.objects.latest("pk")
    assert ticket.answers["wages.amount"] == "9000"
    bad = {**given, "token": "u" * 32, "wages.people": "几个"}
    assert client.post(reverse("take_in"), bad).status_code == 422


def test_the_requester_may_add_what_was_not_asked(client: Client, city: Book, now: datetime) -> None:
    ticket = owed(city, now, missing=["wages.contract"])
    client.post(reverse("my"), {"number": ticket.number, "code": query_code(ticket.pk)})
    page = client.get(reverse("my_ticket", args=[ticket.number])).content.decode()
    assert 'name="wages.contract"' in page
    address = reverse("my_amend", args=[ticket.number])
    client.post(address, {"wages.contract": ""})
    assert "wages.contract" not in stored(ticket).answers
    client.post(address, {"wages.contract": "no"})
    assert stored(ticket).answers["wages.contract"] == "no"
    assert stored(ticket).missing == ["contact", "wages.project"]


def test_the_citizen_is_asked_only_what_the_matter_needs(client: Client, city: Book) -> None:
    client.post(reverse("file_what"), {"text": "双井街道路灯坏了，晚上很黑"})
    assert client.get(reverse("file_more"))["Location"] == reverse("file_reach")
    client.post(reverse("file_what"), {"text": "双井街道工地拖欠农民工工资，一共欠12万元"})
    page = client.get(reverse("file_more")).content.decode()
    assert 'name="wages.contract"' in page
    assert 'name="wages.amount"' not in page
    wrong = client.post(reverse("file_more"), {"wages.people": "很多"})
    assert wrong.status_code == 422
    assert client.post(reverse("file_more"), {"wages.people": "15"})["Location"] == reverse("file_reach")
    assert "15" in client.get(reverse("file_check")).content.decode()
    assert client.post(reverse("file_more"), {"skip": "1"}).status_code == 302
