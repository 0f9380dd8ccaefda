"""The API: a request is filed once however often it is sent, and every refusal says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from tests.tickets.stage import COLD_ROOM, DISTRICT, OTHER_STREET, SEAT, STREET, ticket_in, waiting_ticket

from jieban.city.book import Book
from jieban.dispatch.handover import do_hand_over
from jieban.matters.models import Event
from jieban.people.actions import do_make_api_key, do_revoke_api_key
from jieban.people.models import Requester, Words
from jieban.tickets import workflow
from jieban.tickets.links import query_code_fits
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences

URL = "/api/v1/tickets"
COLD = {
    "text": "朝阳区双井街道暖气不热，家里只有十四度，老人受不了",
    "phone": "13812345678",
    "name": "王小明",
}


@pytest.fixture
def key(city: Book, reader: object, now: datetime) -> str:
    return do_make_api_key("neighbour", now=now)


@pytest.fixture
def file(key: str, client: Client) -> Callable[..., Any]:
    """File a body under an idempotency key; gives the response."""

    def post(body: Any = None, idempotency: str = "", api_key: str = key, raw: bytes | None = None) -> Any:
        headers = {"X-API-Key": api_key} | ({"Idempotency-Key": idempotency} if idempotency else {})
        content = raw if raw is not None else json.dumps(COLD if body is None else body).encode()
        return client.post(URL, content, content_type="application/json", headers=headers)

    return post


@pytest.fixture
def get(key: str, client: Client) -> Callable[..., Any]:
    def fetch(path: str = "", **query: Any) -> Any:
        return client.get(URL + path, query, headers={"X-API-Key": key})

    return fetch


def test_a_request_is_filed_with_number_code_and_holder(file: Callable[..., Any]) -> None:
    answer = file()
    assert answer.status_code == 201
    told = answer.json()
    ticket = Ticket.objects.get(number=told["number"])
    assert told["result"] == "accepted"
    assert query_code_fits(ticket.pk, told["query_code"].lower())
    assert bool(told["unit"]) is not bool(told["queue"]), "one unit, or one named queue"
    assert told["due_at"]
    assert told["reasons"]
    assert Event.objects.get(matter=ticket.pk, seq=1).verb == "receive"


def test_the_system_that_filed_is_named_in_the_history(file: Callable[..., Any]) -> None:
    file()
    event = Event.objects.get(verb="receive")
    assert (event.actor_kind, event.actor_name) == ("machine", "neighbour")


def test_nothing_personal_is_in_the_ticket_its_events_or_the_answer(file: Callable[..., Any]) -> None:
    body = {**COLD, "text": COLD["text"] + "，请打 138 1234 5678", "address": "双井街道1号 13812345678"}
    answer = file(body)
    ticket = Ticket.objects.get()
    kept = f"{ticket.row()} {list(Event.objects.values())} {answer.content.decode()}"
    assert "12345678" not in kept.replace(" ", "").replace("-", "")
    assert "王小明" not in kept
    assert (Words.objects.count(), Requester.objects.count()) == (1, 1)


@pytest.mark.parametrize("api_key", ["", "wrong", "jb_" + "x" * 43])
def test_without_a_key_nothing_is_filed(api_key: str, file: Callable[..., Any], client: Client) -> None:
    assert file(api_key=api_key).status_code == 401
    assert client.post(URL, COLD, content_type="application/json").status_code == 401
    assert client.get(URL).status_code == 401
    assert not Ticket.objects.exists()


def test_a_revoked_key_files_nothing(file: Callable[..., Any]) -> None:
    do_revoke_api_key("neighbour")
    assert file().status_code == 401


@pytest.mark.parametrize("named", [{"idempotency": "k-1"}, {}], ids=["key", "content"])
def test_the_same_request_again_gives_the_same_ticket(named: Any, file: Callable[..., Any]) -> None:
    first, again = file(**named), file(**named)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["result"] == "duplicate"
    assert again.json() | {"result": "accepted"} == first.json()
    assert Ticket.objects.count() == 1


def test_a_key_that_was_used_for_another_request_is_a_conflict(file: Callable[..., Any]) -> None:
    number = file(idempotency="k-1").json()["number"]
    answer = file({"text": "路灯坏了"}, idempotency="k-1")
    assert answer.status_code == 409
    assert answer.json()["field"] == "Idempotency-Key"
    assert number in answer.json()["reason"]
    assert Ticket.objects.count() == 1


def test_an_external_number_is_the_key_where_no_other_is_given(file: Callable[..., Any]) -> None:
    assert file({**COLD, "external_id": "A-1"}).status_code == 201
    assert file({**COLD, "external_id": "A-1"}).status_code == 200
    answer = file({"text": "路灯坏了", "external_id": "A-1"})
    assert (answer.status_code, answer.json()["field"]) == (409, "external_id")


def test_two_systems_may_give_the_same_number(file: Callable[..., Any], now: datetime) -> None:
    other = do_make_api_key("another", now=now)
    body = {**COLD, "external_id": "A-1", "requester": "7"}
    assert file(body).status_code == 201
    assert file({**body, "phone": ""}, api_key=other).status_code == 201
    assert Ticket.objects.filter(external_id="A-1").count() == 2
    assert Requester.objects.count() == 2, "person 7 of one system is not person 7 of the other"


def test_a_new_key_with_a_known_number_is_a_new_request_and_no_error(file: Callable[..., Any]) -> None:
    assert file({**COLD, "external_id": "A-1"}, idempotency="k-1").status_code == 201
    assert file({**COLD, "external_id": "A-1"}, idempotency="k-2").status_code == 201


def test_a_place_that_a_person_chose_is_taken(file: Callable[..., Any]) -> None:
    file({"text": "暖气不热", "place": STREET})
    assert Ticket.objects.get().street == STREET


REFUSED: list[tuple[str, Any, str]] = [
    ("nothing", {}, "text"),
    ("blank", {"text": " \u200b\n ", "title": "\t"}, "text"),
    ("a megabyte", {"text": "冷" * 350_000}, "text"),
    ("a long title", {"title": "冷" * 301}, "title"),
    ("a wrong date", {"text": "冷", "time": "2026-02-30"}, "time"),
    ("tomorrow's date", {"text": "冷", "time": "2999-01-01"}, "time"),
    ("no place of ours", {"text": "冷", "place": "999999"}, "place"),
    ("no such secrecy", {"text": "冷", "secrecy": "secret"}, "secrecy"),
    ("nobody we know", {"text": "冷", "on_behalf": "neighbour"}, "on_behalf"),
    ("no such kind", {"text": "冷", "requester_kind": "company"}, "requester_kind"),
    ("a name without a reason", {"text": "冷", "represented": "王小花"}, "represented"),
]


@pytest.mark.parametrize(("body", "field"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_bad_request_is_refused_with_field_reason_and_remedy(
    body: Any, field: str, file: Callable[..., Any]
) -> None:
    answer = file(body)
    assert answer.status_code == 422
    told = answer.json()
    assert told["field"] == field
    assert told["reason"]
    assert told["remedy"]
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b'"text"', b"null", b"\xff\xfe", b'{"text": 7}', b'{"text": ["a"]}', b"[" * 100_000],
    ids=["empty", "cut", "list", "text", "null", "no-utf8", "number", "nested", "deep"],
)
def test_what_is_no_object_is_refused_not_crashed_on(raw: bytes, file: Callable[..., Any]) -> None:
    assert file(raw=raw).status_code in (400, 422)
    assert not Ticket.objects.exists()


def test_a_body_of_many_megabytes_is_refused(file: Callable[..., Any]) -> None:
    assert file(raw=b'{"text": "' + b"x" * 5_000_000 + b'"}').status_code in (400, 413)


STRANGE = {
    "emoji": "路灯坏了💡👨‍👩‍👧‍👦",
    "right to left": "الشارع مظلم منذ أسبوع",
    "reversed": "路灯\u202e坏了\u202c",
    "nul": "路灯\x00坏了",
    "half a pair": "路灯\ud83d坏了",
    "formula": "=cmd|'/c calc'!A0",
    "script": "<script>alert(1)</script>路灯坏了",
    "sql": "'; DROP TABLE tickets_ticket; --",
    "template": "{{ 7*7 }} {% include 'x' %} %s %(now)s",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_strange_text_is_taken_in_and_given_back_as_text(
    text: str, file: Callable[..., Any], get: Callable[..., Any]
) -> None:
    answer = file({"text": text, "name": text[:80], "address": text, "external_id": text[:50]})
    assert answer.status_code == 201
    told = get(f"/{answer.json()['number']}").json()["text"]
    unseen = "\u202e\u202c\u200d\x00\ud83d"  # what turns the writing round, joins, ends or is half a sign
    assert told == "".join(char for char in text if char not in unseen)
    assert list(differences()) == []


def test_one_ticket_is_found_by_its_number(get: Callable[..., Any], city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    told = get(f"/{ticket.number}").json()
    assert (told["number"], told["state"], told["unit"]["code"]) == (ticket.number, workflow.SIGNED, STREET)
    assert told["category"][-1]["code"] == COLD_ROOM


@pytest.mark.parametrize("number", ["0000000000000", "x", "%00", "路灯", "1" * 500])
def test_a_number_that_is_none_is_not_found(number: str, get: Callable[..., Any]) -> None:
    assert get(f"/{number}").status_code in (404, 422)


def test_a_list_goes_on_page_by_page_without_gap_or_repetition(
    get: Callable[..., Any], city: Book, now: datetime
) -> None:
    numbers = {ticket_in(workflow.DISPATCHED, city, now).number for _ in range(7)}
    seen: list[str] = []
    after = ""
    for _ in range(3):
        told = get(size=3, after=after).json()
        seen += [ticket["number"] for ticket in told["tickets"]]
        after = told["after"]
    assert (sorted(seen), after) == (sorted(numbers), "")


def test_filters_narrow_the_list(get: Callable[..., Any], city: Book, now: datetime) -> None:
    ticket_in(workflow.DISPATCHED, city, now)
    ticket_in(workflow.SIGNED, city, now, OTHER_STREET)
    waiting_ticket(city, now, category_id="0101", place_id=None, district="", street="")
    for query, count in (
        ({}, 3),
        ({"state": "signed"}, 1),
        ({"queue": "dispatch"}, 1),
        ({"unit": OTHER_STREET}, 1),
        ({"district": DISTRICT}, 2),
        ({"category": "04"}, 2),
        ({"channel": "app"}, 0),
        ({"overdue": True}, 0),
        ({"unit": "nobody"}, 0),
    ):
        assert len(get(**query).json()["tickets"]) == count, query


@pytest.mark.parametrize("after", ["x", "1_x", "_", "nan_1", "inf_1", "1e30_1", "1_" + "9" * 30, "1_\x00"])
def test_a_page_key_that_is_none_is_refused(after: str, get: Callable[..., Any]) -> None:
    answer = get(after=after)
    assert answer.status_code == 422
    assert answer.json()["field"] == "after"


@pytest.mark.parametrize("size", ["0", "101", "-1", "x"])
def test_a_page_has_between_one_and_a_hundred_tickets(size: str, get: Callable[..., Any]) -> None:
    assert get(size=size).status_code == 422


@pytest.mark.parametrize(
    "query", [{"unit": "a\x00b"}, {"category": "%"}, {"state": "'; --"}, {"unit": "x" * 9999}]
)
def test_strange_filters_find_nothing(
    query: dict[str, str], get: Callable[..., Any], city: Book, now: datetime
) -> None:
    ticket_in(workflow.DISPATCHED, city, now)
    answer = get(**query)
    assert answer.status_code in (200, 422)
    assert not answer.json().get("tickets")


def test_the_description_names_every_field(client: Client, city: Book) -> None:
    described = client.get("/api/v1/openapi.json").json()
    operations = described["paths"]["/api/v1/tickets"]
    assert set(operations) >= {"post", "get"}
    assert "Idempotency-Key" in json.dumps(operations["post"])
    assert "text" in described["components"]["schemas"]["TicketIn"]["properties"]


def test_art_10_answers_to_the_form_come_with_the_request(file: Callable[..., Any], city: Book) -> None:
    words = {"text": "双井街道工地拖欠农民工工资，包工头不给钱", "phone": "13800001234"}
    filed = file({**words, "answers": {"wages.people": 15, "wages.contract": False}}).json()
    assert "wages.people" not in filed["missing"]
    assert "wages.amount" in filed["missing"]
    assert Ticket.objects.get(number=filed["number"]).answers["wages.contract"] == "no"


def test_an_answer_that_cannot_be_taken_is_named(file: Callable[..., Any], city: Book) -> None:
    answer = file({"text": "工地拖欠农民工工资", "answers": {"wages.amount": "很多"}})
    assert answer.status_code == 422
    assert answer.json()["field"] == "answers.wages.amount"
    assert answer.json()["remedy"]


def test_art_8_who_speaks_and_what_is_kept_secret_comes_with_the_request(file: Callable[..., Any]) -> None:
    body = {**COLD, "secrecy": "confidential", "on_behalf": "family", "represented": "王小花", "minor": True}
    told = file({**body, "requester_kind": "person"}).json()
    ticket = Ticket.objects.get(number=told["number"])
    assert (ticket.secrecy, ticket.speaks_for, ticket.minor) == ("confidential", "family", True)
    assert ticket.requester_kind == "person"
    assert "王小花" not in json.dumps(told, ensure_ascii=False)


def test_art_11_the_same_matter_again_names_the_first_request(file: Callable[..., Any]) -> None:
    first = file({**COLD, "phone": "13812345678"}, "one").json()
    again = file({**COLD, "phone": "13812345678"}, "two")
    assert again.status_code == 201
    assert (again.json()["state"], again.json()["same_as"]) == ("explained", first["number"])
    assert first["same_as"] == ""


def test_art_11_an_emergency_line_acknowledges_by_its_system(
    key: str, client: Client, city: Book, now: datetime
) -> None:
    ticket = waiting_ticket(city, now, "danger", danger=True)
    do_hand_over(ticket, "119", "", SEAT, now=now, book=city)

    def take_over(**body: str) -> Any:
        address = f"{URL}/{ticket.number}/acknowledge"
        return client.post(
            address, json.dumps(body), content_type="application/json", headers={"X-API-Key": key}
        )

    assert take_over(line="120", receipt="3 号").status_code == 409
    assert take_over(line="119", receipt=" ").status_code == 422
    assert Ticket.objects.get(pk=ticket.pk).state == workflow.HANDED_OVER
    answer = take_over(line="119", receipt="指挥中心 07 号")
    assert (answer.status_code, answer.json()["state"]) == (200, "explained")
    event = Event.objects.filter(matter=ticket.pk).latest("seq")
    assert (event.verb, event.actor_kind) == ("acknowledge", "machine")
    assert take_over(line="119", receipt="再来一次").status_code == 409
