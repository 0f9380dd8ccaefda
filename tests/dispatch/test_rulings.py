"""Art. 12 ¶3: objections with ground and named unit, fast rulings, and what happens when nobody rules."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.dispatch.books import with_rules
from tests.tickets.stage import (
    COMMUNITY,
    DISPATCHER,
    DISTRICT,
    GROUND,
    HEATING,
    STREET,
    SUPERVISOR,
    clerk,
    stored,
    ticket_in,
)

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.actions import DispatchRefused, do_rule_on_objection
from jieban.dispatch.fallback import do_rule_in_default, fallback_for, fallback_unit
from jieban.dispatch.queries import objection_of
from jieban.handling.actions import HandlingRefused, do_object
from jieban.matters.actors import PLATFORM
from jieban.matters.queries import timeline
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

LATER = timedelta(hours=25)


def objected(city: Book, now: datetime, **more: str) -> Ticket:
    ticket = ticket_in(w.DISPATCHED, city, now)
    return do_object(ticket, GROUND, clerk(), now=now, book=city, **more)


def test_art_12_an_objection_names_ground_and_unit(city: Book, now: datetime) -> None:
    ticket = objected(city, now, why="function", named=HEATING)
    said = objection_of(ticket)
    assert (said.ground, said.named) == ("function", HEATING)
    fresh = ticket_in(w.DISPATCHED, city, now)
    for wrong in ({"why": "lazy"}, {"named": STREET}, {"named": COMMUNITY}, {"named": "ent.none"}):
        with pytest.raises(HandlingRefused):
            do_object(fresh, GROUND, clerk(), now=now, book=city, **wrong)


def test_art_12_a_fast_ruling_sends_it_to_the_named_unit_at_once(city: Book, now: datetime) -> None:
    ticket = objected(city, now, named=HEATING)
    before = ticket.due_at
    later = now + timedelta(hours=5)
    do_rule_on_objection(ticket, True, "按目录归供热企业", SUPERVISOR, now=later, book=city, unit=HEATING)
    assert (ticket.state, ticket.lead_id) == (w.DISPATCHED, HEATING)
    assert ticket.due_at == later + timedelta(hours=24) != before, "a limit of its own"
    assert (ticket.objected_by, ticket.passed) == ([STREET], 1)
    told = timeline(ticket.pk)[0]
    assert (told.verb, told.detail["ruling"]) == ("redirect", "按目录归供热企业")
    assert stored(ticket).dispatched_by == SUPERVISOR.id


def test_art_12_a_ruling_never_names_the_unit_that_objects_nor_one_that_was_heard(
    city: Book, now: datetime
) -> None:
    ticket = objected(city, now)
    with pytest.raises(DispatchRefused, match="12"):
        do_rule_on_objection(ticket, True, "x", SUPERVISOR, now=now, book=city, unit=STREET)
    with pytest.raises(DispatchRefused, match="17"):
        do_rule_on_objection(ticket, True, "x", SUPERVISOR, now=now, book=city, unit=COMMUNITY)
    do_rule_on_objection(ticket, True, "x", SUPERVISOR, now=now, book=city, unit=HEATING)
    do_object(ticket, GROUND, clerk(HEATING), now=now, book=city)
    other = ticket
    with pytest.raises(DispatchRefused, match="12"):
        do_rule_on_objection(other, True, "x", DISPATCHER, now=now, book=city, unit=STREET)


def test_art_12_whoever_ruled_and_sent_it_does_not_rule_again(city: Book, now: datetime) -> None:
    ticket = objected(city, now)
    do_rule_on_objection(ticket, True, "x", SUPERVISOR, now=now, book=city, unit=HEATING)
    do_object(ticket, GROUND, clerk(HEATING), now=now, book=city)
    with pytest.raises(DispatchRefused, match="12"):
        do_rule_on_objection(ticket, False, "x", SUPERVISOR, now=now, book=city)


def test_the_fallback_is_the_row_above_else_the_district(city: Book, now: datetime) -> None:
    on = local_day(city, now)
    first = fallback_unit(city, "040101", STREET, on)
    assert first, "somebody handles it"
    assert city.units[first].can_lead
    parents = [fallback_unit(city, "040101", STREET, on, but={first})]
    assert parents[0] != first
    assert fallback_unit(city, "01", STREET, on) == DISTRICT, "a category without one above"
    assert fallback_unit(city, "01", "", on) == "", "nobody, where no place is known"


def test_art_12_nobody_ruled_the_unit_handles_first(city: Book, now: datetime) -> None:
    ticket = objected(city, now)
    do_rule_in_default(ticket, PLATFORM, now=now + LATER, book=city)
    assert (ticket.state, ticket.lead_id) == (w.SIGNED, STREET)


def test_handle_first_argue_later_by_the_fallback_where_the_city_wants_it(city: Book, now: datetime) -> None:
    wanted = with_rules(city, objection__fallback=1)
    ticket = objected(city, now)
    other = fallback_for(ticket, wanted, local_day(city, now))
    assert other not in ("", STREET)
    do_rule_in_default(ticket, PLATFORM, now=now + LATER, book=wanted)
    assert (ticket.state, ticket.lead_id) == (w.DISPATCHED, other)


def test_a_unit_that_named_another_keeps_it_until_somebody_rules(city: Book, now: datetime) -> None:
    wanted = with_rules(city, objection__fallback=1)
    ticket = objected(city, now, named=HEATING)
    do_rule_in_default(ticket, PLATFORM, now=now + LATER, book=wanted)
    assert (ticket.state, ticket.lead_id) == (w.SIGNED, STREET)
