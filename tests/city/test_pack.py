"""Each mistake in the files of a pack is found, with its file and line."""

from __future__ import annotations

import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.city.small_city import PACK_TOML, csv_text, swapped, write_city

from jieban.city import pack
from jieban.city.book import Book
from jieban.city.findings import Finding, PackErrors, PackNotFound


def findings(folder: Path, changes: dict[str, str]) -> list[Finding]:
    outcome = pack.read_pack(write_city(folder, changes))
    assert isinstance(outcome, PackErrors)
    return list(outcome.findings)


def fingerprint(folder: Path, changes: dict[str, str] | None = None) -> str:
    book = pack.read_pack(write_city(folder, changes))
    assert isinstance(book, Book)
    return book.fingerprint


def test_cells_become_values(small_city: Book) -> None:
    tier = small_city.by_code("limit_tiers")["urgent"][0]
    assert (tier.amount, tier.sign_in_hours) == (2, Decimal("0.25"))
    place = small_city.places["990101"]
    assert (place.lon, place.population, place.valid_from, place.valid_to) == (
        116.41,
        600,
        date(2020, 1, 1),
        None,
    )
    assert small_city.places["990101001"].lon is None
    assert small_city.by_code("calendars")["working"][0].hours == ("09:00-12:00", "13:30-18:00")
    assert small_city.by_code("demand_types")["CONSULT"][0].statutory is True
    assert small_city.identity.number_format == "{date:%y%m%d}{serial:06d}{check}"


MISTAKES = {
    "bad number": (
        "limit_tiers.csv:2:amount",
        swapped("limit_tiers", "ordinary,一般,,7,", "ordinary,一般,,seven,"),
    ),
    "bad decimal": ("rules.csv:2:value", swapped("rules", "merge_days,30", "merge_days,1e5")),
    "no number": ("rules.csv:2:value", swapped("rules", "merge_days,30", "merge_days,NaN")),
    "bad degrees": ("places.csv:3:lon", swapped("places", "116.41,39.91", "116°,39.91")),
    "bad yes/no": (
        "demand_types.csv:3:statutory",
        swapped("demand_types", "HELP,求助,,yes", "HELP,求助,,true"),
    ),
    "bad date": ("calendar_days.csv:3:day", swapped("calendar_days", "2026-10-02", "2026/10/2")),
    "no such day": ("calendar_days.csv:3:day", swapped("calendar_days", "2026-10-02", "2026-09-31")),
    "empty part": ("categories.csv:2:keywords", swapped("categories", "生活|家|住", "生活||住")),
    "empty cell": ("alarms.csv:2:tier", swapped("alarms", "着火,火灾,urgent", "着火,火灾,")),
    "unknown column": (
        "tags.csv:1:colour",
        {"tags.csv": csv_text("tags").replace("\n", ",colour\n", 1).replace("ion\n", "ion,\n")},
    ),
    "missing column": ("tags.csv:1:group", swapped("tags", "name_en,group", "name_en")),
    "column twice": ("tags.csv:1:group", swapped("tags", "name_en,group", "name_en,group,group")),
    "too few cells": ("lines.csv:2:", swapped("lines", "water,水务,Water", "water,水务")),
    "no header": ("tags.csv:1:", {"tags.csv": ""}),
    "open quote": ("lines.csv:3:", swapped("lines", "housing,住房", 'housing,"住房')),
    "zero byte": ("lines.csv:3:", swapped("lines", "housing,住房", "housing,\0")),
    "stray table": ("unit.csv:0:", {"unit.csv": "code\n"}),
    "code twice": (
        "units.csv:14:code",
        {"units.csv": csv_text("units") + csv_text("units").splitlines()[-1]},
    ),
    "not toml": ("pack.toml:1:", {"pack.toml": "code = \n"}),
    "unknown key": ("pack.toml:1:colour", {"pack.toml": "colour = 'red'\n" + PACK_TOML}),
    "missing key": ("pack.toml:0:version", {"pack.toml": PACK_TOML.replace('version = "1"', "")}),
    "key of wrong type": ("pack.toml:7:division", {"pack.toml": PACK_TOML.replace('"990000"', "990000")}),
    "other schema": ("pack.toml:4:schema", {"pack.toml": PACK_TOML.replace("schema = 1", "schema = 9")}),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_where_it_stands(name: str, tmp_path: Path) -> None:
    place, changes = MISTAKES[name]
    file, line, column = place.split(":")
    found = findings(tmp_path, changes)
    assert [(each.file, each.line, each.column) for each in found] == [(file, int(line), column)]
    assert found[0].is_error
    assert found[0].message.endswith(".")
    assert found[0].remedy.endswith((".", '"', "status"))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    changes = swapped("rules", "merge_days,30", "merge_days,x") | swapped("places", ",600,", ",many,")
    assert {each.file for each in findings(tmp_path, changes)} == {"rules.csv", "places.csv"}


def test_a_missing_file_is_found(tmp_path: Path) -> None:
    folder = write_city(tmp_path)
    (folder / "alarms.csv").unlink()
    outcome = pack.read_pack(folder)
    assert isinstance(outcome, PackErrors)
    assert [(each.file, each.line) for each in outcome.findings] == [("alarms.csv", 0)]


def test_a_file_in_another_encoding_is_found_with_its_line(tmp_path: Path) -> None:
    folder = write_city(tmp_path)
    (folder / "lines.csv").write_bytes(csv_text("lines").encode("gb18030"))
    outcome = pack.read_pack(folder)
    assert isinstance(outcome, PackErrors)
    assert [(each.file, each.line) for each in outcome.findings] == [("lines.csv", 2)]


def test_lines_are_counted_right_after_a_cell_of_several_lines(tmp_path: Path) -> None:
    changes = swapped("places", "东区,East", '"东\n区",East')
    changes["places.csv"] = changes["places.csv"].replace(",400,", ",some,")
    assert [each.line for each in findings(tmp_path, changes)] == [5]


def test_periods_of_one_code_may_follow_each_other_but_not_overlap(tmp_path: Path) -> None:
    first, second = (
        "merge_days,30,day,,,2020-01-01,2021-01-01,own,official",
        "merge_days,20,day,,,{},,own,official",
    )
    good = csv_text("rules", first, second.format("2021-01-01"), without="merge_days")
    bad = csv_text("rules", first, second.format("2020-12-31"), without="merge_days")
    assert isinstance(pack.read_pack(write_city(tmp_path / "good", {"rules.csv": good})), Book)
    found = findings(tmp_path / "bad", {"rules.csv": bad})
    assert [(each.file, each.line, each.column) for each in found] == [("rules.csv", 3, "code")]
    assert "2, 3" in found[0].message


def test_the_fingerprint_is_over_what_is_said_not_over_bytes(tmp_path: Path) -> None:
    plain = fingerprint(tmp_path / "a")
    lines = csv_text("units").splitlines()
    turned = "\ufeff" + "\r\n".join([lines[0], *reversed(lines[1:])]) + "\r\n\r\n"
    decimals = swapped("schemes", ",0.6,0.5,", ",0.60,0.500,") | {"units.csv": turned}
    assert fingerprint(tmp_path / "b", decimals) == plain
    assert fingerprint(tmp_path / "c", swapped("schemes", ",0.6,", ",0.7,")) != plain
    assert fingerprint(tmp_path / "d", {"pack.toml": PACK_TOML.replace('"1"', '"2"')}) != plain


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    turned = "\n".join(",".join(reversed(line.split(","))) for line in csv_text("lines").splitlines())
    assert fingerprint(tmp_path / "a", {"lines.csv": turned}) == fingerprint(tmp_path / "b")


def test_a_pack_is_found_by_name_and_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_city(tmp_path / "second" / "smalltown")
    monkeypatch.setenv("JIEBAN_PACKS", os.pathsep.join([str(tmp_path / "first"), str(tmp_path / "second")]))
    assert pack.find_pack("smalltown") == folder
    assert pack.find_pack(folder) == folder
    with pytest.raises(PackNotFound, match="smalltown"):
        pack.find_pack("bigtown")
    with pytest.raises(PackNotFound):
        pack.find_pack("../second/bigtown")


def test_the_book_is_kept_until_a_file_changes(tmp_path: Path) -> None:
    folder = write_city(tmp_path)
    first = pack.book_from_files(folder)
    assert pack.book_from_files(folder) is first
    write_city(folder, swapped("rules", "merge_days,30", "merge_days,300"))
    assert pack.book_from_files(folder).rule("merge_days", date(2026, 1, 1)) == 300
    write_city(folder, {"rules.csv": ""})
    with pytest.raises(PackErrors, match=r"rules\.csv:1"):
        pack.book_from_files(folder)


def test_a_finding_can_be_printed_and_be_json() -> None:
    finding = Finding("units.csv", 3, "line", "Wrong.", "Mend it.")
    assert str(finding) == "units.csv:3 [line] error: Wrong. Mend it."
    assert json.loads(json.dumps(finding.as_dict()))["line"] == 3
