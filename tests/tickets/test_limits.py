"""The city's own limits at work: at dispatch, on the desk, and when a ticket is done again (Art. 13)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.tickets.stage import DISPATCHER, OTHER_STREET, SEAT, STREET, ticket_in, waiting_ticket

from jieban.callback.actions import Answers, do_answers
from jieban.city import loading
from jieban.city.book import Book
from jieban.city.overlay import overlay
from jieban.city.queries import book as loaded_book
from jieban.city.queries import forget_book
from jieban.dispatch.actions import Choice, do_dispatch
from jieban.intake.actions import Request, do_take_in
from jieban.matters.actors import requester
from jieban.reading.reader import Reader
from jieban.web.desk import suggestion

RULES = Path(__file__).resolve().parents[2] / "data" / "rules"


def local(moment: datetime | None) -> str:
    assert moment is not None
    return moment.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%m-%d %H:%M")


def test_art_13_the_type_of_demand_chooses_the_limit_at_dispatch(city: Book, now: datetime) -> None:
    laid = overlay(city, RULES / "jingan")
    ticket = waiting_ticket(laid, now, demand_type="CONSULT")
    proposed = suggestion.options(ticket, suggestion.Chosen("010102", STREET), laid, now)
    assert proposed[0].tier == "JA1"
    sent = do_dispatch(ticket, Choice(OTHER_STREET), DISPATCHER, now=now, book=laid)
    assert (sent.tier, local(sent.due_at)) == ("JA1", "11-23 18:00")


def test_a_person_may_still_choose_another_limit(city: Book, now: datetime) -> None:
    laid = overlay(city, RULES / "jingan")
    ticket = waiting_ticket(laid, now, demand_type="HELP")
    sent = do_dispatch(ticket, Choice(OTHER_STREET, tier="JA15"), DISPATCHER, now=now, book=laid)
    assert (sent.tier, local(sent.due_at)) == ("JA15", "12-11 18:00")


def test_art_13_the_channel_chooses_the_limit_at_intake(city: Book, reader: Reader, now: datetime) -> None:
    laid = overlay(city, RULES / "bengbu")
    found = {}
    for channel in ("phone", "web"):
        request = Request(
            source="t", key=channel, body="", channel=channel, text="双井街道路灯不亮了，晚上很黑"
        )
        (outcome,) = do_take_in([request], SEAT, now=now, book=laid, reader=reader)
        assert outcome.ticket_row is not None
        found[channel] = outcome.ticket_row.proposal["tier"]
    assert found == {"phone": "BB5", "web": "BB3"}


def test_jinan_art_27_what_is_done_again_has_the_limit_of_the_second_handling(
    city: Book, now: datetime
) -> None:
    laid = overlay(city, RULES / "xiayang")
    ticket = ticket_in("callback", laid, now)
    assert ticket.tier == "XY5"
    again = do_answers(
        ticket, Answers(True, "no", "dissatisfied"), requester(ticket.number), now=now, book=laid
    )
    assert (again.state, again.tier, local(again.due_at)) == ("dispatched", "XY3", "11-25 18:00")


def test_words_of_alarm_shorten_the_limit_under_any_rules(city: Book, now: datetime) -> None:
    laid = overlay(city, RULES / "jinan")
    ticket = waiting_ticket(laid, now, alarm_tier="T1")
    sent = do_dispatch(ticket, Choice(OTHER_STREET), DISPATCHER, now=now, book=laid)
    assert (sent.tier, local(sent.due_at)) == ("T1", "11-20 14:00")


@pytest.mark.usefixtures("db")
def test_a_rule_pack_is_loaded_with_the_city_and_taken_off_again(city: Book, now: datetime) -> None:
    plain = city.fingerprint
    try:
        report = loading.load_pack("beijing", now=now, rules="jinan")
        assert report.version.endswith("+jinan")
        laid = loaded_book()
        assert laid.fingerprint == overlay(city, RULES / "jinan").fingerprint
        assert [row.tier for row in laid.current("tier_choices", now.date())] == ["JN5"]
        loading.load_pack("beijing", now=now)
        back = loaded_book()
        assert list(back.current("tier_choices", now.date())) == []
        assert back.identity.version == city.identity.version
        assert plain == city.fingerprint
    finally:
        forget_book()
