"""Places: nested, ambiguous, ordinary words that are names, roads that only sound like places."""

from __future__ import annotations

import pytest

from jieban.city.book import Book
from jieban.reading.place.finder import PlaceFinder
from jieban.reading.place.gazetteer import names_of, short_form
from jieban.reading.result import PlaceFound
from jieban.reading.text import fold


@pytest.fixture(scope="module")
def finder(beijing: Book) -> PlaceFinder:
    return PlaceFinder(beijing)


def found(finder: PlaceFinder, text: str, address: str = "", title: str = "") -> PlaceFound | None:
    fields = [("address", fold(address), ""), ("title", fold(title), ""), ("text", fold(text), "")]
    return finder.find(fields)[0]


def path(book: Book, place: PlaceFound | None) -> str:
    return "/".join(each.name for each in book.place_path(place.code)[1:]) if place else ""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("我住朝阳区望京街道", "朝阳区/望京街道"),
        ("望京这边停水了", "朝阳区/望京街道"),
        ("家住回龙观", "昌平区/回龙观街道"),
        ("海淀八里庄街道的路灯", "海淀区/八里庄街道"),
        ("朝阳区八里庄东里", "朝阳区/八里庄街道/八里庄东里社区"),
        ("朝阳区八里庄那边", "朝阳区/八里庄街道"),
        ("顺义光明那边", "顺义区/光明街道"),
        ("西城区天桥街道停电", "西城区/天桥街道"),
        ("房山河北镇的路", "房山区/河北镇"),
        ("门头沟永定镇", "门头沟区/永定地区"),
        ("大兴西红门镇", "大兴区/西红门地区"),
        ("密云十里堡的老人", "密云区/十里堡镇"),
        ("十里堡镇清水潭村", "密云区/十里堡镇/清水潭村"),
        ("和平里街道和平里社区", "东城区/和平里街道/和平里社区"),
        ("东城区和平里", "东城区/和平里街道"),
        ("西三旗街道办不管", "海淀区/西三旗街道"),
        ("怀柔喇叭沟门乡", "怀柔区/喇叭沟门满族乡"),
        ("于家务乡的村路", "通州区/于家务回族乡"),
        ("昌平辛庄村垃圾没人收", "昌平区"),
        ("通州区梨园镇和中仓街道都停水", "通州区"),
        ("北京经济技术开发区的公司", "北京经济技术开发区"),
        ("经开区的公司", "北京经济技术开发区"),
        ("我在海淀区上班", "海淀区"),
        ("清河社区卫生中心打疫苗", "海淀区/清河街道"),
    ],
)
def test_the_smallest_sure_place(finder: PlaceFinder, beijing: Book, text: str, wanted: str) -> None:
    assert path(beijing, found(finder, text)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "平房漏雨，房顶也漏",
        "过街天桥坏了",
        "小区大兴土木",
        "他是河北人，从河南来",
        "光明牛奶过期了",
        "请和平解决",
        "向阳的房间很热",
        "前进的方向错了",
        "物业中心没人",
        "健康证怎么办",
        "大街上很脏",
        "花园里有老鼠",
        "",
        "八里庄街道",  # there are two
        "我家在光明社区",  # there are four
        "辛庄村垃圾没人管",  # there are fifteen
        "大红门街道和望京街道都去过",  # two districts, equally
    ],
)
def test_no_place_rather_than_a_wrong_one(finder: PlaceFinder, text: str) -> None:
    assert found(finder, text) is None


def test_equally_possible_places_are_told_as_alternatives(finder: PlaceFinder, beijing: Book) -> None:
    none, options = finder.find([("text", "八里庄街道的路灯不亮", "")])
    assert none is None
    assert {path(beijing, option) for option in options} >= {"朝阳区/八里庄街道", "海淀区/八里庄街道"}
    best, options = finder.find([("text", "通州区梨园镇和中仓街道都停水", "")])
    assert best is not None
    assert (best.level, best.street) == ("district", "")
    assert {"110112004", "110112114"} & {option.code for option in options} or len(options) >= 3


def test_the_address_field_comes_first(finder: PlaceFinder, beijing: Book) -> None:
    place = found(finder, "海淀区的物业公司不管，我户口在海淀", address="朝阳区望京街道花家地")
    assert path(beijing, place).startswith("朝阳区/望京街道")


def test_a_home_town_is_not_the_place(finder: PlaceFinder, beijing: Book) -> None:
    assert path(beijing, found(finder, "我户口在海淀，住在丰台区方庄")).startswith("丰台区/方庄街道")
    assert path(beijing, found(finder, "我户口在海淀，怎么办居住证明")) == "海淀区"


def test_conflict_lowers_confidence(finder: PlaceFinder) -> None:
    sure = found(finder, "朝阳区三里屯街道的酒吧太吵")
    torn = found(finder, "朝阳区三里屯街道的酒吧太吵，海淀区也一样")
    assert sure is not None
    assert torn is not None
    assert torn.confidence < sure.confidence


def test_agreement_raises_confidence(finder: PlaceFinder) -> None:
    once = found(finder, "望京的路灯不亮")
    twice = found(finder, "朝阳区望京街道，望京的路灯不亮")
    assert once is not None
    assert twice is not None
    assert twice.confidence > once.confidence


@pytest.mark.parametrize("text", ["怀柔路上车被偷了", "大兴路口", "永定河边没有护栏"])
def test_roads_and_rivers_only_sound_like_streets(finder: PlaceFinder, text: str) -> None:
    place = found(finder, text)
    assert place is None or place.level == "district"


def test_every_street_is_found_by_its_full_name(finder: PlaceFinder, beijing: Book) -> None:
    missed = []
    for street in beijing.places.values():
        if street.level != "street":
            continue
        district = beijing.places[street.parent]
        place = found(finder, f"{district.name}{street.name}的路灯坏了")
        if place is None or place.street != street.code:
            missed.append(street.name)
    assert missed == []


def test_most_streets_are_found_by_district_and_short_name(finder: PlaceFinder, beijing: Book) -> None:
    streets = [place for place in beijing.places.values() if place.level == "street"]
    right = 0
    for street in streets:
        district = short_form(beijing.places[street.parent].name, "district")
        place = found(finder, f"我家住{district}{short_form(street.name, 'street')}，停水了")
        right += place is not None and place.street == street.code
    assert right / len(streets) > 0.93


def test_communities_with_their_street_are_found(finder: PlaceFinder, beijing: Book) -> None:
    communities = [place for place in beijing.places.values() if place.level == "community"][::7]
    right = total = 0
    for community in communities:
        street = beijing.place_at(community.code, "street")
        if street is None:
            continue
        place = found(finder, f"{street.name}{community.name}垃圾没人收")
        total += 1
        right += place is not None and place.street == street.code
    assert right / total > 0.97


@pytest.mark.parametrize(
    ("name", "level", "short"),
    [
        ("望京街道", "street", "望京"),
        ("高碑店地区", "street", "高碑店"),
        ("于家务回族乡", "street", "于家务"),
        ("朝阳区", "district", "朝阳"),
        ("张镇", "street", "张镇"),
        ("六里屯社区居委会", "community", "六里屯"),
        ("皮村", "community", "皮村"),
    ],
)
def test_short_forms(name: str, level: str, short: str) -> None:
    assert short_form(name, level) == short


def test_the_name_of_the_city_is_no_place_in_it(beijing: Book) -> None:
    assert "北京" not in names_of(beijing)
