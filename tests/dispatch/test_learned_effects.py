"""Returns and rulings teach at once, within bounds, and say why."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.dispatch.books import with_rules
from tests.tickets.stage import (
    COLD_ROOM,
    GROUND,
    HEATING,
    OTHER_STREET,
    STREET,
    SUPERVISOR,
    clerk,
    ticket_in,
)

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.actions import do_rule_on_objection
from jieban.dispatch.models import DispatchFact, DispatchMonth
from jieban.dispatch.ranker.effects import Past, effects_of, moved, weights_of
from jieban.dispatch.ranker.history import do_count_month, history_for
from jieban.dispatch.why.explain import effect_words
from jieban.handling.actions import do_object
from jieban.tickets import workflow as w

PAIR = (COLD_ROOM[:4], STREET)


def returned(city: Book, now: datetime, times: int = 1) -> None:
    for _ in range(times):
        ticket = ticket_in(w.DISPATCHED, city, now)
        ticket = do_object(ticket, GROUND, clerk(), now=now, book=city)
        do_rule_on_objection(ticket, True, "属供热单位", SUPERVISOR, now=now, book=city, unit=HEATING)


def test_an_accepted_objection_lowers_the_unit_at_once(city: Book, now: datetime) -> None:
    returned(city, now, 2)
    (pair,) = DispatchMonth.objects.filter(returned__gt=0)
    history = history_for([(pair.category, pair.place)], city, now)
    past = history[pair.category, pair.place][STREET]
    assert past.returned == 2
    on = local_day(city, now)
    (effect,) = effects_of(STREET, {STREET: past}, weights_of(city, on))
    assert effect.kind == "returned"
    assert effect.change < 0
    assert "2" in effect_words(effect, city)


def test_a_rejected_objection_teaches_nothing(city: Book, now: datetime) -> None:
    ticket = do_object(ticket_in(w.DISPATCHED, city, now), GROUND, clerk(), now=now, book=city)
    do_rule_on_objection(ticket, False, "属本单位", SUPERVISOR, now=now, book=city)
    assert not DispatchMonth.objects.exists()


def test_what_is_learned_is_bounded_and_dated(city: Book, now: datetime) -> None:
    on = local_day(city, now)
    weights = weights_of(city, on)
    few, many = (
        sum(one.change for one in effects_of(STREET, {STREET: Past(0, n, on)}, weights)) for n in (4, 4000)
    )
    assert few == many == -weights.returned * weights.most_returns
    silent = with_rules(city, dispatch__return_weight=0, dispatch__history_weight=0)
    assert effects_of(STREET, {STREET: Past(50, 9, on)}, weights_of(silent, on)) == ()
    taken = sum(one.change for one in effects_of(STREET, {STREET: Past(10**6, 0, on)}, weights))
    assert 0 < taken <= weights.taken


def test_old_returns_are_forgotten(city: Book, now: datetime) -> None:
    returned(city, now)
    pair = DispatchMonth.objects.get(returned=1)
    assert history_for([(pair.category, pair.place)], city, now + timedelta(days=60))
    assert not history_for([(pair.category, pair.place)], city, now + timedelta(days=200))


def test_history_costs_one_statement_however_much_is_asked(city: Book, now: datetime) -> None:
    with CaptureQueriesContext(connection) as captured:
        history_for([(f"01{n:02d}", STREET) for n in range(40)], city, now)
    assert len(captured) == 1
    with CaptureQueriesContext(connection) as captured:
        history_for([], city, now)
    assert len(captured) == 0


def test_a_confidence_moves_in_the_direction_of_its_change() -> None:
    assert moved(0.6, -1.0) < 0.6 < moved(0.6, 1.0) < 1
    assert moved(0.0, 3.0) == 0.0
    assert moved(0.6, 0.0) == 0.6


def test_the_month_is_counted_the_same_twice(city: Book, now: datetime) -> None:
    for _ in range(3):
        ticket_in(w.SIGNED, city, now)
    ticket_in(w.SIGNED, city, now, unit=OTHER_STREET)
    returned(city, now)
    day = local_day(city, now)
    do_count_month(day, city)
    first = list(DispatchMonth.objects.order_by("pk").values("unit", "sent", "returned"))
    facts = list(DispatchFact.objects.values("unit", "agreed", "alone", "first", "n").order_by("unit", "n"))
    do_count_month(day, city)
    assert list(DispatchMonth.objects.order_by("pk").values("unit", "sent", "returned")) == first
    again = list(DispatchFact.objects.values("unit", "agreed", "alone", "first", "n").order_by("unit", "n"))
    assert again == facts
    assert sum(row["sent"] for row in first if row["unit"] == STREET) == 3
    assert sum(row["n"] for row in facts if not row["first"]) == 1
    assert sum(row["returned"] for row in first) == 1
