"""Several places in one text, what lies beside a place, house numbers, and places nobody knows."""

from __future__ import annotations

import pytest

from jieban.city.book import Book
from jieban.reading.place.finder import PlaceFinder
from jieban.reading.place.mentions import COMPARED, HERE, HOME
from jieban.reading.place.unknown import kind_of_name
from jieban.reading.result import PlaceFound
from jieban.reading.text import fold


@pytest.fixture(scope="module")
def finder(beijing: Book) -> PlaceFinder:
    return PlaceFinder(beijing)


def told(finder: PlaceFinder, text: str) -> tuple[PlaceFound | None, tuple[PlaceFound, ...]]:
    return finder.find([("text", fold(text), text)])


def test_all_places_are_told_with_their_roles(finder: PlaceFinder, beijing: Book) -> None:
    best, options = told(finder, "我户口在朝阳区望京街道，昨天在丰台区方庄街道被电动车撞了")
    assert best is not None
    assert beijing.places[best.street].name == "方庄街道"
    roles = {beijing.places[one.street].name: one.role for one in options if one.street}
    assert roles["方庄街道"] == HERE
    assert roles["望京街道"] == HOME


def test_a_place_compared_with_is_none_of_the_matter(finder: PlaceFinder, beijing: Book) -> None:
    best, options = told(finder, "昌平区霍营街道的公厕太脏，不像朝阳区望京街道那样干净")
    assert best is not None
    assert beijing.places[best.street].name == "霍营街道"
    assert {one.role for one in options if one.district == "110105"} == {COMPARED}


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("望京街道花家地对面的工地", "opposite"),
        ("望京花家地以北的空地", "side"),
        ("望京花家地附近有黑车", "near"),
        ("朝阳区望京街与阜荣街交叉口积水", "crossing"),
        ("noise opposite 望京soho at night", "opposite"),
        ("garbage north of 望京soho", "side"),
        ("望京街道花家地的路灯", ""),
    ],
)
def test_what_lies_beside_a_place(finder: PlaceFinder, text: str, relation: str) -> None:
    best, options = told(finder, text)
    assert best is not None
    assert relation in {best.relation, *(one.relation for one in options)}


def test_opposite_a_community_is_only_its_street(finder: PlaceFinder) -> None:
    inside, _ = told(finder, "朝阳区八里庄东里社区的垃圾")
    beside, _ = told(finder, "朝阳区八里庄东里社区对面的垃圾")
    assert inside is not None
    assert beside is not None
    assert (inside.level, beside.level) == ("community", "street")
    assert inside.street == beside.street


def test_the_house_is_kept(finder: PlaceFinder) -> None:
    best, _ = told(finder, "芳星园二区12号楼3单元的电梯坏了")
    assert best is not None
    assert best.detail == "12号楼3单元"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("我们住在锦绣澜湾家园，停水三天", "锦绣澜湾家园"),
        ("在枫桥渡小区门口有人卖假药", "枫桥渡小区"),
        ("朝阳区锦绣澜湾家园停水三天", "锦绣澜湾家园"),
        ("我们小区停水", ""),
        ("这条路上没有路灯", ""),
        ("农村的老人怎么办", ""),
        ("望京街道停水", ""),
        ("", ""),
    ],
)
def test_words_for_an_unknown_place(finder: PlaceFinder, text: str, words: str) -> None:
    assert finder.understand([("text", fold(text), text)])[2] == words


def test_masked_words_are_not_asked_for(finder: PlaceFinder) -> None:
    plain = "我住在锦绣澜湾家园"
    assert finder.understand([("text", plain, "我住在锦绣**家园")])[2] == ""


def test_kinds_of_names() -> None:
    assert [kind_of_name(name) for name in ("锦绣路", "枫桥渡小区", "枫桥渡站", "枫桥渡大厦")] == [
        "road", "estate", "station", "landmark",
    ]  # fmt: skip
