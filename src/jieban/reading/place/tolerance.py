"""Names of places written wrong: another character of the same sound, or one wrong character.

Asked only where a text holds no exact name. Sounds are without tones (``words/sounds.txt``); one wrong
character leaves one half of a name as it is, and by that half the name is found. Short names are not
guessed at: too many ordinary words would sound or look like them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from ahocorasick_rs import AhoCorasick, MatchKind
from numpy.typing import NDArray

from jieban.reading.place.gazetteer import Called
from jieban.reading.wordlists import lines

HEAD = 300
"""Signs of a field in which wrongly written names are sought."""
SOUND, TYPO = "sound", "typo"
_OFFICE = "街道"
"""A name of two signs is sought by sound only with this word: the name of a street office."""
_COUNTED = frozenset("一二三四五六七八九十东西南北中上下前后大小新老")
"""Signs that tell one name from its neighbour ("二区", "西里"): no slips of the pen."""
_MOST_TRIED = 400
WEIGHT = {SOUND: 0.8, TYPO: 0.72}
"""What is left of a name that is not written as it is."""
_SHORTEST, _LONGEST = 3, 10
_LONG = 4
"""From so many signs on a name is sought without knowing the district; that of a street always."""
_LEAST_TRUST, _OWN_TRUST = 0.6, 0.81
"""Trust that a name needs to be sought, and that a street's own name has."""
_LEAST_OWN = {SOUND: 3, TYPO: 5}
"""Signs that a name must have of its own, without the generic word at its end."""
_GENERIC = re.compile(
    "(?:街道办事处|街道办|办事处|街道|地区|村民委员会|居民委员会|社区居委会|村委会|居委会|镇政府|乡政府|公交站|地铁站|"
    "车站|地铁|社区|小区|家园|花园|大街|公园|医院|广场|大厦|胡同|中心|大学|幼儿园|附中|公寓|国际|半岛|华庭|庭院|湿地|时代|"
    "市场|家苑|学院|华府|水郡|大队|集团|饭店|基地|大道|[一二三四五]期|第[一二三四五]|[东西南北一二三四五]区|"
    "路|街|站|村|镇|乡|桥|里|园|苑)$"
)


@dataclass(frozen=True, slots=True)
class Near:
    """A place in a text that is nearly a name: where, how, and the name itself."""

    start: int
    end: int
    how: str
    name: str
    short: bool
    """Too short to be sought without knowing the district."""


@cache
def _sounds() -> NDArray[np.uint32]:
    """Character -> one sign of our own for its syllable; others stay."""
    table = np.arange(0x10000, dtype=np.uint32)
    for number, (_, signs) in enumerate(lines("sounds")):
        table[[ord(sign) for sign in signs]] = 0xE000 + number
    return table


def sound_of(text: str) -> str:
    """The text with every character of GB 2312 as its syllable; exactly as long."""
    points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    table = _sounds()
    heard = np.where(points < len(table), table[np.minimum(points, len(table) - 1)], points)
    return heard.astype(np.uint32).tobytes().decode("utf-32-le", "replace")


class NearNames:
    """Finds names that are nearly written in a text."""

    def __init__(self, table: Mapping[str, Sequence[Called]]) -> None:
        names = [name for name, meanings in table.items() if _fits(name, meanings)]
        sounds: dict[str, str] = {}
        for name in names:
            if len(_GENERIC.sub("", name)) >= _LEAST_OWN[SOUND] or name.endswith(_OFFICE):
                sounds.setdefault(sound_of(name), name)
        self._said = list(sounds.values())
        self._streets = frozenset(
            name
            for name in self._said
            if any(one.level == "street" and max(one.trust, one.around) >= _OWN_TRUST for one in table[name])
        )
        self._finder = AhoCorasick(list(sounds), matchkind=MatchKind.LeftmostLongest) if sounds else None
        halves: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for name in names:
            own = _own(name)
            if own >= _LEAST_OWN[TYPO]:
                halves[name[: own // 2]].append((name, 0))
                halves[name[own // 2 : own]].append((name, own // 2))
        self._halves = list(halves.values())
        self._pieces = AhoCorasick(list(halves), matchkind=MatchKind.Standard) if halves else None

    def find(self, text: str) -> list[Near]:
        """The names that the beginning of a folded text nearly holds; sounds first."""
        head = text[:HEAD]
        if self._finder is None:
            return []
        found = [
            Near(start, end, SOUND, name, end - start < _LONG and name not in self._streets)
            for number, start, end in self._finder.find_matches_as_indexes(sound_of(head))
            if _mostly(name := self._said[number], head[start:end])
        ]
        return found or self._typos(head)

    def _typos(self, head: str) -> list[Near]:
        """One wrong character leaves one half of a name as it is."""
        if self._pieces is None:
            return []
        found: dict[int, Near] = {}
        tried = 0
        for number, start, _ in self._pieces.find_matches_as_indexes(head, overlapping=True):
            for name, offset in self._halves[number]:
                tried += 1
                begin = start - offset
                if begin >= 0 and _one_wrong(name, head[begin : begin + len(name)]):
                    found[begin] = Near(begin, begin + len(name), TYPO, name, False)
            if tried > _MOST_TRIED:
                break
        return list(found.values())


def _mostly(name: str, window: str) -> bool:
    """Whether more than half of the signs are right: what sounds like a name throughout is mere chance."""
    return 2 * sum(a != b for a, b in zip(name, window, strict=True)) < len(name)


def _one_wrong(name: str, window: str) -> bool:
    """Whether the window is the name but for one character inside it, which is one too."""
    if len(window) != len(name) or window[-1] != name[-1]:
        return False
    wrong = [at for at, (a, b) in enumerate(zip(name, window, strict=True)) if a != b]
    return len(wrong) == 1 and "\u4e00" <= window[wrong[0]] <= "\u9fff" and window[wrong[0]] not in _COUNTED


def _fits(name: str, meanings: Sequence[Called]) -> bool:
    first = meanings[0]
    return (
        _SHORTEST <= len(name) <= _LONGEST
        and not first.weak
        and max(first.trust, first.around) >= _LEAST_TRUST
        and len({each.district for each in meanings}) == 1
        and all("\u4e00" <= sign <= "\u9fff" for sign in name)
    )


def _own(name: str) -> int:
    """Signs of the name before the generic words at its end."""
    while (left := _GENERIC.sub("", name)) != name and len(left) >= 2:
        name = left
    return len(name)
