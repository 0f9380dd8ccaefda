"""Alarms: words of the pack that always raise the urgency and name the number to hand over to.

Missing a danger costs a life, a false alarm costs a look: a word is passed over only when the same
clause plainly says that it is not so, was long ago, or is only feared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ahocorasick_rs import AhoCorasick, MatchKind

from jieban.city.book import Alarm, Book
from jieban.reading.text import clause_start, fold

_REACH = 12
_DENIED = re.compile(
    r"(?:(?<!有)没有?|(?<!有)没闻到|没有闻到|(?<!是)不是|并不是|并非|并没有|未|无|排除|不存在|没发生|没再"
    r"|(?<![会该])不会|[打点]不)(?:发生|出现|任何|过)?$"
)
"""Not so. ``是不是``, ``会不会``, ``该不会`` and ``有没有`` ask: they deny nothing."""
_PAST = re.compile(
    r"(?:去年|前年|上个?月|几年前|以前|曾经?|之前|早年|前几年|年前|历史上)[^，。；！？,;!?]{0,8}$"
)
_FEARED = re.compile(
    r"(?:(?:防止?|预防|避免|以免|谨防|防范)[^，。；！？,;!?]{0,4}|(?<!恐)怕(?:会|再|哪天|以后)"
    r"|(?<![我他她])(?:要是|万一|如果|假如|一旦))$"
)
"""To be kept from happening, or imagined. ``我要是…`` and plain ``怕`` may be the danger itself and count."""
_TALK = re.compile(
    r"^(?:演练|演习|知识|宣传|培训|教育|预案|预警|应急预案|逃生知识|警示|标志|通道|隐患|风险"
    r"|栓|器|门|箱|险)"
)


@dataclass(frozen=True, slots=True)
class AlarmFound:
    """An alarm of the pack heard in the text: the row, where its words stand, whether of the first tier."""

    alarm: Alarm
    start: int
    end: int
    first: bool


class AlarmFinder:
    """Finds the alarms of a book."""

    def __init__(self, book: Book) -> None:
        self._alarms: list[Alarm] = [row for row in book.tables.get("alarms", ()) if row.phrase]
        self._first = next((row.code for row in book.tables.get("limit_tiers", ())), "")
        phrases = [fold(row.phrase) for row in self._alarms]
        self._finder = AhoCorasick(phrases, matchkind=MatchKind.Standard) if phrases else None

    def find(self, text: str, on: date | None = None) -> list[AlarmFound]:
        """The alarms in a folded text, in order; on the day ``on`` (city time), else those without an end."""
        if self._finder is None:
            return []
        found: list[AlarmFound] = []
        for number, start, end in self._finder.find_matches_as_indexes(text, overlapping=True):
            alarm = self._alarms[number]
            holds = alarm.in_force(on) if on else alarm.valid_to is None
            if holds and not _passed_over(text, start, end):
                found.append(AlarmFound(alarm, start, end, alarm.tier == self._first or not self._first))
        return found


def _passed_over(text: str, start: int, end: int) -> bool:
    before = text[clause_start(text, start, _REACH) : start]
    after = text[end : end + 4]
    return bool(
        _DENIED.search(before) or _PAST.search(before) or _FEARED.search(before) or _TALK.match(after)
    )
