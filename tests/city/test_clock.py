"""Time limits in natural and in working time. The small city works 09:00-12:00 and 13:30-18:00."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.city.small_city import PACK_TOML, csv_text, swapped, write_city

from jieban.city import clock
from jieban.city.book import Book
from jieban.city.pack import read_pack
from jieban.city.rows import LimitTier

BEIJING = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """A wall clock time of the small city, such as ``2026-09-30 17:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def tier(amount: int, unit: str, calendar: str) -> LimitTier:
    hours = Decimal(1)
    return LimitTier(
        code="t",
        name="t",
        amount=amount,
        unit=unit,
        calendar=calendar,
        sign_in_hours=hours,
        first_contact_hours=hours,
        warn_hours=hours,
        valid_from=date(2020, 1, 1),
    )


@pytest.mark.parametrize(
    ("start", "amount", "unit", "calendar", "due"),
    [
        ("2026-11-02 10:00", 2, "hour", "always", "2026-11-02 12:00"),
        ("2026-11-02 10:00", 7, "day", "always", "2026-11-09 10:00"),
        ("2026-11-02 10:00", 2, "hour", "working", "2026-11-02 12:00"),  # ends at the close, not at 13:30
        ("2026-11-02 11:00", 2, "hour", "working", "2026-11-02 14:30"),
        ("2026-11-06 17:00", 2, "hour", "working", "2026-11-09 10:00"),  # over the weekend
        ("2026-09-30 17:30", 1, "hour", "working", "2026-10-05 09:30"),  # over two days off and a weekend
        ("2026-10-09 17:30", 1, "hour", "working", "2026-10-10 09:30"),  # Saturday is a working day
        ("2026-11-02 10:00", 1, "day", "working", "2026-11-03 18:00"),  # the first day does not count
        ("2026-11-02 03:00", 1, "day", "working", "2026-11-03 18:00"),
        ("2026-11-01 10:00", 1, "day", "working", "2026-11-02 18:00"),
        ("2026-09-30 10:00", 2, "day", "working", "2026-10-06 18:00"),
        ("2026-10-09 10:00", 1, "day", "working", "2026-10-10 18:00"),
        ("2026-11-02 10:00", 0, "day", "always", "2026-11-03 00:00"),  # no days: the end of the same day
        ("2026-11-02 10:00", 0, "day", "working", "2026-11-02 18:00"),
        ("2026-11-06 19:00", 0, "day", "working", "2026-11-09 18:00"),  # closed already, then a weekend
    ],
)
def test_when_a_limit_ends(
    small_city: Book, start: str, amount: int, unit: str, calendar: str, due: str
) -> None:
    found = clock.due_at(at(start), tier(amount, unit, calendar), small_city)
    assert found == at(due)
    assert found.tzinfo is UTC


def test_the_calendar_of_a_unit_may_take_the_place_of_the_tiers(small_city: Book) -> None:
    limit = tier(2, "hour", "working")
    assert clock.due_at(at("2026-11-06 17:00"), limit, small_city, "always") == at("2026-11-06 19:00")


def test_what_is_left_and_by_how_much_it_is_late(small_city: Book) -> None:
    working = clock.calendar_of(small_city, "working")
    assert clock.remaining(at("2026-11-06 17:00"), at("2026-11-09 10:00"), working) == timedelta(hours=2)
    assert clock.remaining(at("2026-11-09 10:00"), at("2026-11-06 17:00"), working) == timedelta(hours=-2)


def test_a_pause_gives_back_the_time_it_took(small_city: Book) -> None:
    limit = tier(2, "hour", "working")
    start = at("2026-11-02 09:00")

    def due(*pauses: tuple[str, str]) -> datetime:
        moments = [(at(begin), at(end)) for begin, end in pauses]
        return clock.due_after_pauses(start, limit, moments, small_city)

    assert due() == at("2026-11-02 11:00")
    assert due(("2026-11-02 10:00", "2026-11-02 10:30")) == at("2026-11-02 11:30")
    assert due(("2026-11-02 10:00", "2026-11-02 14:30")) == at("2026-11-02 15:30")
    assert due(("2026-11-02 11:00", "2026-11-02 15:00")) == at("2026-11-02 11:00")  # begun when it was over
    assert due(("2026-11-01 00:00", "2026-11-02 09:30")) == at("2026-11-02 11:30")  # begun before the start
    twice = due(("2026-11-02 10:10", "2026-11-02 10:30"), ("2026-11-02 10:00", "2026-11-02 10:20"))
    assert twice == at("2026-11-02 11:30")
    night = due(("2026-11-02 10:00", "2026-11-02 10:30"), ("2026-11-02 11:15", "2026-11-03 09:00"))
    assert night == at("2026-11-03 09:15")
    with pytest.raises(ValueError, match="before it begins"):
        due(("2026-11-02 10:00", "2026-11-02 09:30"))


def test_a_pause_outside_working_time_changes_nothing(small_city: Book) -> None:
    limit = tier(1, "day", "working")
    weekend = [(at("2026-11-06 18:00"), at("2026-11-09 09:00"))]
    assert clock.due_after_pauses(at("2026-11-06 10:00"), limit, weekend, small_city) == at(
        "2026-11-09 18:00"
    )


def test_a_moment_needs_its_zone_and_time_goes_forward(small_city: Book) -> None:
    working = clock.calendar_of(small_city, "working")
    with pytest.raises(ValueError, match="time zone"):
        clock.add_time(datetime(2026, 11, 2), 1, working)
    with pytest.raises(ValueError, match="only be added"):
        clock.add_time(at("2026-11-02 10:00"), -1, working)


def test_a_calendar_without_working_time_is_told(tmp_path: Path) -> None:
    changes = swapped("calendars", "working,工作时间,,09:00-12:00|13:30-18:00,12345,2020-01-01,,",
                      "working,工作时间,,09:00-12:00,12345,2020-01-01,2021-01-01,")  # fmt: skip
    book = read_pack(write_city(tmp_path, changes))
    assert isinstance(book, Book)
    for limit in (tier(2, "hour", "working"), tier(2, "day", "working")):
        with pytest.raises(clock.NoWorkingTime, match="working"):
            clock.due_at(at("2026-11-02 10:00"), limit, book)
    with pytest.raises(clock.NoWorkingTime, match="nights"):
        clock.calendar_of(book, "nights")


def test_new_hours_hold_from_their_first_day(tmp_path: Path) -> None:
    rows = [f"working,w,,{hours},12345,{period},own,official" for hours, period in
            (("09:00-17:00", "2020-01-01,2026-11-03"), ("10:00-16:00", "2026-11-03,"))]  # fmt: skip
    book = read_pack(write_city(tmp_path, {"calendars.csv": csv_text("calendars", *rows, without="working")}))
    assert isinstance(book, Book)
    working = clock.calendar_of(book, "working")
    assert clock.add_time(at("2026-11-02 16:00"), 2, working) == at("2026-11-03 11:00")
    assert clock.due_at(at("2026-11-02 16:00"), tier(1, "day", "working"), book) == at("2026-11-03 16:00")


@pytest.fixture
def berlin(tmp_path: Path) -> Book:
    """A city with summer time whose night shift works through the change of the clocks."""
    rows = ["night,n,,00:00-04:00|22:00-24:00,1234567,2020-01-01,,own,official"]
    changes = {"calendars.csv": csv_text("calendars", *rows)}
    toml = {"pack.toml": PACK_TOML.replace("Asia/Shanghai", "Europe/Berlin")}
    book = read_pack(write_city(tmp_path, changes | toml))
    assert isinstance(book, Book)
    return book


def test_summer_time_neither_adds_nor_takes_time(berlin: Book) -> None:
    zone = ZoneInfo("Europe/Berlin")
    night = clock.calendar_of(berlin, "night")
    spring = datetime(2026, 3, 29, 0, 0, tzinfo=zone)
    assert clock.elapsed(spring, spring + timedelta(days=1), night) == timedelta(hours=5)
    assert clock.add_time(spring, 3, night) == datetime(2026, 3, 29, 4, 0, tzinfo=zone)
    autumn = datetime(2026, 10, 25, 0, 0, tzinfo=zone)
    assert clock.elapsed(autumn, autumn + timedelta(days=1), night) == timedelta(hours=7)
    assert clock.add_time(autumn, 5, night) == datetime(2026, 10, 25, 4, 0, tzinfo=zone)
    week = clock.due_at(spring, tier(1, "day", "always"), berlin)
    assert week == spring.astimezone(UTC) + timedelta(hours=24)


@pytest.mark.parametrize(
    "hours", [("9:00-12:00",), ("09:00-25:00",), ("09:00",), ("12:00-09:00",), ("09:00-13:00", "12:00-18:00")]
)
def test_bad_hours_are_refused(hours: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"span"):
        clock.parse_hours(hours)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(
    lambda naive: naive.replace(tzinfo=UTC)
)
AMOUNTS = st.timedeltas(timedelta(0), timedelta(hours=200))


@pytest.fixture(scope="module", params=["small night", "small working", "small always"])
def calendar(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> clock.WorkCalendar:
    rows = ["night,n,,00:00-04:00|22:00-24:00,1234567,2020-01-01,,own,official"]
    changes = {
        "calendars.csv": csv_text("calendars", *rows),
        "pack.toml": PACK_TOML.replace("Asia/Shanghai", "Europe/Berlin"),
    }
    book = read_pack(write_city(tmp_path_factory.mktemp("city"), changes))
    assert isinstance(book, Book)
    return clock.calendar_of(book, request.param.split()[1])


@given(start=MOMENTS, amount=AMOUNTS)
def test_what_is_added_has_elapsed(calendar: clock.WorkCalendar, start: datetime, amount: timedelta) -> None:
    end = clock.add_time(start, amount, calendar)
    assert end >= start
    assert clock.elapsed(start, end, calendar) == amount


@given(start=MOMENTS, first=AMOUNTS, second=AMOUNTS)
def test_adding_twice_is_adding_the_sum(
    calendar: clock.WorkCalendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    twice = clock.add_time(clock.add_time(start, first, calendar), second, calendar)
    assert twice == clock.add_time(start, first + second, calendar)


@given(start=MOMENTS, later=AMOUNTS, amount=AMOUNTS)
def test_a_later_start_never_ends_earlier(
    calendar: clock.WorkCalendar, start: datetime, later: timedelta, amount: timedelta
) -> None:
    end = clock.add_time(start, amount, calendar)
    assert clock.add_time(start + later, amount, calendar) >= end
    assert clock.add_time(start, amount + timedelta(minutes=1), calendar) > end


@given(start=MOMENTS, amount=AMOUNTS)
def test_the_end_lies_in_working_time(
    calendar: clock.WorkCalendar, start: datetime, amount: timedelta
) -> None:
    end = clock.add_time(start, amount, calendar)
    day = calendar.local_day(end)
    spans = [span for each in (day - clock.DAY, day) for span in calendar.spans(each)]
    assert any(opening <= end <= closing for opening, closing in spans)


@given(
    start=MOMENTS,
    amount=st.integers(1, 30),
    unit=st.sampled_from(["hour", "day"]),
    pauses=st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=4),
)
def test_pauses_only_give_time(
    berlin_book: Book, start: datetime, amount: int, unit: str, pauses: list[tuple[timedelta, timedelta]]
) -> None:
    limit = tier(amount, unit, "working")
    moments = [(start + begin, start + begin + length) for begin, length in pauses]
    plain = clock.due_at(start, limit, berlin_book)
    due = clock.due_after_pauses(start, limit, moments, berlin_book)
    assert plain <= due
    working = clock.calendar_of(berlin_book, "working")
    assert clock.elapsed(plain, due, working) <= sum((length for _, length in pauses), timedelta(0))


@pytest.fixture(scope="module")
def berlin_book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    toml = {"pack.toml": PACK_TOML.replace("Asia/Shanghai", "Europe/Berlin")}
    book = read_pack(write_city(tmp_path_factory.mktemp("berlin"), toml))
    assert isinstance(book, Book)
    return book
