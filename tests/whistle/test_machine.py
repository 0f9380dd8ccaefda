"""Anybody says anything at a whistle at any time: after each step what must hold holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.tickets.stage import SUPERVISOR, clerk, reviewer
from tests.whistle.stage import (
    DISTRICT,
    ENFORCEMENT,
    GAS,
    HOUSING,
    MARKS,
    OTHER_DISTRICT,
    OTHER_HOUSING,
    SAID,
    blow_of,
    in_work,
    leader,
)

from jieban.city.book import Book
from jieban.matters.actions import Overtaken
from jieban.matters.queries import rebuilt
from jieban.matters.rules import Actor, NotPossible
from jieban.matters.tick import tick
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences
from jieban.whistle import actions as a
from jieban.whistle import joining
from jieban.whistle import workflow as w
from jieban.whistle.following import do_settle
from jieban.whistle.kind import REPORT, WHISTLE
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.rating import do_rate_street, do_rate_unit

UNITS = (ENFORCEMENT, HOUSING, GAS, OTHER_HOUSING)
PEOPLE: tuple[Actor, ...] = (
    clerk(),
    reviewer(),
    SUPERVISOR,
    leader(DISTRICT),
    leader(OTHER_DISTRICT),
    *(reviewer(unit) for unit in UNITS),
)

Say = Callable[[ReportIn, Actor, datetime, Book], Any]
SAY: dict[str, Say] = {
    "acknowledge": lambda r, who, now, book: a.do_acknowledge(r, who, now=now),
    "arrive": lambda r, who, now, book: a.do_arrive(r, "某人", "staff", who, now=now, book=book),
    "act": lambda r, who, now, book: a.do_act(r, "清理", who, now=now),
    "give": lambda r, who, now, book: a.do_give(r, "结果", "partly", who, now=now, book=book),
    "refuse": lambda r, who, now, book: joining.do_refuse(r, "不属职责", who, now=now, book=book),
    "order": lambda r, who, now, book: joining.do_rule(r, False, "报到", who, now=now, book=book),
    "excuse": lambda r, who, now, book: joining.do_rule(r, True, "成立", who, now=now, book=book),
    "join": lambda r, who, now, book: joining.do_join(r, "", who, now=now, book=book),
    "decline": lambda r, who, now, book: joining.do_decline(r, "不联合", who, now=now, book=book),
    "withdraw": lambda r, who, now, book: a.do_withdraw(r, "", who, now=now, book=book),
    "rate unit": lambda r, who, now, book: do_rate_unit(r, MARKS, who, now=now),
    "rate street": lambda r, who, now, book: do_rate_street(r, SAID, who, now=now),
}


class WhistleMachine(RuleBasedStateMachine):
    """Whistles at random."""

    book: Book
    begin: datetime

    def __init__(self) -> None:
        super().__init__()
        self.now = self.begin
        self.savepoint = transaction.savepoint_create()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @initialize()
    def first(self) -> None:
        self.ticket = in_work(self.book, self.now)
        self.blow(list(UNITS[:2]), "routine")

    @rule(
        units=st.lists(st.sampled_from(UNITS), min_size=1, max_size=3),
        kind=st.sampled_from(["emergency", "enforcement", "routine"]),
    )
    def blow(self, units: list[str], kind: str) -> None:
        ticket = Ticket.objects.get(pk=self.ticket.pk)
        tickets = (ticket,) if ticket.state in ("signed", "handling") else ()
        a.do_blow(blow_of(*units, kind=kind), tickets, clerk(), now=self.now, book=self.book)

    @rule(hours=st.floats(0.1, 100))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)
        tick(self.now)
        for report in ReportIn.objects.filter(state__in=(w.ABSENT, w.EXCUSED)):
            do_settle(report, now=self.now, book=self.book)  # the job that follows

    @rule(which=st.integers(0, 9), verb=st.sampled_from(sorted(SAY)), who=st.sampled_from(PEOPLE))
    def anything(self, which: int, verb: str, who: Actor) -> None:
        self._say(self._report(which), verb, who)

    @rule(
        which=st.integers(0, 9),
        verb=st.sampled_from(["arrive", "give", "rate street", "refuse", "acknowledge"]),
    )
    def its_own_unit(self, which: int, verb: str) -> None:
        report = self._report(which)
        self._say(report, verb, reviewer(report.lead_id or ""))

    @rule(which=st.integers(0, 9))
    def call_off(self, which: int) -> None:
        whistles = list(Whistle.objects.order_by("pk"))
        try:
            with transaction.atomic():
                a.do_cancel(whistles[which % len(whistles)], "不需要", clerk(), now=self.now)
        except NotPossible:
            pass

    @rule(which=st.integers(0, 9), verb=st.sampled_from(sorted(SAY)))
    def somebody_acts_on_an_old_page(self, which: int, verb: str) -> None:
        report = self._report(which)
        report.version -= 1
        with pytest.raises((Overtaken, NotPossible)), transaction.atomic():
            SAY[verb](report, reviewer(report.lead_id or ""), self.now, self.book)

    def _report(self, which: int) -> ReportIn:
        reports = list(ReportIn.objects.order_by("pk"))
        return reports[which % len(reports)]

    def _say(self, report: ReportIn, verb: str, who: Actor) -> None:
        before = report.row()
        try:
            with transaction.atomic():
                SAY[verb](report, who, self.now, self.book)
        except NotPossible:
            assert ReportIn.objects.get(pk=report.pk).row() == before

    @invariant()
    def each_has_one_holder_and_a_clock_while_it_is_awaited(self) -> None:
        for report in ReportIn.objects.all():
            assert report.lead_id
            assert (report.closed_at is not None) == (report.state in w.REPORT_CLOSED)
            if report.state in w.OWING:
                assert report.due_at is not None
                assert report.clock in REPORT.clocks
            else:
                assert (report.clock, report.clock_at) == ("", None)

    @invariant()
    def a_whistle_is_over_when_nothing_of_it_is_awaited(self) -> None:
        for whistle in Whistle.objects.all():
            states = list(ReportIn.objects.filter(whistle=whistle.pk).values_list("state", flat=True))
            assert (whistle.state in w.RUNNING) == any(state in w.OWING for state in states)
            assert (whistle.state == w.DONE) == (
                any(state == w.RESULT for state in states) and whistle.state not in w.RUNNING
                and whistle.state != w.CANCELLED
            )  # fmt: skip
            assert (whistle.closed_at is not None) == (whistle.state in w.CLOSED_STATES)

    @invariant()
    def marks_are_shut_until_both_are_in(self) -> None:
        for report in ReportIn.objects.filter(state=w.RESULT):
            assert report.unit_rated_at is None or report.street_rated_at is None

    @invariant()
    def rows_are_what_their_events_say(self) -> None:
        assert list(differences()) == []
        for kind in (WHISTLE, REPORT):
            told = dict(rebuilt(kind))
            assert all(told[row.pk] == row.row() for row in kind.model._default_manager.all())


@pytest.mark.django_db
def test_whistles_at_random(city: Book, now: datetime) -> None:
    WhistleMachine.book, WhistleMachine.begin = city, now
    run_state_machine_as_test(
        WhistleMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
