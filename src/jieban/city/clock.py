"""Time limits (办理时限): when something is due, in natural time or in the working time of a calendar.

Pure: aware datetimes in, UTC out; nothing here looks at the time of day. Working time is told by
``calendars.csv`` and ``calendar_days.csv`` in the time zone of the pack, so a change to or from summer
time neither adds nor takes working time that is not there. Sources: Ordinance Art. 13 (a limit stands on
every dispatched ticket); Civil Code of the PRC Art. 201 (the day on which a period begins is not
counted) and Art. 203 (a period that ends on a day with business hours ends at their close).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import cast
from zoneinfo import ZoneInfo

from jieban.city.book import Book
from jieban.city.rows import Calendar, CalendarDay, LimitTier

DAY = timedelta(days=1)
NEVER = 400
"""After so many days in a row without working time we take it that there will be none."""

type Span = tuple[datetime, datetime]
Hours = int | float | Decimal


class NoWorkingTime(LookupError):
    """A calendar has no working time where some is needed."""

    def __init__(self, calendar: str, day: date) -> None:
        super().__init__(
            f"The calendar '{calendar}' has no working time around {day.isoformat()}."
            " Look at its rows in calendars.csv: weekdays, hours and the period they are in force."
        )


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """One calendar of a book with its days; make it with ``calendar_of``."""

    code: str
    zone: ZoneInfo
    rows: tuple[Calendar, ...]
    days: dict[date, tuple[CalendarDay, ...]]
    natural: bool
    _spans: dict[date, tuple[Span, ...]] = field(default_factory=dict, compare=False, repr=False)

    def spans(self, day: date) -> tuple[Span, ...]:
        """The working hours of a day (city date) in UTC, in order; empty on a day off."""
        kept = self._spans.get(day)
        if kept is None:
            kept = self._spans[day] = self._make_spans(day)
        return kept

    def local_day(self, moment: datetime) -> date:
        """The city date of a moment."""
        return moment.astimezone(self.zone).date()

    def _make_spans(self, day: date) -> tuple[Span, ...]:
        row = next((each for each in self.rows if each.in_force(day)), None)
        if row is None:
            return ()
        special = next((each for each in self.days.get(day, ()) if each.in_force(day)), None)
        works = special.kind == "work" if special else str(day.isoweekday()) in row.weekdays
        if not works:
            return ()
        spans: list[Span] = []
        for start, end in parse_hours(row.hours):
            opening, closing = self._moment(day, start), self._moment(day, end)
            if spans:  # where the clock jumps forward, two spans may come to lie upon each other
                opening = max(opening, spans[-1][1])
            if opening < closing:
                spans.append((opening, closing))
        return tuple(spans)

    def _moment(self, day: date, minutes: int) -> datetime:
        """A time of the day on the wall clock of the city; 24:00 is the next day's 00:00."""
        ahead, rest = divmod(minutes, 1440)
        local = datetime.combine(day + ahead * DAY, time(rest // 60, rest % 60), self.zone)
        return local.astimezone(UTC)


def local_day(book: Book, now: datetime) -> date:
    """The day in the city at the moment ``now``."""
    return now.astimezone(ZoneInfo(book.identity.timezone)).date()


@cache
def parse_hours(hours: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Spans such as ``09:00-12:00`` as minutes from midnight, in order.

    Raises ``ValueError`` for another form, a span that ends before it begins, and spans that overlap.
    """
    spans = []
    for text in hours:
        found = re.fullmatch(
            r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)", text
        )
        if not found:
            raise ValueError(f"'{text}' is not a span such as 09:00-12:00.")
        end = int(found[3]) * 60 + int(found[4]) if found[3] else 1440
        spans.append((int(found[1]) * 60 + int(found[2]), end))
    spans.sort()
    for (start, end), (following, _) in zip(spans, [*spans[1:], (1440, 1440)], strict=True):
        if end <= start or end > following:
            raise ValueError(f"the spans {'|'.join(hours)} overlap or end before they begin.")
    return tuple(spans)


def calendar_of(book: Book, code: str) -> WorkCalendar:
    """The calendar with this code; made once for each book. Raises ``NoWorkingTime`` for an unknown code."""
    kept = book.memo.get(("calendar", code))
    if kept is None:
        rows = book.by_code("calendars").get(code, ())
        if not rows:
            raise NoWorkingTime(code, date.min)
        days: dict[date, tuple[CalendarDay, ...]] = {}
        for row in book.tables["calendar_days"]:
            if row.calendar == code:
                days[row.day] = (*days.get(row.day, ()), row)
        whole = all(
            parse_hours(row.hours) == ((0, 1440),) and set(row.weekdays) == set("1234567") for row in rows
        )
        natural = (
            whole and len(rows) == 1 and not any(day.kind == "off" for each in days.values() for day in each)
        )
        kept = WorkCalendar(code, ZoneInfo(book.identity.timezone), rows, days, natural)
        book.memo["calendar", code] = kept
    return cast(WorkCalendar, kept)


def due_at(start: datetime, tier: LimitTier, book: Book, calendar: str = "") -> datetime:
    """When the limit of ``tier`` ends for what began at ``start``; ``calendar`` overrides the tier's.

    Unit ``hour``: so many hours of the calendar. Unit ``day`` in natural time (a calendar of 24 hours
    and seven days): n x 24 hours from the start. Unit ``day`` in a working calendar: n working days,
    where the day of the start is not counted, ending at the close of the n-th working day. No days at all
    end with the day of the start. Raises ``NoWorkingTime``.
    """
    calendar_ = calendar_of(book, calendar or tier.calendar)
    if tier.unit == "hour":
        return add_time(start, tier.amount, calendar_)
    if tier.amount == 0:
        return _close_of_this_day(start, calendar_)
    if calendar_.natural:
        return _utc(start) + tier.amount * DAY
    return _close_of_day(start, tier.amount, calendar_)


def due_after_pauses(
    start: datetime, tier: LimitTier, pauses: Sequence[Span], book: Book, calendar: str = ""
) -> datetime:
    """When the limit ends if the clock stood still during ``pauses`` (from, to), in any order.

    A pause that begins before the limit has ended gives back exactly the time of the calendar that it
    took; overlapping pauses count once; the part of a pause before ``start`` counts nothing.
    Raises ``NoWorkingTime``, and ``ValueError`` for a pause that ends before it begins.
    """
    calendar_ = calendar_of(book, calendar or tier.calendar)
    due = due_at(start, tier, book, calendar)
    for begin, end in _merged(pauses):
        begin = max(begin, _utc(start))
        if begin < due and begin < end:
            due = add_time(end, elapsed(begin, due, calendar_), calendar_)
    return due


def add_time(start: datetime, hours: Hours | timedelta, calendar: WorkCalendar) -> datetime:
    """The first moment at which ``hours`` of the calendar have passed since ``start``.

    It lies in working time, the closing moment included; no hours at all give ``start`` itself, or the
    next opening when ``start`` is outside. Raises ``ValueError`` for less than nothing.
    """
    budget = hours if isinstance(hours, timedelta) else _timedelta(hours)
    if budget < timedelta(0):
        raise ValueError("Time can only be added to a limit, not taken away.")
    moment = _utc(start)
    if calendar.natural:
        return moment + budget
    day = calendar.local_day(moment) - DAY  # a span of yesterday ends at 24:00, which is today's 00:00
    idle = 0
    while idle < NEVER:
        spans = calendar.spans(day)
        for begin, end in spans:
            begin = max(begin, moment)
            if begin > end:
                continue
            if begin + budget <= end:
                return begin + budget
            budget -= end - begin
        idle = 0 if spans else idle + 1
        day += DAY
    raise NoWorkingTime(calendar.code, day)


def elapsed(start: datetime, end: datetime, calendar: WorkCalendar) -> timedelta:
    """The time of the calendar between two moments; negative when ``end`` is before ``start``."""
    begin, finish = _utc(start), _utc(end)
    if calendar.natural:
        return finish - begin
    if finish < begin:
        return -elapsed(end, start, calendar)
    total = timedelta(0)
    day, last = calendar.local_day(begin), calendar.local_day(finish)
    while day <= last:
        for opening, closing in calendar.spans(day):
            total += max(timedelta(0), min(closing, finish) - max(opening, begin))
        day += DAY
    return total


def remaining(now: datetime, due: datetime, calendar: WorkCalendar) -> timedelta:
    """The time of the calendar left until ``due``; negative by as much as it is overdue."""
    return elapsed(now, due, calendar)


def _close_of_day(start: datetime, count: int, calendar: WorkCalendar) -> datetime:
    """The close of the ``count``-th working day after the day of ``start``."""
    day = calendar.local_day(start)
    left, idle = count, 0
    while idle < NEVER:
        day += DAY
        spans = calendar.spans(day)
        idle = 0 if spans else idle + 1
        left -= bool(spans)
        if spans and left <= 0:
            return spans[-1][1]
    raise NoWorkingTime(calendar.code, day)


def _close_of_this_day(start: datetime, calendar: WorkCalendar) -> datetime:
    """The close of the day of ``start``; of the next working day where this one has closed already."""
    spans = calendar.spans(calendar.local_day(start))
    if spans and _utc(start) <= spans[-1][1]:
        return spans[-1][1]
    return _close_of_day(start, 1, calendar)


def _merged(pauses: Iterable[Span]) -> list[Span]:
    """The pauses in order, those that touch made one."""
    merged: list[Span] = []
    for begin, end in sorted((_utc(begin), _utc(end)) for begin, end in pauses):
        if end < begin:
            raise ValueError(f"A pause ends at {end.isoformat()}, before it begins.")
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _timedelta(hours: Hours) -> timedelta:
    """Hours to whole microseconds; Decimal without passing through float."""
    if isinstance(hours, Decimal):
        return timedelta(microseconds=int(hours * 3_600_000_000))
    return timedelta(hours=hours)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment needs its time zone.")
    return moment.astimezone(UTC)
