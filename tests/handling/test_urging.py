"""Who stands above a unit: the district presses its street (Art. 12), leaders give instructions."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.tickets.stage import (
    DISTRICT,
    OTHER_STREET,
    STREET,
    clerk,
    member,
    reviewer,
    ticket_in,
    waiting_ticket,
)

from jieban.city.book import Book
from jieban.handling.actions import HandlingRefused, do_contact, do_reply
from jieban.handling.relaying import do_relay
from jieban.handling.urging import do_instruct, do_press
from jieban.matters.models import Notice
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours, WrongState
from jieban.people.roles import Role
from jieban.tickets import workflow

CITY = "110000"
WORDS = "请三天内解决，结果报区政府"
CALLER = member(Role.CALLER)


def test_art_12_the_district_presses_its_street(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.HANDLING, city, now)
    limit = (ticket.due_at, ticket.state)
    do_press(ticket, WORDS, clerk(DISTRICT), now=now, book=city)
    assert (ticket.due_at, ticket.state) == limit
    told = timeline(ticket.pk)[0]
    assert (told.verb, told.actor_unit, told.detail) == ("press", DISTRICT, {"note": WORDS})
    assert Notice.objects.filter(matter=ticket.pk, verb="press").exists()
    with pytest.raises(HandlingRefused, match=r"."):
        do_press(ticket, " ", clerk(DISTRICT), now=now, book=city)


@pytest.mark.parametrize("actor", [clerk(), clerk(OTHER_STREET), clerk("110108")], ids=lambda one: one.unit)
def test_art_12_who_has_no_copy_presses_nobody(actor: object, city: Book, now: datetime) -> None:
    with pytest.raises(NotYours):
        do_press(ticket_in(workflow.SIGNED, city, now), WORDS, actor, now=now, book=city)  # type: ignore[arg-type]


@pytest.mark.parametrize("unit", [CITY, DISTRICT])
def test_art_24_a_leader_above_gives_an_instruction(unit: str, city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    leader = member(Role.LEADER, unit)
    do_instruct(ticket, WORDS, leader, now=now, book=city)
    do_instruct(ticket, "再催", leader, now=now, book=city)
    assert ticket.marks == ["instructed"]
    assert timeline(ticket.pk)[1].detail == {"note": WORDS}


@pytest.mark.parametrize("unit", [STREET, OTHER_STREET, "110108", "ent.heating", ""])
def test_art_24_who_is_not_above_gives_none(unit: str, city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    with pytest.raises(HandlingRefused, match=r"."):
        do_instruct(ticket, WORDS, member(Role.LEADER, unit), now=now, book=city)


def test_art_24_only_a_leader_and_only_in_words(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    with pytest.raises(NotYours):
        do_instruct(ticket, WORDS, member(Role.REVIEWER, CITY), now=now, book=city)
    with pytest.raises(HandlingRefused, match=r"."):
        do_instruct(ticket, " ", member(Role.LEADER, CITY), now=now, book=city)
    waiting = waiting_ticket(city, now)
    do_instruct(waiting, WORDS, member(Role.LEADER, CITY), now=now, book=city)
    assert waiting.marks == ["instructed"]


def test_art_8_the_hotline_speaks_with_a_confidential_requester(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now, secrecy="confidential")
    for outcome in ("reached", "visited"):
        with pytest.raises(HandlingRefused, match=r"."):
            do_contact(ticket, outcome, "", clerk(), now=now, book=city)
    do_relay(ticket, "", "no_answer", CALLER, now=now, book=city)
    assert ticket.contacted_at is None
    with pytest.raises(HandlingRefused, match=r"."):
        do_relay(ticket, " ", "reached", CALLER, now=now, book=city)
    do_relay(ticket, "我叫王小明，电话13812345678，晚上最吵", "reached", CALLER, now=now, book=city)
    assert ticket.state == workflow.HANDLING
    assert timeline(ticket.pk)[0].changes["contacted_at"] == now.isoformat()
    note = timeline(ticket.pk)[0].detail["note"]
    assert "13812345678" not in note
    assert "晚上最吵" in note


def test_art_8_the_unit_of_an_open_ticket_speaks_for_itself(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    with pytest.raises(HandlingRefused, match=r"."):
        do_relay(ticket, "说过了", "reached", CALLER, now=now, book=city)
    secret = ticket_in(workflow.SIGNED, city, now, secrecy="confidential")
    with pytest.raises(NotYours):
        do_relay(secret, "说过了", "reached", clerk(), now=now, book=city)
    with pytest.raises(WrongState):
        do_relay(ticket_in(workflow.REPLIED, city, now), "说过了", "reached", CALLER, now=now, book=city)


def test_art_8_nobody_is_owed_a_call_who_left_no_number(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now, secrecy="anonymous")
    with pytest.raises(HandlingRefused, match=r"."):
        do_contact(ticket, "reached", "", clerk(), now=now, book=city)


def test_art_9_three_refusals_on_record_let_the_unit_reply(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    reply = "已派人维修，楼道灯全部更换，夜间复查正常，如有问题请再联系。"
    for _ in range(3):
        with pytest.raises(HandlingRefused, match="15"):
            do_reply_after(ticket, reply, city, now)
        do_contact(ticket, "refused", "", clerk(), now=now, book=city)
    do_reply(ticket, reply, clerk(), now=now, book=city)
    assert (ticket.state, ticket.contacted_at) == (workflow.REPLIED, None)


def do_reply_after(ticket: object, reply: str, city: Book, now: datetime) -> None:
    """Reply once a try has brought the ticket into handling."""
    if ticket.state == workflow.SIGNED:  # type: ignore[attr-defined]
        do_contact(ticket, "no_answer", "", clerk(), now=now, book=city)  # type: ignore[arg-type]
    do_reply(ticket, reply, clerk(), now=now, book=city)  # type: ignore[arg-type]


def test_a_reviewer_of_the_district_presses_too(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.OBJECTED, city, now)
    do_press(ticket, WORDS, reviewer(DISTRICT), now=now, book=city)
    assert ticket.clock == "ruling"
