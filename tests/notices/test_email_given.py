"""A requester leaves an e-mail address: by the form, over the API; it serves that one request alone."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from tests.intake.test_pages import token_in, walk

from jieban.city.book import Book
from jieban.intake.actions import Request, do_take_in
from jieban.matters.actors import PLATFORM
from jieban.people.actions import Contact, do_make_api_key
from jieban.people.models import Words
from jieban.people.queries import addresses_of
from jieban.reading.reader import Reader

pytestmark = pytest.mark.django_db
PHONE, MAIL = "13800001234", "wang@example.com"


def test_over_the_api(city: Book, now: datetime, reader: Reader) -> None:
    key = do_make_api_key("neighbour", now=now)

    def file(**fields: Any) -> Any:
        body = json.dumps({"text": "双井街道暖气不热", "phone": PHONE, **fields})
        return Client().post(
            "/api/v1/tickets", body, content_type="application/json", headers={"X-API-Key": key}
        )

    answer = file(email=MAIL, language="en-GB")
    assert answer.status_code == 201
    words = Words.objects.get()
    assert MAIL.encode() not in bytes(words.email)
    address = addresses_of([words.pk])[words.pk]
    assert (address.phone, address.email, address.language) == (PHONE, MAIL, "en")
    refused = file(email="nobody", text="路灯坏了")
    assert refused.status_code == 422
    assert refused.json()["field"] == "email"


def test_by_the_form(client: Client, city: Book, reader: Reader) -> None:
    walk(client)
    wrong = client.post("/file/reach/", {"phone": PHONE, "name": "", "email": "wang at example"})
    assert "name@example.com" in wrong.content.decode()
    client.post("/file/reach/", {"phone": PHONE, "name": "王女士", "email": MAIL})
    assert MAIL in client.get("/file/check/").content.decode()
    client.post("/file/check/", {"token": token_in(client.get("/file/check/"))})
    (address,) = addresses_of(Words.objects.values_list("pk", flat=True)).values()
    assert (address.email, address.language) == (MAIL, "")


def test_whoever_files_under_anothers_number_is_not_told_of_that_persons_requests(
    city: Book, now: datetime, reader: Reader
) -> None:
    def taken(key: str, text: str, **contact: str) -> int:
        request = Request("test", key, "", "web", text=text, contact=Contact(PHONE, **contact))
        (outcome,) = do_take_in([request], PLATFORM, now=now, book=city, reader=reader)
        return outcome.ticket

    strange = taken("1", "路灯坏了", email="stranger@example.com", language="en")
    own = taken("2", "双井街道暖气不热")
    addresses = addresses_of([strange, own])
    assert addresses[own].requester == addresses[strange].requester
    assert addresses[own].email == ""
    assert addresses[own].language == ""


@pytest.mark.parametrize(
    ("phone", "reached"),
    [
        ("138 0000 1234", "13800001234"),
        ("010-12345678", ""),
        ("138****1234", ""),
        ("+44 7911 123456", "+447911123456"),
    ],
)
def test_text_messages_go_to_numbers_that_take_them(
    phone: str, reached: str, city: Book, now: datetime, reader: Reader
) -> None:
    request = Request("test", "1", "", "web", text="路灯坏了", contact=Contact(phone))
    (outcome,) = do_take_in([request], PLATFORM, now=now, book=city, reader=reader)
    assert addresses_of([outcome.ticket])[outcome.ticket].phone == reached
