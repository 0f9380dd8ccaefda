"""What a request says besides its matter: people at risk and several matters, shown; numbers, never."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from jieban.city.book import Book
from jieban.intake.actions import Request, do_take_in
from jieban.matters.actors import PLATFORM
from jieban.matters.models import Event
from jieban.people.actions import Contact
from jieban.reading.reader import Reader
from jieban.tickets.models import Ticket

SAID = (
    "有两件事。一、望京街道南湖东园的路灯全不亮，我82岁了晚上不敢出门。"
    "二、公司拖欠我儿子三个月工资，老板不接电话。我叫王小明，手机138 1234 5678，座机010-62345678，"
    "身份证11010519491231002X，卡号6222021234567890128，车京A12345，邮箱wxm_77@163.com，微信wangxm_77。"
)
SECRETS = (
    *("王小明", "小明", "1234 5678", "13812345678", "62345678"),
    *("19491231", "2021234567", "A12345", "wxm_77@", "wangxm_77"),
)


@pytest.fixture
def filed(city: Book, reader: Reader) -> Ticket:
    now = datetime.now(UTC) - timedelta(minutes=5)
    request = Request(
        source="test",
        key="signs-1",
        body="b",
        channel="phone",
        text=SAID,
        contact=Contact(phone="13812345678"),
    )
    (outcome,) = do_take_in([request], PLATFORM, now=now, book=city, reader=reader)
    return Ticket.objects.get(pk=outcome.ticket)


@pytest.fixture
def dispatcher(make_account: Callable[..., Any]) -> Client:
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(make_account("dispatcher", unit="hotline", username="老周"))
    return client


def test_no_personal_number_is_kept_where_people_work(filed: Ticket, dispatcher: Client) -> None:
    """The row, its events and both pages; units, exports, drafts and learning read the same row."""
    row = json.dumps(filed.row(), ensure_ascii=False, default=str)
    events = json.dumps(
        [{"changes": event.changes, "detail": event.detail} for event in Event.objects.all()],
        ensure_ascii=False,
        default=str,
    )
    pages = [dispatcher.get(f"/desk/tickets/{filed.number}/"), dispatcher.get("/desk/dispatch/")]
    shown = [page.content.decode() for page in pages if page.status_code == 200]
    assert shown
    for words in (row, events, *shown):
        for secret in SECRETS:
            assert secret not in words, secret


def test_people_at_risk_and_several_matters_are_shown(filed: Ticket, dispatcher: Client) -> None:
    assert {one["code"] for one in filed.proposal["risks"]} >= {"elder", "wage_arrears"}
    assert len(filed.proposal["parts"]) == 2
    page = dispatcher.get(f"/desk/tickets/{filed.number}/").content.decode()
    assert "老年人" in page
    if filed.state == "waiting":
        desk = dispatcher.get(f"/desk/dispatch/{filed.number}/").content.decode()
        assert filed.proposal["parts"][1]["title"] in desk
        assert "老年人" in desk
