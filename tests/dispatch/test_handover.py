"""Art. 11 ¶3 (1): a hand-over to an emergency line is recorded, acknowledged, and rings when it is not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.tickets.stage import DISPATCHER, SEAT, clerk, stored, ticket_in, waiting_ticket

from jieban.city.book import Book
from jieban.dispatch.actions import DispatchRefused
from jieban.dispatch.handover import do_acknowledge, do_hand_over, do_take_back, lines
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours, WrongState
from jieban.matters.tick import tick
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket


@pytest.fixture
def danger(city: Book, now: datetime) -> Ticket:
    return waiting_ticket(city, now, "danger", text="家里煤气味很大", danger=True)


def test_the_city_has_the_four_lines(city: Book, now: datetime) -> None:
    assert [row.code for row in lines(city, now)] == ["110", "119", "120", "122"]


def test_art_11_a_hand_over_waits_for_the_line_with_a_clock_of_minutes(
    danger: Ticket, city: Book, now: datetime
) -> None:
    handed = do_hand_over(danger, "119", "已电话告知", SEAT, now=now, book=city)
    assert (handed.state, handed.queue, handed.handed_to) == (w.HANDED_OVER, "handover", "119")
    assert (handed.clock, handed.clock_at) == ("handover", now + timedelta(minutes=5))


def test_art_11_whoever_took_it_at_the_line_ends_it_as_explained(
    danger: Ticket, city: Book, now: datetime
) -> None:
    do_hand_over(danger, "119", "", SEAT, now=now, book=city)
    later = now + timedelta(minutes=3)
    ended = do_acknowledge(danger, "119 指挥中心 07 号", DISPATCHER, now=later, book=city)
    assert (ended.state, ended.branch) == (w.EXPLAINED, "EMERGENCY")
    assert ended.handover_receipt == "119 指挥中心 07 号"
    assert (ended.clock_at, ended.closed_at) == (None, later)
    assert timeline(ended.pk)[0].detail["after_minutes"] == 3


def test_without_a_receipt_nothing_is_acknowledged(danger: Ticket, city: Book, now: datetime) -> None:
    do_hand_over(danger, "119", "", SEAT, now=now, book=city)
    with pytest.raises(DispatchRefused):
        do_acknowledge(danger, " ", SEAT, now=now, book=city)


def test_art_11_a_hand_over_that_nobody_acknowledges_rings(danger: Ticket, city: Book, now: datetime) -> None:
    do_hand_over(danger, "120", "", SEAT, now=now, book=city)
    tick(now + timedelta(minutes=4))
    assert not stored(danger).overdue
    tick(now + timedelta(minutes=6))
    late = stored(danger)
    assert (late.overdue, late.state) == (True, w.HANDED_OVER)
    assert timeline(danger.pk)[0].verb == "late"


def test_a_hand_over_that_the_line_refuses_comes_back_before_a_dispatcher(
    danger: Ticket, city: Book, now: datetime
) -> None:
    do_hand_over(danger, "110", "", SEAT, now=now, book=city)
    back = do_take_back(danger, "不属于警情", SEAT, now=now, book=city)
    assert (back.state, back.queue, back.handed_to) == (w.WAITING, "danger", "")
    with pytest.raises(DispatchRefused):
        do_hand_over(back, "12345", "", SEAT, now=now, book=city)


def test_units_do_not_hand_over_and_a_sent_ticket_is_not_handed_over(city: Book, now: datetime) -> None:
    waiting = waiting_ticket(city, now)
    with pytest.raises(NotYours):
        do_hand_over(waiting, "119", "", clerk(), now=now, book=city)
    sent = ticket_in(w.DISPATCHED, city, now)
    with pytest.raises(WrongState):
        do_hand_over(sent, "119", "", SEAT, now=now, book=city)
