"""Complete and accurate (Ordinance Art. 10): which form applies, what is missing, what is filled in later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from tests.tickets.stage import DISPATCHER, SEAT, clerk, stored, ticket_in, waiting_ticket

from jieban.city.book import Book
from jieban.intake.actions import Request, do_take_in
from jieban.intake.amending import NothingNew, do_amend
from jieban.intake.completeness import BadAnswer, Known, check_answers, fields_of, form_of, missing
from jieban.matters.actors import requester
from jieban.matters.models import Event
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours, WrongState
from jieban.people.actions import Contact
from jieban.reading.reader import Reader
from jieban.tickets.models import Ticket

ON = date(2026, 11, 20)
WAGES = "080101"
TOLD = {
    "wages.project": "朝阳某工地",
    "wages.people": "15",
    "wages.debtor": "某建筑公司",
    "wages.amount": "12万",
    "wages.contract": "没有",
}


def take_in(text: str, book: Book, reader: Reader, now: datetime, **more: Any) -> Ticket:
    request = Request(source="test", key=text[:60], body="", channel="phone", text=text, **more)
    (outcome,) = do_take_in([request], SEAT, now=now, book=book, reader=reader)
    assert outcome.ticket_row is not None
    return stored(outcome.ticket_row)


@pytest.mark.parametrize(
    ("known", "form"),
    [
        (Known(category=WAGES), "wages"),
        (Known(category="040101"), "heating"),
        (Known(category="010303"), "platform"),
        (Known(category="090101"), ""),
        (Known(category="090101", requester_kind="legal_person"), "enterprise"),
        (Known(category=WAGES, requester_kind="legal_person"), "wages"),
        (Known(), ""),
    ],
)
def test_art_10_the_form_follows_from_matter_and_requester(city: Book, known: Known, form: str) -> None:
    assert form_of(city, ON, known) == form


def test_the_form_of_a_surge_goes_before(city: Book) -> None:
    assert form_of(city, ON, Known(category="040101"), "cold") == "cold"
    assert [row.code for row in fields_of(city, ON, "cold", Known(category="040101"))] == [
        "cold.vulnerable",
        "cold.temperature",
    ]


def test_art_10_what_is_missing_is_named(city: Book) -> None:
    known = Known(category=WAGES, has_contact=True, has_place=True)
    assert missing(city, ON, known, "wages", {"wages.amount": "100"}) == [
        "wages.project",
        "wages.people",
        "wages.debtor",
        "wages.contract",
    ]
    assert missing(city, ON, replace(known, has_contact=False), "", {}) == ["contact"]
    assert missing(city, ON, replace(known, has_contact=False, secrecy="anonymous"), "", {}) == []
    assert missing(city, ON, Known(has_contact=True), "", {}) == ["matter", "place"]


def test_the_place_is_asked_for_only_where_the_catalogue_needs_it(city: Book) -> None:
    known = Known(category="010102", has_contact=True)
    assert missing(city, ON, known, "", {}) == ["place"]
    whole_city = next(row.category for row in city.tables["dispatch_catalogue"] if row.place_level == "any")
    assert missing(city, ON, replace(known, category=whole_city), "", {}) == []


@pytest.mark.parametrize(
    ("code", "given", "kept"),
    [
        ("wages.amount", "3.6万", "36000"),
        ("wages.amount", "36,000.50元", "36000.5"),
        ("wages.people", 15, "15"),
        ("wages.since", "2026年3月1日", "2026-03-01"),
        ("wages.contract", "没有", "no"),
        ("wages.contract", True, "yes"),
        ("enterprise.kind", "资金", "资金"),
        ("wages.debtor", "  某公司 ", "某公司"),
        ("heating.temperature", 0, "0"),
        ("wages.debtor", None, ""),
    ],
)
def test_answers_are_kept_in_one_form(city: Book, code: str, given: object, kept: str) -> None:
    assert check_answers(city, ON, {code: given}) == {code: kept}


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("wages.amount", "很多"),
        ("wages.amount", "1.001"),
        ("wages.people", "十几个"),
        ("wages.since", "2026-02-30"),
        ("wages.contract", "也许"),
        ("enterprise.kind", "闲聊"),
        ("wages.debtor", "长" * 300),
        ("nothing.of.it", "x"),
    ],
)
def test_an_answer_that_cannot_be_taken_names_field_and_remedy(city: Book, code: str, given: str) -> None:
    with pytest.raises(BadAnswer) as refused:
        check_answers(city, ON, {code: given})
    assert refused.value.field == code
    assert refused.value.remedy


def test_art_10_a_request_is_taken_in_with_what_its_words_tell(
    city: Book, reader: Reader, now: datetime
) -> None:
    words = (
        "双井街道富力城旁边工地欠农民工工资，我们15个人从2026年3月1日开始干活，"
        "一共欠12万元，没签劳动合同，包工头不给钱"
    )
    ticket = take_in(words, city, reader, now, contact=Contact(phone="13800001234"))
    assert ticket.form == "wages"
    assert ticket.answers == {
        "wages.people": "15",
        "wages.since": "2026-03-01",
        "wages.amount": "120000",
        "wages.contract": "no",
    }
    assert ticket.missing == ["wages.project", "wages.debtor"]
    assert "wages" in ticket.ledgers


def test_what_was_asked_for_goes_before_what_the_words_give(
    city: Book, reader: Reader, now: datetime
) -> None:
    given = {"wages.amount": "90000", "wages.debtor": "联系人13912345678"}
    ticket = take_in("工地拖欠农民工工资欠12万元", city, reader, now, answers=given)
    assert ticket.answers["wages.amount"] == "90000"
    assert "13912345678" not in ticket.answers["wages.debtor"]
    assert "contact" in ticket.missing


def test_nothing_is_refused_for_a_missing_answer(city: Book, reader: Reader, now: datetime) -> None:
    ticket = take_in("工地拖欠农民工工资", city, reader, now)
    assert ticket.number
    assert "wages.amount" in ticket.missing


def test_art_10_what_was_missing_is_filled_in_later(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now, category_id=WAGES, form="wages", missing=["contact", "wages.amount"])
    after = stored(
        do_amend(ticket, TOLD, DISPATCHER, now=now, book=city, contact=Contact(phone="13800001234"))
    )
    assert after.answers["wages.amount"] == "120000"
    assert after.missing == []
    assert after.requester is not None
    event = timeline(after.pk)[0]
    assert event.verb == "amend"
    assert "requester" in event.detail["fields"]


def test_the_place_may_be_filled_in(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now, category_id="010102", place_id=None, district="", street="")
    after = do_amend(ticket, {}, SEAT, now=now, book=city, place="110105016")
    assert (after.street, after.district) == ("110105016", "110105")
    with pytest.raises(BadAnswer):
        do_amend(after, {}, SEAT, now=now, book=city, place="999")


def test_the_requester_may_fill_in_and_the_clock_stays(city: Book, now: datetime) -> None:
    ticket = ticket_in("signed", city, now, category_id=WAGES)
    after = stored(do_amend(ticket, TOLD, requester(ticket.number), now=now, book=city))
    assert after.answers["wages.contract"] == "no"
    assert (after.clock, after.clock_at) == (ticket.clock, ticket.clock_at)


def test_an_empty_answer_wipes_nothing_out(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now, category_id=WAGES, answers={"wages.amount": "100"})
    after = do_amend(ticket, {"wages.amount": "", "wages.people": "3"}, SEAT, now=now, book=city)
    assert after.answers == {"wages.amount": "100", "wages.people": "3"}
    with pytest.raises(NothingNew):
        do_amend(after, {"wages.people": "3"}, SEAT, now=now, book=city)


def test_a_clerk_does_not_amend_and_nobody_amends_what_is_closed(city: Book, now: datetime) -> None:
    ticket = ticket_in("signed", city, now, category_id=WAGES)
    with pytest.raises(NotYours):
        do_amend(ticket, TOLD, clerk(), now=now, book=city)
    ticket.state = "closed"
    with pytest.raises(WrongState):
        do_amend(ticket, TOLD, SEAT, now=now, book=city)
    assert Event.objects.filter(matter=ticket.pk, verb="amend").count() == 0


def test_art_22_what_concerns_a_body_outside_the_city_is_entered_with_its_name(
    city: Book, reader: Reader, now: datetime
) -> None:
    ticket = take_in(
        "双井街道部队大院门口的路灯不亮", city, reader, now, contact=Contact(phone="13800001234")
    )
    assert ticket.answers["party"] == "demo.troops"
    assert "troops.serve" in ticket.ledgers
    assert "troops.ask" not in ticket.ledgers
