"""Parsing an address by the words at the ends of its parts: from the large to the small, left to right.

Works without any corpus, in linear time. The kinds are those of the tagged corpora: ``prov``, ``city``,
``district``, ``devZone``, ``town``, ``community``, ``road``, ``roadno``, ``poi``, ``subpoi``,
``houseno``, ``cellno``, ``floorno``, ``roomno``, ``assist``.
"""

from __future__ import annotations

import re
from typing import Final

from jieban.reading.wordlists import words

MOST = 300
"""Signs of an address that are read."""
_HAN = "\u4e00-\u9fff"
_COUNT = r"(?:[0-9]+(?:[-~/、][0-9]+)*[A-Za-z]?|[A-Za-z][0-9]*|[一二三四五六七八九十百]+|[甲乙丙丁][0-9]*)"
_SHORT_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|"
    "贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_AREAS: Final = (
    ("country", re.compile("中国|中华人民共和国")),
    ("prov", re.compile(f"(?:{_SHORT_PROVINCES})(?:省|市|[{_HAN}]{{0,3}}自治区|特别行政区)?")),
    (
        "city",
        re.compile(
            f"(?:{'|'.join(sorted(words('cities'), key=len, reverse=True))})"
            f"(?:市(?!场)|(?![路街大东西南北中镇乡县区市]))"
            f"|(?!(?:[{_HAN}]{{2,4}}?)市[{_HAN}]{{1,5}}?(?:镇|街道|乡))[{_HAN}]{{2,5}}?(?:市(?!场)|自治州|盟)"
        ),
    ),
    ("district", re.compile(f"[{_HAN}]{{1,5}}?(?:自治县|区(?!块)|县|旗|市(?!场))")),
    ("devZone", re.compile(f"[{_HAN}]{{2,8}}?(?:开发区|高新区|高教园区|工业园区|保税区|新区|度假区)")),
    ("town", re.compile(f"[{_HAN}]{{1,6}}?(?:街道(?:办事处)?|镇(?!政府)|乡(?!村)|苏木)")),
    ("community", re.compile(f"[{_HAN}]{{1,6}}?(?:社区(?!服务|卫生)|居委会|村委会|村(?!路|口))")),
)
"""Kind of an area and how it ends, from the large to the small; each is tried once, in this order."""
_ROAD = re.compile(
    f"(?:[0-9]+(?:省道|国道|县道)|[{_HAN}]{{1,7}}?(?:大道|大街|马路|公路|路(?!口)|街(?!道)|巷|弄|胡同)"
    r"(?:[东西南北中][路街段])?(?:[0-9一二三四五六七八九十]+(?:弄|巷))?)"
)
_ROADNO = re.compile(_COUNT + r"(?:号(?!楼|院)|#)(?:[-之][0-9]+)?")
_PARTS: Final = (
    ("cellno", re.compile(_COUNT + "(?:单元|号门|梯)")),
    ("floorno", re.compile(r"(?:负|地下)?" + _COUNT + "(?:楼(?!栋)|层|f|F)")),
    ("houseno", re.compile(_COUNT + "(?:号?(?:楼|栋|幢|座)|号院|#楼|#)")),
    ("roomno", re.compile(_COUNT + "(?:室|房|号房|户)")),
)
_NUMBERS = re.compile(r"[0-9]+(?:[A-Za-z])?")
_WITHIN = re.compile(f"[0-9]+[{_HAN}]{{2}}")
"""A number inside a name ("创新128国际公寓")."""
_BETWEEN = re.compile(r"[-—_,，.。;；、/\s()（）]+")
_ASSIST = re.compile(
    "(?:与|和)?(?:交叉路?口|交汇处|路口|十字路口)|(?:斜?对面|旁边?|附近|隔壁|门口|楼下|[东西南北]{1,2}[侧边面]|往[东西南北]|"
    "后面|前面|边上)"
)
_NOISE = re.compile("电联|请?电话联系|收$|null")
_JOIN = re.compile("[与和]")
_POI_END = re.compile(
    "(?:小区|社区|花园|家园|公寓|大厦|大楼|广场|中心|市场|公司|学校|中学|小学|大学|学院|医院|酒店|宾馆|超市|工业园|园区|科技园|"
    "新村|[苑园城府庄院店厂])"
)


def parts_by_rules(address: str) -> list[tuple[str, int, int]]:
    """Kind, first and end position of every part, in the order of the address."""
    text, at, area, found = address[:MOST], 0, 0, list[tuple[str, int, int]]()
    while at < len(text):
        gap = _BETWEEN.match(text, at) or _NOISE.match(text, at)
        if gap:
            at = gap.end()
            continue
        hit = _area(text, at, area) or _place(text, at, found)
        kind, end = hit
        if kind in _ORDER:
            area = _ORDER[kind] + 1
        elif kind in ("road", "poi"):
            area = len(_AREAS)
        if kind:
            found.append((kind, at, end))
        at = end
    return found


_ORDER = {kind: number for number, (kind, _) in enumerate(_AREAS)}


def _area(text: str, at: int, first: int) -> tuple[str, int] | None:
    """The largest area from ``first`` on that begins here; roads and houses are no areas."""
    road = _ROAD.match(text, at)
    for kind, pattern in _AREAS[first:]:
        match = pattern.match(text, at)
        if match and match.end() - at >= 2 and not (road and road.end() < match.end()):
            if kind == "city" and _POI_END.search(match.group()[:-1]):
                continue
            return kind, match.end()
    return None


def _place(text: str, at: int, found: list[tuple[str, int, int]]) -> tuple[str, int]:
    """The part that begins here and is no area: a road, a number, a named place; "" for what has none."""
    kinds = {kind for kind, _, _ in found}
    for kind, pattern in (("assist", _ASSIST), *_PARTS):
        match = pattern.match(text, at)
        if match:
            return kind, match.end()
    after_road = bool(found) and found[-1][0] in ("road", "subRoad", "community", "town", "poi")
    match = _ROADNO.match(text, at) if after_road else None
    if match:
        return ("houseno" if "poi" in kinds else "roadno"), match.end()
    number = _NUMBERS.match(text, at)
    if number:
        return _bare_number(number.group(), found, kinds), number.end()
    join = _JOIN.match(text, at)
    if join and found and found[-1][0] == "road":
        return "assist", join.end()
    road = _ROAD.match(text, at)
    if road and "poi" not in kinds:
        joined = bool(found) and found[-1][0] == "assist" and "road" in kinds
        return ("subRoad" if joined else "road"), road.end()
    return _named(text, at, kinds)


def _bare_number(number: str, found: list[tuple[str, int, int]], kinds: set[str]) -> str:
    """What a number without a word is: of a house after a place, of a room after a house."""
    last = found[-1][0] if found else ""
    if last in ("road", "subRoad"):
        return "roadno"
    if {"houseno", "cellno", "floorno"} & kinds or len(number) >= 3:
        return "roomno"
    return "houseno" if last in ("poi", "subpoi", "community") else "roomno"


def _named(text: str, at: int, kinds: set[str]) -> tuple[str, int]:
    """A place with a name of its own, up to a number, the next part or the end of its own word."""
    end = at + 1
    while end < len(text):
        if _BETWEEN.match(text, end) or any(p.match(text, end) for _, p in _PARTS):
            break
        if text[end].isdigit() and not _WITHIN.match(text, end):
            break
        if _ASSIST.match(text, end) or _NOISE.match(text, end):
            break
        ends = _POI_END.match(text, end)
        if ends:
            end = ends.end()
            if not _POI_END.match(text, end):
                break
            continue
        end += 1
    return ("subpoi" if "poi" in kinds else "poi"), end
