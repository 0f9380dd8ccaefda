"""Two at once at one whistle: it ends once, and nobody reports in to a whistle that was called off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.tickets.stage import clerk, reviewer
from tests.tickets.test_together import together
from tests.whistle.stage import GAS, HOUSING, MARKS, SAID, again, blown, in_work, report_in

from jieban.city.book import Book
from jieban.matters.actions import Overtaken
from jieban.matters.models import Event
from jieban.matters.rules import WrongState
from jieban.matters.tick import tick
from jieban.whistle import actions as a
from jieban.whistle import joining
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.queries import reports_of
from jieban.whistle.rating import do_rate_street, do_rate_unit

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def arrive(report: ReportIn, now: datetime, book: Book) -> Callable[[], Any]:
    own = clerk(report.lead_id or "")
    return lambda: a.do_arrive(report, "王科长", "staff", own, now=now, book=book)


def give(report: ReportIn, now: datetime, book: Book) -> Callable[[], Any]:
    own = clerk(report.lead_id or "")
    return lambda: a.do_give(report, "已处理", "yes", own, now=now, book=book)


def test_two_units_at_once_gather_and_end_a_whistle_once(live_city: Book, now: datetime) -> None:
    for _ in range(ROUNDS):
        ticket = in_work(live_city, now)
        whistle = blown(live_city, now, tickets=(ticket,))
        first, second = reports_of(whistle.pk)
        came = together(arrive(first, now, live_city), arrive(second, now, live_city))
        assert all(isinstance(one, ReportIn) for one in came), came
        gave = together(give(first, now, live_city), give(second, now, live_city))
        assert all(isinstance(one, ReportIn) for one in gave), gave
        verbs = list(Event.objects.filter(matter=whistle.pk).order_by("seq").values_list("verb", flat=True))
        assert verbs == ["blow", "gather", "settle"]
        assert Event.objects.filter(matter=ticket.pk, verb="returned").count() == 2


def test_a_unit_that_arrives_while_the_whistle_is_called_off(live_city: Book, now: datetime) -> None:
    for _ in range(ROUNDS):
        whistle = blown(live_city, now, HOUSING)
        (report,) = reports_of(whistle.pk)
        results = together(
            arrive(report, now, live_city),
            lambda: a.do_cancel(whistle, "已自行解决", reviewer(), now=now),  # noqa: B023
        )
        errors = [one for one in results if isinstance(one, Exception)]
        assert len(errors) == 1, results
        assert isinstance(errors[0], Overtaken)
        states = (again(whistle).state, again(report).state)
        assert states in (("gathered", "arrived"), ("cancelled", "withdrawn"))


def test_a_unit_that_arrives_as_its_clock_rings(live_city: Book, now: datetime) -> None:
    at = now + timedelta(minutes=30)
    for _ in range(ROUNDS):
        report = report_in("called", live_city, now, GAS, kind="emergency")
        came, _ticked = together(arrive(report, at, live_city), lambda: tick(at))
        if isinstance(came, Overtaken):
            assert (again(report).state, again(report).late) == ("called", True)
        else:
            assert (again(report).state, again(report).late) == ("arrived", False)


def test_two_of_one_unit_acknowledge_at_once(live_city: Book, now: datetime) -> None:
    report = report_in("called", live_city, now, HOUSING)
    mine, yours = again(report), again(report)
    results = together(
        lambda: a.do_acknowledge(mine, clerk(HOUSING), now=now),
        lambda: joining.do_refuse(yours, "不属职责", reviewer(HOUSING), now=now, book=live_city),
    )
    assert sum(isinstance(one, Overtaken | WrongState) for one in results) == 1, results


def test_both_sides_rate_at_once(live_city: Book, now: datetime) -> None:
    for _ in range(ROUNDS):
        report = report_in("result", live_city, now, HOUSING)
        mine, yours = again(report), again(report)
        results = together(
            lambda: do_rate_unit(mine, MARKS, clerk(), now=now),  # noqa: B023
            lambda: do_rate_street(yours, SAID, clerk(HOUSING), now=now),  # noqa: B023
        )
        assert sum(isinstance(one, Overtaken) for one in results) == 1, results
        report = again(report)
        if report.unit_rated_at is None:
            do_rate_unit(report, MARKS, clerk(), now=now)
        else:
            do_rate_street(report, SAID, clerk(HOUSING), now=now)
        assert again(report).state == "rated"
        assert Whistle.objects.get(pk=report.whistle).state == "rated"


def test_the_days_are_over_while_somebody_rates(live_city: Book, now: datetime) -> None:
    over = now + timedelta(days=8)
    for _ in range(ROUNDS):
        report = report_in("result", live_city, now, HOUSING)
        results = together(lambda: do_rate_unit(again(report), MARKS, clerk(), now=now), lambda: tick(over))  # noqa: B023
        errors = [one for one in results if isinstance(one, Exception)]
        assert all(isinstance(one, Overtaken | WrongState) for one in errors), results
        tick(over)
        assert again(report).state == "rated"
        assert Whistle.objects.get(pk=report.whistle).state == "rated"
