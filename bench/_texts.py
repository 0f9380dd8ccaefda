"""What people say, for load: the samples of Beijing, told again in other streets.

A city hears the same matter from two people now and then, not three times from everybody: without moving
the samples, nine hundred texts filed three thousand times would all be clusters.
"""

from __future__ import annotations

import csv
import json
import random
from functools import cache
from pathlib import Path

PACK = Path(__file__).resolve().parents[1] / "data" / "beijing"
ENDINGS = ("街道", "地区", "镇", "乡")


@cache
def samples() -> list[tuple[str, str, str]]:
    """(title, text, name of the street in the text, or empty)."""
    names = {code: name for code, name, _ in _streets()}
    found = []
    for path in sorted(PACK.glob("samples/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            found.append((one["title"], one["text"], names.get(one["label"]["street"] or "", "")))
    return found


@cache
def _streets() -> list[tuple[str, str, str]]:
    """(code, name, name of the district) of every street."""
    with (PACK / "places.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row["code"]: row["name"] for row in rows}
    return [(row["code"], row["name"], names[row["parent"]]) for row in rows if row["level"] == "street"]


def told(chance: random.Random) -> tuple[str, str]:
    """(title, text) of one request: a sample, in another street where its text names its own."""
    title, text, street = chance.choice(samples())
    _, name, district = chance.choice(_streets())
    for here, there in ((street, name), (_short(street), _short(name))):
        if here and here in text:
            return title.replace(here, there), text.replace(here, f"{district}{there}")
    return title, text


def _short(name: str) -> str:
    return next((name.removesuffix(one) for one in ENDINGS if name.endswith(one) and len(name) > 3), name)
