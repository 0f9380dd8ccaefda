"""Alarms: words of the pack that always raise the urgency and name the number to hand over to.

The parts of a phrase, parted by ``…``, follow one another within a sentence; most phrases are one part.

Missing a danger costs a life, a false alarm costs a look: a word is passed over only when the same
clause plainly says that it is not so, was long ago, or is only feared.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from ahocorasick_rs import AhoCorasick, MatchKind

from jieban.city.book import Book
from jieban.city.rows import Alarm
from jieban.reading.text import clause_start, fold

GAP = "…"
_NEAR = 12
"""Most signs between two parts of a phrase: a short clause; words farther apart seldom tell of one thing."""
_SENTENCE_END = re.compile("[。！？；!?;\n]")
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


Span = tuple[int, int]
"""Where words stand in a text: start and end."""


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
        self._first = next((row.code for row in book.tables.get("limit_tiers", ())), "")
        numbers: dict[str, int] = {}
        self._by_last: defaultdict[int, list[tuple[Alarm, list[int]]]] = defaultdict(list)
        for alarm in book.tables.get("alarms", ()):
            parts = [part for part in fold(alarm.phrase).split(GAP) if part]
            steps = [numbers.setdefault(part, len(numbers)) for part in parts]
            if steps:
                self._by_last[steps[-1]].append((alarm, steps))
        self._finder = AhoCorasick(list(numbers), matchkind=MatchKind.Standard) if numbers else None

    def find(self, text: str, on: date | None = None) -> list[AlarmFound]:
        """The alarms in a folded text, each where it is first meant, in the order in which they end.

        On the day ``on`` (city time), else those without an end.
        """
        if self._finder is None:
            return []
        places: dict[int, list[Span]] = {}
        for number, start, end in self._finder.find_matches_as_indexes(text, overlapping=True):
            places.setdefault(number, []).append((start, end))
        found: list[AlarmFound] = []
        for last in places:
            for alarm, steps in self._by_last.get(last, ()):
                holds = alarm.in_force(on) if on else alarm.valid_to is None
                if holds and all(step in places for step in steps):
                    span = _meant(text, [places[step] for step in steps])
                    if span:
                        found.append(AlarmFound(alarm, *span, alarm.tier == self._first or not self._first))
        return sorted(found, key=lambda heard: (heard.end, heard.start))


def _meant(text: str, steps: list[list[Span]]) -> Span | None:
    """Where the parts of a phrase first follow one another and are meant; ``steps``: each part's places.

    Each place is joined to the nearest chain before it only, so the work grows with the places, not
    with their pairs.
    """
    chains: list[tuple[Span, ...]] = [(span,) for span in steps[0]]
    for step in steps[1:]:
        ends = [chain[-1][1] for chain in chains]
        chains = [
            (*chains[before - 1], span)
            for span in step
            if (before := bisect_right(ends, span[0])) and _joined(text, ends[before - 1], span[0])
        ]
    return next(((chain[0][0], chain[-1][1]) for chain in chains if not _passed_over(text, chain)), None)


def _joined(text: str, end: int, start: int) -> bool:
    return start - end <= _NEAR and not _SENTENCE_END.search(text, end, start)


def _passed_over(text: str, chain: tuple[Span, ...]) -> bool:
    """Whether a part is denied or only feared, or the whole long past or only talked of."""
    before = [text[clause_start(text, start, _REACH) : start] for start, _ in chain]
    return bool(
        any(_DENIED.search(words) or _FEARED.search(words) for words in before)
        or _PAST.search(before[0])
        or _TALK.match(text[(end := chain[-1][1]) : end + 4])
    )
