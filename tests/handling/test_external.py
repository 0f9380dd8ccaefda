"""Bodies outside the city (Ordinance Art. 22): one door out, one door in, and a double ledger."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.tickets.stage import OTHER_STREET, clerk, stored, ticket_in

from jieban.city.book import Book
from jieban.handling.actions import HandlingRefused
from jieban.handling.external import bodies, do_ask_external
from jieban.handling.returning import do_give_result, do_settle
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours
from jieban.subtickets.actions import AskRefused
from jieban.subtickets.queries import of_ticket
from jieban.tickets.ledgers import ledgers_of, party_in

TROOPS = "demo.troops"
COORDINATOR = "city.veterans"


def test_art_22_what_is_asked_goes_to_the_coordinator_alone(city: Book, now: datetime) -> None:
    ticket = ticket_in("handling", city, now)
    after = stored(do_ask_external(ticket, TROOPS, "院内供热管线需配合检修", clerk(), now=now, book=city))
    (sub,) = of_ticket(ticket.pk)
    assert (sub.lead_id, sub.purpose, sub.party) == (COORDINATOR, "external", TROOPS)
    assert sub.due_at == min(after.due_at or now, now + timedelta(hours=120))
    assert "troops.ask" in after.ledgers
    assert after.asked == 1
    with pytest.raises(NotYours):
        do_give_result(sub, "已协调", clerk(OTHER_STREET), now=now, book=city)


def test_art_22_the_coordinator_brings_the_result_back(city: Book, now: datetime) -> None:
    ticket = ticket_in("handling", city, now)
    do_ask_external(ticket, TROOPS, "院内供热管线需配合检修", clerk(), now=now, book=city)
    (sub,) = of_ticket(ticket.pk)
    sub = do_give_result(sub, "已与该单位协调，周三可以进院检修。", clerk(COORDINATOR), now=now, book=city)
    assert timeline(ticket.pk)[0].verb == "returned"
    assert do_settle(sub, "accept", clerk(), now=now, book=city).state == "accepted"


def test_the_same_body_is_not_asked_twice_at_once(city: Book, now: datetime) -> None:
    ticket = ticket_in("handling", city, now)
    ticket = do_ask_external(ticket, TROOPS, "请支持", clerk(), now=now, book=city)
    with pytest.raises(AskRefused):
        do_ask_external(ticket, TROOPS, "再次请求支持", clerk(), now=now, book=city)


def test_only_bodies_of_the_list_are_asked_and_only_by_the_lead(city: Book, now: datetime) -> None:
    ticket = ticket_in("handling", city, now)
    with pytest.raises(HandlingRefused, match=r"22|二十二"):
        do_ask_external(ticket, "somebody", "请支持", clerk(), now=now, book=city)
    with pytest.raises(NotYours):
        do_ask_external(ticket, TROOPS, "请支持", clerk(OTHER_STREET), now=now, book=city)


def test_bodies_without_a_coordinator_are_not_offered(city: Book, now: datetime) -> None:
    assert {body.kind for body in bodies(city, now.date())} == {"central", "troops"}


def test_art_22_a_request_of_such_a_body_is_in_the_ledger_of_what_is_served(
    city: Book, now: datetime
) -> None:
    party = party_in(city, now.date(), "我们部队大院门口的路灯坏了")
    assert party is not None
    assert party.code == TROOPS
    found = ledgers_of(city, now.date(), category="020301", requester_kind="", party=party)
    assert found == ["troops.serve"]


def test_enterprises_are_known_by_who_asks_or_by_the_tag_of_the_matter(city: Book, now: datetime) -> None:
    on = now.date()
    assert ledgers_of(city, on, category="090101", requester_kind="legal_person", party=None) == [
        "enterprise"
    ]
    assert ledgers_of(city, on, category="140301", requester_kind="", party=None) == ["enterprise"]
    assert ledgers_of(city, on, category="080101", requester_kind="", party=None) == ["wages"]
