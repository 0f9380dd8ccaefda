"""Words that sound like a place which the gazetteer does not know: an estate, a village, a road.

They become the question "您说的『…』在哪个区？" and, once a person has answered it, a new name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from jieban.reading.place.mentions import Mention
from jieban.reading.wordlists import words

_HEAD = 400
"""Signs of a field in which unknown places are sought."""
_END = re.compile(
    r"(?:小区|家园|花园|嘉园|花苑|公寓|新村|社区|家属院|大院|胡同|大街|大道|广场|大厦|市场|工业园|产业园|街道|"
    r"苑|庄|村|镇|乡|路|街|桥)(?![上下边面灯线口由费程况人民委长里外头])"
)
_HAN = re.compile(r"[\u4e00-\u9fff0-9a-z]")
_WITHIN = re.compile(r".*(?:省|市|区|县|街道|镇|乡)(?=..)")
"""The larger place before a name, where it is written before it."""
_LONGEST, _SHORTEST = 8, 2
"""Most and fewest signs before the word at the end."""
_STOP = frozenset(
    "的了在是我你您他她它们这那个有到去从住和与跟对把被给让向就都也还不没很及所各每某本该整全条段些哪几多上下内外"
    "说请叫做为以之其于但而或且并等将会能可要想来往过着已经又再才只前后旁边近附种地得吗呢啊吧家于由因按经靠沿"
    "座片处间一两,.!?;:，。！？；：、（）()“”\"' \n\t"
)
_CUE = re.compile(r"(?:在|住|住在|位于|家在|地址[是:：]?|我们|我是|我们是|搬到|来自|到|从)$")
_NOT_PLACES = words("not_places")
_NO_NAMES = frozenset(_NOT_PLACES)
_NO_ENDS = tuple(word for word in _NOT_PLACES if not _END.fullmatch(word))


def unknown_phrase(fields: Sequence[tuple[str, str, str]], known: Sequence[Mention]) -> str:
    """The first place-like words that no known name covers, as they were written; "" where there are none.

    A phrase after a word that says "here" ("住", "在", "位于") comes before others, the address field first.
    """
    second = ""
    for field, text, shown in fields:
        covered = {at for one in known if one.field == field for at in range(one.start, one.end)}
        for match in _END.finditer(text[:_HEAD]):
            start = _start(text, match.start(), covered)
            stem = text[start : match.start()]
            if len(stem) < _SHORTEST or not _named(stem, match.group()) or match.end() - 1 in covered:
                continue
            said = (shown if len(shown) == len(text) else text)[start : match.end()]
            if "*" in said:
                continue
            if field == "address" or _CUE.search(text[max(0, start - 4) : start]):
                return said
            second = second or said
    return second


def _start(text: str, end: int, covered: set[int]) -> int:
    """Where the name before its last word begins: at the last word that cannot be part of one."""
    start = end
    while start > 0 and end - start < _LONGEST:
        sign = text[start - 1]
        if sign in _STOP or start - 1 in covered or not _HAN.match(sign):
            break
        start -= 1
    larger = _WITHIN.match(text[start:end])
    return start + (larger.end() if larger else 0)


def _named(stem: str, end: str) -> bool:
    """Whether the stem may be a name: no ordinary word that stands before such an end."""
    whole = stem + end
    return (
        stem not in _NO_NAMES
        and not whole.endswith(_NO_ENDS)
        and not stem.startswith(_NOT_PLACES)
        and not stem.isdigit()
    )


_KINDS = (
    ("station", re.compile("站$")),
    ("road", re.compile("(?:路|街|大街|大道|胡同|巷)$")),
    ("estate", re.compile("(?:小区|家园|花园|嘉园|花苑|公寓|新村|社区|家属院|大院|苑|园|庄|村|里)$")),
)


def kind_of_name(name: str) -> str:
    """The kind of a name in the sense of ``place_names.csv``: station, road, estate, else landmark."""
    return next((kind for kind, end in _KINDS if end.search(name)), "landmark")
