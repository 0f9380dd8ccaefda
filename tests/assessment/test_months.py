"""Counting a month: by the city's own midnight, the same however often, and by closed tickets only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.tickets.stage import CALLER, HEATING, OTHER_STREET, STREET, ticket_in

from jieban.assessment.actions import do_count_month, month_span
from jieban.assessment.models import MonthCount
from jieban.assessment.queries import months, standings
from jieban.assessment.tasks import count_ticket
from jieban.callback.actions import Answers, do_answers, do_give_up, do_limit_reached, do_visit
from jieban.callback.rating import do_revise
from jieban.city.book import Book
from jieban.matters.actions import do_advance
from jieban.matters.actors import PLATFORM, requester
from jieban.matters.rules import Step
from jieban.tickets import workflow
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

NOVEMBER = date(2026, 11, 1)
GOOD = Answers(True, "yes", "satisfied")


def closed(book: Book, now: datetime, answers: Answers | None = GOOD, unit: str = STREET) -> Ticket:
    ticket = ticket_in(workflow.CALLBACK, book, now, unit)
    if answers is None:
        return do_give_up(ticket, PLATFORM, now=now)
    ticket.redone = 1  # the rule allows no further round
    Ticket.objects.filter(pk=ticket.pk).update(redone=1)
    return do_answers(ticket, answers, CALLER, now=now, book=book)


def counts(book: Book, now: datetime, month: date = NOVEMBER) -> dict[str, Any]:
    do_count_month(month, now=now, book=book)
    return {row.unit_id: row.counts for row in MonthCount.objects.filter(month=month.replace(day=1))}


def test_the_answers_of_a_month_are_counted_by_unit(city: Book, now: datetime) -> None:
    closed(city, now)
    closed(city, now, Answers(True, "partly", "basic", reasons=("S2",)))
    closed(city, now, Answers(False, "no", "dissatisfied", reasons=("C1",)))
    closed(city, now, None)
    closed(city, now, unit=OTHER_STREET)
    told = counts(city, now)
    assert set(told) == {STREET, OTHER_STREET}
    one = told[STREET]
    assert (one.due, one.unreached, one.answered, one.contacted) == (4, 1, 3, 2)
    assert (one.solved, one.partly, one.satisfied, one.basic) == (1, 1, 1, 1)


def test_counting_again_gives_the_same(city: Book, now: datetime) -> None:
    closed(city, now)
    first = counts(city, now)
    assert counts(city, now + timedelta(days=1)) == first
    assert MonthCount.objects.count() == 1


def test_open_tickets_are_not_counted(city: Book, now: datetime) -> None:
    ticket_in(workflow.CALLBACK, city, now)
    ticket_in(workflow.WAITING, city, now)
    assert counts(city, now) == {}


def test_what_is_excluded_by_approval_leaves_the_base(city: Book, now: datetime) -> None:
    ticket = closed(city, now)
    Ticket.objects.filter(pk=ticket.pk).update(exclusion="E5")
    one = counts(city, now)[STREET]
    assert (one.due, one.excluded, one.answered, one.solved) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("due", "month"),
    [
        (datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC), date(2026, 10, 1)),  # 23:59:59 in Beijing
        (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), date(2026, 11, 1)),  # midnight in Beijing
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_month_begins_at_the_citys_midnight(due: datetime, month: date, city: Book, now: datetime) -> None:
    ticket = closed(city, now)
    Ticket.objects.filter(pk=ticket.pk).update(due_at=due)
    for other in (date(2026, 10, 15), date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 1)):
        counts(city, now, other)
    assert list(MonthCount.objects.values_list("month", flat=True)) == [month]


def test_months_follow_each_other_without_gap() -> None:
    for year in (2024, 2026):
        for month in range(1, 13):
            _, end = month_span(date(year, month, 28), "Asia/Shanghai")
            following = date(year + month // 12, month % 12 + 1, 1)
            assert month_span(following, "Asia/Shanghai")[0] == end


def test_closing_a_ticket_asks_for_its_count_in_the_same_transaction(city: Book, now: datetime) -> None:
    ticket = closed(city, now)
    job = ProcrastinateJob.objects.get(task_name="assessment.count_ticket")
    assert job.args == {"matter": ticket.pk}
    count_ticket(ticket.pk)
    count_ticket(ticket.pk)
    assert MonthCount.objects.get(unit=STREET).due == 1


def test_a_visit_that_closes_is_counted_too(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    for attempt in range(3):
        do_visit(ticket, "", CALLER, now=now + attempt * timedelta(hours=4), book=city)
    assert ProcrastinateJob.objects.filter(task_name="assessment.count_ticket").count() == 1


def test_who_refuses_and_who_is_anonymous_counts_as_not_reached(city: Book, now: datetime) -> None:
    refused = ticket_in(workflow.CALLBACK, city, now)
    do_visit(refused, "", CALLER, now=now, book=city, outcome="refused")
    anonymous = ticket_in(workflow.SIGNED, city, now, secrecy="anonymous")
    do_limit_reached(anonymous, PLATFORM, now=now, book=city)
    closed(city, now)
    counted = counts(city, now)[STREET]
    assert (counted.due, counted.unreached, counted.solved) == (3, 2, 1)


def test_answers_changed_after_the_end_change_the_month(city: Book, now: datetime) -> None:
    ticket = closed(city, now)
    assert counts(city, now)[STREET].solved == 1
    bad = Answers(True, "no", "dissatisfied")
    do_revise(ticket, bad, requester(ticket.number), now=now, book=city)
    count_ticket(ticket.pk)
    assert (MonthCount.objects.get(unit=STREET).solved, MonthCount.objects.get(unit=STREET).due) == (0, 1)


def test_one_unit_can_be_counted_alone(city: Book, now: datetime) -> None:
    closed(city, now)
    closed(city, now, unit=OTHER_STREET)
    do_count_month(NOVEMBER, now=now, book=city, unit=OTHER_STREET)
    assert list(MonthCount.objects.values_list("unit_id", flat=True)) == [OTHER_STREET]


def test_units_are_ranked_and_equals_share_a_rank(
    city: Book, now: datetime, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    closed(city, now)
    closed(city, now, unit=OTHER_STREET)
    closed(city, now, Answers(True, "no", "dissatisfied", reasons=("S1",)), unit="110108012")
    closed(city, now, None, unit="110108013")
    closed(city, now, unit=HEATING)
    counts(city, now)
    demo = next(iter(city.tables["schemes"]))
    with django_assert_max_num_queries(3):
        told = standings(NOVEMBER, demo)
    assert [(one.unit, one.rank) for one in told] == [
        (STREET, 1),
        (OTHER_STREET, 1),
        ("110108012", 3),
        ("110108013", None),
    ]
    assert months() == [NOVEMBER]


def test_nothing_but_the_requesters_answers_moves_a_rate(city: Book, now: datetime) -> None:
    ticket = closed(city, now)
    before = counts(city, now)[STREET]
    other = ticket_in(workflow.HANDLING, city, now)
    do_advance(TICKET, other, Step("urge", PLATFORM, now, {"urged": 5}))
    assert counts(city, now)[STREET] == before
    assert ticket.state == workflow.CLOSED
