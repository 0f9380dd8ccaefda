"""``jieban read --why``: the marked words and what would change it, for a person and as JSON."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

COLD = "双井街道垂杨柳西里3号楼，暖气三天不热了，家里有老人，电话13800001234"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "texts.txt"
    path.write_text(f"{COLD}\n家里闻到煤气味，快来人啊\n", encoding="utf-8")
    return path


def read(file: Path, *options: str) -> str:
    out = StringIO()
    call_command("read", str(file), "--city", "beijing", *options, stdout=out)
    return out.getvalue()


def rows(file: Path, *options: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in read(file, "--json", *options).splitlines()]


def test_the_spans_stand_in_the_masked_text(file: Path) -> None:
    first, second = rows(file, "--why")
    assert "13800001234" not in json.dumps(first, ensure_ascii=False)
    assert {span["kind"] for span in first["why"]["spans"]} >= {"category", "place", "secret"}
    for row in (first, second):
        for span in row["why"]["spans"]:
            if span["field"] == "text":
                assert row["text"][span["start"] : span["end"]] == span["words"]
    assert any(span["kind"] == "alarm" for span in second["why"]["spans"])


def test_the_changes_name_the_unit(file: Path) -> None:
    first, _ = rows(file, "--why")
    units = [one for one in first["why"]["changes"] if one["of"] == "unit"]
    assert units
    assert units[0]["before"] == first["unit"]["code"] != units[0]["after"]


def test_without_the_option_nothing_is_explained(file: Path) -> None:
    assert all("why" not in row for row in rows(file))


def test_a_person_reads_shares_and_changes(file: Path) -> None:
    said = read(file, "--why")
    assert "=  暖气" in said
    assert re.search(r"\+\d+%  \S*不热", said)
    assert said.count(" → ") > 8
    assert "138****1234" in said
    assert "13800001234" not in said
