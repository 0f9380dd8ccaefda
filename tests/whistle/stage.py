"""A small stage for tests of whistles: a street of Chaoyang, its district, and those it may call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.tickets.stage import DISTRICT, STREET, SUPERVISOR, clerk, member, reviewer, ticket_in

from jieban.city.book import Book
from jieban.matters.rules import Actor
from jieban.people.roles import Role
from jieban.tickets.models import Ticket
from jieban.whistle.actions import (
    Blow,
    do_acknowledge,
    do_act,
    do_arrive,
    do_blow,
    do_give,
)
from jieban.whistle.joining import do_refuse
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.queries import reports_of
from jieban.whistle.rating import StreetMarks, UnitMarks

ENFORCEMENT = "110105.urban_enforcement"
HOUSING = "110105.housing"
GAS = "ent.gas"
OTHER_DISTRICT = "110106"  # 丰台区
OTHER_HOUSING = "110106.housing"
WORDS = "请到现场联合查处并拆除违建"
TRIED = "街道已三次上门劝导，下发告知书，当事人拒不整改。"
MARKS = UnitMarks(90, 80, 70)
SAID = StreetMarks(60, 50, False)

__all__ = ["DISTRICT", "STREET", "SUPERVISOR"]


def leader(unit: str = DISTRICT) -> Actor:
    """The head of a unit, by default of the district."""
    return member(Role.LEADER, unit)


def blow_of(*units: str, kind: str = "routine", **more: Any) -> Blow:
    """A blow for these units, enforcement and housing of the district unless told otherwise."""
    told: dict[str, Any] = {"words": WORDS, "tried": TRIED, "subject": "拆除违建专项", **more}
    return Blow(kind, units or (ENFORCEMENT, HOUSING), **told)


def blown(book: Book, now: datetime, *units: str, tickets: tuple[Ticket, ...] = (), **more: Any) -> Whistle:
    """A whistle that the street has blown."""
    return do_blow(blow_of(*units, **more), tickets, clerk(), now=now, book=book)


def in_work(book: Book, now: datetime, **columns: Any) -> Ticket:
    """A ticket of the street that is being handled."""
    return ticket_in("handling", book, now, **columns)


def report_in(state: str, book: Book, now: datetime, *units: str, **more: Any) -> ReportIn:
    """The first report-in of a new whistle, brought to this state by its verbs."""
    report = reports_of(blown(book, now, *units, **more).pk)[0]
    for verb in _ROADS[state]:
        _SAY[verb](report, book, now)
    assert report.state == state, report.state
    return report


_ROADS: dict[str, tuple[str, ...]] = {
    "joining": (),
    "called": (),
    "acknowledged": ("acknowledge",),
    "arrived": ("arrive",),
    "acting": ("arrive", "act"),
    "refused": ("refuse",),
    "result": ("arrive", "give"),
}


def _own(report: ReportIn) -> Actor:
    return clerk(report.lead_id or "")


_SAY: dict[str, Callable[[ReportIn, Book, datetime], Any]] = {
    "acknowledge": lambda r, book, now: do_acknowledge(r, _own(r), now=now),
    "arrive": lambda r, book, now: do_arrive(r, "王科长", "section_head", _own(r), now=now, book=book),
    "act": lambda r, book, now: do_act(r, "开始清理", _own(r), now=now),
    "refuse": lambda r, book, now: do_refuse(
        r, "不属于本局职责", reviewer(r.lead_id or ""), now=now, book=book
    ),
    "give": lambda r, book, now: do_give(r, "已拆除", "yes", _own(r), now=now, book=book),
}


def again[M: (Whistle, ReportIn, Ticket)](matter: M) -> M:
    """The matter as the database has it now."""
    return type(matter)._default_manager.get(pk=matter.pk)
