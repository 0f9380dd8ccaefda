"""A request full of personal data walks through the house: the API, lists, exports, messages, every page.

What lies sealed with ``people`` is not looked for here; reject files of an intake run are the caller's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db.models import BinaryField
from django.test import Client

from jieban.city.book import Book
from jieban.foundation import sealing
from jieban.intake.feeds import do_make_feeds, feed_folder
from jieban.matters.models import Event, Notice
from jieban.notices.actions import do_spread
from jieban.notices.models import Delivery, Inbox
from jieban.people.actions import do_make_api_key
from jieban.tickets.links import query_code
from jieban.tickets.models import Ticket
from jieban.web.staff_urls import urlpatterns

SECRETS = {
    "phone": ("13912345670", "139 1234 5670"),
    "landline": ("010-62345678", "62345678"),
    "id": ("11010519491231002X",),
    "card": ("6222021234567890128",),
    "plate": ("京A12345",),
    "e-mail": ("wxm_77@163.com", "wxm_77"),
    "name": ("王小明",),
}
SAID = (
    "寒潮来了，有两件事。一、双井街道富力城3号楼暖气不热，室温只有12度，我82岁了。"
    "二、双井街道工地拖欠我三个月工资。我叫王小明，手机139 1234 5670，座机010-62345678，"
    "身份证11010519491231002X，卡号6222021234567890128，车京A12345，邮箱wxm_77@163.com。"
)
FILED = {
    "title": "我叫王小明，电话13912345670，身份证11010519491231002X，工资卡6222021234567890128",
    "text": SAID,
    "phone": "13912345670",
    "name": "王小明",
    "email": "wxm_77@163.com",
    "category": "欠薪",
}
NOT_WALKED = frozenset({"take_in"})
"""The seat's page shows what the seat types itself."""


def nothing_in(where: str, words: str) -> None:
    for kind, spellings in SECRETS.items():
        for secret in spellings:
            assert secret not in words, f"{kind} in {where}"


@pytest.fixture
def key(city: Book, reader: object) -> str:
    return do_make_api_key("neighbour", now=datetime.now(UTC))


@pytest.fixture
def ticket(city: Book, key: str) -> Ticket:
    answer = Client().post(
        "/api/v1/tickets", json.dumps(FILED), content_type="application/json", headers={"X-API-Key": key}
    )
    assert answer.status_code == 201
    nothing_in("the answer to a filing", answer.content.decode())
    return Ticket.objects.get(number=answer.json()["number"])


def test_the_api_gives_masked_words(ticket: Ticket, key: str) -> None:
    for path in ("", f"/{ticket.number}", "?closed=true"):
        answer = Client().get(f"/api/v1/tickets{path}", headers={"X-API-Key": key})
        assert ticket.number in answer.content.decode()
        nothing_in(f"the API at {path}", answer.content.decode() + str(answer.json()))


def test_no_table_holds_it_in_the_clear(ticket: Ticket, city: Book) -> None:
    """Each row of each table that a ticket leaves, but for bytes that are sealed."""
    do_spread(datetime.now(UTC) + timedelta(minutes=1), city)
    looked = 0
    for model in apps.get_models():
        if not model._meta.managed or model._meta.app_label in ("city", "sessions", "auth", "contenttypes"):
            continue
        names = [one.attname for one in model._meta.concrete_fields if not isinstance(one, BinaryField)]
        for row in model._default_manager.values(*names):
            nothing_in(model._meta.label, json.dumps(row, ensure_ascii=False, default=str))
            looked += 1
    assert looked >= 4, "a ticket, its events, its receipt, its requester"
    assert Event.objects.filter(matter=ticket.pk).exists()


def test_messages_hold_it_not(ticket: Ticket, city: Book) -> None:
    do_spread(datetime.now(UTC) + timedelta(minutes=1), city)
    sent = [sealing.unseal(bytes(one.text), "text") for one in Delivery.objects.all()]
    told = [f"{one.text}\n{one.text_en}" for one in Inbox.objects.all()]
    assert sent or told or not Notice.objects.filter(matter=ticket.pk).exists()
    for words in [*sent, *told]:
        nothing_in("a message", words)


def _pages(number: str) -> Iterator[str]:
    for pattern in urlpatterns:
        wanted = pattern.pattern.converters.keys()
        if pattern.name not in NOT_WALKED and wanted <= {"number"}:
            yield "/desk/" + str(pattern.pattern).replace("<slug:number>", number)


@pytest.mark.parametrize("role", ["supervisor", "dispatcher", "auditor", "analyst"])
def test_every_page_of_staff_shows_masked_words(
    role: str, ticket: Ticket, make_account: Callable[..., Any]
) -> None:
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(make_account(role, unit="hotline"))
    seen = 0
    for path in _pages(ticket.number):
        answer = client.get(path)
        if answer.status_code == 200:
            words = b"".join(answer) if answer.streaming else answer.content
            nothing_in(path, words.decode())
            seen += ticket.number.encode() in words
    assert seen >= 2, "the list and the ticket itself"


def test_exports_hold_it_not(
    ticket: Ticket, city: Book, make_account: Callable[..., Any], client: Client
) -> None:
    """Ledgers and rates as tables, and the feeds of a topic as files."""
    Ticket.objects.filter(pk=ticket.pk).update(ledgers=["wages"], surge="cold_wave")
    client.force_login(make_account("supervisor"))
    table = b"".join(client.get("/desk/ledgers/wages/table.csv")).decode()
    assert ticket.number in table
    nothing_in("the table of a ledger", table)
    page = client.get("/desk/surges/cold_wave/").content.decode()
    assert ticket.number in page
    nothing_in("the page of a topic", page)
    do_make_feeds(city, now=datetime.now(UTC) + timedelta(hours=13))
    files = list(feed_folder().glob("cold_wave-*"))
    for file in files:
        nothing_in(file.name, file.read_text("utf-8"))
    assert files, "a topic in force makes its feed"


def test_the_requesters_own_page_is_masked_too(ticket: Ticket) -> None:
    """Whoever holds number and code may have been shown them by another."""
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.post("/my/", {"number": ticket.number, "code": query_code(ticket.pk)})
    page = client.get(f"/my/{ticket.number}/").content.decode()
    assert ticket.number in page
    nothing_in("the requester's page", page)
