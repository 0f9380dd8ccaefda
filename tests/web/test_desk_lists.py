"""My desk and the lists: each role sees what is his, true counts, in few statements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import DISTRICT, OTHER_STREET, STREET, ticket_in, waiting_ticket

from jieban.city.book import Book
from jieban.city.queries import book
from jieban.notices.queries import forget_unread
from jieban.tickets import workflow as w

MOST = 6
"""The promise of a list; the desk of a unit has one more, for whom to call first."""

type Enter = Callable[..., Client]


@pytest.fixture
def enter(make_account: Callable[..., Any]) -> Enter:
    """Sign somebody in: ``enter("clerk", unit="110105016")``."""

    def sign_in(*roles: str, unit: str = "hotline") -> Client:
        client = Client(headers={"Accept-Language": "zh-hans"})
        client.force_login(make_account(*roles, unit=unit))
        return client

    return sign_in


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


def statements(client: Client, path: str) -> int:
    """How many SQL statements a page costs when the book is at hand."""
    forget_unread()  # counted by the first look, and then not for some seconds
    client.get(path)
    book()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_a_clerk_sees_what_is_in_his_hands(enter: Enter, city: Book, today: datetime) -> None:
    mine = ticket_in(w.SIGNED, city, today, text="楼道灯坏了")
    asked = ticket_in(w.CALLBACK, city, today, text="已经修好的路灯")
    others = ticket_in(w.SIGNED, city, today, unit=OTHER_STREET, text="别处的事")
    shown = enter("clerk", unit=STREET).get("/desk/").content.decode()
    assert mine.number in shown
    assert asked.number not in shown  # the hotline has it now
    assert others.number not in shown
    assert "手上在办 1 件" in shown
    assert "先打这几个电话" in shown
    assert "双井街道" in shown


def test_links_of_my_desk_lead_to_what_they_count(enter: Enter, city: Book, today: datetime) -> None:
    for _ in range(3):
        ticket_in(w.DISPATCHED, city, today)
    asked = ticket_in(w.CALLBACK, city, today)
    client = enter("reviewer", unit=STREET)
    page = client.get("/desk/")
    for link in page.context["links"]:
        listed = client.get(link.address).context["page"].tickets
        assert len(listed) == link.count, link
    assert asked in client.get(f"/desk/?unit={STREET}&state=callback").context["page"].tickets


def test_nothing_to_do_is_said(enter: Enter, city: Book) -> None:
    assert "今天可以松口气" in enter("clerk", unit=STREET).get("/desk/").content.decode()
    assert "还没有设置单位" in enter("clerk", unit="").get("/desk/").content.decode()


def test_the_hotline_sees_its_queues(enter: Enter, city: Book, today: datetime) -> None:
    waiting_ticket(city, today, queue="danger", danger=True)
    waiting_ticket(city, today)
    client = enter("dispatcher")
    page = client.get("/desk/")
    counts = {station["words"]: station["count"] for station in page.context["stations"]}
    assert [counts[name] for name in list(counts)[:6]] == [0, 1, 0, 0, 1, 0]
    assert page.context["ahead"][0].queue == "danger"
    for station in page.context["stations"]:
        assert len(client.get(station["address"]).context["page"].tickets) == station["count"], station


@pytest.mark.parametrize(
    ("role", "unit"), [("auditor", "110000"), ("leader", "110000"), ("analyst", "hotline")]
)
def test_those_who_watch_see_counts_that_can_be_opened(
    role: str, unit: str, enter: Enter, city: Book, today: datetime
) -> None:
    ticket_in(w.HANDLING, city, today)
    ticket_in(w.CALLBACK, city, today)
    waiting_ticket(city, today, place_id=None, district="", street="")
    client = enter(role, unit=unit)
    shown = client.get("/desk/").context
    assert shown["overview"].total == 3
    assert shown["nowhere"]["open"] == 1
    for link in shown["states"]:
        assert len(client.get(link.address).context["page"].tickets) == link.count
    for place in shown["districts"]:
        assert len(client.get(place["address"]).context["page"].tickets) == place["open"]


def test_a_district_sees_its_territory_by_unit(enter: Enter, city: Book, today: datetime) -> None:
    ticket_in(w.HANDLING, city, today)
    ticket_in(
        w.HANDLING,
        city,
        today,
        unit=OTHER_STREET,
        district="110108",
        street=OTHER_STREET,
        place_id=OTHER_STREET,
    )
    shown = enter("leader", unit=DISTRICT).get("/desk/").context
    assert [place["name"] for place in shown["districts"]] == [city.units[STREET].name]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        ("?state=signed", 1),
        ("?queue=dispatch", 1),
        (f"?unit={STREET}", 1),
        ("?district=110105&category=04", 2),
        ("?channel=call", 2),
        ("?overdue=1", 0),
        ("?silent=1", 1),
        ("?state=closed", 0),
        ("?state=nonsense&after=nonsense", 2),
    ],
)
def test_filters_of_the_list(query: str, found: int, enter: Enter, city: Book, today: datetime) -> None:
    ticket_in(w.SIGNED, city, today)
    waiting_ticket(city, today)
    page = enter("supervisor").get(f"/desk/tickets/{query}")
    assert page.status_code == 200
    assert len(page.context["page"].tickets) == found


def test_pages_follow_each_other_without_gap(enter: Enter, city: Book, today: datetime) -> None:
    made = {waiting_ticket(city, today + timedelta(seconds=n // 2)).number for n in range(45)}
    client, address, seen = enter("supervisor"), "/desk/tickets/?queue=dispatch", list[str]()
    while address:
        page = client.get(address).context
        seen += [ticket.number for ticket in page["page"].tickets]
        address = page["next"]
    assert len(seen) == 45
    assert set(seen) == made


def test_a_number_leads_to_its_ticket(enter: Enter, city: Book, today: datetime) -> None:
    ticket = ticket_in(w.SIGNED, city, today)
    client = enter("clerk", unit=STREET)
    assert client.get(f"/desk/tickets/?number={ticket.number}").url == f"/desk/tickets/{ticket.number}/"  # type: ignore[attr-defined]
    stranger = enter("clerk", "reviewer", unit=OTHER_STREET)
    assert "没有编号" in stranger.get(f"/desk/tickets/?number={ticket.number}").content.decode()


def test_objections_wait_in_a_list(enter: Enter, city: Book, today: datetime) -> None:
    client = enter("supervisor")
    assert "没有待裁定的异议" in client.get("/desk/objections/").content.decode()
    ticket = ticket_in(w.OBJECTED, city, today)
    assert ticket.objection in client.get("/desk/objections/").content.decode()


@pytest.mark.parametrize(
    ("role", "unit", "path", "most"),
    [
        ("clerk", STREET, "/desk/", MOST),
        ("dispatcher", "hotline", "/desk/", MOST),
        ("auditor", "110000", "/desk/", MOST),
        ("supervisor", "hotline", "/desk/tickets/", MOST),
        ("clerk", STREET, "/desk/tickets/?state=signed", MOST),
        ("supervisor", "hotline", "/desk/objections/", MOST),
        ("caller", "hotline", "/desk/calls/", MOST),
        ("dispatcher", "hotline", "/desk/dispatch/", MOST),
        ("seat", "hotline", "/desk/take-in/", 3),
    ],
)
def test_a_page_costs_the_same_however_many_rows(
    role: str, unit: str, path: str, most: int, enter: Enter, city: Book, today: datetime
) -> None:
    client, costs = enter(role, unit=unit), []
    for more in (3, 15):
        for _ in range(more):
            for state in (w.SIGNED, w.CALLBACK, w.OBJECTED, w.WAITING):
                ticket_in(state, city, today)
        costs.append(statements(client, path))
    assert costs[0] == costs[1] <= most, costs


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("clerk", "/desk/dispatch/"),
        ("clerk", "/desk/objections/"),
        ("clerk", "/desk/calls/"),
        ("clerk", "/desk/take-in/"),
        ("caller", "/desk/dispatch/"),
        ("dispatcher", "/desk/calls/"),
        ("auditor", "/desk/dispatch/"),
    ],
)
def test_other_peoples_rooms_are_closed(role: str, path: str, enter: Enter, city: Book) -> None:
    assert enter(role, unit=STREET).get(path).status_code == 403
