"""Art. 12 (b): a district passes on, with copy and clock; the hotline calls back what it sent wrongly."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.dispatch.books import with_rules
from tests.tickets.stage import (
    COMMUNITY,
    DISPATCHER,
    DISTRICT,
    GROUND,
    HEATING,
    OTHER_STREET,
    STREET,
    clerk,
    stored,
    waiting_ticket,
)

from jieban.city.book import Book
from jieban.dispatch.actions import Choice, DispatchRefused, do_dispatch
from jieban.dispatch.passing import do_pass_on, do_recall, within
from jieban.dispatch.rules import RETURNED_QUEUE
from jieban.handling.actions import HandlingRefused, do_contact, do_object, do_remind, do_sign
from jieban.handling.asking import do_ask
from jieban.matters.actors import PLATFORM
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours, WrongState
from jieban.subtickets.queries import of_ticket
from jieban.subtickets.workflow import ASSIST, WITHDRAWN
from jieban.tickets import workflow as w
from jieban.tickets.clocks import reminders
from jieban.tickets.models import Ticket

HOUR = timedelta(hours=1)


def at_district(city: Book, now: datetime, **columns: Any) -> Ticket:
    """A ticket whose street nobody knows: it went to the district."""
    ticket = waiting_ticket(city, now, place_id=DISTRICT, street="", **columns)
    return do_dispatch(ticket, Choice(DISTRICT, tier="T3"), DISPATCHER, now=now, book=city)


def pass_on(ticket: Ticket, unit: str, city: Book, now: datetime) -> Ticket:
    return do_pass_on(ticket, Choice(unit, note="请核实地点"), clerk(DISTRICT), now=now, book=city)


def test_art_12_a_district_passes_on_and_the_limit_stays(city: Book, now: datetime) -> None:
    ticket = at_district(city, now)
    due = ticket.due_at
    ticket = pass_on(ticket, STREET, city, now + 3 * HOUR)
    assert (ticket.state, ticket.lead_id, ticket.due_at) == (w.DISPATCHED, STREET, due)
    assert ticket.copied_to == [DISTRICT], "the district urges and coordinates"
    assert ticket.passed == 1
    assert timeline(ticket.pk)[0].detail == {"note": "请核实地点", "from": DISTRICT}
    assert stored(ticket).lead_id == STREET


def test_art_12_the_city_may_give_a_limit_of_its_own(city: Book, now: datetime) -> None:
    own = with_rules(city, pass_on__own_limit=1)
    ticket = at_district(city, now)
    before = ticket.due_at
    ticket = pass_on(ticket, STREET, own, now + 3 * HOUR)
    assert before is not None
    assert ticket.due_at is not None
    assert ticket.due_at > before
    assert ticket.dispatched_at == now + 3 * HOUR


@pytest.mark.parametrize("unit", [OTHER_STREET, HEATING, DISTRICT])
def test_art_12_only_within_the_own_territory(unit: str, city: Book, now: datetime) -> None:
    ticket = at_district(city, now)
    with pytest.raises(DispatchRefused, match="12"):
        pass_on(ticket, unit, city, now)
    assert stored(ticket).lead_id == DISTRICT


def test_art_17_a_district_passes_nothing_to_a_community(city: Book, now: datetime) -> None:
    with pytest.raises(DispatchRefused, match="17"):
        pass_on(at_district(city, now), COMMUNITY, city, now)


def test_a_street_does_not_pass_on(city: Book, now: datetime) -> None:
    ticket = do_dispatch(waiting_ticket(city, now), Choice(STREET), DISPATCHER, now=now, book=city)
    with pytest.raises(DispatchRefused, match="12"):
        do_pass_on(ticket, Choice(STREET), clerk(STREET), now=now, book=city)
    with pytest.raises(NotYours):
        do_pass_on(at_district(city, now), Choice(STREET), clerk(STREET), now=now, book=city)


def test_what_a_district_handles_itself_it_does_not_pass_on(city: Book, now: datetime) -> None:
    ticket = at_district(city, now)
    do_sign(ticket, clerk(DISTRICT), now=now, book=city)
    do_contact(ticket, "reached", "", clerk(DISTRICT), now=now, book=city)
    with pytest.raises(WrongState):
        pass_on(ticket, STREET, city, now)


def test_a_district_may_pass_to_its_streets_and_departments(city: Book, now: datetime) -> None:
    kinds = {unit.kind for unit in within(city, DISTRICT, now)}
    assert kinds == {"street", "district_department"}
    assert STREET in {unit.code for unit in within(city, DISTRICT, now)}


def test_art_12_a_district_is_reminded_to_pass_on_in_time(city: Book, now: datetime) -> None:
    ticket = at_district(city, now)
    by = reminders(ticket.row(), city)["pass_on"]
    assert now < by < (ticket.due_at or now)
    do_remind(ticket, PLATFORM, now=by, book=city)
    assert "pass_on" in ticket.reminded
    assert "pass_on" not in reminders(ticket.row(), city)
    passed = pass_on(ticket, STREET, city, by)
    assert "pass_on" not in reminders(passed.row(), city), "a street has nobody to pass it to"


def test_art_12_the_hours_for_an_objection_begin_with_the_unit_that_has_it(city: Book, now: datetime) -> None:
    ticket = pass_on(at_district(city, now), STREET, city, now + 20 * HOUR)
    with pytest.raises(HandlingRefused):
        do_object(ticket, GROUND, clerk(), now=now + 45 * HOUR, book=city)
    assert do_object(ticket, GROUND, clerk(), now=now + 43 * HOUR, book=city).state == w.OBJECTED


def test_art_12_the_hotline_calls_back_with_a_reason(city: Book, now: datetime) -> None:
    ticket = do_dispatch(waiting_ticket(city, now), Choice(STREET), DISPATCHER, now=now, book=city)
    with pytest.raises(DispatchRefused, match="12"):
        do_recall(ticket, "  ", DISPATCHER, now=now, book=city)
    do_recall(ticket, "派错了街道", DISPATCHER, now=now + HOUR, book=city)
    assert (ticket.state, ticket.queue, ticket.lead_id) == (w.WAITING, RETURNED_QUEUE, None)
    assert (ticket.passed, ticket.copied_to, ticket.assist) == (1, [], [])
    again = do_dispatch(ticket, Choice(OTHER_STREET), DISPATCHER, now=now + HOUR, book=city)
    assert again.lead_id == OTHER_STREET


def test_what_the_unit_before_asked_is_settled_with_it(city: Book, now: datetime) -> None:
    ticket = do_dispatch(waiting_ticket(city, now), Choice(STREET), DISPATCHER, now=now, book=city)
    do_sign(ticket, clerk(), now=now, book=city)
    do_ask(ticket, [HEATING], "请查管网压力", ASSIST, clerk(), now=now, book=city)
    do_recall(ticket, "派错了街道", DISPATCHER, now=now, book=city)
    assert [sub.state for sub in of_ticket(ticket.pk)] == [WITHDRAWN]
    assert ticket.asked == 0
