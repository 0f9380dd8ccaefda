"""The pack's labelled samples, and variations of them that a simulated city can live on."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jieban.city.book import Book
from jieban.city.rows import Place
from jieban.reading.reader import Reader


@dataclass(frozen=True, slots=True)
class Sample:
    """A request of our own writing with what a good dispatcher would do."""

    id: str
    channel: str
    title: str
    text: str
    demand_type: str
    category: str
    tier: str
    district: str
    street: str
    unit: str
    danger: bool


@dataclass(frozen=True, slots=True)
class Outbreak:
    """One event that several people tell of: it began ``days_ago`` and was told over ``over_days``."""

    id: str
    days_ago: float
    over_days: float
    tellings: tuple[Sample, ...]


def load_samples(folder: Path) -> list[Sample]:
    """All samples of a pack, in the order of their files; empty for a pack that has none."""
    found = []
    for path in sorted((folder / "samples").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                found.append(_sample(json.loads(line)))
    return found


def load_desk(folder: Path) -> list[Sample]:
    """Requests without labels that only a person can decide: what a newcomer finds on the desk."""
    lines = [
        line
        for path in sorted((folder / "desk").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    unknown = dict.fromkeys(("demand_type", "category", "tier", "district", "street", "unit", "danger"))
    return [_sample(json.loads(line) | {"label": unknown}) for line in lines]


def load_outbreaks(folder: Path) -> list[Outbreak]:
    """Events that many people tell of, each in words of his own; empty for a pack that has none."""
    found = []
    for path in sorted((folder / "events").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                found.append(_outbreak(json.loads(line)))
    return found


def _outbreak(raw: dict[str, Any]) -> Outbreak:
    told = [
        _sample({"id": f"{raw['id']}-{n}", "channel": raw["channel"], "title": "", "text": text} | raw)
        for n, text in enumerate(raw["tellings"], 1)
    ]
    return Outbreak(raw["id"], float(raw["days_ago"]), float(raw["over_days"]), tuple(told))


def _sample(raw: dict[str, Any]) -> Sample:
    label = raw["label"]
    return Sample(
        id=raw["id"],
        channel=raw["channel"],
        title=raw["title"],
        text=raw["text"],
        demand_type=label["demand_type"] or "",
        category=label["category"] or "",
        tier=label["tier"] or "",
        district=label["district"] or "",
        street=label["street"] or "",
        unit=label["unit"] or "",
        danger=bool(label["danger"]),
    )


OPENINGS = ("", "", "", "您好，", "你好，我想反映一下，", "麻烦问一下，", "喂，12345吗？", "又打扰了，")
CLOSINGS = (
    "",
    "",
    "",
    "谢谢。",
    "麻烦尽快处理。",
    "请给个说法。",
    "等您回复。",
    "家里有老人，挺着急的。",
    "已经好几天了。",
)


def vary(sample: Sample, to: Place, chance: random.Random, book: Book, reader: Reader) -> Sample | None:
    """The same matter told by somebody else in the street ``to``; None where it cannot be moved there.

    Only texts that name nothing but their street can: one that names an estate, a road or a hospital
    would not be true elsewhere.
    """
    text = _moved(sample, to, book)
    place = reader.read("", text).place if text else None
    if place is None or place.street != to.code:
        return None
    return replace(
        sample,
        title="",
        text=chance.choice(OPENINGS) + text + chance.choice(CLOSINGS),
        district=to.parent,
        street=to.code,
        unit="",
    )


def _moved(sample: Sample, to: Place, book: Book) -> str:
    """The text with its street and district exchanged; empty when it does not name the street."""
    street, district = book.places.get(sample.street), book.places.get(sample.district)
    new_district = book.places.get(to.parent)
    if street is None or district is None or new_district is None:
        return ""
    for old, new in ((street.name, to.name), (_short(street.name), _short(to.name))):
        if old in sample.text:
            moved = sample.text.replace(old, new)
            return moved.replace(district.name, new_district.name)
    return ""


def _short(name: str) -> str:
    for ending in ("街道", "地区", "镇", "乡"):
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending)
    return name
