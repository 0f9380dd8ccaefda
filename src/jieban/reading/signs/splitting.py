"""Several matters in one message (一件多诉): where one ends and the next begins. Pure.

Only what the caller sets apart himself is tried: counted points (一、二、; 1. 2.; 第一，第二) and words that
open another matter (另外, 还有一件事, 再反映). Most counted points are sides of one matter, so ``changed``
keeps a border only where both sides are surely about different branches of the tree; a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jieban.reading.result import Part

MOST_PARTS = 6
SHORTEST = 12
"""Signs that a part must have to be a matter of its own."""
SURE = 0.5
"""Least confidence of both sides in their branch of the tree for a border to stay: chosen on a dev part."""
_LONGEST = 3000
_TITLE = 24
_NUMERALS = "一二三四五六七八九"
_POINT = re.compile(
    r"(?:(?<=^)|(?<=[\n。；;：:！？!? ]))[ \u3000]{0,4}"
    r"(?:第?[(（]?([一二三四五六七八九]|[1-9])(?:[、.．)）,，:：](?!\d)|[件个]事?[,，是:：]?)|([①-⑨]))"
)
_OPENING = re.compile(
    r"(?:(?<=[。！？；;!?\n]))[ \u3000]{0,2}"
    r"(?:另外|此外|除此之外|还有|再有|再者|再(?:反映|说|问|投诉)|顺便|顺带|"
    r"另一[个件]|另有|对了|还想|还要(?:反映|投诉|问)|同时(?:还)?(?:反映|投诉|咨询))|"
    r"(?<=[，,])(?:另外|还有(?:一[个件]|个)(?:事|问题)|再(?:反映|问|说)一?[个件]|顺便(?:问|反映|说)|第二件事)"
)
_WISHES = re.compile(r"(?:请求|建议|诉求|要求|希望|恳请|盼|申请|请|意见|核查以下事项)[^。；;\n]{0,12}$")
"""What is counted after such words are the wishes for one matter."""
_NO_TITLE = re.compile(
    r"有[两二三四几]个?件?(?:事|问题)|[各您你们]*(?:位)?(?:领导)?(?:您|你)?们?好|反映人|投诉人|来电人"
)
_LEAD = re.compile(
    r"^[\s\u3000]*(?:第?[(（]?[一二三四五六七八九1-9①-⑨][、.．)）,，:：]?(?:[件个]事?[,，是:：]?)?|另外|此外|"
    r"还有(?:一[个件]|个)?(?:事|问题)?|再(?:反映|说|问)一?[个件]?(?:事|问题)?|顺便(?:问|反映|说)?(?:一下)?)[\s，,：:、是]*"
)
_CLAUSE = re.compile(r"[，。！？；,!?;\n：:]")

Stretch = tuple[int, int]
"""Where a part stands: start and end."""


@dataclass(frozen=True, slots=True)
class About:
    """What a stretch is about: the branch of the tree and how sure that is."""

    branch: str
    sure: float


def stretches(text: str) -> list[Stretch]:
    """The stretches that the caller sets apart in ``text``, all of it in order; none where he does not."""
    if not 2 * SHORTEST <= len(text) <= _LONGEST:
        return []
    borders = _points(text) or [hit.start() for hit in _OPENING.finditer(text)]
    starts = [0, *(border for border in borders if border >= SHORTEST)]
    found = [(a, b) for a, b in zip(starts, [*starts[1:], len(text)], strict=True) if b > a]
    while len(found) > 1 and any(b - a < SHORTEST for a, b in found):
        short = next(place for place, (a, b) in enumerate(found) if b - a < SHORTEST)
        left = max(short - 1, 0)
        found[left : left + 2] = [(found[left][0], found[left + 1][1])]
    return found[:MOST_PARTS] if len(found) > 1 else []


def _points(text: str) -> list[int]:
    """Where the points after the first begin, if they are counted from one without a gap."""
    starts: list[int] = []
    for hit in _POINT.finditer(text):
        sign = hit[1] or hit[2]
        number = _NUMERALS.find(sign) + 1 or (ord(sign) - ord("①") + 1 if hit[2] else int(sign))
        if number == 1 and _WISHES.search(text[max(0, hit.start() - 20) : hit.start()]):
            return []
        if number == len(starts) + 1:
            starts.append(hit.start())
    return starts[1:] if len(starts) > 1 else []


def changed(text: str, found: Sequence[Stretch], about: Sequence[About]) -> tuple[Part, ...]:
    """The parts that are matters of their own: neighbours of one branch, or of an unsure one, are joined."""
    joined: list[tuple[int, int, About]] = []
    for (start, end), what in zip(found, about, strict=True):
        if joined and (what.sure < SURE or joined[-1][2].sure < SURE or what.branch == joined[-1][2].branch):
            before = joined.pop()
            joined.append((before[0], end, max(before[2], what, key=lambda one: one.sure)))
        else:
            joined.append((start, end, what))
    if len(joined) < 2:
        return ()
    return tuple(Part(start, end, title_of(text[start:end])) for start, end, _ in joined)


def title_of(words: str) -> str:
    """A short title of a part: its first clause that says something, without what counts or opens it."""
    bare = _LEAD.sub("", words.strip())
    clauses = [clause.strip() for clause in _CLAUSE.split(bare) if clause.strip()]
    telling = (_LEAD.sub("", clause) for clause in clauses if not _NO_TITLE.match(clause))
    title = next((clause for clause in telling if len(clause) >= 4), clauses[0] if clauses else "")
    return title[:_TITLE]
