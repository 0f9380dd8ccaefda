"""The order of the queue: danger first, then what is worth most to look at now; nothing of who asks."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta

from tests.dispatch.books import with_rules
from tests.tickets.stage import waiting_ticket

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.ranker.value import DANGER, Waiting, queue_value, value_parts, value_weights
from jieban.tickets.queries import Scope
from jieban.web.desk.queries import by_value, waiting_of
from jieban.web.desk.queries import waiting as next_ones

PLAIN = Waiting(tier="T3", confidence=0.5)


def value(one: Waiting, city: Book, now: datetime) -> float:
    on = local_day(city, now)
    return queue_value(one, city, value_weights(city, on), on, now)


def test_whoever_may_be_in_danger_is_before_everything_else(city: Book, now: datetime) -> None:
    long_waiting = Waiting(
        tier="T1",
        confidence=0.0,
        since=now - timedelta(days=90),
        due=now,
        people=10_000,
        risks=("elder", "ill", "no_heat"),
    )
    assert value(replace(PLAIN, danger=True, tier="T4", confidence=1.0), city, now) >= DANGER
    assert value(long_waiting, city, now) < DANGER


def test_the_shorter_limit_the_less_sure_and_the_longer_wait_come_first(city: Book, now: datetime) -> None:
    assert value(replace(PLAIN, tier="T1"), city, now) > value(PLAIN, city, now)
    assert value(replace(PLAIN, confidence=0.1), city, now) > value(PLAIN, city, now)
    half = replace(PLAIN, since=now - timedelta(hours=1), due=now + timedelta(hours=1))
    assert value(half, city, now) > value(PLAIN, city, now)
    assert value(replace(PLAIN, people=20), city, now) > value(PLAIN, city, now)
    assert value(replace(PLAIN, risks=("elder",)), city, now) > value(PLAIN, city, now)


def test_each_group_at_risk_weighs_as_its_row_of_the_day_says(city: Book, now: datetime) -> None:
    on = local_day(city, now)
    weights = value_weights(city, on)

    def points(*codes: str, book: Book = city) -> float:
        return value_parts(replace(PLAIN, risks=codes), book, weights, on)["risk"]

    assert (points("elder"), points("disabled"), points("elder", "disabled")) == (1.0, 2.0, 3.0)
    assert points("elder", "disabled", "ill", "no_heat") == 3.0, "no further than the most points"
    assert points("nobody") == 0.0
    over = [
        replace(row, valid_to=on - timedelta(days=1)) if row.code == "disabled" else row
        for row in city.tables["risk_groups"]
    ]
    ended = replace(city, tables={**city.tables, "risk_groups": tuple(over)})
    assert points("elder", "disabled", book=ended) == 1.0, "a row that is over gives nothing"


def test_a_weight_of_zero_switches_a_part_off(city: Book, now: datetime) -> None:
    off = with_rules(city, queue__weight_people=0)
    on = local_day(city, now)
    assert value_parts(replace(PLAIN, people=20), off, value_weights(off, on), on)["people"] == 0


def test_the_value_knows_nothing_of_the_requester() -> None:
    known = {field.name for field in fields(Waiting)}
    assert known == {"tier", "danger", "confidence", "since", "due", "people", "risks"}


def test_within_a_queue_the_most_worth_comes_first(city: Book, now: datetime) -> None:
    sure = waiting_ticket(city, now)
    unsure = waiting_ticket(city, now)
    sure.proposal, unsure.proposal = (
        {"candidates": [{"confidence": share}], "tier": "T3"} for share in (0.9, 0.1)
    )
    assert [one.pk for one in by_value([sure, unsure], city, now)] == [unsure.pk, sure.pk]
    assert waiting_of(unsure).confidence == 0.1


def test_a_queue_that_is_more_urgent_stays_before(city: Book, now: datetime) -> None:
    danger, usual = waiting_ticket(city, now), waiting_ticket(city, now)
    danger.queue, usual.queue = "danger", "dispatch"
    usual.proposal = {"candidates": [{"confidence": 0.0}], "tier": "T1"}
    assert [one.pk for one in by_value([usual, danger], city, now)] == [danger.pk, usual.pk]
    assert next_ones(Scope(everything=True), book=city, now=now)
