"""The pack's labelled samples, and variations of them that a simulated city can live on."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jieban.city.book import Book, Place
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


def vary(sample: Sample, to: Place, chance: random.Random, book: Book, reader: Reader) -> Sample:
    """The same matter told by somebody else, in the street ``to`` where the text names only a street.

    Texts that name an estate, a road or a hospital stay where they are: they would not be true elsewhere.
    """
    text, street, district = sample.text, sample.street, sample.district
    moved = _moved(sample, to, book, reader) if sample.street else None
    if moved is not None:
        text, street, district = moved
    return Sample(
        id=sample.id,
        channel=sample.channel,
        title=sample.title if text == sample.text else "",
        text=chance.choice(OPENINGS) + text + chance.choice(CLOSINGS),
        demand_type=sample.demand_type,
        category=sample.category,
        tier=sample.tier,
        district=district,
        street=street,
        unit="",
        danger=sample.danger,
    )


def _moved(sample: Sample, to: Place, book: Book, reader: Reader) -> tuple[str, str, str] | None:
    """The text with its street and district exchanged, when these are the only places it names."""
    old_street, old_district = book.places.get(sample.street), book.places.get(sample.district)
    new_district = book.places.get(to.parent)
    if old_street is None or old_district is None or new_district is None:
        return None
    swaps = ((old_street.name, to.name), (old_district.name, new_district.name))
    text = sample.text
    for old, new in swaps:
        text = text.replace(old, new)
    if old_street.name not in sample.text:
        return None
    place = reader.read("", text).place
    if place is None or place.street != to.code:
        return None
    return text, to.code, to.parent
