"""What street and units are worth to each other in a month, and what a verb or a list costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.guards.test_sql_budget import counted
from tests.tickets.stage import clerk, reviewer
from tests.whistle.stage import (
    DISTRICT,
    ENFORCEMENT,
    GAS,
    HOUSING,
    MARKS,
    OTHER_HOUSING,
    SAID,
    STREET,
    blow_of,
    blown,
    in_work,
    leader,
    report_in,
)

from jieban.city.book import Book
from jieban.matters.actions import series
from jieban.matters.tick import tick
from jieban.tickets.queries import Scope, everything
from jieban.whistle import actions as a
from jieban.whistle import joining
from jieban.whistle import queries as q
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.rating import StreetMarks, UnitMarks, do_rate_street, do_rate_unit

pytestmark = pytest.mark.django_db
VERB = 15


def rated(book: Book, now: datetime, marks: UnitMarks, said: StreetMarks) -> ReportIn:
    report = report_in("result", book, now, HOUSING)
    do_rate_unit(report, marks, clerk(), now=now)
    return do_rate_street(report, said, clerk(HOUSING), now=now)


def month(now: datetime) -> tuple[datetime, datetime]:
    return now - timedelta(days=1), now + timedelta(days=30)


def test_art_33_figures_of_a_month(city: Book, now: datetime) -> None:
    rated(city, now, MARKS, SAID)
    rated(city, now, UnitMarks(100, 100, 100), StreetMarks(20, 30, True))
    report_in("called", city, now, HOUSING, kind="emergency")
    report_in("result", city, now, HOUSING)  # not rated yet: its ratings do not count
    tick(now + timedelta(hours=1))
    (unit,) = q.unit_figures(everything(), *month(now), city)
    assert (unit.unit, unit.called, unit.timely, unit.late, unit.not_come) == (HOUSING, 4, 3, 0, 1)
    assert (unit.rated, unit.mark, unit.factor) == (2, Decimal("90.0"), Decimal("0.75"))
    assert unit.score == Decimal("67.5")
    (street,) = q.street_figures(everything(), *month(now))
    assert (street.street, street.whistles, street.calls, street.rated) == (STREET, 4, 4, 2)
    assert (street.necessity, street.unnecessary, street.abuse) == (Decimal(40), 1, Decimal(50))


def test_a_figure_leads_to_the_report_ins_that_it_counts(city: Book, now: datetime) -> None:
    rated(city, now, MARKS, StreetMarks(20, 30, True))
    report_in("refused", city, now, ENFORCEMENT)
    begin, end = month(now)
    (unit,) = [one for one in q.unit_figures(everything(), begin, end, city) if one.unit == HOUSING]
    for what, number in (("timely", unit.timely), ("late", unit.late), ("unit_rated", unit.rated)):
        look = q.Counted(begin, end, unit=HOUSING, what=what)
        assert len(q.counted(everything(), look).rows) == number, what
    assert len(q.counted(everything(), q.Counted(begin, end, street=STREET, what="unnecessary")).rows) == 1
    assert len(q.counted(everything(), q.Counted(begin, end, what="refused")).rows) == 1


def test_nobody_counts_what_he_may_not_see(city: Book, now: datetime) -> None:
    rated(city, now, MARKS, SAID)
    for scope, seen in (
        (Scope(unit=HOUSING), 1),
        (Scope(unit=STREET), 1),
        (Scope(unit=DISTRICT, district=DISTRICT), 1),
        (Scope(unit=GAS), 0),
        (Scope(unit="110106", district="110106"), 0),
        (Scope(), 0),
    ):
        assert len(q.unit_figures(scope, *month(now), city)) == seen
        assert len(q.street_figures(scope, *month(now))) == seen


def test_lists_cost_one_statement_and_are_paged_by_key(city: Book, now: datetime) -> None:
    for _ in range(5):
        blown(city, now, HOUSING)
    seen: list[int] = []
    after = ""
    for _ in range(3):
        with counted(1):
            found = q.called(HOUSING, after, size=2)
        seen += [row.pk for row in found.rows]
        after = found.after
    assert len(seen) == len(set(seen)) == 5
    assert not after
    scope = Scope(unit=DISTRICT, district=DISTRICT)
    reads: tuple[Callable[[], Any], ...] = (
        lambda: q.blown(STREET),
        lambda: q.watched(scope),
        lambda: q.to_rule_on(scope),
        lambda: q.not_come(scope),
        lambda: q.unit_figures(scope, *month(now), city),
        lambda: q.street_figures(scope, *month(now)),
        lambda: q.neglected(now, book=city),
        lambda: q.called(HOUSING, "no key"),
    )
    for read in reads:
        with counted(1):
            read()


ACTS: dict[str, tuple[str, tuple[str, ...], Callable[[ReportIn, Book, datetime], Any]]] = {
    "acknowledge": ("called", (HOUSING,), lambda r, b, n: a.do_acknowledge(r, clerk(HOUSING), now=n)),
    "arrive": (
        "called",
        (HOUSING,),
        lambda r, b, n: a.do_arrive(r, "王科长", "staff", clerk(HOUSING), now=n, book=b),
    ),
    "act": ("arrived", (HOUSING,), lambda r, b, n: a.do_act(r, "清理", clerk(HOUSING), now=n)),
    "refuse": (
        "called",
        (HOUSING,),
        lambda r, b, n: joining.do_refuse(r, "不属职责", reviewer(HOUSING), now=n, book=b),
    ),
    "rule": (
        "refused",
        (HOUSING,),
        lambda r, b, n: joining.do_rule(r, True, "成立", leader(), now=n, book=b),
    ),
    "order": (
        "refused",
        (HOUSING,),
        lambda r, b, n: joining.do_rule(r, False, "报到", leader(), now=n, book=b),
    ),
    "join": (
        "joining",
        (OTHER_HOUSING,),
        lambda r, b, n: joining.do_join(r, "", leader("110106"), now=n, book=b),
    ),
    "withdraw": ("called", (HOUSING,), lambda r, b, n: a.do_withdraw(r, "", clerk(), now=n, book=b)),
    "rate_unit": ("result", (HOUSING,), lambda r, b, n: do_rate_unit(r, MARKS, clerk(), now=n)),
    "rate_street": ("result", (HOUSING,), lambda r, b, n: do_rate_street(r, SAID, clerk(HOUSING), now=n)),
}


@pytest.mark.parametrize("verb", ACTS)
def test_a_verb_costs_at_most_fifteen_statements(verb: str, city: Book, now: datetime) -> None:
    state, units, say = ACTS[verb]
    report = report_in(state, city, now, *units)
    with counted(VERB):
        say(report, city, now)


def test_the_dearest_blow_result_and_cancel(city: Book, now: datetime) -> None:
    """The most tickets that one whistle joins; every unit more is in the same statements."""
    many = tuple(in_work(city, now) for _ in range(int(city.rule("whistle.max_tickets", now.date()))))
    series.forget()
    with counted(VERB):
        whistle = a.do_blow(blow_of(HOUSING), many, clerk(), now=now, book=city)
    with counted(VERB):
        blown(city, now, HOUSING, ENFORCEMENT, GAS, "city.housing", "city.water")
    (report,) = q.reports_of(whistle.pk)
    a.do_arrive(report, "王科长", "staff", clerk(HOUSING), now=now, book=city)
    with counted(VERB):  # the result returns to four tickets
        a.do_give(report, "已处理", "yes", clerk(HOUSING), now=now, book=city)
    two = blown(city, now)
    with counted(VERB):
        a.do_cancel(two, "不需要了", clerk(), now=now)
    assert Whistle.objects.get(pk=two.pk).state == "cancelled"
    with pytest.raises(a.WhistleRefused):
        a.do_blow(blow_of(HOUSING), (*many, many[0]), clerk(), now=now, book=city)
