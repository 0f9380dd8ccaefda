"""What must hold inside a pack: each breach is found with file, line and severity."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tests.city.small_city import PACK_TOML, SINCE, csv_text, swapped, write_city

from jieban.city.book import Book
from jieban.city.check import check_pack

ON = date(2026, 11, 2)


def found(folder: Path, changes: dict[str, str]) -> set[tuple[str, int, str, str]]:
    findings = check_pack(write_city(folder, changes), ON)
    return {(each.file, each.line, each.column, each.severity) for each in findings}


def test_the_small_city_is_sound(tmp_path: Path) -> None:
    assert check_pack(write_city(tmp_path), ON) == []


def _catalogue(row: str) -> dict[str, str]:
    return {"dispatch_catalogue.csv": csv_text("dispatch_catalogue", f"{row},{SINCE}")}


def _format(text: str) -> dict[str, str]:
    return {"pack.toml": PACK_TOML.replace("{date:%y%m%d}{serial:06d}{check}", text)}


CATALOGUE = "dispatch_catalogue.csv"
BREACHES = {
    "dangling place": ("place_names.csv:3:place", swapped("place_names", "老街,990101001", "老街,990101009")),
    "dangling tag": ("categories.csv:4:tags", swapped("categories", "断水,,housing", "断水,,parks")),
    "dangling calendar": (
        "units.csv:13:calendar",
        swapped("units", "990000,990000,,always", "990000,990000,,nights"),
    ),
    "day of no calendar": (
        "calendar_days.csv:2:calendar",
        swapped("calendar_days", "working,2026-10-01", "wrking,2026-10-01"),
    ),
    "alarm of no tier": ("alarms.csv:2:tier", swapped("alarms", "火灾,urgent", "火灾,T0")),
    "row of no category": ("dispatch_catalogue.csv:6:category", _catalogue("R9,0909,any,street,,ordinary,")),
    "no selector": ("dispatch_catalogue.csv:6:lead", _catalogue("R9,0102,any,streets,,ordinary,")),
    "no such line": ("dispatch_catalogue.csv:6:lead", _catalogue("R9,0102,any,city:parks,,ordinary,")),
    "no such unit": (
        "dispatch_catalogue.csv:6:assist",
        _catalogue("R9,0102,any,street,unit:ent.gas,ordinary,"),
    ),
    "community leads": (
        "dispatch_catalogue.csv:6:lead",
        _catalogue("R9,0102,any,unit:990101001001,,ordinary,"),
    ),
    "hotline leads": ("dispatch_catalogue.csv:6:lead", _catalogue("R9,0102,any,unit:hotline,,ordinary,")),
    "level unknown": ("dispatch_catalogue.csv:6:place_level", _catalogue("R9,0102,town,street,,ordinary,")),
    "weights": ("schemes.csv:2:weight_response", swapped("schemes", ",10,45,45,", ",10,45,40,")),
    "middle answer": ("schemes.csv:2:basic_satisfied", swapped("schemes", ",0.6,0.5,", ",1.6,0.5,")),
    "no limit": ("limit_tiers.csv:2:amount", swapped("limit_tiers", "一般,,7,", "一般,,-1,")),
    "unit of a limit": ("limit_tiers.csv:3:unit", swapped("limit_tiers", ",2,hour,", ",2,week,")),
    "hours": ("calendars.csv:3:hours", swapped("calendars", "09:00-12:00|", "09:00-14:00|")),
    "hours backwards": ("calendars.csv:3:hours", swapped("calendars", "09:00-12:00|", "12:00-09:00|")),
    "weekdays": ("calendars.csv:3:weekdays", swapped("calendars", ",12345", ",11345")),
    "kind of a day": ("calendar_days.csv:4:kind", swapped("calendar_days", "work,调休", "busy,调休")),
    "digits": ("places.csv:9:code", swapped("places", "990102001001,", "99010200100A,")),
    "status": ("rules.csv:2:status", swapped("rules", "own,demonstration", "own,true")),
    "period backwards": ("rules.csv:2:valid_to", swapped("rules", "2020-01-01,,", "2020-01-01,2019-01-01,")),
    "category code": ("categories.csv:7:parent", swapped("categories", "010201,0102,3,", "010201,0101,3,")),
    "category level": ("categories.csv:7:code", swapped("categories", "010201,0102,3,", "010201,0102,2,")),
    "level in level": (
        "places.csv:7:parent",
        swapped("places", "990102001,990102,street", "990102001,990000,street"),
    ),
    "code of the parent": ("places.csv:7:code", swapped("places", "990102001,990102,", "990102001,990101,")),
    "half a position": ("places.csv:3:lon", swapped("places", "116.41,39.91", "116.41,")),
    "unit code": ("units.csv:9:code", swapped("units", "990101.water,东", "990102.water,东")),
    "street without a unit": ("places.csv:6:code", {"units.csv": csv_text("units", without="990101002,")}),
    "unit above itself": (
        "units.csv:3:parent",
        swapped(
            "units",
            "city.services,政务服务局,,service_department,990000",
            "city.services,政务服务局,,service_department,hotline",
        ),
    ),
    "number of a ticket": ("pack.toml:0:number.format", _format("{day}{serial}")),
    "bad number format": ("pack.toml:0:number.format", _format("{date:%y}{serial:q}")),
    "the same number twice": ("pack.toml:0:number.format", _format("{serial:06d}{check}")),
    "time zone": ("pack.toml:0:timezone", {"pack.toml": PACK_TOML.replace("Asia/Shanghai", "Asia/Peking")}),
    "division": ("pack.toml:0:division", {"pack.toml": PACK_TOML.replace("990000", "980000")}),
}


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_is_an_error_where_it_stands(name: str, tmp_path: Path) -> None:
    place, changes = BREACHES[name]
    file, line, column = place.split(":")
    assert (file, int(line), column, "error") in found(tmp_path, changes)


def test_a_code_that_points_nowhere_is_found_in_every_table(tmp_path: Path) -> None:
    changes = swapped("units", "一街办事处,,street,990101,", "一街办事处,,street,990109,")
    assert ("units.csv", 10, "parent", "error") in found(tmp_path, changes)
    changes = swapped("dispatch_catalogue", "unit:ent.power,street,urgent", "unit:ent.power,street,T9")
    assert (CATALOGUE, 5, "tier", "error") in found(tmp_path, changes)


def test_a_rule_that_lapses_is_an_error(tmp_path: Path) -> None:
    rows = [
        f"merge_days,30,day,,,{period},own,official" for period in ("2020-01-01,2021-01-01", "2021-02-01,")
    ]
    changes = {"rules.csv": csv_text("rules", *rows, without="merge_days")}
    assert found(tmp_path, changes) == {("rules.csv", 3, "valid_from", "error")}


def test_a_category_without_an_owner_is_an_error(tmp_path: Path) -> None:
    lone = {
        "dispatch_catalogue.csv": csv_text("dispatch_catalogue", without="R2").replace("R1,01,", "R1,0102,")
    }
    assert ("categories.csv", 4, "code", "error") not in found(tmp_path / "a", lone)
    bare = {
        "dispatch_catalogue.csv": lone["dispatch_catalogue.csv"].replace(
            "R3,0101,district", "R3,010101,district"
        )
    }
    messages = [str(each) for each in check_pack(write_city(tmp_path / "b", bare), ON) if each.is_error]
    assert [message.split()[0] for message in messages] == ["categories.csv:5", "categories.csv:5"]
    assert "when the street is known (anywhere)" in messages[0]
    assert "when the district is known (anywhere)" in messages[1]


def test_what_deserves_a_look_is_a_warning(tmp_path: Path) -> None:
    few = found(tmp_path / "a", swapped("categories", "停电|没电|断电", "停电"))
    assert few == {("categories.csv", 7, "keywords", "warning")}
    none = _catalogue("R9,0102,street,district:services,,ordinary,")
    assert found(tmp_path / "b", none) == {(CATALOGUE, 6, "lead", "warning")}
    unreached = {"dispatch_catalogue.csv": csv_text("dispatch_catalogue", without="R4")}
    assert found(tmp_path / "c", unreached) == {("units.csv", 13, "code", "warning")}
    twins = _catalogue("R9,010201,any,street,,ordinary,")
    assert found(tmp_path / "d", twins) == {(CATALOGUE, 6, "category", "warning")}
    moved = swapped("places", "990102001001,990102001", "990102001001,990101002")
    assert found(tmp_path / "f", moved) == {("places.csv", 9, "code", "warning")}
    nameless = swapped("tags", "own", "")
    assert found(tmp_path / "e", nameless) == {("tags.csv", 2, "source", "warning")}


SAMPLE = {
    "id": "s1",
    "style": "plain",
    "channel": "phone",
    "title": "停水",
    "text": "家里停水了",
    "label": {
        "demand_type": "HELP",
        "category": "010101",
        "tier": "urgent",
        "district": "990101",
        "street": "990101001",
        "unit": None,
        "danger": False,
    },
}


def _samples(*samples: object) -> dict[str, str]:
    return {"samples/a.jsonl": "".join(json.dumps(sample, ensure_ascii=False) + "\n" for sample in samples)}


def _labelled(number: int, **label: object) -> dict[str, object]:
    return SAMPLE | {"id": f"s{number}", "label": SAMPLE["label"] | label}  # type: ignore[operator]


def test_samples_are_looked_at_line_by_line(tmp_path: Path) -> None:
    bad = [
        SAMPLE,
        _labelled(2, category="0101"),
        _labelled(3, street="990101"),
        _labelled(4, unit="ent.gas"),
        _labelled(5, tier=None),
        _labelled(6, danger="no"),
        SAMPLE,
        SAMPLE | {"id": "s8", "style": "shouting"},
        {"id": "s9"},
    ]
    assert found(tmp_path / "a", _samples(SAMPLE)) == set()
    file = "samples/a.jsonl"
    assert found(tmp_path / "b", _samples(*bad)) == {
        (file, 2, "label.category", "error"),
        (file, 3, "label.street", "error"),
        (file, 4, "label.unit", "error"),
        (file, 5, "label.tier", "error"),
        (file, 6, "label.danger", "error"),
        (file, 7, "id", "error"),
        (file, 8, "style", "warning"),
        (file, 9, "label", "error"),
    }
    assert found(tmp_path / "c", {"samples/a.jsonl": "{\n"}) == {(file, 1, "", "error")}


def test_a_book_is_checked_as_its_files_are(tmp_path: Path, small_city: Book) -> None:
    assert check_pack(small_city, ON) == []
    assert check_pack(small_city) == []


def test_files_that_cannot_be_read_are_told_first(tmp_path: Path) -> None:
    changes = swapped("rules", "merge_days,30", "merge_days,x") | swapped("schemes", ",10,45,45,", ",1,1,1,")
    assert found(tmp_path, changes) == {("rules.csv", 2, "value", "error")}
