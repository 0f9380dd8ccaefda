"""Several people's one event is suggested with reasons; a person decides, and that holds from then on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import DISPATCHER, stored, waiting_ticket

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.events import joining, near
from jieban.dispatch.events.clusters import ClusterRefused, do_link
from jieban.dispatch.events.heat import do_merge, do_split, hottest
from jieban.dispatch.events.models import ACCEPTED, DECLINED, OPEN, EventSuggestion, JoinBar, MatterRuling
from jieban.dispatch.events.suggesting import (
    do_accept,
    do_decline,
    do_look_over,
    do_settle,
    do_suggest,
    listed,
)
from jieban.people.models import Requester
from jieban.tickets.models import Cluster, Ticket
from jieban.tickets.queries import NOTHING, everything

TEXTS = (
    "双井街道富力城小区地下车库漏水，积水没过脚面，没有人处理",
    "富力城小区地下车库一直漏水，积水很深，车都开不出去",
    "富力城小区地下车库漏水严重，双井街道请派人看看积水",
    "富力城小区地下车库又漏水了，积水没有人管",
)


def filed(city: Book, now: datetime, text: str, **more: Any) -> Ticket:
    who = Requester.objects.create(created_at=now).pk
    return waiting_ticket(city, now, requester=who, title="", text=text, **more)


@pytest.fixture
def three(city: Book, now: datetime) -> list[Ticket]:
    return [filed(city, now, text) for text in TEXTS[:3]]


def test_a_new_ticket_is_suggested_with_earlier_ones_and_the_reasons(
    three: list[Ticket], city: Book, now: datetime
) -> None:
    do_suggest(now=now, book=city)
    found = listed(everything())
    assert {(one.ticket, one.other) for one in found} >= {(three[1].pk, three[0].pk)}
    reasons = found[0].reasons
    assert any("地下车库" in word for word in reasons["words"])
    assert reasons["people"] == 2
    assert reasons["days"] == 0
    assert not Cluster.objects.exists(), "nothing is joined without a person"
    assert listed(NOTHING) == []


def test_the_same_person_and_another_matter_are_not_suggested(city: Book, now: datetime) -> None:
    who = Requester.objects.create(created_at=now).pk
    for text in TEXTS[:2]:
        waiting_ticket(city, now, requester=who, title="", text=text)
    filed(city, now, "双井街道广渠门外大街共享单车乱停放，盲道走不了")
    do_suggest(now=now, book=city)
    assert listed(everything()) == []


def test_the_job_costs_the_same_at_any_size_and_repeats_nothing(
    three: list[Ticket], city: Book, now: datetime
) -> None:
    do_suggest(now=now, book=city)
    count = EventSuggestion.objects.count()
    filed(city, now, TEXTS[3])
    with CaptureQueriesContext(connection) as captured:
        do_suggest(now=now, book=city)
    assert len(captured) <= 9
    assert EventSuggestion.objects.count() > count
    before = EventSuggestion.objects.count()
    do_suggest(now=now, book=city)
    assert EventSuggestion.objects.count() == before


def test_accepting_joins_and_is_remembered(three: list[Ticket], city: Book, now: datetime) -> None:
    do_suggest(now=now, book=city)
    one = listed(everything())[0]
    do_accept(one.pk, DISPATCHER, now=now, book=city)
    rows = Ticket.objects.in_bulk([one.ticket, one.other])
    assert rows[one.ticket].cluster == rows[one.other].cluster is not None
    assert EventSuggestion.objects.get(pk=one.pk).state == ACCEPTED
    assert MatterRuling.objects.get().together is True
    with pytest.raises(ClusterRefused):
        do_decline(one.pk, "", DISPATCHER, now=now)


def test_all_suggestions_of_one_event_can_be_accepted_in_any_order(
    three: list[Ticket], city: Book, now: datetime
) -> None:
    fourth = filed(city, now, TEXTS[3])
    do_link(three[1], three[0], DISPATCHER, now=now, book=city)
    do_link(fourth, three[2], DISPATCHER, now=now, book=city)
    for ticket, other in ((three[1], three[0]), (three[2], three[0])):
        one = EventSuggestion.objects.create(ticket=ticket.pk, other=other.pk, chance=0.9, made_at=now)
        do_accept(one.pk, DISPATCHER, now=now, book=city)
    assert len({stored(one).cluster for one in (*three, fourth)}) == 1


def test_what_was_declined_is_not_suggested_again(three: list[Ticket], city: Book, now: datetime) -> None:
    do_suggest(now=now, book=city)
    while waiting := listed(everything()):
        do_decline(waiting[0].pk, "两处漏水，联系13812345678", DISPATCHER, now=now)
    assert set(EventSuggestion.objects.values_list("state", flat=True)) == {DECLINED}
    assert "13812345678" not in EventSuggestion.objects.first().note  # type: ignore[union-attr]
    EventSuggestion.objects.all().delete()
    do_suggest(now=now, book=city)
    assert listed(everything()) == []


def test_a_ruling_on_two_matters_holds_for_later_tickets_of_them(city: Book, now: datetime) -> None:
    places = [
        code for code, row in city.places.items() if row.level == "community" and row.parent == "110105012"
    ]
    first, second = (
        filed(city, now, text, place_id=place) for text, place in zip(TEXTS[:2], places[:2], strict=True)
    )
    joining.do_rule(first, second, DISPATCHER, together=False, now=now)
    third, fourth = (
        filed(city, now, text, place_id=place) for text, place in zip(TEXTS[:2], places[:2], strict=True)
    )
    found = joining.rulings([(joining.about(third), joining.about(fourth))])
    assert found == {(third.pk, fourth.pk): False}
    assert joining.wanted(0.99, 0.5, False) is False
    assert joining.wanted(0.3, 0.5, True) is True
    assert joining.wanted(0.3, 0.5, None) is False


def test_bars_move_in_bounded_steps_with_a_report(three: list[Ticket], city: Book, now: datetime) -> None:
    on = local_day(city, now)
    rules = joining.bar_rules(city, on)
    assert joining.moved(rules.start, 0, rules.least - 1, rules) == rules.start
    assert joining.moved(rules.start, 0, rules.least, rules) == pytest.approx(rules.start + rules.step)
    assert joining.moved(rules.high, 0, 99, rules) == rules.high
    assert joining.moved(rules.low, 99, 0, rules) == rules.low
    category = three[0].category_id or ""
    EventSuggestion.objects.bulk_create(
        EventSuggestion(
            ticket=number, other=number + 1000, category=category, chance=0.6, state=DECLINED, made_at=now,
            decided_at=now,
        )
        for number in range(rules.least)
    )  # fmt: skip
    (made,) = joining.do_move_bars(now=now + timedelta(minutes=1), book=city, on=on)
    assert (made.before, made.bar, made.declined) == (rules.start, rules.start + rules.step, rules.least)
    assert joining.do_move_bars(now=now + timedelta(minutes=2), book=city, on=on) == []
    assert joining.bars([category], rules.start)[category] == made.bar
    assert JoinBar.objects.count() == 1


def test_words_alone_find_an_event_and_settled_ones_are_put_aside(
    three: list[Ticket], city: Book, now: datetime
) -> None:
    made = do_look_over(now=now, book=city)
    assert {one.other for one in made} <= {one.pk for one in three}
    assert made
    do_link(three[1], three[0], DISPATCHER, now=now, book=city)
    do_settle(now=now)
    assert not EventSuggestion.objects.filter(state=OPEN, ticket=three[1].pk).exists()


def test_a_split_is_learned_and_a_merge_brings_all_over(city: Book, now: datetime) -> None:
    four = [filed(city, now, text) for text in TEXTS]
    do_link(four[1], four[0], DISPATCHER, now=now, book=city)
    do_link(four[3], four[2], DISPATCHER, now=now, book=city)
    kept, gone = (Cluster.objects.get(pk=stored(one).cluster or 0) for one in (four[0], four[2]))
    assert do_merge(kept, gone, "同一处漏水", DISPATCHER, now=now) == 2
    assert {stored(one).cluster for one in four} == {kept.pk}
    members = [stored(one) for one in four]
    do_split(members, [members[3]], "另一处", DISPATCHER, now=now)
    assert stored(four[3]).cluster is None
    ruled = joining.rulings([(joining.about(members[3]), joining.about(members[0]))])
    assert ruled[members[3].pk, members[0].pk] is False
    for broken in (lambda: do_split(members, [], "x", DISPATCHER, now=now),
                   lambda: do_merge(kept, kept, "x", DISPATCHER, now=now)):  # fmt: skip
        with pytest.raises(ClusterRefused):
            broken()


def test_the_hottest_come_first_in_two_statements(city: Book, now: datetime) -> None:
    four = [filed(city, now, text) for text in TEXTS]
    do_link(four[1], four[0], DISPATCHER, now=now, book=city)
    do_link(four[3], four[2], DISPATCHER, now=now, book=city)
    Ticket.objects.filter(pk__in=[four[0].pk, four[1].pk]).update(opened_at=now - timedelta(days=15))
    with CaptureQueriesContext(connection) as captured:
        hot = hottest(everything(), now=now, book=city)
    assert len(captured) == 2
    assert [one.cluster.pk for one in hot] == [stored(four[2]).cluster, stored(four[0]).cluster]
    assert hot[0].heat.people == 2
    assert hot[0].heat.value > hot[1].heat.value
    assert len(hot[0].spark.split()) == len(hot[0].heat.by_day)


def test_candidates_are_sought_by_index(three: list[Ticket], city: Book, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        # among three rows any order is cheap: how they are found is what is asked
        asked = near._NEAR.replace(f"ORDER BY id DESC LIMIT {near.MOST}", "")
        cursor.execute("EXPLAIN " + asked.replace("%s", "'[]'::jsonb", 1).replace("%s", "now()"))
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "ticket_nearby" in plan
