"""How people say names of places: without the part that counts or points, with a station's other words.

"刘家窑第二社区" is said "刘家窑二社区", and whoever says only "刘家窑" means the street in which all
communities of that stem lie. Language, the same in every city.
"""

from __future__ import annotations

import re

_PART = re.compile(
    r"(?:第?[一二三四五六七八九十0-9]+(?:社区|区|里|街坊|号院|院|巷)?|(?:社区|小区|家园)|"
    r"[东西南北中上下前后][东西南北中]?(?:里|区|园|苑|街|路|院|巷|村|庄)?)$"
)
_ORDINAL = re.compile(r"第([一二三四五六七八九十]{1,3})(社区|居委会|村)")
SHORTEST_STEM = 3
_STATION = "站"
_STATION_WORDS = ("地铁站", "地铁", "公交站", "车站")


def stems_of(short: str) -> list[str]:
    """What may be left of a community's short name: "石佛营东里" -> "石佛营". The longest first."""
    found: list[str] = []
    while True:
        left = _PART.sub("", short)
        if left == short or len(left) < SHORTEST_STEM:
            return found
        found.append(left)
        short = left


def ordinals_of(name: str) -> list[str]:
    """The name with its number as people say it: "刘家窑第二社区" -> "刘家窑二社区"."""
    plain = _ORDINAL.sub(r"\1\2", name)
    return [plain] if plain != name else []


def station_names(name: str) -> tuple[str, list[str]]:
    """The place that a station is named after, and the other words for the station.

    "角门西站" -> ("角门西", ["角门西地铁站", …]); ("", []) for what is no station.
    """
    stem = name.removesuffix(_STATION).removesuffix("地铁")
    if not name.endswith(_STATION) or len(stem) < 2:
        return "", []
    return stem, [stem + word for word in _STATION_WORDS if stem + word != name]
