"""Names of places in a text, with the words around them: who lives there, who goes there, what lies beside.

Cues are words of the language. A name that a road, bridge or river continues is often only that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ahocorasick_rs import AhoCorasick, MatchKind

from jieban.reading.place.gazetteer import Called
from jieban.reading.place.tolerance import WEIGHT, NearNames

_HEAD, _TAIL = 2500, 500
_MOST_MENTIONS = 60
_FIELD_WEIGHT = {"address": 1.0, "title": 0.97, "text": 0.95}
_BEFORE, _AFTER = 14, 8
"""Signs before and after a name in which cues are sought."""

_LIVES = re.compile(
    r"(?:住在?|家在|位于|坐落在?|地址[:：是]?|地点[:：是]?|位置[:：是]?|我们|本人是|我是|在|区|镇|乡|街道|市)$"
)
_HERE = re.compile(r"(?:那儿|这儿|那边|这边|那里|这里|附近|一带|这片|周边|旁边|边上|街道|地区)")
_HOME = re.compile(r"(?:家?住在?|家在|我家|租住在?|搬到|老住)$")
_ELSEWHERE = re.compile(
    r"(?:户籍|户口|老家|籍贯|原籍|原来住|以前住|之前住|来自|祖籍|身份证地址|赶来|嫁到|出嫁到)"
    r"[在是地:：]{0,2}[^，。；,;]{0,4}$"
)
_TOWARDS = re.compile(r"(?:开往|前往|去|到|往|从|转给|推给|推到|让找)$")
_COMPARED = re.compile(r"(?:比如|不像|就像|像|学学|参照|参考|比|隔壁的?|人家|不如|同样是|都是)$")
_ROADISH = re.compile(r"[东西南北中]{0,2}(?:大街|胡同|路(?![口边])|街(?!道)|桥|河|门|湖|沟)")
_NEAR = re.compile(r"(?:公园|医院|大学|学院|机场|火车站|地铁站|站|体育|商场|购物中心|广场)")
_IDIOM = re.compile(
    r"大兴(?:土木|水利|安岭)|朝阳(?:产业|行业|的(?:房|屋|一面|窗)|面)|光明正大|和平(?:解决|共处|相处)|"
    r"胜利(?:召开|闭幕)"
)
_BESIDE = re.compile(
    r"(?:小区|社区|村|站|桥|路|街)?的?(?:(?P<opposite>对面|对过|斜对面|街对面)|"
    r"(?P<side>(?:以|往|向)[东西南北]|[东西南北]{1,2}(?:侧|边|面|头))|"
    r"(?P<crossing>交叉口|交汇处|十字路口|丁字路口|路口|口儿?)|(?P<near>旁边|旁|附近|边上|隔壁|周边|一带|门口))"
)
_ENGLISH = re.compile(
    r"(?:(?P<opposite>opposite|across from)|(?P<side>(?:north|south|east|west) of)|"
    r"(?P<near>near|next to|beside))(?: the)? $"
)
_DETAIL = re.compile(
    r"(?:小区|社区)?(?P<detail>(?:[甲乙丙丁]?(?:[0-9]{1,4}|[一二三四五六七八九十]{1,3})"
    r"(?:号院|号楼|号|栋|幢|座|楼|单元|层|室|门|院)){1,5})"
)
_ELSEWHERE_FACTOR, _TOWARDS_FACTOR, _NEAR_FACTOR = 0.4, 0.75, 0.85
_ROAD_FACTOR = {"district": 0.6, "street": 0.42, "community": 0.7}
"""What is left of a short name that a road, bridge or river continues, by the level of the place."""
HERE, HOME, COMPARED = "here", "home", "compared"
LOOSE = frozenset({"opposite", "side"})
"""Relations by which the matter lies outside the place that is named."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of places found in one field, and what it can mean.

    ``role``: ``here``, ``home`` (lives or is registered there) or ``compared``; ``relation``: ``opposite``,
    ``side``, ``crossing``, ``near`` or empty; ``detail``: house, entrance and door after the name; ``how``:
    ``name``, ``sound`` or ``typo``.
    """

    field: str
    start: int
    end: int
    quote: str
    meanings: tuple[Called, ...]
    weight: float
    cued: bool
    aside: float
    """What is left of it when another place is named that nothing speaks against."""
    role: str = HERE
    relation: str = ""
    detail: str = ""
    how: str = "name"


class MentionFinder:
    """Finds the names of a table in folded texts."""

    def __init__(self, table: Mapping[str, tuple[Called, ...]]) -> None:
        self._table = dict(table)
        self._names = list(table)
        self._full = frozenset(
            name for name, meanings in table.items() if not meanings[0].weak and meanings[0].trust > 0.86
        )
        self._finder = AhoCorasick(self._names, matchkind=MatchKind.LeftmostLongest) if self._names else None
        self._near = NearNames(table)

    def exact(self, fields: Sequence[tuple[str, str, str]]) -> list[Mention]:
        """The names that stand in the fields (name, folded text, masked text of the same length or "")."""
        found: list[Mention] = []
        for field, text, shown in fields if self._finder is not None else ():
            part = text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"
            quoted = shown if len(shown) == len(text) == len(part) else part
            for number, start, end in self._finder.find_matches_as_indexes(part)[:_MOST_MENTIONS]:  # type: ignore[union-attr]
                if not _IDIOM.match(part, start):
                    one = self._mention(field, part, quoted, start, end, self._names[number])
                    found.append(_after(one, found[-1]) if found else one)
        return found

    def near(self, fields: Sequence[tuple[str, str, str]], district: str = "") -> list[Mention]:
        """The names that the fields nearly hold: by sound, or with one wrong character.

        With a ``district`` only those inside it, and short ones too where a word says that a place follows.
        """
        found = []
        for field, text, shown in fields:
            for near in self._near.find(text):
                if (self._table[near.name][0].district != district) if district else near.short:
                    continue
                one = self._mention(
                    field,
                    text,
                    shown if len(shown) == len(text) else text,
                    near.start,
                    near.end,
                    near.name,
                    near.how,
                )
                if one.cued or not near.short:
                    found.append(one)
        return found

    def _mention(
        self, field: str, part: str, quoted: str, start: int, end: int, name: str, how: str = "name"
    ) -> Mention:
        meanings = self._table[name]
        before, after = part[max(0, start - _BEFORE) : start], part[end : end + _AFTER]
        weight = _FIELD_WEIGHT[field] * WEIGHT.get(how, 1.0)
        if name not in self._full:
            weight *= _continued(after, meanings[0].level)
        cued = field == "address" or bool(_LIVES.search(before) or _HERE.match(after))
        aside, role = _aside(before)
        detail = _DETAIL.match(part, end)
        said = quoted[detail.start("detail") : detail.end("detail")] if detail else ""
        return Mention(
            field, start, end, quoted[start:end], meanings, weight, cued, aside, role,
            _relation(before, after), said, how,
        )  # fmt: skip


def _after(mention: Mention, before: Mention) -> Mention:
    """The mention, with the role of the larger place that it follows at once ("不像朝阳区望京街道")."""
    if (before.field, before.end) != (mention.field, mention.start) or mention.aside < 1.0:
        return mention
    if before.aside == 1.0 and before.role == HERE:
        return mention
    return replace(mention, aside=before.aside, role=before.role)


def _continued(after: str, level: str) -> float:
    """How much the words after a short name leave of it."""
    if _ROADISH.match(after):
        return _ROAD_FACTOR[level]
    return _NEAR_FACTOR if _NEAR.match(after) else 1.0


def _aside(before: str) -> tuple[float, str]:
    """How much is left of a place that is named as somewhere else, and its role in what is told."""
    if _ELSEWHERE.search(before):
        return _ELSEWHERE_FACTOR, HOME
    if _COMPARED.search(before):
        return _TOWARDS_FACTOR, COMPARED
    if _TOWARDS.search(before):
        return _TOWARDS_FACTOR, HERE
    return 1.0, HOME if _HOME.search(before) else HERE


def _relation(before: str, after: str) -> str:
    """How the matter lies to the place: opposite it, on a side of it, at its crossing, near it."""
    told = _BESIDE.match(after) or (_ENGLISH.search(before) if before.isascii() and before else None)
    return str(told.lastgroup) if told else ""
