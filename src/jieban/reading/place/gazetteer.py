"""All the ways a place of the city is called, with how much each way can be trusted.

Built once from the places and other names of a book. Full names ("望京街道") are safe; short forms
("望京") are kept when they have two signs or more, and are marked weak when they are also ordinary words
("平房", "天桥", "河北"): a weak form counts only next to a word or a name that says it is a place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from jieban.city.book import Book
from jieban.city.rows import Place
from jieban.reading.place.spoken import ordinals_of, station_names, stems_of
from jieban.reading.text import fold
from jieban.reading.wordlists import words

_SUFFIXES = {
    "city": ("市",),
    "district": ("经济技术开发区", "开发区", "自治县", "新区", "区", "县", "市"),
    "street": ("街道办事处", "地区办事处", "民族乡", "街道", "地区", "镇", "乡"),
    "community": (
        "社区居委会",
        "社区居民委员会",
        "居民委员会",
        "村民委员会",
        "村委会",
        "居委会",
        "社区",
        "村",
    ),
}
"""Level -> ends of official names, longest first: language, the same in every city."""

_PEOPLES = ("回族", "满族", "蒙古族", "朝鲜族", "藏族", "土族", "撒拉族", "壮族", "苗族", "维吾尔族")
_OTHER_ENDS = {
    "街道": ("街道办", "街道办事处", "办事处", "街办"),
    "地区": ("街道", "镇", "乡", "地区办事处", "街道办事处", "镇政府", "乡政府"),
    "镇": ("地区", "乡", "街道", "镇政府"),
    "乡": ("镇", "地区", "乡政府"),
    "社区": ("居委会", "社区居委会", "小区"),
    "村": ("村委会", "村民委员会", "大队"),
}
"""What callers say instead of the official end."""

_ORDINARY = frozenset(words("ordinary"))
_SHORTEST_COMMUNITY = 3


@dataclass(frozen=True, slots=True)
class Called:
    """One meaning of a name: the place, its path, how sure the name alone is (0 to 1), whether weak.

    ``around`` is how sure its district is where that is more than ``trust``, else 0.
    """

    code: str
    level: str
    district: str
    street: str
    trust: float
    weak: bool
    around: float = 0.0


_TRUST = {
    ("district", True): 0.97,
    ("district", False): 0.9,
    ("street", True): 0.96,
    ("street", False): 0.82,
    ("community", True): 0.9,
    ("community", False): 0.66,
}
"""(level, full name) -> how often such a name in a text is the place that is meant (language, not policy)."""
_OTHER_TRUST = {
    "alias": 0.9,
    "former": 0.8,
    "estate": 0.85,
    "landmark": 0.8,
    "station": 0.72,
    "road": 0.62,
    "spoken": 0.8,
}
WEAK_FACTOR = 0.55
"""What is left of the trust in a name that is also an ordinary word."""
_STEM_TRUST, _STATION_TRUST = 0.7, 0.7
"""Trust in the street of a stem of communities' names, and in the street of a station named after it."""
_AROUND = 0.8
_MOST_STREETS = 3
"""A stem of communities that lie in more streets than this says nothing about the street."""
_NAMESAKE = 0.12
_SPREAD = 0.7
_ORDER = {"district": 0, "street": 1, "community": 2}


def names_of(book: Book) -> dict[str, tuple[Called, ...]]:
    """Folded name -> what it can mean, the surest first."""
    ordinary = _ordinary_of(book)
    table: dict[str, dict[str, Called]] = defaultdict(dict)
    for name, called in _own_names(book, ordinary):
        kept = table[name].get(called.code)
        if kept is None or called.trust > kept.trust:
            table[name][called.code] = called
    for name, called in _streets_as_communities(book):
        if name not in table:
            table[name][called.code] = called
    for meanings in table.values():
        _demote_namesakes(meanings)
    for name, called in _other_names(book, ordinary):
        _add_other(table[name], called)
    known = frozenset(table)
    for name, called in _stems(book, ordinary):
        if name not in known:
            table[name][called.code] = called
    _stations(book, table)
    return {
        name: tuple(sorted(meanings.values(), key=lambda each: (-each.trust, each.code)))
        for name, meanings in table.items()
    }


def _demote_namesakes(meanings: dict[str, Called]) -> None:
    """A name that a district or street has is rarely meant for a smaller namesake."""
    top = min(_ORDER[each.level] for each in meanings.values())
    for code, each in meanings.items():
        if _ORDER[each.level] > top:
            meanings[code] = replace(each, trust=each.trust * _NAMESAKE)


def _add_other(meanings: dict[str, Called], called: Called) -> None:
    """Add a meaning told by place_names.csv.

    Where it only says that a name spreads beyond the place that officially has it ("回龙观" is more than
    its street), the official place stays, less sure.
    """
    inside = [code for code, each in meanings.items() if called.code in (each.district, each.street, code)]
    for code in inside:
        if code != called.code:
            own = meanings[code]
            meanings[code] = replace(own, trust=own.trust * _SPREAD, around=max(own.trust, called.trust))
    around = any(
        each.code in (called.district, called.street) and not each.weak for each in meanings.values()
    )
    if (not inside and not around) or (called.code in inside and called.trust > meanings[called.code].trust):
        meanings[called.code] = called


def short_form(name: str, level: str) -> str:
    """``name`` without the official end of its level; itself when it has none or nothing would remain."""
    for suffix in _SUFFIXES.get(level, ()):
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            name = name.removesuffix(suffix)
            break
    for people in _PEOPLES:
        if name.endswith(people) and len(name) - len(people) >= 2:
            return name.removesuffix(people)
    return name


def _ordinary_of(book: Book) -> frozenset[str]:
    """Ordinary words: our list, and what the tree of matters says in more than one of its words."""
    words = {
        fold(word) for row in book.categories.values() for word in (row.name, *row.keywords, *row.aliases)
    }
    parts: Counter[str] = Counter()
    for word in words:
        parts.update({word[i : i + size] for size in (2, 3) for i in range(len(word) - size + 1)})
    return _ORDINARY.union(part for part, count in parts.items() if count > 1)


def _own_names(book: Book, ordinary: frozenset[str]) -> Iterator[tuple[str, Called]]:
    cities = [short_form(fold(place.name), "city") for place in book.places.values() if place.level == "city"]
    for place in book.places.values():
        if place.level == "city":
            continue
        full = fold(place.name)
        short = short_form(full, place.level)
        plain = place.level == "community" and short in _ORDINARY
        for name in (full, *ordinals_of(full)):
            yield name, _called(book, place, _TRUST[place.level, True], weak=plain or name in _ORDINARY)
        if short in cities:
            for zone in (full.removeprefix(short), "经开区", short + "经开区"):
                yield zone, _called(book, place, _TRUST[place.level, False], weak=False)
            continue
        if place.level == "community" and short.endswith(("社区", "村")) and len(short) > 3:
            yield short, _called(book, place, _TRUST[place.level, True], weak=False)
        if short == full or len(short) < 2:
            continue
        for end in next((ends for own, ends in _OTHER_ENDS.items() if full.endswith(own)), ()):
            weak = plain or short + end in _ORDINARY
            yield short + end, _called(book, place, _TRUST[place.level, True] - 0.03, weak)
        weak = short in ordinary or (place.level == "community" and len(short) < _SHORTEST_COMMUNITY)
        if place.level == "district":
            weak = short in _ORDINARY
        yield short, _called(book, place, _TRUST[place.level, False], weak)


def _streets_as_communities(book: Book) -> Iterator[tuple[str, Called]]:
    """What callers call a community though only the street is named so ("清河社区卫生中心")."""
    for place in book.places.values():
        if place.level == "street":
            short = short_form(fold(place.name), "street")
            yield short + "社区", _called(book, place, _TRUST["street", False], short in _ORDINARY)


def _other_names(book: Book, ordinary: frozenset[str]) -> Iterator[tuple[str, Called]]:
    for row in book.tables.get("place_names", ()):
        place = book.places.get(row.place)
        name = fold(row.name)
        if place and len(name) >= 2 and place.level != "city":
            weak = name in ordinary and row.kind not in ("estate", "landmark")
            yield name, _called(book, place, _OTHER_TRUST.get(row.kind, 0.7), weak or name in _ORDINARY)


def _stems(book: Book, ordinary: frozenset[str]) -> list[tuple[str, Called]]:
    """The stem that communities of a street share, as a name of that street ("石佛营东里" -> "石佛营")."""
    streets: dict[str, dict[str, Place]] = defaultdict(dict)
    for place in book.places.values():
        street = book.place_at(place.code, "street") if place.level == "community" else None
        if street is not None:
            for stem in stems_of(short_form(fold(place.name), "community")):
                streets[stem][street.code] = street
    return [
        (stem, replace(_called(book, street, _STEM_TRUST, stem in ordinary), around=_AROUND))
        for stem, found in streets.items()
        if len(found) <= _MOST_STREETS
        for street in found.values()
    ]


def _stations(book: Book, table: dict[str, dict[str, Called]]) -> None:
    """The other words for a station, and the street of the place it is named after where that is known."""
    for row in book.tables.get("place_names", ()):
        place, (stem, others) = book.places.get(row.place), station_names(fold(row.name))
        if row.kind != "station" or place is None or not stem:
            continue
        own = table[fold(row.name)]
        if place.level == "district":
            inside = [
                each for each in table.get(stem, {}).values() if each.district == place.code and each.street
            ]
            for each in inside if len({one.street for one in inside}) == 1 else ():
                street = book.places[each.street]
                named = _called(book, street, _STATION_TRUST, weak=False)
                own[street.code] = replace(named, around=_OTHER_TRUST["station"])
        for name in others if stem not in table else ():
            table.setdefault(name, dict(own))


def _called(book: Book, place: Place, trust: float, weak: bool) -> Called:
    district, street = book.place_at(place.code, "district"), book.place_at(place.code, "street")
    return Called(
        code=place.code,
        level=place.level,
        district=district.code if district else "",
        street=street.code if street else "",
        trust=trust * (WEAK_FACTOR if weak else 1.0),
        weak=weak,
    )
