"""Art. 11 ¶3 (3) at work: the same matter is told and urged, what is less sure is asked, others gather."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.dispatch.books import with_rules
from tests.tickets.stage import CALLER, SEAT, clerk, reviewer, stored

from jieban.callback.actions import Answers, do_answers, do_limit_reached
from jieban.city.book import Book
from jieban.handling.actions import do_contact, do_reply, do_review, do_sign
from jieban.intake.actions import Outcome, Request, do_take_in
from jieban.intake.standing import Standing
from jieban.matters.actions import series
from jieban.matters.actors import PLATFORM, requester
from jieban.matters.queries import timeline
from jieban.matters.rules import Actor
from jieban.people.actions import Contact
from jieban.reading.reader import Reader
from jieban.tickets import workflow as w
from jieban.tickets.models import Cluster, Ticket

COLD = "双井街道富力城3号楼暖气不热，屋里才15度"
AGAIN = "双井街道富力城3号楼暖气还是不热，屋里才15度"
NEIGHBOUR = "富力城3号楼暖气不热，双井街道，屋里冰凉"
PHONE, OTHER = "13812345678", "13912345678"
REPLY = "工作人员已上门查看，更换了损坏的阀门，室温恢复到二十度，会再回访一次。"
keys = count()


def request(text: str, phone: str = PHONE, **more: object) -> Request:
    contact = Contact(phone=phone)
    return Request("test", str(next(keys)), "", "phone", text=text, contact=contact, **more)  # type: ignore[arg-type]


class Desk:
    def __init__(self, city: Book, reader: Reader, now: datetime) -> None:
        self.city, self.reader, self.now = city, reader, now

    def file(self, *requests: Request, actor: Actor = SEAT, later: float = 0) -> list[Outcome]:
        now = self.now + timedelta(hours=later)
        return do_take_in(requests, actor, now=now, book=self.city, reader=self.reader)

    def one(self, text: str, phone: str = PHONE, later: float = 0, **more: object) -> Ticket:
        (outcome,) = self.file(request(text, phone, **more), later=later)
        assert outcome.ticket_row is not None
        return outcome.ticket_row

    def rows(self, *requests: Request) -> list[Ticket]:
        return [one.ticket_row for one in self.file(*requests) if one.ticket_row is not None]


@pytest.fixture
def desk(city: Book, reader: Reader, now: datetime) -> Desk:
    """A city that joins several people's one matter by itself, as a city may."""
    return Desk(with_rules(city, cluster__join_alone=1), reader, now)


def verbs(ticket: Ticket) -> list[str]:
    return [event.verb for event in reversed(timeline(ticket.pk))]


def test_art_11_the_same_matter_again_is_told_and_urges_the_first(desk: Desk) -> None:
    first, again = desk.one(COLD), desk.one(AGAIN, later=30)
    assert (again.state, again.branch, again.same_as) == (w.EXPLAINED, "SAME_MATTER", first.pk)
    assert verbs(again) == ["receive", "explain"]
    assert first.number in again.explanation
    assert again.closed_at is not None
    assert stored(first).urged == 1
    assert verbs(first)[-1] == "urge"
    assert timeline(first.pk)[0].detail["again"] == again.number


def test_art_11_a_third_call_within_the_gap_is_recorded_and_does_not_urge_again(desk: Desk) -> None:
    first = desk.one(COLD)
    desk.one(AGAIN, later=1)
    third = desk.one(AGAIN, later=2)
    assert third.same_as == first.pk, "the first of all, not the one in between"
    assert stored(first).urged == 1
    desk.one(AGAIN, later=26)
    assert stored(first).urged == 2


def test_art_11_a_new_fact_opens_a_ticket_and_a_person_is_asked(desk: Desk) -> None:
    first, worse = desk.one(COLD), desk.one("双井街道富力城3号楼暖气又不热了，屋里才9度", later=30)
    assert worse.state in (w.DISPATCHED, w.WAITING)
    assert worse.same_as is None
    (asked,) = worse.proposal["maybe_same"]
    assert asked["number"] == first.number
    assert "again" in asked["news"]
    assert stored(first).urged == 0


def test_danger_is_never_merged(desk: Desk) -> None:
    text = "双井街道富力城3号楼家里有很浓的煤气味，老人晕倒了"
    first, again = desk.one(text), desk.one(text, later=1)
    assert first.danger
    assert again.state == w.WAITING


def test_art_11_a_closed_matter_is_told_with_its_result(desk: Desk, now: datetime) -> None:
    first = _closed(desk, desk.one(COLD))
    again = desk.one(AGAIN, later=24 * 9)
    assert (again.state, again.branch) == (w.EXPLAINED, "SAME_MATTER")
    assert "更换了损坏的阀门" in again.explanation
    assert verbs(first)[-1] == "repeat"
    assert "repeated" in stored(first).marks


def test_on_the_web_nobody_is_read_a_reply_by_a_phone_that_nobody_checked(desk: Desk) -> None:
    first = _closed(desk, desk.one(COLD))
    (outcome,) = desk.file(request(AGAIN), actor=requester(), later=24 * 9)
    assert outcome.ticket_row is not None
    assert outcome.ticket_row.same_as == first.pk
    assert "阀门" not in outcome.ticket_row.explanation


def test_beyond_the_window_it_is_a_new_ticket(desk: Desk) -> None:
    desk.one(COLD)
    assert desk.one(AGAIN, later=24 * 31).state in (w.DISPATCHED, w.WAITING)


def test_a_photo_is_a_new_fact(desk: Desk) -> None:
    desk.one(COLD)
    assert desk.one(COLD, later=1, photos=1).same_as is None


def test_simulated_requests_are_never_merged_or_joined(desk: Desk) -> None:
    desk.one(COLD, simulated=True)
    assert desk.one(COLD, simulated=True).same_as is None
    assert desk.one(COLD).same_as is None, "nor a real one with a simulated one"
    assert desk.one(NEIGHBOUR, OTHER, simulated=True).cluster is None


def test_within_one_file_the_later_row_urges_the_earlier(desk: Desk) -> None:
    first, again, other = desk.rows(request(COLD), request(AGAIN), request("路灯坏了"))
    assert again.same_as == first.pk
    assert (stored(first).urged, verbs(first)[-1]) == (1, "urge")
    assert other.same_as is None


def test_requests_of_a_month_and_a_year_are_counted_in_city_time(desk: Desk, now: datetime) -> None:
    texts = ["路灯坏了", "双井街道暖气不热", "小区门口占道经营"]
    counts = [(one.nth_month, one.nth_year) for one in (desk.one(text) for text in texts)]
    assert counts == [(1, 1), (2, 2), (3, 3)]
    december = desk.one("望京街道公园厕所太脏", later=24 * 12)
    assert (december.nth_month, december.nth_year) == (1, 4)
    batch = desk.rows(request("井盖丢了", OTHER), request("垃圾没人清运", OTHER))
    assert [(one.nth_month, one.nth_year) for one in batch] == [(1, 1), (2, 2)]


def test_several_people_with_one_matter_form_a_cluster_with_one_lead(desk: Desk) -> None:
    first, other = desk.one(COLD), desk.one(NEIGHBOUR, OTHER, later=1)
    assert other.cluster is not None
    assert stored(first).cluster == other.cluster
    assert Cluster.objects.get(pk=other.cluster).lead_id == first.lead_id
    assert other.same_as is None, "he keeps his own ticket and call-back"
    assert other.lead_id == first.lead_id
    assert other.proposal["cluster"]["number"] == first.number
    assert verbs(other)[:2] == ["receive", "link"]
    third = desk.one(NEIGHBOUR, "13712345678", later=2)
    assert third.cluster == other.cluster


def test_several_people_in_one_file_form_a_cluster(desk: Desk) -> None:
    first, other = desk.rows(request(COLD), request(NEIGHBOUR, OTHER))
    assert first.cluster == other.cluster is not None
    assert Cluster.objects.count() == 1


def test_another_house_is_only_pointed_out(desk: Desk) -> None:
    first, other = desk.one(COLD), desk.one("双井街道富力城9号楼暖气不热，屋里才15度", OTHER)
    assert other.cluster is None
    assert other.proposal["maybe_near"][0]["number"] == first.number


def test_a_confidential_request_joins_nothing_by_itself(desk: Desk) -> None:
    desk.one(COLD)
    other = desk.one(NEIGHBOUR, OTHER, standing=Standing("confidential"))
    assert other.cluster is None


def test_a_batch_with_repeats_costs_the_same_at_any_size(desk: Desk) -> None:
    costs = []
    for size in (2, 40):
        phones = [f"13{size:03d}{n:06d}" for n in range(size)]
        first = [request(COLD, phone) for phone in phones]
        desk.file(*first)
        series.forget()  # the dearest case: a new block of numbers is due
        with CaptureQueriesContext(connection) as captured:
            desk.file(*[request(AGAIN, phone) for phone in phones], later=1)
        costs.append(len(captured))
    assert costs[0] == costs[1], costs
    assert costs[1] <= 20


def _closed(desk: Desk, ticket: Ticket) -> Ticket:
    now, book = desk.now, desk.city
    assert ticket.lead_id is not None
    unit = ticket.lead_id
    do_sign(ticket, clerk(unit), now=now, book=book)
    do_contact(ticket, "reached", "", clerk(unit), now=now, book=book)
    do_reply(ticket, REPLY, clerk(unit), now=now, book=book)
    do_review(ticket, True, "", reviewer(unit), now=now, book=book)
    do_limit_reached(ticket, PLATFORM, now=now + timedelta(days=7), book=book)
    said = Answers(True, "yes", "satisfied")
    return do_answers(ticket, said, CALLER, now=now + timedelta(days=8), book=book)
