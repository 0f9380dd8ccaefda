"""Art. 11 ¶2: the catalogue is adjusted: a ruling proposes, another person approves, dated rows follow."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.tickets.stage import DISPATCHER, DISTRICT, STREET, SUPERVISOR, member, waiting_ticket

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.models import CatalogueRow
from jieban.city.queries import book, forget_book
from jieban.dispatch.actions import Choice, DispatchRefused, do_dispatch
from jieban.dispatch.models import APPROVED, REJECTED, CatalogueProposal
from jieban.dispatch.queries import previews, proposals
from jieban.dispatch.rules import candidate_for, place_at
from jieban.dispatch.teaching import differs, do_approve, do_propose, do_reject
from jieban.people.roles import Role
from jieban.tickets.models import Ticket

OWNER = member(Role.RULE_OWNER, "city.city_services")
MARKET = f"{DISTRICT}.market"
COLD_ROOM = "040101"


def elsewhere(city: Book, now: datetime) -> Ticket:
    """A cold room that a dispatcher gave to the market bureau, which the catalogue does not."""
    return do_dispatch(waiting_ticket(city, now), Choice(MARKET), DISPATCHER, now=now, book=city)


def proposed(city: Book, now: datetime) -> CatalogueProposal:
    return do_propose(elsewhere(city, now), "裁定：由市场监管部门办理", DISPATCHER, now=now, book=city)


def test_art_11_a_ticket_that_went_elsewhere_proposes_a_change(city: Book, now: datetime) -> None:
    made = proposed(city, now)
    assert (made.category, made.lead, made.state) == (COLD_ROOM, "district:market", "proposed")
    assert made.from_day == local_day(city, now) + timedelta(days=1)
    again = proposed(city, now)
    assert again.pk == made.pk, "the same lesson is proposed once"
    assert [one.pk for one in proposals()] == [made.pk]


def test_a_ticket_that_went_by_the_catalogue_teaches_nothing(city: Book, now: datetime) -> None:
    on = local_day(city, now)
    best = candidate_for(city, COLD_ROOM, place_at(city, STREET), on)
    assert best is not None
    ticket = do_dispatch(waiting_ticket(city, now), Choice(best.unit), DISPATCHER, now=now, book=city)
    assert not differs(ticket, city, on)
    with pytest.raises(DispatchRefused, match="11"):
        do_propose(ticket, "裁定", DISPATCHER, now=now, book=city)


@pytest.mark.parametrize("verdict", [do_approve, do_reject])
def test_whoever_proposed_does_not_decide(verdict: object, city: Book, now: datetime) -> None:
    made = proposed(city, now)
    with pytest.raises(DispatchRefused, match="11"):
        verdict(made, "同意", DISPATCHER, now=now, book=city)  # type: ignore[operator]


def test_art_11_an_approved_change_is_a_dated_row(city: Book, now: datetime) -> None:
    made = proposed(city, now)
    on = local_day(city, now)
    place = place_at(city, STREET)
    before = candidate_for(city, COLD_ROOM, place, on)
    try:
        do_approve(made, "同意", OWNER, now=now, book=city)
        after = book()
        tomorrow = on + timedelta(days=1)
        today, then = (
            candidate_for(after, COLD_ROOM, place, on),
            candidate_for(after, COLD_ROOM, place, tomorrow),
        )
        assert before is not None
        assert today is not None
        assert then is not None
        assert today.unit == before.unit, "nothing changes before the day"
        assert then.unit == MARKET
        assert then.tier == before.tier
        assert made.state == APPROVED
        row = CatalogueRow.objects.get(category=COLD_ROOM, lead="district:market")
        assert (row.by_hand, row.valid_from, row.valid_to) == (True, tomorrow, None)
        with pytest.raises(DispatchRefused, match="11"):
            do_reject(made, "不同意", OWNER, now=now, book=after)
    finally:
        forget_book()


def test_a_second_change_ends_the_first(city: Book, now: datetime) -> None:
    try:
        do_approve(proposed(city, now), "同意", OWNER, now=now, book=city)
        day = now + timedelta(days=5)
        living = book()
        ticket = waiting_ticket(living, day)
        do_dispatch(ticket, Choice("city.housing"), DISPATCHER, now=day, book=living)
        change = do_propose(ticket, "市级统一办理", SUPERVISOR, now=day, book=living)
        do_approve(change, "", OWNER, now=day, book=living)
        rows = list(CatalogueRow.objects.filter(category=COLD_ROOM, by_hand=True).order_by("valid_from"))
        assert [row.lead for row in rows][-2:] == ["district:market", "city:housing"]
        assert rows[-2].valid_to == rows[-1].valid_from
        assert len({row.code for row in rows[-2:]}) == 1, "one code keeps the history together"
    finally:
        forget_book()


def test_a_rejected_change_leaves_the_catalogue_alone(city: Book, now: datetime) -> None:
    made = proposed(city, now)
    with pytest.raises(DispatchRefused, match="11"):
        do_reject(made, " ", OWNER, now=now, book=city)
    do_reject(made, "个案，不改目录", OWNER, now=now, book=city)
    assert made.state == REJECTED
    assert not CatalogueRow.objects.filter(lead="district:market", category=COLD_ROOM).exists()


def test_a_preview_tells_what_the_last_days_would_have_been(
    city: Book, now: datetime, django_assert_num_queries: object
) -> None:
    on = local_day(city, now)
    best = candidate_for(city, COLD_ROOM, place_at(city, STREET), on)
    assert best is not None
    for _ in range(3):
        do_dispatch(waiting_ticket(city, now), Choice(best.unit), DISPATCHER, now=now, book=city)
    made = proposed(city, now)
    with django_assert_num_queries(1):  # type: ignore[operator]
        seen = previews([made], city, now)[made.pk]
    assert (seen.tickets, seen.units) == (3, ((MARKET, 3),))
    assert previews([], city, now) == {}
