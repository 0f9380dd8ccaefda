"""Who brought it: common matters, hand-overs, the same matter again, protection and flags on the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import (
    OTHER_STREET,
    SEAT,
    STREET,
    clerk,
    stored,
    ticket_in,
    waiting_ticket,
)

from jieban.city.book import Book
from jieban.city.queries import book
from jieban.dispatch.events.clusters import do_link
from jieban.dispatch.handover import do_hand_over
from jieban.handling.actions import do_contact
from jieban.intake.actions import Request, do_take_in
from jieban.intake.standing import Standing
from jieban.matters.queries import timeline
from jieban.matters.tick import tick
from jieban.people.actions import Contact
from jieban.people.flags import flag_of
from jieban.people.models import Requester
from jieban.reading.reader import Reader
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

REASON = "一天内拨打四十次，辱骂话务员，占用线路"


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def enter(make_account: Callable[..., Any]) -> Callable[..., Client]:
    def sign_in(*roles: str, unit: str = "hotline") -> Client:
        client = Client(headers={"Accept-Language": "zh-hans"})
        client.force_login(make_account(*roles, unit=unit))
        return client

    return sign_in


def text(answer: Any) -> str:
    return str(answer.content.decode())


def say(client: Client, ticket: Ticket, verb: str, **given: str) -> Any:
    data = {"version": str(stored(ticket).version), **given}
    return client.post(f"/desk/tickets/{ticket.number}/{verb}/", data, follow=True)


def person(now: datetime) -> int:
    return Requester.objects.create(created_at=now).pk


@pytest.fixture
def pair(city: Book, today: datetime) -> tuple[Ticket, Ticket]:
    first = ticket_in(w.HANDLING, city, today, requester=person(today))
    second = ticket_in(w.SIGNED, city, today, requester=person(today))
    do_link(second, first, SEAT, now=today, book=city)
    return stored(first), stored(second)


def test_the_list_of_common_matters_and_one_of_them(
    enter: Callable[..., Client], pair: tuple[Ticket, Ticket]
) -> None:
    seat = enter("seat")
    book()
    with CaptureQueriesContext(connection) as captured:
        listed = seat.get("/desk/clusters/")
    assert len(captured) <= 6
    assert f"/desk/clusters/{pair[0].cluster}/" in text(listed)
    one = text(seat.get(f"/desk/clusters/{pair[0].cluster}/"))
    assert pair[0].number in one
    assert pair[1].number in one


def test_a_unit_without_a_member_is_refused_and_a_number_that_is_none_is_not_found(
    enter: Callable[..., Client], pair: tuple[Ticket, Ticket]
) -> None:
    other = enter("clerk", unit=OTHER_STREET)
    assert other.get(f"/desk/clusters/{pair[0].cluster}/").status_code == 403
    assert other.get("/desk/clusters/99999999999999999999/").status_code == 404
    assert other.get("/desk/clusters/?before=junk").status_code == 200


def test_one_report_for_all_members(enter: Callable[..., Client], pair: tuple[Ticket, Ticket]) -> None:
    unit = enter("clerk", unit=STREET)
    answer = unit.post(f"/desk/clusters/{pair[0].cluster}/tell/", {"note": "抢修人员已到现场"}, follow=True)
    assert answer.status_code == 200
    assert [timeline(one.pk)[0].verb for one in pair] == ["progress", "progress"]
    assert unit.post(f"/desk/clusters/{pair[0].cluster}/tell/", {"note": ""}).status_code == 422


def test_one_reply_for_all_says_which_one_was_left_out(
    enter: Callable[..., Client], pair: tuple[Ticket, Ticket], city: Book
) -> None:
    unit = enter("clerk", unit=STREET)
    reply = "换热站水泵已经更换，整栋楼室温恢复到二十度，今晚再逐户测温。"
    answer = unit.post(f"/desk/clusters/{pair[0].cluster}/reply/", {"reply": reply}, follow=True)
    assert stored(pair[0]).state == w.REPLIED
    assert stored(pair[1]).state == w.SIGNED, "its requester has not been reached"
    assert pair[1].number in text(answer)


def test_the_page_of_a_ticket_tells_of_the_others(
    enter: Callable[..., Client], pair: tuple[Ticket, Ticket]
) -> None:
    shown = text(enter("seat").get(f"/desk/tickets/{pair[1].number}/"))
    assert f"/desk/clusters/{pair[1].cluster}/" in shown


def test_art_11_a_seat_hands_over_and_notes_who_took_it(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = waiting_ticket(city, today, "danger", danger=True, proposal={"call": "119"})
    seat = enter("seat")
    say(seat, ticket, "hand_over", line="119", note="")
    assert stored(ticket).state == w.HANDED_OVER
    say(seat, ticket, "acknowledge", receipt="119 指挥中心 07 号")
    assert (stored(ticket).state, stored(ticket).branch) == (w.EXPLAINED, "EMERGENCY")
    assert "07" in text(seat.get(f"/desk/tickets/{ticket.number}/"))


def test_a_late_hand_over_stands_first_at_the_dispatchers_desk(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    waiting_ticket(city, today, "danger", danger=True)
    ticket = waiting_ticket(city, today, "danger")
    do_hand_over(ticket, "120", "", SEAT, now=today - timedelta(minutes=5), book=city)
    tick(datetime.now(UTC))
    dispatcher = enter("dispatcher")
    shown = dispatcher.get("/desk/dispatch/")
    assert shown.context["ticket"].pk == ticket.pk
    data = {"version": str(stored(ticket).version), "receipt": "120 调度 3 号"}
    dispatcher.post(f"/desk/dispatch/{ticket.number}/acknowledge/", data)
    assert stored(ticket).state == w.EXPLAINED


def take(city: Book, reader: Reader, now: datetime, words: str, **standing: Any) -> Ticket:
    contact = Contact("13812345678", "王小明")
    request = Request(
        "t",
        words,
        "",
        "phone",
        text=words,
        contact=contact,
        standing=Standing(**standing),
        demand_type="HELP",
    )
    (outcome,) = do_take_in([request], SEAT, now=now, book=city, reader=reader)
    assert outcome.ticket_row is not None
    return outcome.ticket_row


def test_art_11_a_dispatcher_is_asked_and_answers_with_one_click(
    enter: Callable[..., Client], city: Book, reader: Reader, today: datetime
) -> None:
    first = take(city, reader, today, "富力城3号楼暖气不热，屋里才15度")
    asked = take(city, reader, today, "富力城3号楼暖气又不热，屋里才15度")
    assert asked.proposal["maybe_same"]
    dispatcher = enter("dispatcher")
    shown = text(dispatcher.get(f"/desk/tickets/{asked.number}/"))
    assert first.number in shown
    if asked.state == w.WAITING:
        shown = text(dispatcher.get(f"/desk/dispatch/{asked.number}/"))
        assert f"/desk/dispatch/{asked.number}/same/" in shown
        say(dispatcher, asked, "same", number=first.number)
        assert (stored(asked).state, stored(asked).same_as) == (w.EXPLAINED, first.pk)
        assert stored(first).urged == 1
    else:
        say(dispatcher, asked, "new_fact")
        assert "maybe_same" not in stored(asked).proposal


def test_a_waiting_repeat_is_ended_by_one_click_or_kept_as_new(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    who = person(today)
    first = ticket_in(w.SIGNED, city, today, requester=who)
    asked = {"maybe_same": [{"number": first.number, "likeness": 0.7, "news": ["date"]}]}
    again, new = (waiting_ticket(city, today, requester=who, proposal=asked) for _ in range(2))
    dispatcher = enter("dispatcher")
    shown = text(dispatcher.get(f"/desk/dispatch/{again.number}/"))
    assert f"/desk/dispatch/{again.number}/same/" in shown
    for ticket, verb in ((again, "same"), (new, "new_fact")):
        data = {"version": str(ticket.version), "number": first.number}
        answer = dispatcher.post(f"/desk/dispatch/{ticket.number}/{verb}/", data)
        assert answer.status_code == 302, text(answer)
    assert (stored(again).state, stored(again).same_as) == (w.EXPLAINED, first.pk)
    assert stored(first).urged == 1
    assert stored(new).state == w.WAITING
    assert "maybe_same" not in stored(new).proposal


def test_a_confidential_requester_is_not_shown_to_a_unit(
    enter: Callable[..., Client], city: Book, reader: Reader, today: datetime
) -> None:
    ticket = ticket_in(w.SIGNED, city, today, requester=person(today), secrecy="confidential")
    answer = enter("clerk", unit=STREET).post(
        f"/desk/tickets/{ticket.number}/contact-data/", {"why": "contact"}
    )
    assert answer.status_code == 403


def test_a_seat_protects_a_requester_and_names_the_reported_unit(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = waiting_ticket(city, today)
    seat = enter("seat")
    name = city.units[STREET].name
    wrong = say(seat, ticket, "protect", secrecy="confidential", recused="没有这个单位", note="举报")
    assert wrong.status_code == 422
    say(seat, ticket, "protect", secrecy="confidential", recused=name, note="举报该单位")
    assert (stored(ticket).secrecy, stored(ticket).recused) == ("confidential", [STREET])


def test_the_seat_form_takes_who_speaks_and_who_must_not_get_it(
    enter: Callable[..., Client], city: Book, reader: Reader
) -> None:
    seat = enter("seat")
    given = {
        "text": "双井街道富力城3号楼暖气不热",
        "phone": "13812345678",
        "token": "a" * 32,
        "secrecy": "confidential",
        "reported": city.units[STREET].name,
        "on_behalf": "family",
        "represented": "王小花",
        "minor": "on",
        "requester_kind": "person",
    }
    assert seat.post("/desk/take-in/", given).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.secrecy, ticket.recused, ticket.speaks_for) == ("confidential", [STREET], "family")
    assert (ticket.minor, ticket.requester_kind) == (True, "person")
    assert seat.post("/desk/take-in/", {**given, "reported": "某某办"}).status_code == 422


def test_art_9_a_supervisor_flags_on_the_requesters_page_and_the_seat_sees_it(
    enter: Callable[..., Client], city: Book, reader: Reader, today: datetime
) -> None:
    ticket = take(city, reader, today, "双井街道富力城3号楼暖气不热")
    address = f"/desk/requesters/{ticket.number}/"
    seat = enter("seat")
    assert seat.get(address).status_code == 200
    assert seat.post(f"{address}flag/", {"reason": REASON}).status_code == 403
    assert enter("clerk", unit=ticket.lead_id or STREET).get(address).status_code == 403
    supervisor = enter("supervisor")
    assert supervisor.post(f"{address}flag/", {"reason": "短"}).status_code == 422
    supervisor.post(f"{address}flag/", {"reason": REASON})
    assert flag_of(ticket.requester) is not None
    assert REASON in text(seat.get(f"/desk/tickets/{ticket.number}/"))
    understood = seat.post("/desk/take-in/understood/", {"phone": "13812345678", "text": ""})
    assert REASON in text(understood)
    supervisor.post(f"{address}flag/", {"reason": "经核实是线路故障造成的重拨", "decision": "lift"})
    assert flag_of(ticket.requester) is None


def test_the_unit_is_told_of_a_minor(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = ticket_in(w.SIGNED, city, today, minor=True)
    do_contact(ticket, "no_answer", "", clerk(), now=today, book=city)
    page = enter("clerk", unit=STREET).get(f"/desk/tickets/{ticket.number}/")
    assert page.context["standing"]


def test_art_11_the_same_matter_by_hand_needs_the_earlier_ticket_and_urges_it(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    whose = person(today)
    first = ticket_in(w.HANDLING, city, today, requester=whose)
    again = waiting_ticket(city, today, requester=whose)
    seat = enter("seat")
    refused = say(seat, again, "explain", branch="SAME_MATTER", explanation="")
    assert refused.status_code == 422
    assert stored(again).state == w.WAITING
    say(seat, again, "explain", branch="SAME_MATTER", number=first.number, explanation="")
    after = stored(again)
    assert (after.state, after.branch, after.same_as) == (w.EXPLAINED, "SAME_MATTER", first.pk)
    assert stored(first).urged == 1


def test_art_11_the_form_offers_no_way_round_the_hand_over(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = waiting_ticket(city, today)
    refused = say(enter("seat"), ticket, "explain", branch="EMERGENCY", explanation="已转110。")
    assert refused.status_code == 422
    assert stored(ticket).state == w.WAITING
