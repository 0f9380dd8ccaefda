"""Why a ticket was understood so: marked words, reasons in words, other units, what would change it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import COLD_ROOM, HEATING, OTHER_STREET, STREET, stored, waiting_ticket

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.rules import candidate_for, place_at, propose
from jieban.reading.reader import reader_for
from jieban.tickets.models import Ticket
from jieban.web.desk import why

COLD = "双井街道垂杨柳西里3号楼，暖气三天不热了，家里有八十岁的老人，晚上只有十四度。电话138****1234"
GAS = "家里闻到煤气味，厨房嘶嘶响，快来人啊，丰台区方庄"
MOST = 5


@pytest.fixture(autouse=True)
def _nobody_holds_anything() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def dispatcher(make_account: Callable[..., Any]) -> Client:
    return _signed_in(make_account("dispatcher", unit="hotline"))


def _signed_in(account: Any, language: str = "zh-hans") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(account)
    return client


def read_ticket(city: Book, now: datetime, text: str, **more: Any) -> Ticket:
    """A ticket with the proposal that reading makes of its words, put before a person."""
    reader = reader_for(city)
    reading = reader.read("", text)
    proposal = propose(reading, city, local_day(city, now))
    place = reading.place
    columns: dict[str, Any] = {
        "text": reading.text,
        "title": reading.text[:40],
        "category_id": reading.category,
        "demand_type": reading.demand_type,
        "danger": reading.danger,
        "place_id": place.code if place else None,
        "district": place.district if place else "",
        "street": place.street if place else "",
        "proposal": {**proposal.as_json(), "call": reading.call, "model": reading.model},
    }
    return waiting_ticket(city, now, **(columns | more))


def page(client: Client, ticket: Ticket, where: str = "dispatch/{}/") -> str:
    answer = client.get(f"/desk/{where.format(ticket.number)}")
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def plain(html: str, part: str = "person") -> str:
    """The words of the requester as they stand on the page, without their marks."""
    found = re.search(rf'<div class="words {part}"[^>]*>(.*?)</div>', html, re.S)
    assert found
    return unescape(re.sub(r"<[^>]+>", "", found[1]))


def marks(html: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for kind, words in re.findall(r'<mark class="carries carries--(\w+)"[^>]*>([^<]*)</mark>', html):
        found.setdefault(kind, set()).add(unescape(words))
    return found


def test_the_words_that_carried_it_are_marked_by_kind(
    dispatcher: Client, city: Book, today: datetime
) -> None:
    ticket = read_ticket(city, today, COLD)
    found = marks(page(dispatcher, ticket))
    assert "暖气" in found["keyword"]
    assert any("十四度" in words for words in found["model"])
    assert any("垂杨柳西里" in words for words in found["place"])
    assert found["secret"] == {"138****1234"}


def test_the_same_is_told_in_words_with_shares(dispatcher: Client, city: Book, today: datetime) -> None:
    ticket = read_ticket(city, today, COLD)
    html = page(dispatcher, ticket, "tickets/{}/why/")
    reasons = html[html.index('class="reasons"') :]
    assert re.search(r"<q>[^<]*不热[^<]*</q><span[^>]*>\d+%</span>", reasons)
    assert 'class="small soft share"' not in page(dispatcher, ticket), "at the desk the words alone"
    legend = html[html.index('class="legend') :][:900]
    assert all(f"carries--{kind}" in legend for kind in ("keyword", "model", "place", "secret"))


@pytest.mark.parametrize(
    "text",
    [
        COLD,
        GAS,
        '<b>暖气</b>不热 & 双井街道 "引号"',
        "𠮷😀双井街道👨‍👩‍👧暖气不热，电话139****1234，联系人张**",
    ],
)
def test_the_words_shown_are_exactly_the_masked_words(
    text: str, dispatcher: Client, city: Book, today: datetime
) -> None:
    ticket = read_ticket(city, today, text)
    for where in ("dispatch/{}/", "tickets/{}/", "tickets/{}/why/"):
        assert plain(page(dispatcher, ticket, where)) == stored(ticket).text


def test_the_other_units_are_a_table_with_what_speaks_for_them(
    dispatcher: Client, city: Book, today: datetime
) -> None:
    day = local_day(city, today)
    first = candidate_for(city, COLD_ROOM, place_at(city, STREET), day, 0.41)
    second = candidate_for(city, "110104", place_at(city, STREET), day, 0.23)
    assert first is not None
    assert second is not None
    ticket = read_ticket(city, today, COLD)
    kept = {**ticket.proposal, "candidates": [_as_json(first), _as_json(second)]}
    Ticket.objects.filter(pk=ticket.pk).update(proposal=kept)
    html = page(dispatcher, ticket)
    table = html[html.index('<table class="others"') : html.index("</table>")]
    assert city.units[second.unit].name in table
    assert '<meter min="0" max="100" value="23"' in table
    assert "23%" in table
    assert 'data-key="2"' in table
    assert "<q>" in table


def _as_json(candidate: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(candidate)


def test_an_alternative_is_chosen_with_its_button(dispatcher: Client, city: Book, today: datetime) -> None:
    ticket = read_ticket(city, today, COLD)
    sent = {"unit": STREET, "category": "110104", "version": str(stored(ticket).version)}
    dispatcher.post(f"/desk/dispatch/{ticket.number}/send/", sent)
    assert stored(ticket).lead_id == STREET


def test_a_confidence_is_told_as_a_frequency_with_its_threshold(
    dispatcher: Client, city: Book, today: datetime
) -> None:
    ticket = read_ticket(city, today, COLD)
    kept = {**ticket.proposal, "needed": 0.905}
    kept["candidates"][0]["confidence"] = 0.83
    Ticket.objects.filter(pk=ticket.pk).update(proposal=kept)
    html = page(dispatcher, ticket)
    assert "约 83 件" in html
    assert "91%" in html
    Ticket.objects.filter(pk=ticket.pk).update(proposal={**kept, "needed": 1.01})
    assert "从不自动派出" in page(dispatcher, ticket)


def test_what_was_learned_is_told(dispatcher: Client, city: Book, today: datetime) -> None:
    ticket = read_ticket(city, today, COLD)
    learned = [
        {"unit": HEATING, "kind": "taken", "count": 9, "total": 11, "since": "2026-08-01", "change": 0.4},
        {"unit": STREET, "kind": "returned", "count": 2, "total": 3, "since": "2026-08-01", "change": -1.2},
        {"unit": STREET, "kind": "unheard_of", "count": 2, "total": 3, "since": "", "change": -1.2},
    ]
    Ticket.objects.filter(pk=ticket.pk).update(proposal={**ticket.proposal, "learned": learned})
    html = page(dispatcher, ticket)
    assert html.count("learned--up") == 1
    assert html.count("learned--down") == 1
    assert city.units[HEATING].name in html[html.index("learned--up") :][:200]


def test_what_would_change_it_is_a_page_of_its_own_and_works_without_a_script(
    dispatcher: Client, city: Book, today: datetime
) -> None:
    ticket = read_ticket(city, today, COLD)
    address = f"/desk/tickets/{ticket.number}/why/"
    assert f'<a href="{address}">' in page(dispatcher, ticket)
    assert f'hx-get="{address}"' in page(dispatcher, ticket, "tickets/{}/")
    html = page(dispatcher, ticket, "tickets/{}/why/")
    part = html[html.index('<div id="what-if"') :]
    assert re.search(r"<q>[^<]*不热[^<]*</q>", part)
    assert "如果没说" in part
    assert part.count('<li class="change">') >= 3


def test_danger_would_go_with_its_words(dispatcher: Client, city: Book, today: datetime) -> None:
    ticket = read_ticket(city, today, GAS)
    assert ticket.danger
    html = page(dispatcher, ticket, "tickets/{}/why/")
    assert "煤气味" in marks(html)["alarm"]
    assert "没有危险" in html[html.index('<div id="what-if"') :]


def test_another_model_than_the_one_that_read_it_is_told(
    dispatcher: Client, city: Book, today: datetime
) -> None:
    ticket = read_ticket(city, today, COLD)
    assert "模型" not in plain(page(dispatcher, ticket))
    assert "换了模型" not in page(dispatcher, ticket)
    Ticket.objects.filter(pk=ticket.pk).update(proposal={**ticket.proposal, "model": "000000000000"})
    assert "换了模型" in page(dispatcher, ticket)


def test_what_would_be_read_otherwise_today_is_told(dispatcher: Client, city: Book, today: datetime) -> None:
    ticket = read_ticket(city, today, COLD)
    kept = dict(ticket.proposal)
    kept["candidates"][0]["category"] = "030101"
    Ticket.objects.filter(pk=ticket.pk).update(proposal=kept)
    assert "今天再读" not in page(dispatcher, ticket), "dispatch proposes another of the matters read then"
    kept["reasons"] = [one for one in kept["reasons"] if one["kind"] == "place"]
    Ticket.objects.filter(pk=ticket.pk).update(proposal=kept)
    assert "今天再读" in page(dispatcher, ticket)


def test_a_page_does_not_wait_for_a_reader_in_the_making(
    dispatcher: Client, city: Book, today: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = read_ticket(city, today, COLD)
    monkeypatch.setattr(why, "reader_at_hand", lambda book: None)
    found = marks(page(dispatcher, ticket))
    assert "暖气" in found["keyword"]
    assert "model" not in found


def test_a_stranger_does_not_see_why(make_account: Callable[..., Any], city: Book, today: datetime) -> None:
    ticket = read_ticket(city, today, COLD)
    stranger = _signed_in(make_account("clerk", unit=OTHER_STREET))
    assert stranger.get(f"/desk/tickets/{ticket.number}/why/").status_code == 403
    assert stranger.get("/desk/tickets/2699999999999/why/").status_code == 404


def test_why_costs_few_statements(dispatcher: Client, city: Book, today: datetime) -> None:
    ticket = read_ticket(city, today, COLD)
    page(dispatcher, ticket, "tickets/{}/why/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page(dispatcher, ticket, "tickets/{}/why/")
    assert len(asked) <= MOST, [one["sql"] for one in asked]
