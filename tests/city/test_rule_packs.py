"""Rule packs: other places' limits on the same city, with dates worked out by hand from the source.

Working days are those of Beijing: 09:00-12:00 and 13:30-18:00, Monday to Friday, holidays of 2026.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from jieban.city.book import Book
from jieban.city.check import check_pack
from jieban.city.clock import calendar_of, due_at, local_day
from jieban.city.findings import PackErrors, PackNotFound, errors_of
from jieban.city.overlay import find_rules, overlay, read_rules
from jieban.city.pack import read_pack
from jieban.tickets.clocks import sign_by
from jieban.tickets.limits import tier_for

ROOT = Path(__file__).resolve().parents[2]
RULES = sorted(path.parent.name for path in (ROOT / "data" / "rules").glob("*/pack.toml"))
CITIES = ("beijing", "xining-chengzhong")
FRIDAY_NOON = "2026-11-20 12:00"
BEFORE_THE_HOLIDAY = "2026-09-30 15:00"  # a Wednesday; 1 to 7 October are off, Saturday the 10th is worked


@cache
def plain(city: str) -> Book:
    book = read_pack(ROOT / "data" / city)
    assert isinstance(book, Book), book
    return book


@cache
def under(rules: str, city: str = "beijing") -> Book:
    return overlay(plain(city), ROOT / "data" / "rules" / rules)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def due(rules: str, start: str, demand_type: str = "HELP", channel: str = "phone", **more: object) -> str:
    """When a ticket is due that is dispatched at ``start`` and would have seven days by the catalogue."""
    book, begun = under(rules), at(start)
    on = local_day(book, begun)
    asked: dict[str, object] = {"demand_type": demand_type, "category": "050101", "channel": channel, **more}
    code = tier_for(book, on, str(asked.pop("catalogue", "T3")), **asked)  # type: ignore[arg-type]
    found = due_at(begun, book.dated("limit_tiers", code, on), book)
    return found.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M")


def test_there_are_the_packs_of_the_sources() -> None:
    known = {"jinan", "weifang", "jingan", "qinglong", "bengbu", "xiayang", "guangzhou", "xining"}
    assert known <= set(RULES)


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("city", CITIES)
def test_each_rule_pack_is_sound_on_each_city(city: str, rules: str) -> None:
    found = check_pack(ROOT / "data" / city, rules=ROOT / "data" / "rules" / rules)
    assert [str(finding) for finding in errors_of(found)] == []


def test_without_a_rule_pack_the_catalogue_gives_the_limit() -> None:
    book = plain("beijing")
    assert tier_for(book, local_day(book, at(FRIDAY_NOON)), "T3", demand_type="HELP") == "T3"


@pytest.mark.parametrize(
    ("rules", "given", "start", "expected"),
    [
        # Jinan 2018: five working days; the Friday itself does not count
        ("jinan", {}, FRIDAY_NOON, "2026-11-27 18:00"),
        ("jinan", {"demand_type": "REPORT"}, FRIDAY_NOON, "2026-11-27 18:00"),
        # 8, 9, 10 (a worked Saturday), 12 and 13 October
        ("jinan", {}, BEFORE_THE_HOLIDAY, "2026-10-13 18:00"),
        # Weifang 2021: five working days
        ("weifang", {}, FRIDAY_NOON, "2026-11-27 18:00"),
        # a street in Jing'an: 1 for consultation and advice, 5 for help and complaints, 3 when redone
        ("jingan", {"demand_type": "CONSULT"}, FRIDAY_NOON, "2026-11-23 18:00"),
        ("jingan", {"demand_type": "SUGGESTION"}, FRIDAY_NOON, "2026-11-23 18:00"),
        ("jingan", {"demand_type": "COMPLAINT"}, FRIDAY_NOON, "2026-11-27 18:00"),
        ("jingan", {"channel": "supervision"}, FRIDAY_NOON, "2026-11-25 18:00"),
        ("jingan", {"redone": True}, FRIDAY_NOON, "2026-11-25 18:00"),
        # Qinglong: days of the calendar
        ("qinglong", {"demand_type": "CONSULT"}, FRIDAY_NOON, "2026-11-21 12:00"),
        ("qinglong", {"demand_type": "SUGGESTION"}, FRIDAY_NOON, "2026-11-25 12:00"),
        ("qinglong", {"demand_type": "COMPLAINT"}, FRIDAY_NOON, "2026-11-30 12:00"),
        ("qinglong", {"demand_type": "REPORT"}, BEFORE_THE_HOLIDAY, "2026-10-10 15:00"),
        # Bengbu: by channel
        ("bengbu", {"channel": "phone"}, FRIDAY_NOON, "2026-11-27 18:00"),
        ("bengbu", {"channel": "web"}, FRIDAY_NOON, "2026-11-25 18:00"),
        ("bengbu", {"channel": "province"}, BEFORE_THE_HOLIDAY, "2026-10-10 18:00"),
        # Xiayang: five, then three when it is done again
        ("xiayang", {}, FRIDAY_NOON, "2026-11-27 18:00"),
        ("xiayang", {"redone": True}, FRIDAY_NOON, "2026-11-25 18:00"),
        # a bureau in Guangzhou: 3 and 13 working days; an emergency the same day
        ("guangzhou", {"demand_type": "CONSULT"}, FRIDAY_NOON, "2026-11-25 18:00"),
        ("guangzhou", {"demand_type": "COMPLAINT"}, FRIDAY_NOON, "2026-12-09 18:00"),
        ("guangzhou", {"alarm_tier": "T2"}, FRIDAY_NOON, "2026-11-21 00:00"),
        # Xining gives no limits of its own: the catalogue's seven days stand
        ("xining", {}, FRIDAY_NOON, "2026-11-27 12:00"),
    ],
)
def test_art_13_golden_dates(rules: str, given: dict[str, object], start: str, expected: str) -> None:
    assert due(rules, start, **given) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("rules", RULES)
def test_an_alarm_of_two_hours_wins_under_every_rule_pack(rules: str) -> None:
    assert due(rules, FRIDAY_NOON, alarm_tier="T1") == "2026-11-20 14:00"


def test_the_second_city_gives_consultations_its_own_limit() -> None:
    book, begun = plain("xining-chengzhong"), at(FRIDAY_NOON)
    on = local_day(book, begun)
    code = tier_for(book, on, "ORDINARY", demand_type="CONSULT", category="020303", channel="phone")
    assert due_at(begun, book.dated("limit_tiers", code, on), book) == at("2026-11-24 18:00")
    assert tier_for(book, on, "COMPLEX", demand_type="COMPLAINT", category="020201") == "COMPLEX"
    assert float(book.rule("extension.before_hour", on)) == 17


def test_what_is_done_again_keeps_its_limit_where_no_row_speaks_of_it() -> None:
    assert due("jinan", FRIDAY_NOON, catalogue="T4", redone=True) == "2026-12-05 12:00"


def test_bengbu_signs_within_a_working_day_and_qinglong_within_two_hours() -> None:
    begun = at(FRIDAY_NOON)
    row = {"dispatched_at": begun, "tier": "BB5"}
    assert sign_by(row, under("bengbu")) == at("2026-11-23 12:00")  # 4.5 hours on Friday, 3 on Monday
    assert sign_by(row | {"tier": "QL5"}, under("qinglong")) == at("2026-11-20 14:00")


@pytest.mark.parametrize(
    ("rules", "code", "value"),
    [
        ("weifang", "objection.max_count", 1),
        ("qinglong", "callback.check_share", 0.1),
        ("xining", "extension.before_hour", 17),
    ],
)
def test_thresholds_of_the_sources(rules: str, code: str, value: float) -> None:
    book = under(rules)
    assert float(book.rule(code, local_day(book, at(FRIDAY_NOON)))) == value


def test_a_rule_pack_leaves_its_mark_on_version_and_fingerprint() -> None:
    laid = under("jinan")
    assert laid.identity.version == f"{plain('beijing').identity.version}+jinan"
    assert len({laid.fingerprint, plain("beijing").fingerprint, under("weifang").fingerprint}) == 3
    assert laid.tables["places"] == plain("beijing").tables["places"]
    assert calendar_of(laid, "working").code == "working"


def test_a_mistake_is_named_in_the_file_of_the_rule_pack(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "pack.toml").write_text('code = "x"\nname = "x"\nname_en = "x"\nsource = "x"\n')
    common = "valid_from,valid_to,source,status\n"
    rows = "all,,,,no,no,NONE,2020-01-01,,own,demonstration\n"
    (folder / "tier_choices.csv").write_text(
        "code,demand_type,category,channel,redo,alarm,tier," + common + rows
    )
    found = errors_of(check_pack(ROOT / "data" / "beijing", rules=folder))
    assert [(one.file, one.line) for one in found] == [("rules/ours/tier_choices.csv", 2)]


def test_a_rule_pack_holds_no_places(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text('code = "x"\nname = "x"\nname_en = "x"\nsource = "x"\n')
    (tmp_path / "places.csv").write_text("code\n")
    found = read_rules(tmp_path)
    assert isinstance(found, PackErrors)
    assert "places.csv" in found.findings[0].file


def test_an_unknown_rule_pack_is_refused_with_those_there_are() -> None:
    with pytest.raises(PackNotFound, match="jinan"):
        find_rules("atlantis")


def test_no_code_knows_a_rule_pack_by_name() -> None:
    """A city is data, and so is its law: a name in the code would be a branch for one place."""
    code = [path for path in (ROOT / "src").rglob("*.py") if "tests" not in path.parts]
    named = {
        (path.name, rules)
        for path in code
        for text in [path.read_text(encoding="utf-8")]
        for rules in RULES
        if f'"{rules}"' in text or f"'{rules}'" in text
    }
    assert named == set()
