"""Art. 8, 35: who wants to be unknown stays unknown, and the reported party never gets the ticket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from tests.tickets.stage import (
    DISPATCHER,
    DISTRICT,
    HEATING,
    SEAT,
    STREET,
    clerk,
    stored,
    ticket_in,
    waiting_ticket,
)

from jieban.city.book import Book
from jieban.dispatch.actions import Choice, DispatchRefused, do_dispatch
from jieban.handling.actions import do_sign
from jieban.intake.actions import Request, do_take_in
from jieban.intake.mapping import Refusal
from jieban.intake.protection import ProtectRefused, do_protect
from jieban.intake.standing import Standing, read_standing
from jieban.matters.actors import PLATFORM
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours
from jieban.people.actions import Contact, MayNotSee, do_unmask
from jieban.people.models import Requester, Unmasking, Words
from jieban.reading.reader import Reader
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.tickets.queries import Scope, visible

NAME, PHONE = "王小明", "13812345678"
TEXT = "双井街道富力城3号楼暖气不热，我叫王小明，电话13812345678"


def take(text: str, standing: Standing, city: Book, reader: Reader, now: datetime) -> Ticket:
    contact = Contact(phone=PHONE, name=NAME, email="a@example.org")
    request = Request("t", text, "", "phone", text=text, contact=contact, standing=standing)
    (outcome,) = do_take_in([request], SEAT, now=now, book=city, reader=reader)
    assert outcome.ticket_row is not None
    return outcome.ticket_row


def test_art_8_of_an_anonymous_request_no_contact_is_kept(city: Book, reader: Reader, now: datetime) -> None:
    ticket = take(TEXT, Standing("anonymous"), city, reader, now)
    assert (ticket.requester, ticket.secrecy) == (None, "anonymous")
    assert not Requester.objects.exists()
    told = do_unmask_all(ticket, now)
    assert PHONE not in str(told)
    assert NAME not in str(told)


def do_unmask_all(ticket: Ticket, now: datetime) -> dict[str, str]:
    from jieban.people.actions import do_make_account
    from jieban.people.roles import Role

    seat = do_make_account("seat-x", "a long password", "seat", [Role.SEAT], "hotline")
    return do_unmask(seat, ticket.number, ticket.pk, ticket.requester, "check", now=now)


def test_an_anonymous_ticket_has_no_clock_for_a_contact(city: Book, reader: Reader, now: datetime) -> None:
    ticket = take("双井街道富力城3号楼暖气不热", Standing("anonymous"), city, reader, now)
    if ticket.state == w.DISPATCHED:
        signed = do_sign(ticket, clerk(ticket.lead_id or ""), now=now, book=city)
        assert signed.clock != "contact"


def test_art_8_a_confidential_requester_is_shown_to_the_hotline_alone(
    city: Book, reader: Reader, make_account: Callable[..., Any], now: datetime
) -> None:
    ticket = take(TEXT, Standing("confidential"), city, reader, now)
    for role in ("clerk", "reviewer"):
        with pytest.raises(MayNotSee):
            do_unmask(
                make_account(role, unit=STREET), ticket.number, ticket.pk, ticket.requester, "contact",
                now=now, secrecy=ticket.secrecy,
            )  # fmt: skip
    assert not Unmasking.objects.exists()
    told = do_unmask(
        make_account("seat"), ticket.number, ticket.pk, ticket.requester, "contact",
        now=now, secrecy=ticket.secrecy,
    )  # fmt: skip
    assert told["phone"] == PHONE


def test_of_a_minor_a_unit_sees_no_name(
    city: Book, reader: Reader, make_account: Callable[..., Any], now: datetime
) -> None:
    standing = Standing(speaks_for="family", represented="王小花", minor=True)
    ticket = take(TEXT, standing, city, reader, now)
    assert (ticket.minor, ticket.speaks_for) == (True, "family")
    told = do_unmask(
        make_account("clerk", unit=STREET), ticket.number, ticket.pk, ticket.requester, "contact",
        now=now, minor=ticket.minor,
    )  # fmt: skip
    assert NAME not in str(told)
    assert told["represented"] == "王**"
    assert told["phone"] == PHONE, "somebody has to be reached"
    seat = do_unmask(
        make_account("seat"), ticket.number, ticket.pk, ticket.requester, "contact", now=now, minor=True
    )
    assert (seat["name"], seat["represented"]) == (NAME, "王小花")
    assert "王小花".encode() not in bytes(Words.objects.get(pk=ticket.pk).represented)


def test_a_recused_unit_is_never_sent_the_ticket(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    do_protect(ticket, "", [STREET], "举报该单位", SEAT, now=now, book=city)
    with pytest.raises(DispatchRefused):
        do_dispatch(ticket, Choice(STREET), DISPATCHER, now=now, book=city)


def test_a_recused_unit_gets_no_copy_and_does_not_see_it(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    do_protect(ticket, "confidential", [DISTRICT], "举报区里", SEAT, now=now, book=city)
    sent = do_dispatch(ticket, Choice(STREET), DISPATCHER, now=now, book=city)
    assert DISTRICT not in sent.copied_to
    assert sent.pk not in visible(Scope(unit=DISTRICT, district=DISTRICT)).values_list("pk", flat=True)
    assert sent.pk in visible(Scope(unit=STREET)).values_list("pk", flat=True)


def test_whoever_has_the_ticket_must_lose_it_before_he_is_recused(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.DISPATCHED, city, now)
    with pytest.raises(ProtectRefused):
        do_protect(ticket, "", [STREET], "举报该单位", SEAT, now=now, book=city)
    protected = do_protect(ticket, "confidential", [DISTRICT], "举报区里", SEAT, now=now, book=city)
    assert protected.copied_to == []
    assert timeline(ticket.pk)[0].verb == "protect"
    with pytest.raises(NotYours):
        do_protect(ticket, "", [], "取消", clerk(), now=now, book=city)


def test_to_become_anonymous_is_to_be_forgotten(city: Book, reader: Reader, now: datetime) -> None:
    ticket = take(TEXT, Standing(), city, reader, now)
    hidden = do_protect(ticket, "anonymous", [], "本人要求匿名", SEAT, now=now, book=city)
    assert (hidden.requester, stored(hidden).requester) == (None, None)
    assert Words.objects.get(pk=ticket.pk).requester_id is None
    with pytest.raises(ProtectRefused):
        do_protect(hidden, "", [], "撤回", SEAT, now=now, book=city)


def test_a_report_that_names_a_unit_of_its_place_waits_for_a_person(
    city: Book, reader: Reader, now: datetime
) -> None:
    text = "举报双井街道办事处工作人员，富力城3号楼楼道堆放杂物收钱不管"
    contact = Contact(phone=PHONE)
    request = Request("t", "r", "", "phone", text=text, contact=contact, demand_type="REPORT")
    (outcome,) = do_take_in([request], PLATFORM, now=now, book=city, reader=reader)
    assert outcome.ticket_row is not None
    assert outcome.ticket_row.state == w.WAITING


def test_a_unit_recused_at_filing_is_not_even_proposed(city: Book, reader: Reader, now: datetime) -> None:
    ticket = take("双井街道富力城3号楼暖气不热", Standing(recused=(HEATING,)), city, reader, now)
    assert ticket.state == w.WAITING
    assert HEATING not in [one["unit"] for one in ticket.proposal["candidates"]]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"secrecy": "secret"}, "secrecy"),
        ({"on_behalf": "neighbour"}, "on_behalf"),
        ({"requester_kind": "company"}, "requester_kind"),
        ({"minor": "perhaps"}, "minor"),
        ({"represented": "王小花"}, "represented"),
        ({"represented": "长" * 61, "on_behalf": "family"}, "represented"),
    ],
)
def test_a_word_that_is_not_offered_is_refused_with_those_that_are(given: dict[str, str], field: str) -> None:
    refusal = read_standing(given)
    assert isinstance(refusal, Refusal)
    assert refusal.field == field
    assert refusal.remedy


def test_nothing_chosen_is_plain() -> None:
    assert read_standing({}) == Standing()
    assert Standing().parts() == ()
    assert read_standing({"minor": "yes", "secrecy": "Confidential"}) == Standing("confidential", minor=True)
