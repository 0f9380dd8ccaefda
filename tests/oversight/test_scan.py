"""What the scan finds, what it costs, and how cases are listed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.oversight.stage import (
    WHY,
    case_on,
    changed,
    triggers,
)
from tests.tickets.stage import (
    CALLER,
    DISTRICT,
    GROUND,
    OTHER_STREET,
    STREET,
    SUPERVISOR,
    clerk,
    stored,
    ticket_in,
)

from jieban.callback.actions import Answers, do_answers
from jieban.city.book import Book
from jieban.dispatch.actions import do_rule_on_objection
from jieban.handling.actions import do_object
from jieban.matters.queries import rebuilt
from jieban.oversight import queries, rules
from jieban.oversight import workflow as o
from jieban.oversight.actions import (
    do_close,
    do_supervise,
)
from jieban.oversight.kind import OVERSIGHT
from jieban.oversight.models import Case
from jieban.oversight.rules import Facts
from jieban.oversight.tasks import scan_all
from jieban.tickets import workflow as w
from jieban.tickets.queries import Scope

pytestmark = pytest.mark.django_db


def test_the_scan_finds_what_the_rules_say(city: Book, now: datetime) -> None:
    late = ticket_in(w.HANDLING, city, now - timedelta(days=9))
    asked = changed(ticket_in(w.CALLBACK, city, now - timedelta(days=9)), overdue=True, submitted_at=None)
    urged = changed(ticket_in(w.HANDLING, city, now), urged=3)
    moved = changed(ticket_in(w.HANDLING, city, now), passed=3, objected_by=["a", "b"])
    redone = changed(ticket_in(w.SIGNED, city, now), redone=4)
    stale = changed(ticket_in(w.HANDLING, city, now), opened_at=now - timedelta(days=61))
    refused = ticket_in(w.DISPATCHED, city, now - timedelta(hours=49))
    do_object(refused, GROUND, clerk(), now=now - timedelta(hours=49), book=city)
    do_rule_on_objection(refused, False, "属你单位。", SUPERVISOR, now=now - timedelta(hours=48), book=city)
    for _ in range(2):
        ticket_in(w.HANDLING, city, now, requester=7, same_as=1)
    again = ticket_in(w.HANDLING, city, now, requester=7, same_as=1)
    crowd = [ticket_in(w.HANDLING, city, now, cluster=99) for _ in range(5)]
    quiet = ticket_in(w.HANDLING, city, now)
    assert scan_all(now, city) == 12
    found = {(case.ticket, case.trigger): case.measured for case in Case.objects.all()}
    repeated = {key: value for key, value in found.items() if key[1] == "repeat"}
    assert (len(repeated), set(repeated.values())) == (3, {3})
    assert again.pk in {ticket for ticket, _ in repeated}
    assert {key: value for key, value in found.items() if key[1] != "repeat"} == {
        (late.pk, "overdue"): 192,
        (asked.pk, "overdue"): 192,
        (urged.pk, "urged"): 3,
        (moved.pk, "passed"): 3,
        (redone.pk, "redone"): 4,
        (stale.pk, "stale"): 61,
        (refused.pk, "refused"): 49,
        (refused.pk, "overdue"): 25,
        (crowd[0].pk, "cluster"): 5,
    }
    assert quiet.pk not in {ticket for ticket, _ in found}
    assert scan_all(now, city) == 0
    assert all(row == Case.objects.get(pk=pk).row() for pk, row in rebuilt(OVERSIGHT))


def test_the_scan_opens_again_only_what_has_grown(city: Book, now: datetime) -> None:
    ticket = changed(ticket_in(w.HANDLING, city, now), urged=3)
    assert scan_all(now, city) == 1
    do_close(Case.objects.get(), "已解释。", SUPERVISOR, now=now, book=city)
    assert scan_all(now, city) == 0
    changed(ticket, urged=4)
    assert scan_all(now, city) == 1


def test_what_is_late_is_looked_at_again_after_its_hours(city: Book, now: datetime) -> None:
    ticket_in(w.HANDLING, city, now - timedelta(days=9))
    assert scan_all(now, city) == 1
    do_close(Case.objects.get(), "已解释。", SUPERVISOR, now=now, book=city)
    assert scan_all(now + timedelta(hours=23), city) == 0
    assert scan_all(now + timedelta(hours=24), city) == 1


def test_what_the_requester_calls_solved_is_ended(city: Book, now: datetime) -> None:
    ticket = changed(ticket_in(w.CALLBACK, city, now), urged=3)
    scan_all(now, city)
    do_answers(stored(ticket), Answers(True, "yes", "satisfied"), CALLER, now=now, book=city)
    scan_all(now, city)
    assert Case.objects.get().state == o.CLOSED
    assert stored(ticket).marks == []


def test_the_scan_costs_the_same_among_ten_and_fifty(city: Book, now: datetime) -> None:
    costs = []
    for more in (10, 40):
        for _ in range(more):
            ticket_in(w.HANDLING, city, now)
        with CaptureQueriesContext(connection) as captured:
            assert scan_all(now, city) == 0
        costs.append(len(captured))
    assert costs[0] == costs[1] <= 10


def test_the_scan_is_bounded(city: Book, now: datetime) -> None:
    for _ in range(3):
        changed(ticket_in(w.HANDLING, city, now), urged=3)
    assert scan_all(now, city, size=2) == 2
    assert scan_all(now, city, size=2) == 1


# --- cost and lists -----------------------------------------------------------------------------


def test_each_verb_costs_at_most_fifteen_statements(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, now)
    with CaptureQueriesContext(connection) as captured:
        case = do_supervise(ticket, "media", WHY, SUPERVISOR, now=now, book=city)
    opened = len(captured)
    with CaptureQueriesContext(connection) as captured:
        do_close(case, "已解释。", SUPERVISOR, now=now, book=city)
    assert max(opened, len(captured)) <= 15


def test_everybody_sees_his_own_and_the_level_below(city: Book, now: datetime) -> None:
    case = case_on(city, now)
    units = city.units

    def sees(unit: str) -> bool:
        return case in queries.rows(Scope(unit=unit), units[unit]).rows

    assert [sees(unit) for unit in (STREET, DISTRICT, "hotline", "110000")] == [True] * 4
    assert not sees(OTHER_STREET)
    assert queries.counts(Scope(unit=STREET), units[STREET]) == {"letter": 1, "answered": 0}
    assert queries.rows(Scope(unit=STREET), units[STREET], step="written").rows == []


@pytest.mark.parametrize("sort", queries.SORTS)
def test_the_long_list_is_sorted_and_paged_by_key(sort: str, city: Book, now: datetime) -> None:
    for number in range(5):
        changed(
            ticket_in(w.HANDLING, city, now),
            redone=number % 3 + 1,
            urged=number,
            opened_at=now - timedelta(days=70),
        )
    ticket_in(w.HANDLING, city, now)
    before = now - timedelta(days=60)
    scope, found, after = Scope(everything=True), [], ""
    for _ in range(3):
        with CaptureQueriesContext(connection) as captured:
            page = queries.long_and_again(scope, sort, opened_before=before, urged=3, after=after, size=2)
        assert len(captured) == 1
        found += page.rows
        after = page.after
    assert after == ""
    assert len({one.pk for one in found}) == len(found) == 5
    if sort != "opened":
        values = [getattr(one, sort) for one in found]
        assert values == sorted(values, reverse=True)


def test_the_thresholds_are_rows_of_the_city(city: Book, now: datetime) -> None:
    rows = triggers(city, now)
    assert rows["redone"].threshold == Decimal(3)
    assert {row.measure for row in rows.values()} <= set(Facts.__slots__)
    assert [step.rung for step in rules.ladder(city, now.date())] == [1, 2, 3, 4]
