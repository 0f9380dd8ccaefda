"""Common matters by heat, and the decisions of a dispatcher about what may be one event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.dispatch.test_suggesting import TEXTS, filed
from tests.tickets.stage import SEAT, STREET, stored

from jieban.city.book import Book
from jieban.city.queries import book
from jieban.dispatch.events.clusters import do_link
from jieban.dispatch.events.models import ACCEPTED, DECLINED, EventSuggestion
from jieban.dispatch.events.suggesting import do_suggest, listed
from jieban.tickets.models import Ticket
from jieban.tickets.queries import everything


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def enter(make_account: Callable[..., Any]) -> Callable[..., Client]:
    def sign_in(*roles: str, unit: str = "hotline") -> Client:
        client = Client(headers={"Accept-Language": "zh-hans"})
        client.force_login(make_account(*roles, unit=unit))
        return client

    return sign_in


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def four(city: Book, today: datetime) -> list[Ticket]:
    return [filed(city, today, words) for words in TEXTS]


def test_the_hot_list_shows_people_growth_and_a_line_with_its_table(
    enter: Callable[..., Client], four: list[Ticket], city: Book, today: datetime
) -> None:
    do_link(four[1], four[0], SEAT, now=today, book=city)
    seat = enter("seat")
    book()
    with CaptureQueriesContext(connection) as captured:
        shown = text(seat.get("/desk/clusters/hot/"))
    assert len(captured) <= 6
    assert f"/desk/clusters/{stored(four[0]).cluster}/" in shown
    assert "<polyline" in shown
    assert "<table" in shown
    assert "/desk/clusters/suggestions/" not in shown, "a seat does not decide"


def test_a_dispatcher_accepts_and_declines_with_reasons_before_him(
    enter: Callable[..., Client], four: list[Ticket], city: Book, today: datetime
) -> None:
    do_suggest(now=today, book=city)
    desk = enter("dispatcher")
    shown = text(desk.get("/desk/clusters/suggestions/"))
    first, second = listed(everything())[:2]
    assert first.ticket_number in shown
    assert "<mark>" in shown
    assert desk.post(f"/desk/clusters/suggestions/{first.pk}/accept/", follow=True).status_code == 200
    assert EventSuggestion.objects.get(pk=first.pk).state == ACCEPTED
    assert Ticket.objects.get(pk=first.ticket).cluster is not None
    answer = desk.post(f"/desk/clusters/suggestions/{first.pk}/decline/", follow=True)
    assert "messages" in answer.context
    assert EventSuggestion.objects.get(pk=first.pk).state == ACCEPTED, "who decides first decides"
    desk.post(f"/desk/clusters/suggestions/{second.pk}/decline/", {"note": "另一处"})
    assert EventSuggestion.objects.get(pk=second.pk).state == DECLINED


def test_others_may_not_decide(enter: Callable[..., Client], four: list[Ticket], city: Book) -> None:
    clerk = enter("clerk", unit=STREET)
    assert clerk.get("/desk/clusters/suggestions/").status_code == 403
    assert clerk.post("/desk/clusters/suggestions/1/accept/").status_code == 403
    assert clerk.post("/desk/clusters/1/split/").status_code == 403
    assert clerk.post("/desk/clusters/1/merge/").status_code == 403


def test_split_and_merge_on_the_page_of_a_common_matter(
    enter: Callable[..., Client], four: list[Ticket], city: Book, today: datetime
) -> None:
    do_link(four[1], four[0], SEAT, now=today, book=city)
    do_link(four[3], four[2], SEAT, now=today, book=city)
    desk = enter("dispatcher")
    kept = stored(four[0]).cluster
    page = text(desk.get(f"/desk/clusters/{kept}/"))
    assert f"/desk/clusters/{kept}/split/" in page
    merged = {"number": four[2].number, "why": "同一处漏水"}
    desk.post(f"/desk/clusters/{kept}/merge/", merged)
    assert {stored(one).cluster for one in four} == {kept}
    desk.post(f"/desk/clusters/{kept}/split/", {"number": [four[3].number], "why": "另一处漏水"})
    assert stored(four[3]).cluster is None
    refused = desk.post(f"/desk/clusters/{kept}/merge/", {"number": "none", "why": "x"}, follow=True)
    assert refused.status_code == 200
    assert {stored(one).cluster for one in four[:3]} == {kept}
