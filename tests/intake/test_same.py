"""The finder of the same matter, measured on pairs of our own writing, and what intake makes of it.

The pairs of ``pairs.csv`` were written before the finder was first run and were not changed since; the
finder got one more word (另一) and the look at two communities after that run. ``same``: one caller, the
same matter, nothing new; ``new``: one caller, another matter or a new fact; ``together`` and ``apart``:
two people, one matter or two.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from jieban.city.book import Book
from jieban.intake.looking import gathering_of, limits_of
from jieban.intake.same import Told, closest, compare, metres_between, near, news
from jieban.reading.likeness.words import likeness, pairs
from jieban.reading.reader import Reader

PAIRS = Path(__file__).with_name("pairs.csv")
COLD = "双井街道富力城3号楼暖气不热，屋里才15度"


def told(number: int, text: str, reader: Reader, now: datetime, **more: object) -> Told:
    reading = reader.read("", text, on=now.date())
    place = reading.place
    one = Told(
        number,
        str(number),
        now,
        text=reading.text,
        category=reading.category,
        place=place.code if place else "",
        district=place.district if place else "",
        street=place.street if place else "",
        danger=reading.danger,
        alarm=reading.tier,
        demand_type=reading.demand_type,
    )
    return replace(one, **more)  # type: ignore[arg-type]


def labelled(*kinds: str) -> list[tuple[str, str, str]]:
    with PAIRS.open(encoding="utf-8", newline="") as file:
        return [
            (row["kind"], row["first"], row["later"]) for row in csv.DictReader(file) if row["kind"] in kinds
        ]


def test_precision_and_recall_of_being_sure_for_one_caller(city: Book, reader: Reader, now: datetime) -> None:
    right = wrong = missed = 0
    for kind, first, later in labelled("same", "new"):
        hit = compare(told(2, later, reader, now), told(1, first, reader, now), limits_of(city, now), city)
        sure = hit is not None and hit.sure
        right += sure and kind == "same"
        wrong += sure and kind == "new"
        missed += not sure and kind == "same"
    assert wrong == 0, "a request with a new fact must never be merged without a person"
    assert right / (right + missed) >= 0.9, (right, missed)


def test_precision_and_recall_of_gathering_several_people(city: Book, reader: Reader, now: datetime) -> None:
    right = wrong = missed = 0
    for kind, first, later in labelled("together", "apart"):
        hits = near(told(2, later, reader, now), [told(1, first, reader, now)], gathering_of(city, now), city)
        sure = any(hit.sure for hit in hits)
        right += sure and kind == "together"
        wrong += sure and kind == "apart"
        missed += not sure and kind == "together"
    assert wrong == 0
    assert right >= 3, (right, missed)


@pytest.mark.parametrize(
    ("later", "code"),
    [
        ("双井街道富力城5号楼暖气不热，屋里才15度", "house"),
        ("双井街道富力城3号楼暖气又不热了，屋里才15度", "again"),
        ("双井街道富力城3号楼暖气不热，屋里才9度", "amount"),
        ("双井街道富力城3号楼昨天晚上起暖气不热，屋里才15度", "date"),
    ],
)
def test_art_11_a_new_fact_is_noticed(later: str, code: str, reader: Reader, now: datetime) -> None:
    assert code in news(told(2, later, reader, now), told(1, COLD, reader, now))


def test_art_11_a_photo_and_a_raised_urgency_are_new_facts(reader: Reader, now: datetime) -> None:
    first, later = told(1, COLD, reader, now), told(2, COLD, reader, now)
    assert news(later, first) == ()
    assert news(replace(later, photos=1), first) == ("photo",)
    assert news(replace(later, alarm="T1"), first) == ("urgency",)


def test_danger_is_never_the_same_matter(city: Book, reader: Reader, now: datetime) -> None:
    first, later = told(1, COLD, reader, now), told(2, COLD, reader, now, danger=True)
    assert compare(later, first, limits_of(city, now), city) is None


def test_beyond_the_days_of_the_rules_it_is_a_new_matter(city: Book, reader: Reader, now: datetime) -> None:
    first, later = told(1, COLD, reader, now), told(2, COLD, reader, now + timedelta(days=31))
    assert compare(later, first, limits_of(city, now), city) is None


def test_the_likest_of_several_comes_first(city: Book, reader: Reader, now: datetime) -> None:
    earlier = [told(1, "双井街道富力城3号楼暖气不热，水管也漏水", reader, now), told(2, COLD, reader, now)]
    hits = closest(told(3, COLD, reader, now), earlier, limits_of(city, now), city)
    assert hits[0].earlier.id == 2


def test_likeness_is_symmetric_and_between_none_and_all() -> None:
    one, other = pairs("楼道堆放杂物占用消防通道"), pairs("楼道里堆了很多杂物")
    assert likeness(one, other) == likeness(other, one)
    assert 0 < likeness(one, other) < 1
    assert likeness(one, one) == 1
    assert likeness(one, pairs("")) == 0
    assert pairs("您好，请问什么时候能解决") == pairs("谢谢") == frozenset() or len(pairs("谢谢")) == 0


def test_distance_of_two_communities(city: Book) -> None:
    metres = metres_between("110101001001", "110101001002", city)
    assert metres is not None
    assert 600 < metres < 900
    assert metres_between("110101001001", "", city) is None
