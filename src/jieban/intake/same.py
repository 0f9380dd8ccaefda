"""Whether two requests tell of one matter (Ordinance Art. 11 ¶3 (3); opinion 66 of 2025). Pure.

A person who calls again about a matter that is being handled, and brings nothing new, is told how it
stands instead of getting a second ticket. That is done without a person only when it is sure; whatever
may be a new fact or reason is left to people. Danger is never merged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from math import asin, cos, radians, sin, sqrt

from jieban.city.book import Book
from jieban.reading.likeness.words import likeness, pairs
from jieban.reading.text import fold

WORDS, MATTER, PLACE = 0.5, 0.25, 0.25
"""How much words, category and place weigh in the likeness of two requests."""
_NEAR_MATTER = 0.6  # same category of the second level
_HALF = 0.5  # not known on one side
_ALIKE_ADDRESS = 0.8
_TWO_COMMUNITIES = 0.2
_EARTH = 6_371_000.0


@dataclass(frozen=True)
class Told:
    """What is compared of a request: masked words, and what was understood of them.

    ``id`` and ``number`` are the ticket's; ``at`` is when it happened or was told.
    """

    id: int
    number: str
    at: datetime
    title: str = ""
    text: str = ""
    address: str = ""
    category: str = ""
    place: str = ""
    district: str = ""
    street: str = ""
    danger: bool = False
    alarm: str = ""
    photos: int = 0
    demand_type: str = ""
    lead: str = ""
    cluster: int | None = None
    same_as: int | None = None
    open: bool = True
    simulated: bool = False
    secrecy: str = ""
    recused: tuple[str, ...] = ()

    @cached_property
    def pairs(self) -> frozenset[str]:
        """The pairs of signs of title and text."""
        title = "" if self.text.startswith(self.title) else self.title
        return pairs(f"{title}\n{self.text}")

    @property
    def words(self) -> str:
        """All that was said, the address too."""
        return fold(f"{self.title}\n{self.text}\n{self.address}")


@dataclass(frozen=True, slots=True)
class Limits:
    """The dated rules of sameness: days, and the likeness from which it is sure, or may be."""

    days: float
    sure: float
    maybe: float


@dataclass(frozen=True, slots=True)
class Hit:
    """An earlier request that may be the same matter: how alike, and what is new in the later one."""

    earlier: Told
    likeness: float
    news: tuple[str, ...] = field(default=())
    sure: bool = False


def closest(later: Told, earlier: Iterable[Told], limits: Limits, book: Book) -> list[Hit]:
    """The earlier requests of the same requester that may be the same matter, the likest first."""
    hits = [hit for one in earlier if (hit := compare(later, one, limits, book)) is not None]
    return sorted(hits, key=lambda hit: (not hit.sure, -hit.likeness, -hit.earlier.id))


def compare(later: Told, earlier: Told, limits: Limits, book: Book) -> Hit | None:
    """Hold a request against an earlier one of the same requester; None when it is another matter."""
    if abs(later.at - earlier.at) > timedelta(days=limits.days) or earlier.id == later.id:
        return None
    if not _may_be_one_matter(later, earlier):
        return None
    how = alike(later, earlier, book)
    if how < limits.maybe:
        return None
    found = news(later, earlier)
    sure = how >= limits.sure and not found and same_place(later, earlier, book) >= _ALIKE_ADDRESS
    return Hit(earlier, round(how, 4), found, sure)


def _may_be_one_matter(one: Told, other: Told) -> bool:
    """Danger is looked at by itself; two categories of the second level, or two streets, are two matters."""
    if one.danger or other.danger:
        return False
    if one.category and other.category and one.category[:4] != other.category[:4]:
        return False
    if one.street and other.street:
        return one.street == other.street
    return not (one.district and other.district) or one.district == other.district


def alike(one: Told, other: Told, book: Book) -> float:
    """How alike two requests are in words, matter and place: 0 to 1."""
    return (
        WORDS * likeness(one.pairs, other.pairs)
        + MATTER * same_matter(one, other)
        + PLACE * same_place(one, other, book)
    )


def same_matter(one: Told, other: Told) -> float:
    """1 for the same category of the third level, less for the second, half where it is not known."""
    if not one.category or not other.category:
        return _HALF
    if one.category == other.category:
        return 1.0
    return _NEAR_MATTER if one.category[:4] == other.category[:4] else 0.0


def same_place(one: Told, other: Told, book: Book) -> float:
    """1 for the same place, 0.8 for the same street or an address alike, half where it is not known."""
    if one.place and one.place == other.place:
        return 1.0
    if one.street and other.street:
        if one.street != other.street:
            return 0.0
        return _TWO_COMMUNITIES if _fine(one, book) and _fine(other, book) else _ALIKE_ADDRESS
    if one.address and other.address and likeness(pairs(one.address), pairs(other.address)) >= _ALIKE_ADDRESS:
        return _ALIKE_ADDRESS
    if one.district and other.district and one.district != other.district:
        return 0.0
    return _HALF


_AGAIN = re.compile(
    "又(?!是我)|这次|这回|再次|再度|复发|反复|第[二三四五2345]次|刚刚|新的|新出现|新情况|另外|另一|另有|还有一|除此之外|"
    "更严重|更厉害|越来越|加重|恶化|扩大|变成|升级|受伤|摔伤|晕倒|证据|录音|录像|视频|照片|补充"
)
_DATE = re.compile(
    r"\d{1,2}月\d{1,2}[日号]?|(?<!\d)\d{1,2}日|昨天|昨晚|前天|今早|今晨|今天(?:早上|上午|中午|下午|晚上)|"
    r"今晚|上周|上星期|本周|(?:周|星期)[一二三四五六日天]"
)
_HOUSE = re.compile(r"([0-9一二三四五六七八九十]{1,4})(号院|号楼|单元|号|栋|幢|座|层|楼)")
_HOUSES = ("号楼", "栋", "幢", "座")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)(度|元|块钱|万|平米|平方米|分贝|户|人)")


def news(later: Told, earlier: Told) -> tuple[str, ...]:
    """What the later request brings that the earlier one had not: codes of new facts and reasons.

    ``again`` (it happened once more, or got worse), ``date``, ``house``, ``amount``, ``photo``,
    ``urgency``, ``type``. An empty answer means: no new fact, no new reason.
    """
    said, before = later.words, earlier.words
    found = []
    if {match[0] for match in _AGAIN.finditer(said)} - {match[0] for match in _AGAIN.finditer(before)}:
        found.append("again")
    if set(_DATE.findall(said)) - set(_DATE.findall(before)):
        found.append("date")
    if _other_house(said, before):
        found.append("house")
    if set(_AMOUNT.findall(said)) - set(_AMOUNT.findall(before)):
        found.append("amount")
    if later.photos and later.photos != earlier.photos:
        found.append("photo")
    if later.alarm != earlier.alarm:
        found.append("urgency")
    if later.demand_type == "REPORT" and earlier.demand_type != "REPORT":
        found.append("type")
    return tuple(found)


def _other_house(said: str, before: str) -> bool:
    """Whether a house, gate or floor is named that was not named before; naming none is no news."""
    here, there = _houses(said), _houses(before)
    return any(numbers - there.get(kind, set()) for kind, numbers in here.items())


def _houses(words: str) -> dict[str, set[str]]:
    """The numbers that the words name, by their kind; ``3号楼``, ``3栋`` and ``3座`` are one kind."""
    found: dict[str, set[str]] = {}
    for number, kind in _HOUSE.findall(words):
        found.setdefault(_HOUSES[0] if kind in _HOUSES else kind, set()).add(number)
    return found


@dataclass(frozen=True, slots=True)
class Gathering:
    """The dated rules by which requests of several people become one cluster."""

    days: float
    metres: float
    similarity: float


def near(later: Told, others: Iterable[Told], rules: Gathering, book: Book) -> list[Hit]:
    """The open requests of other people that tell of the same matter, the likest first.

    Same category of the third level, same place or two places within the distance of the rules, and
    words alike. Danger and what is kept secret joins nothing without a person.
    """
    hits = []
    landmarks: frozenset[str] | None = None
    for one in others:
        if not one.open or abs(later.at - one.at) > timedelta(days=rules.days) or one.id == later.id:
            continue
        if not later.category or later.category != one.category:
            continue
        how = likeness(later.pairs, one.pairs)
        if how < rules.similarity:
            continue
        landmarks = _landmarks(later, book) if landmarks is None else landmarks
        if not _together(later, one, landmarks, rules.metres, book):
            continue
        apart = any((later.danger, one.danger, later.secrecy, one.secrecy, later.recused, one.recused))
        sure = not apart and not _two_houses(later, one)
        hits.append(Hit(one, round(how, 4), (), sure))
    return sorted(hits, key=lambda hit: (not hit.sure, hit.earlier.cluster is None, -hit.likeness))


def _together(one: Told, other: Told, landmarks: frozenset[str], metres: float, book: Book) -> bool:
    """Whether two requests are about one place: a community or smaller, or within the distance."""
    if _fine(one, book) and one.place == other.place:
        return True
    if one.address and other.address and likeness(pairs(one.address), pairs(other.address)) >= _ALIKE_ADDRESS:
        return True
    apart = metres_between(one.place, other.place, book) if one.place != other.place else None
    if apart is not None and apart <= metres and _fine(one, book) and _fine(other, book):
        return True
    return (
        one.street == other.street
        and bool(one.street)
        and bool(landmarks)
        and bool(landmarks & _landmarks(other, book))
    )


def _fine(one: Told, book: Book) -> bool:
    """Whether the place is known more closely than the street."""
    return bool(one.place) and one.place in book.places and book.places[one.place].level == "community"


_LANDMARK = re.compile(
    r"([\u4e00-\u9fff]{2})(小区|家园|花园|公寓|大厦|胡同|家属院|大街|桥|地铁站|广场|市场|学校|小学|中学|医院|公园|苑|城|"
    r"(?<![马道公线个条段的])路|(?<=[东西南北一二三四五六七八九十])里)"
)
_DIVISION = re.compile("(?:街道|地区|乡|镇|区)$")
_NO_NAME = frozenset(
    {"这个", "我们", "我家", "本小", "一个", "那个", "他们", "老旧", "整个", "旁边", "门口", "附近"}
)


def _landmarks(one: Told, book: Book) -> frozenset[str]:
    """The estates, roads and buildings that the words name beside the street: the last signs of each."""
    words = one.words
    for code in (one.street, one.district):
        if code in book.places:
            words = words.replace(_own_name(book.places[code].name), " ")
    return frozenset(match[0] for match in _LANDMARK.finditer(words) if match[1] not in _NO_NAME)


@lru_cache(maxsize=2048)
def _own_name(name: str) -> str:
    """The name of a district or street without its kind, as it stands in folded words."""
    return _DIVISION.sub("", fold(name))


def _two_houses(one: Told, other: Told) -> bool:
    """Whether two requests name two different houses: what ails one house need not ail the other."""
    mine, theirs = _houses(one.words), _houses(other.words)
    kinds = {_HOUSES[0], "号院"} & mine.keys() & theirs.keys()
    return any(not mine[kind] & theirs[kind] for kind in kinds)


def metres_between(one: str, other: str, book: Book) -> float | None:
    """The distance of two places of the city in metres; None when one of them has no position."""
    here, there = book.places.get(one), book.places.get(other)
    if here is None or there is None:
        return None
    if here.lon is None or here.lat is None or there.lon is None or there.lat is None:
        return None
    high, wide = radians(there.lat - here.lat), radians(there.lon - here.lon)
    part = sin(high / 2) ** 2 + cos(radians(here.lat)) * cos(radians(there.lat)) * sin(wide / 2) ** 2
    return 2 * _EARTH * asin(sqrt(part))
