"""Names written wrong: found by sound or with one wrong character, and never in ordinary words."""

from __future__ import annotations

import pytest

from jieban.city.book import Book
from jieban.reading.place.finder import PlaceFinder
from jieban.reading.place.gazetteer import names_of
from jieban.reading.place.spoken import ordinals_of, station_names, stems_of
from jieban.reading.place.tolerance import SOUND, TYPO, NearNames, sound_of
from jieban.reading.text import fold


@pytest.fixture(scope="module")
def finder(beijing: Book) -> PlaceFinder:
    return PlaceFinder(beijing)


@pytest.fixture(scope="module")
def near(beijing: Book) -> NearNames:
    return NearNames(names_of(beijing))


@pytest.mark.parametrize(
    ("text", "street", "how"),
    [
        ("回笼观这边停水", "回龙观街道", SOUND),
        ("我住马驹侨镇，路灯不亮", "马驹桥镇", SOUND),
        ("望精街道没人管", "望京街道", SOUND),
        ("北京亦创国际汇展中心停电", "", SOUND),
    ],
)
def test_a_character_of_the_same_sound(
    finder: PlaceFinder, beijing: Book, text: str, street: str, how: str
) -> None:
    place = finder.find([("text", fold(text), "")])[0]
    assert place is not None
    assert place.how == how
    assert (beijing.places[place.street].name if place.street else "") == street


def test_one_wrong_character_in_a_long_name(near: NearNames) -> None:
    found = near.find("北京亦创国除会展中心门口积水")
    assert [(one.name, one.how) for one in found] == [("北京亦创国际会展中心", TYPO)]
    assert near.find("北京亦刨国除会展中心门口积水") == []


def test_a_name_that_stands_is_not_sought_again(finder: PlaceFinder) -> None:
    place = finder.find([("text", "望京街道和回笼观", "")])[0]
    assert place is not None
    assert (place.quote, place.how) == ("望京街道", "name")


@pytest.mark.parametrize(
    "text",
    [
        "孩子就读和升学的问题一直没解决",
        "要求城管接到举报马上处理",
        "工作人员答复说没有任务",
        "信息化时代做家装还用纸",
        "一直成为问题，举报原因写了",
        "水表转得太快，水费太贵",
        "",
    ],
)
def test_ordinary_words_are_no_names(finder: PlaceFinder, text: str) -> None:
    assert finder.find([("text", text, "")]) == (None, ())


def test_numbers_and_directions_are_no_slips(near: NearNames) -> None:
    assert all(one.how == SOUND for one in near.find("芳城园四区和紫芳园九区"))


def test_sounds_keep_the_length() -> None:
    text = "望京SOHO，2号楼𠀀"
    assert len(sound_of(text)) == len(text)
    assert sound_of("望京") == sound_of("忘经")
    assert sound_of("望京") != sound_of("王府")


def test_stems_and_stations() -> None:
    assert stems_of("石佛营东里") == ["石佛营"]
    assert stems_of("刘家窑第二") == ["刘家窑"]
    assert stems_of("东里") == []
    assert ordinals_of("刘家窑第二社区") == ["刘家窑二社区"]
    assert ordinals_of("望京社区") == []
    assert station_names("角门西站")[0] == "角门西"
    assert station_names("望京") == ("", [])


def test_the_stem_of_communities_is_their_street(finder: PlaceFinder, beijing: Book) -> None:
    place = finder.find([("text", "石佛营附近一个机构关了", "")])[0]
    assert place is not None
    assert beijing.places[place.street].name == "东风地区"
