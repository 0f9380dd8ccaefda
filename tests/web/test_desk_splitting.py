"""The other matters of a message on the desks: proposed parts are filed, or a person marks them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.tickets.stage import STREET

from jieban.city.book import Book
from jieban.intake.actions import Request, do_take_in
from jieban.intake.parting import filed_parts
from jieban.matters.actors import PLATFORM
from jieban.people.actions import Contact
from jieban.reading.reader import reader_for
from jieban.tickets import workflow as w
from jieban.tickets.links import query_code
from jieban.tickets.models import Ticket

LAMPS = "双井街道富力城3号楼门前的路灯全不亮，我82岁了晚上没法走路。"
WAGES = "公司拖欠我儿子三个月工资，老板不接电话。"
SEVERAL = f"有两件事。一、{LAMPS}二、{WAGES}"

type Enter = Callable[..., Client]


@pytest.fixture
def enter(make_account: Callable[..., Any]) -> Enter:
    def sign_in(*roles: str, unit: str = "hotline") -> Client:
        client = Client(headers={"Accept-Language": "zh-hans"})
        client.force_login(make_account(*roles, unit=unit))
        return client

    return sign_in


def filed(city: Book, text: str) -> Ticket:
    request = Request("t", text[:9], "b", "phone", text=text, contact=Contact(phone="13812345678"))
    now = datetime.now(UTC) - timedelta(minutes=5)
    (outcome,) = do_take_in([request], PLATFORM, now=now, book=city, reader=reader_for(city))
    return Ticket.objects.get(pk=outcome.ticket)


def waiting(ticket: Ticket) -> Ticket:
    """The ticket before a dispatcher, wherever reading would have sent it."""
    Ticket.objects.filter(pk=ticket.pk).update(state=w.WAITING, queue="dispatch", lead_id=None)
    return Ticket.objects.get(pk=ticket.pk)


def said(ticket: Ticket, **parts: str) -> dict[str, str]:
    return {"version": str(ticket.version), "decision": "", **parts}


def test_the_dispatcher_files_the_part_that_is_proposed_and_stays_with_the_rest(
    enter: Enter, city: Book
) -> None:
    first, client = waiting(filed(city, SEVERAL)), enter("dispatcher")
    page = client.get(f"/desk/dispatch/{first.number}/").content.decode()
    assert 'id="split_part_2"' in page
    assert "劳动" in page.split('id="split_part_2"')[0].split("verb-split")[1], (
        "the matter is shown as proposed"
    )
    part = first.proposal["parts"][1]["text"]
    answer = client.post(f"/desk/dispatch/{first.number}/split/", said(first, part_2=part))
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/dispatch/{first.number}/")
    first.refresh_from_db()
    (one,) = filed_parts(first)
    shown = client.get(f"/desk/dispatch/{first.number}/").content.decode()
    assert f'href="/desk/tickets/{one.number}/"' in shown
    assert 'id="split_part_2"' not in shown
    other = client.get(f"/desk/tickets/{one.number}/").content.decode()
    assert f'href="/desk/tickets/{first.number}/"' in other


def test_the_form_sent_twice_files_once_and_says_who_was_faster(enter: Enter, city: Book) -> None:
    first, client = waiting(filed(city, SEVERAL)), enter("dispatcher")
    given = said(first, part_2=WAGES)
    assert client.post(f"/desk/tickets/{first.number}/split/", given).status_code == 302
    assert client.post(f"/desk/tickets/{first.number}/split/", given).status_code == 409
    assert Ticket.objects.count() == 2


def test_a_seat_marks_a_part_that_nobody_proposed(enter: Enter, city: Book) -> None:
    first, client = filed(city, LAMPS + WAGES), enter("seat")
    page = client.get(f"/desk/tickets/{first.number}/").content.decode()
    assert 'id="split_part_2"' in page
    answer = client.post(f"/desk/tickets/{first.number}/split/", said(first, part_2=WAGES))
    assert answer.status_code == 302
    (part,) = Ticket.objects.exclude(pk=first.pk)
    assert part.text == WAGES
    empty = client.post(f"/desk/tickets/{part.number}/split/", said(part))
    assert empty.status_code == 422
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize("role", ["clerk", "caller", "analyst", "auditor"])
def test_nobody_else_splits(enter: Enter, city: Book, role: str) -> None:
    first = filed(city, LAMPS)
    Ticket.objects.filter(pk=first.pk).update(
        state=w.DISPATCHED, lead_id=STREET, queue="", due_at=datetime.now(UTC) + timedelta(days=3)
    )
    client = enter(role, unit=STREET if role == "clerk" else "hotline")
    assert "split_part_2" not in client.get(f"/desk/tickets/{first.number}/").content.decode()
    answer = client.post(f"/desk/tickets/{first.number}/split/", said(first, part_2=WAGES))
    assert answer.status_code == 403
    assert Ticket.objects.count() == 1


def test_the_requester_sees_all_his_matters_from_the_first(enter: Enter, city: Book) -> None:
    first = filed(city, SEVERAL)
    enter("supervisor").post(f"/desk/tickets/{first.number}/split/", said(first, part_2=WAGES))
    (part,) = Ticket.objects.exclude(pk=first.pk)
    mine = Client(headers={"Accept-Language": "zh-hans"})
    assert mine.get(f"/my/{part.number}/").status_code == 302, "not without the code of the first"
    mine.post("/my/", {"number": first.number, "code": query_code(first.pk)})
    assert f'href="/my/{part.number}/"' in mine.get(f"/my/{first.number}/").content.decode()
    assert mine.get(f"/my/{part.number}/").status_code == 200


def test_people_at_risk_stand_in_the_lists_in_no_more_statements(
    enter: Enter, city: Book, django_assert_max_num_queries: Any
) -> None:
    filed(city, LAMPS), filed(city, "双井街道富力城5号楼的井盖响，" + LAMPS)
    client = enter("dispatcher")
    client.get("/desk/tickets/")
    with django_assert_max_num_queries(6):
        page = client.get("/desk/tickets/").content.decode()
    assert page.count('title="82岁"') == 2
    assert "老年人" in page
