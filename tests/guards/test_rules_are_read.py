"""A number that a city may change must change something: each rule has a reader, or a room it waits for."""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).parents[2]
WAITING_FOR_THEIR_ROOM = (
    "assessment.advanced_count",
    "assessment.industry_share",
    "assessment.progress_count",
    "assessment.rectify_count",
    "cluster.",
    "hotline.",
)
"""Rules whose rooms are not built yet. Take a line out when its room reads it."""


def test_each_rule_of_beijing_is_read_by_code_or_waits_for_its_room() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    with (ROOT / "data" / "beijing" / "rules.csv").open(encoding="utf-8", newline="") as file:
        rules = [row["code"] for row in csv.DictReader(file)]
    unread = [
        rule
        for rule in rules
        if f'"{rule}"' not in code and not _joined(rule, code) and not rule.startswith(WAITING_FOR_THEIR_ROOM)
    ]
    assert not unread


def test_each_rule_of_a_rule_pack_is_read_by_code() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    unread = []
    for path in sorted((ROOT / "data" / "rules").glob("*/rules.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rules = [row["code"] for row in csv.DictReader(file)]
        unread += [
            f"{path.parent.name}: {rule}"
            for rule in rules
            if f'"{rule}"' not in code and not _joined(rule, code)
        ]
    assert not unread


def _joined(rule: str, code: str) -> bool:
    """Read as ``f"objection.{name}"`` over a tuple of names."""
    room, _, name = rule.partition(".")
    return f'f"{room}.{{name}}"' in code and f'"{name}"' in code
