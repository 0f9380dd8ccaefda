"""How alike two requests are in their words, by the pairs of signs that they share. Pure.

People tell one matter twice in other words, once long and once short. So the likeness is taken from
both sides: what of both together is shared, and what of the shorter one stands in the longer one.
Greetings and pleas that stand in every request do not count.
"""

from __future__ import annotations

import re

from jieban.reading.text import fold

MOST = 600
"""So many signs of a text are looked at: the matter is told at its beginning."""
_LEAST = 4
"""Below so many pairs a text says too little to be called a part of another."""

_PHRASES = re.compile(
    "您好|你好|请问|麻烦|谢谢|感谢|希望|请求|恳请|尽快|及时|抓紧|有关部门|相关部门|政府|领导|工作人员|反映|来电|"
    "投诉|举报|咨询|求助|建议|市民|诉求人|居民|处理|解决|落实|帮忙|协调|情况|问题|现在|目前|一直|已经|还是|仍然|"
    "依然|什么时候|怎么|为什么|没有人|没人管|我们|我家|这里|这个"
)
_NO_WORD = re.compile(r"[\W_]+|\*+")


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring signs of a text, without what stands in every request."""
    found: set[str] = set()
    for part in _NO_WORD.split(_PHRASES.sub(" ", fold(text[:MOST]))):
        found.update(part[at : at + 2] for at in range(len(part) - 1))
    return frozenset(found)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How alike two texts are by their ``pairs``: 0 (nothing shared) to 1 (the same).

    The mean of the share of both (Dice) and the share of the shorter (overlap); for texts of a few
    words the share of both alone, since a word or two stand in many requests.
    """
    if not one or not other:
        return 0.0
    shared = len(one & other)
    dice = 2 * shared / (len(one) + len(other))
    shorter = min(len(one), len(other))
    if shorter < _LEAST:
        return dice
    return (dice + shared / shorter) / 2
