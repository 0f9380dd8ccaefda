"""Art. 9: a flag of abuse is a supervisor's, with a reason; it refuses nothing and delays nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from jieban.city.book import Book
from jieban.intake.actions import Request, do_take_in
from jieban.matters.actors import PLATFORM
from jieban.people.actions import Contact
from jieban.people.flags import FlagRefused, do_flag, do_lift, flag_of, flags_of
from jieban.people.models import Requester
from jieban.reading.reader import Reader
from jieban.tickets.models import Ticket

REASON = "一天内拨打四十次，辱骂话务员，占用线路"


@pytest.fixture
def caller(db: None, now: datetime) -> int:
    return Requester.objects.create(created_at=now).pk


def test_art_9_a_supervisor_flags_and_lifts_with_a_reason(
    caller: int, make_account: Callable[..., Any], now: datetime
) -> None:
    supervisor = make_account("supervisor")
    do_flag(supervisor, caller, REASON, now=now)
    flag = flag_of(caller)
    assert flag is not None
    assert (flag.by, flag.reason) == (supervisor, REASON)
    with pytest.raises(FlagRefused):
        do_flag(supervisor, caller, REASON, now=now)
    do_lift(supervisor, caller, "经核实是线路故障造成的重拨", now=now)
    assert flag_of(caller) is None
    assert [one.lifted_by for one in flags_of(caller)] == [supervisor], "the history stays"
    with pytest.raises(FlagRefused):
        do_lift(supervisor, caller, "经核实是线路故障造成的重拨", now=now)


@pytest.mark.parametrize("role", ["seat", "dispatcher", "clerk", "leader", "admin"])
def test_nobody_else_flags(role: str, caller: int, make_account: Callable[..., Any], now: datetime) -> None:
    with pytest.raises(FlagRefused):
        do_flag(make_account(role), caller, REASON, now=now)


def test_a_short_reason_is_none(caller: int, make_account: Callable[..., Any], now: datetime) -> None:
    with pytest.raises(FlagRefused):
        do_flag(make_account("supervisor"), caller, "态度差", now=now)


def test_art_9_a_flag_neither_refuses_nor_delays_filing(
    city: Book, reader: Reader, make_account: Callable[..., Any], now: datetime
) -> None:
    def file(key: str, text: str) -> tuple[Ticket, int]:
        request = Request("t", key, "", "phone", text=text, contact=Contact("13812345678"))
        with CaptureQueriesContext(connection) as captured:
            (outcome,) = do_take_in([request], PLATFORM, now=now, book=city, reader=reader)
        assert outcome.ticket_row is not None
        return outcome.ticket_row, len(captured)

    plain, _ = file("1", "双井街道富力城3号楼暖气不热")
    assert plain.requester is not None
    before = transaction.savepoint_create()
    other, cost = file("2", "望京街道南湖东园门口路灯不亮")
    transaction.savepoint_rollback(before)
    do_flag(make_account("supervisor"), plain.requester, REASON, now=now)
    flagged, same_cost = file("2", "望京街道南湖东园门口路灯不亮")
    assert flagged.state == other.state
    assert flagged.due_at is not None
    assert same_cost == cost, "intake does not even ask for a flag"
