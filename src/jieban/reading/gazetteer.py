"""All the ways a place of the city is called, with how much each way can be trusted.

Built once from the places and other names of a book. Full names ("望京街道") are safe; short forms
("望京") are kept when they have two signs or more, and are marked weak when they are also ordinary words
("平房", "天桥", "河北"): a weak form counts only next to a word or a name that says it is a place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from jieban.city.book import Book, Place
from jieban.reading.text import fold

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
    "street": ("街道", "街道办", "街道办事处", "地区", "地区办事处", "镇", "乡", "镇政府", "乡政府"),
    "community": ("社区", "村", "居委会", "村委会", "小区"),
}
"""What callers say instead of the official end."""

_ORDINARY = frozenset(
    [
        "光明",
        "和平",
        "胜利",
        "向阳",
        "东风",
        "新华",
        "曙光",
        "幸福",
        "建设",
        "团结",
        "民主",
        "友谊",
        "红旗",
        "解放",
        "人民",
        "中心",
        "花园",
        "小区",
        "新村",
        "大院",
        "家园",
        "公园",
        "医院",
        "学校",
        "学院",
        "大学",
        "大街",
        "大厦",
        "广场",
        "东里",
        "西里",
        "南里",
        "北里",
        "中里",
        "一里",
        "二里",
        "三里",
        "东区",
        "西区",
        "南区",
        "北区",
        "中区",
        "一区",
        "二区",
        "三区",
        "四区",
        "五区",
        "六区",
        "东街",
        "西街",
        "南街",
        "北街",
        "东路",
        "西路",
        "南路",
        "北路",
        "城北",
        "城南",
        "城东",
        "城西",
        "城关",
        "老城",
        "新城",
        "古城",
        "平房",
        "天桥",
        "河北",
        "河南",
        "山东",
        "清水",
        "温泉",
        "果园",
        "鼓楼",
        "新镇",
        "新街",
        "永定",
        "安定",
        "永安",
        "大台",
        "东湖",
        "南湖",
        "西湖",
        "北湖",
        "老山",
        "百善",
        "四海",
        "双井",
        "青年",
        "文化",
        "体育",
        "体育馆",
        "劳动",
        "先锋",
        "前进",
        "光荣",
        "富强",
        "振兴",
        "兴隆",
        "长安",
        "太平",
        "安康",
        "健康",
        "康复",
        "平安",
        "吉祥",
        "如意",
        "万年",
        "中华",
        "中国",
        "交通",
        "农业",
        "工业",
        "商业",
        "科技",
        "教育",
        "卫生",
        "铁路",
        "公路",
        "桥南",
        "桥北",
        "桥东",
        "桥西",
        "路南",
        "路北",
        "路东",
        "路西",
        "村东",
        "村西",
        "河西",
        "河东",
        "山水",
        "阳光",
        "绿洲",
        "春天",
        "未来",
        "世纪",
        "时代",
        "希望",
        "和谐",
        "文明",
        "开放",
        "改革",
        "创新",
        "创业",
        "大通",
        "流水",
        "首都",
        "机场",
        "首都机场",
        "车站",
        "东站",
        "西站",
        "南站",
        "北站",
        "工厂",
        "农场",
        "林场",
        "矿区",
        "厂区",
        "校区",
        "社区",
        "园区",
        "东方",
        "西方",
        "南方",
        "北方",
        "东部",
        "西部",
        "南部",
        "北部",
        "中部",
        "大地",
        "金色",
        "银色",
        "前门",
        "后门",
        "东门",
        "西门",
        "南门",
        "北门",
        "城市",
        "农村",
        "街道",
        "中央",
        "部队",
        "军队",
        "干部",
        "职工",
        "工人",
        "老人",
        "青春",
        "金星",
        "火星",
        "雪山",
        "高岭",
        "渤海",
        "东海",
        "南海",
        "北京",
        "石油",
        "化工",
        "电力",
        "地质",
        "物资",
        "矿山",
        "水库",
        "桥头",
        "沙滩",
        "草原",
        "牡丹",
        "玫瑰",
        "月季",
        "第一",
        "第二",
        "第三",
        "第四",
        "第五",
        "第六",
        "一街",
        "二街",
        "三街",
        "四街",
        "五街",
        "东关",
        "西关",
        "南关",
        "北关",
        "东庄",
        "西庄",
        "南庄",
        "北庄",
        "中学",
        "小学",
        "民生",
        "民族",
        "民政",
        "丽景",
        "美景",
        "自然",
        "生态",
        "国际",
        "国防",
        "动物",
        "植物",
        "水利",
        "水电",
        "供电",
        "电视",
        "广播",
        "新闻",
        "印刷",
        "大红",
        "上海",
        "天津",
        "重庆",
        "南京",
        "广州",
        "武汉",
        "成都",
        "东营",
        "济南",
        "青岛",
        "太原",
        "石家庄",
        "长春",
        "长城",
        "长江",
        "黄河",
        "运河",
        "望江",
        "新河",
        "大河",
        "小河",
        "河边",
        "沟通",
        "营业",
        "城中",
        "新建",
        "大湖",
        "园林",
        "第一社区",
        "第二社区",
        "政府",
        "大队",
        "检查站",
        "消防",
        "公安",
        "邮局",
        "银行",
        "商场",
        "超市",
        "市场",
        "大棚",
        "保利",
        "万科",
        "龙湖",
        "金地",
        "中海",
        "华润",
        "恒大",
        "富力",
        "开发区",
        "开发",
        "新兴",
        "新生",
        "新民",
        "新立",
        "永红",
        "红星",
        "红光",
        "星火",
        "友爱",
        "爱国",
        "爱民",
        "利民",
        "惠民",
        "为民",
        "便民",
        "安全",
        "安居",
        "安乐",
        "安宁",
        "长青",
        "常青",
        "长虹",
        "彩虹",
        "宝山",
        "怡园",
        "福利",
        "福田",
        "福寿",
        "丰收",
        "丰台镇",
        "富裕",
        "万寿",
        "千禧",
        "百花",
        "梅花",
        "桃花",
        "杏花",
        "荷花",
        "莲花",
        "桂花",
        "菊花",
        "兰花",
    ]
)
_SHORTEST_COMMUNITY = 3


@dataclass(frozen=True, slots=True)
class Called:
    """One meaning of a name: the place, its path, how sure the name alone is (0 to 1), whether weak."""

    code: str
    level: str
    district: str
    street: str
    trust: float
    weak: bool


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
_NAMESAKE = 0.12
_ORDER = {"district": 0, "street": 1, "community": 2}


def names_of(book: Book) -> dict[str, tuple[Called, ...]]:
    """Folded name -> what it can mean, the surest first."""
    ordinary = _ordinary_of(book)
    table: dict[str, dict[str, Called]] = defaultdict(dict)
    for name, called in (*_own_names(book, ordinary), *_other_names(book, ordinary)):
        kept = table[name].get(called.code)
        if kept is None or called.trust > kept.trust:
            table[name][called.code] = called
    return {name: _ranked(list(meanings.values())) for name, meanings in table.items()}


def _ranked(meanings: list[Called]) -> tuple[Called, ...]:
    """The surest first. A name that a district or street has is rarely meant for a smaller namesake."""
    top = min(_ORDER[each.level] for each in meanings)
    settled = [
        each
        if _ORDER[each.level] == top or top == _ORDER["community"]
        else replace(each, trust=each.trust * _NAMESAKE)
        for each in meanings
    ]
    return tuple(sorted(settled, key=lambda each: (-each.trust, each.code)))


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
        yield full, _called(book, place, _TRUST[place.level, True], weak=plain or full in _ORDINARY)
        if short in cities:
            for zone in (full.removeprefix(short), "经开区", short + "经开区"):
                yield zone, _called(book, place, _TRUST[place.level, False], weak=False)
            continue
        if place.level == "community" and short.endswith(("社区", "村")) and len(short) > 3:
            yield short, _called(book, place, _TRUST[place.level, True], weak=False)
        if short == full or len(short) < 2:
            continue
        for end in _OTHER_ENDS.get(place.level, ()):
            weak = plain or short + end in _ORDINARY
            yield short + end, _called(book, place, _TRUST[place.level, True] - 0.03, weak)
        weak = short in ordinary or (place.level == "community" and len(short) < _SHORTEST_COMMUNITY)
        if place.level == "district":
            weak = short in _ORDINARY
        yield short, _called(book, place, _TRUST[place.level, False], weak)


def _other_names(book: Book, ordinary: frozenset[str]) -> Iterator[tuple[str, Called]]:
    for row in book.tables.get("place_names", ()):
        place = book.places.get(row.place)
        name = fold(row.name)
        if place and len(name) >= 2 and place.level != "city":
            weak = name in ordinary and row.kind not in ("estate", "landmark")
            yield name, _called(book, place, _OTHER_TRUST.get(row.kind, 0.7), weak or name in _ORDINARY)


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
