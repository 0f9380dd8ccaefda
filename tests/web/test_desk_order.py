"""The bar of rooms and the verbs of a ticket: grouped, nothing left out, the next step open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.tickets.stage import STREET, ticket_in

from jieban.city.book import Book
from jieban.tickets import workflow as w
from jieban.web.context import GROUP_WORDS, MORE, Room, menu
from jieban.web.desk.verbs import VERBS
from jieban.web.desk.verbs.groups import NEXT_STEPS, ORDER


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def enter(make_account: Callable[..., Any]) -> Callable[..., Client]:
    def sign_in(*roles: str, unit: str = STREET) -> Client:
        client = Client(headers={"Accept-Language": "zh-hans"})
        client.force_login(make_account(*roles, unit=unit))
        return client

    return sign_in


def test_each_verb_stands_in_one_group() -> None:
    assert len(set(ORDER)) == len(ORDER)
    assert list(VERBS) == list(ORDER)
    assert set(NEXT_STEPS) <= set(ORDER)


@pytest.mark.parametrize(
    ("state", "role", "opened"),
    [
        (w.DISPATCHED, "clerk", ["sign"]),
        (w.SIGNED, "clerk", ["contact"]),
        (w.HANDLING, "clerk", ["reply"]),
        (w.REPLIED, "reviewer", ["review"]),
        (w.OBJECTED, "supervisor", ["rule"]),
        (w.HANDLING, "supervisor", []),
        (w.WAITING, "dispatcher", []),
    ],
)
def test_the_next_step_lies_open(
    state: str, role: str, opened: list[str], enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(state, city, today)
    office = enter(role, unit="hotline") if role in ("supervisor", "dispatcher") else enter(role)
    listed = office.get(f"/desk/tickets/{ticket.number}/").context["verbs"]
    assert [one["verb"].name for one in listed if one["open"]] == opened
    names = [one["verb"].name for one in listed]
    assert names == sorted(names, key=ORDER.index)


@pytest.mark.usefixtures("city")
def test_rooms_seldom_used_are_folded(enter: Callable[..., Client]) -> None:
    menu = enter("supervisor", unit="hotline").get("/desk/whistles/").context["staff_menu"]
    folded = [entry for entry in menu if len(entry.rooms) > 1]
    assert len(menu) <= 10
    assert [entry.here for entry in folded] == [True, False, False]
    clerk = enter("clerk").get("/desk/").context["staff_menu"]
    assert "请假" in [str(room.words) for entry in clerk for room in entry.rooms]


def test_a_group_of_one_stands_by_itself() -> None:
    leave, notices = Room("/leave/", "Leave", False, 0, MORE), Room("/notices/", "Notices", False, 0, MORE)
    assert [(entry.words, entry.rooms) for entry in menu([leave])] == [("Leave", [leave])]
    assert [(entry.words, entry.rooms) for entry in menu([leave, notices])] == [
        (GROUP_WORDS[MORE], [leave, notices])
    ]
