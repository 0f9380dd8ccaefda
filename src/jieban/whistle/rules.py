"""The pure rules of a whistle: who may be called, until when, and what the mutual ratings are worth.

The law says that both sides are assessed (Ordinance Art. 33) and that the streets' opinion counts for the
departments (Street-office Ordinance Art. 44). It gives no arithmetic: the formulae below are inferences,
marked [I], and their numbers are rows of ``rules.csv``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from jieban.city.book import Book
from jieban.city.clock import add_time, calendar_of, local_day
from jieban.city.law import WhistleKind
from jieban.city.rows import Unit
from jieban.city.units import district_above, hotline_code

ATTENDANCE = ("staff", "section_head", "deputy_head", "head")
"""The level of who comes: a member of staff, a head of section, a deputy head, the head of the unit."""

SOLVED = ("yes", "partly", "no")
CALLED_KINDS = ("department", "district_department", "enterprise", "street")
EMERGENCY = "emergency"


def report_by(kind: WhistleKind, called_at: datetime, book: Book) -> datetime:
    """By when a unit called at ``called_at`` must have reported in (报到时限), UTC.

    The minutes of the kind in its calendar: 30 natural minutes for an emergency [R:HAND19], 2 hours for
    joint enforcement and one working day for the others [I]. Raises ``NoWorkingTime``.
    """
    return add_time(called_at, kind.report_minutes / 60, calendar_of(book, kind.calendar))


def rings_again(due: datetime, now: datetime, book: Book) -> datetime | None:
    """When the clock of what is owed rings again; None when the days of waiting are over [I].

    Each ``whistle.again_hours``, until ``whistle.give_up_days`` after ``due``.
    """
    on = local_day(book, now)
    end = due + timedelta(days=float(book.rule("whistle.give_up_days", on)))
    if now >= end:
        return None
    return min(now + timedelta(hours=float(book.rule("whistle.again_hours", on))), end)


def may_be_called(street: Unit, unit: Unit, on: date, book: Book) -> bool:
    """Whether a street may whistle for a unit (Art. 16; Street-office Ordinance Art. 5).

    Departments of its own district, departments of the city and enterprises with a public service come
    when called. Units of another district may be called too, but that district joins first (跨区联合吹哨);
    among them its streets. A street does not whistle for the streets of its own district.
    """
    if unit.kind not in CALLED_KINDS or not unit.in_force(on) or unit.code == street.code:
        return False
    return unit.kind != "street" or district_above(book, unit) != district_above(book, street)


def must_join(street: Unit, unit: Unit, book: Book) -> bool:
    """Whether another district has to join before this unit is called."""
    return district_above(book, unit) not in ("", district_above(book, street))


def judges(unit: Unit, book: Book, recused: Collection[str] = ()) -> list[str]:
    """Who rules when a unit refuses, or joins for it: its district (Street-office Ordinance Art. 44).

    For a unit of the city, and where the district must keep out (回避), it is the hotline's supervisor,
    who reports to the city [I].
    """
    own = district_above(book, unit)
    return [own] if own and own not in recused else [hotline_code(book)]


def overall(solved: Sequence[str]) -> str:
    """The result of a whistle from those of its units: all solved, none, or partly [I].

    A whistle to which nobody gave a result has solved nothing.
    """
    if solved and all(one == "yes" for one in solved):
        return "yes"
    return "no" if all(one == "no" for one in solved) else "partly"


def timeliness_factor(timely: int, late: int, not_come: int, late_factor: Decimal) -> Decimal | None:
    """The share of calls to which a unit came in time, where a late one counts ``late_factor`` [I].

    ``(timely + late_factor x late) / (timely + late + not_come)``. Calls that the street took back in time,
    that the district excused, or whose limit still runs are left out. None where nothing counts.
    """
    total = timely + late + not_come
    return (timely + late_factor * late) / total if total else None


def department_score(marks: Iterable[Decimal], factor: Decimal | None) -> Decimal | None:
    """The score of a unit in a period: mean of the streets' marks x timeliness factor, 0 to 100 [I].

    None without a mark. ("department score = mean of street scores x timeliness factor")
    """
    given = list(marks)
    if not given or factor is None:
        return None
    return sum(given, Decimal(0)) / len(given) * factor


def abuse_index(unnecessary: int, rated: int) -> Decimal | None:
    """The share of the ratings of a street's whistles that say "unnecessary", in percent [I].

    Whistles are for key and hard matters: neither too many nor too few [R:CHN18].
    """
    return Decimal(100 * unnecessary) / rated if rated else None
