"""Opinion 66 of 2025: several people's one matter has one lead; each keeps his ticket and call-back."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import (
    DISPATCHER,
    OTHER_STREET,
    SEAT,
    STREET,
    SUPERVISOR,
    clerk,
    stored,
    ticket_in,
    waiting_ticket,
)

from jieban.city.book import Book
from jieban.dispatch.events.clusters import (
    ClusterRefused,
    cluster_at,
    do_link,
    do_report_to_all,
    do_unlink,
    left_out,
    listed,
    members,
    others_of,
)
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours
from jieban.people.models import Requester
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.tickets.queries import Scope, everything


def person(now: datetime) -> int:
    return Requester.objects.create(created_at=now).pk


@pytest.fixture
def pair(city: Book, now: datetime) -> tuple[Ticket, Ticket]:
    lead = ticket_in(w.HANDLING, city, now, requester=person(now))
    return lead, waiting_ticket(city, now, requester=person(now))


def test_joining_two_makes_a_cluster_led_by_the_first_one(
    pair: tuple[Ticket, Ticket], city: Book, now: datetime
) -> None:
    lead, other = pair
    joined = do_link(other, lead, SEAT, now=now, book=city)
    assert joined.cluster == stored(lead).cluster is not None
    found = cluster_at(everything(), joined.cluster or 0)
    assert found is not None
    assert found.lead_id == STREET
    assert others_of(joined) == 1
    assert [timeline(one.pk)[0].verb for one in pair] == ["link", "link"]


def test_joining_costs_few_statements(pair: tuple[Ticket, Ticket], city: Book, now: datetime) -> None:
    with CaptureQueriesContext(connection) as captured:
        do_link(pair[1], pair[0], SEAT, now=now, book=city)
    assert len(captured) <= 7


def test_a_dispatcher_splits_and_says_why(pair: tuple[Ticket, Ticket], city: Book, now: datetime) -> None:
    joined = do_link(pair[1], pair[0], SEAT, now=now, book=city)
    with pytest.raises(NotYours):
        do_unlink(joined, "不是同一件事", SEAT, now=now)
    with pytest.raises(ClusterRefused):
        do_unlink(joined, " ", DISPATCHER, now=now)
    assert do_unlink(joined, "不是同一件事", DISPATCHER, now=now).cluster is None


def test_one_requesters_two_tickets_are_no_cluster(city: Book, now: datetime) -> None:
    who = person(now)
    one, other = (waiting_ticket(city, now, requester=who) for _ in range(2))
    with pytest.raises(ClusterRefused):
        do_link(one, other, SEAT, now=now, book=city)


def test_a_ticket_kept_from_the_lead_is_not_joined(
    pair: tuple[Ticket, Ticket], city: Book, now: datetime
) -> None:
    hidden = waiting_ticket(city, now, requester=person(now), recused=[STREET])
    with pytest.raises(ClusterRefused):
        do_link(hidden, pair[0], SEAT, now=now, book=city)


def test_one_report_reaches_every_member_and_says_where_it_could_not(
    pair: tuple[Ticket, Ticket], city: Book, now: datetime
) -> None:
    lead, waiting = pair
    second = ticket_in(w.SIGNED, city, now, requester=person(now))
    do_link(waiting, lead, SEAT, now=now, book=city)
    do_link(second, stored(lead), SEAT, now=now, book=city)
    all_of_them = members(everything(), stored(lead).cluster or 0)
    told = do_report_to_all(all_of_them, "抢修人员已到现场", clerk(), now=now, book=city)
    refused = {one.number for one in told if one.refused}
    assert refused == {waiting.number}, "it is not at the unit yet"
    for one in (lead, second):
        event = timeline(one.pk)[0]
        assert (event.verb, event.detail["common"]) == ("progress", True)
    assert timeline(waiting.pk)[0].verb == "link"


def test_a_unit_sees_clusters_with_its_own_members_only(
    pair: tuple[Ticket, Ticket], city: Book, now: datetime
) -> None:
    joined = do_link(pair[1], pair[0], SUPERVISOR, now=now, book=city)
    own, foreign = Scope(unit=STREET), Scope(unit=OTHER_STREET)
    assert [row.members for row in listed(own)[0]] == [1], "the other is at no unit yet"
    assert [row.members for row in listed(everything())[0]] == [2]
    assert listed(foreign) == ([], 0)
    assert cluster_at(foreign, joined.cluster or 0) is None


def test_the_list_is_paged_and_costs_the_same_at_any_size(city: Book, now: datetime) -> None:
    costs = []
    for _ in range(2):
        for _ in range(3):
            first = ticket_in(w.SIGNED, city, now, requester=person(now))
            do_link(waiting_ticket(city, now, requester=person(now)), first, SEAT, now=now, book=city)
        with CaptureQueriesContext(connection) as captured:
            page, after = listed(everything(), size=2)
        costs.append(len(captured))
        assert len(page) == 2
        more, _ = listed(everything(), before=after, size=2)
        assert more[0].cluster.pk < page[-1].cluster.pk
    assert costs == [2, 2]


def test_a_cluster_bears_the_title_of_a_member_that_one_may_see(
    pair: tuple[Ticket, Ticket], city: Book, now: datetime
) -> None:
    lead, other = pair
    joined = do_link(lead, other, SEAT, now=now, book=city)
    Ticket.objects.filter(pk=lead.pk).update(title="甲家的事")
    Ticket.objects.filter(pk=other.pk).update(title="乙家的事")
    mine = Scope(unit=STREET)
    ((row,), _) = listed(mine)
    assert row.cluster.seen_title == "甲家的事"  # type: ignore[attr-defined]
    found = cluster_at(mine, joined.cluster or 0)
    assert found is not None
    assert found.title != "甲家的事", "it was made from the other, which the unit may not see"
    assert found.seen_title == "甲家的事"  # type: ignore[attr-defined]


def test_what_is_beyond_the_most_members_is_counted(
    pair: tuple[Ticket, Ticket], city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined = do_link(pair[1], pair[0], SEAT, now=now, book=city)
    assert joined.cluster is not None
    assert left_out(everything(), joined.cluster, 2) == 0
    monkeypatch.setattr("jieban.dispatch.events.clusters.MOST_MEMBERS", 1)
    assert left_out(everything(), joined.cluster, len(members(everything(), joined.cluster))) == 1
