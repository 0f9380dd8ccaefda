"""Alarms: words of the pack that always raise the urgency and name the number to hand over to.

The parts of a phrase, parted by ``…``, follow one another within a sentence; words of one part that may
stand for each other are parted by ``/`` (``煤气/燃气…漏``). Most phrases are one part.

Missing a danger costs a life, a false alarm costs a look: a word is passed over only where the sentence
plainly says that it is not so, was long ago, is over, or is only feared, and where it lies within a word
that means something else (``words/harmless.txt``: 落水管, 困难).
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
from jieban.reading.wordlists import words

GAP = "…"
OR = "/"
_NEAR = 12
"""Most signs between two parts of a phrase: a short clause; words farther apart seldom tell of one thing."""
_SENTENCE_END = re.compile("[。！？；!?;\n]")
_REACH = 12
_DENIED = re.compile(
    r"(?:(?<!有)没有?|(?<!有)没闻到|没有闻到|(?<!是)不是|并不是|并非|并没有|未|无|排除|不存在|没发生|没再"
    r"|(?<![会该])不会|[打点]不)(?:发生|出现|任何|过)?[着起失冒]?$"
)
"""Not so. ``是不是``, ``会不会``, ``该不会`` and ``有没有`` ask: they deny nothing."""
_ATTRIBUTE = "(?![^，。；！？,;!?]{0,2}[装买换修搬盖建租做改入开交竣投购])"
"""``去年装的灶`` tells how old a thing is, not when the danger was."""
_PAST = re.compile(
    r"(?:去年|前年|上个?月|几年前|以前|曾经?|之前|早年|前几年|年前|历史上|上次|上回|那次|当年|小时候)"
    rf"{_ATTRIBUTE}[^，。；！？,;!?]{{0,8}}$"
)
_LONG_AGO = re.compile(
    rf"(?:(?:19|20)\d\d ?年|(?<!\d)[01]\d年(?!级)|去年|前年|上个月|[几多两三四五六七八九十]年前|当年|那年)"
    rf"{_ATTRIBUTE}"
)
_DATED = re.compile(r"\d{1,2}月(?:份|\d{1,2}[日号]|[上中下]旬)")
"""A day of the calendar: in a letter the day of a story, on the phone perhaps today."""
_NOW = re.compile(r"现在|刚刚|刚才|正在|目前|还在|又|仍|至今|马上|今天|今晚|今早|昨|快来|随时|立即")
_OVER = re.compile(
    r"(?<!没)(?<!没有)(?<!未)(?:找到了|找回来了?|灭了|扑灭|救出来了?|修好了|补上了|已经?处理|处理好了|送到医院|送医)"
)
_THANKS = re.compile(r"感谢|谢谢|表扬|致谢|锦旗|点赞|说法|人没事|平安")
_THANKED = re.compile(r"^(?:我?们?(?:要|想)?)?(?:表扬|感谢|点赞|致谢|夸夸?)")
_SENTENCE_REACH = 80
"""Signs of the sentence looked at on either side of an alarm."""
_GAPPED = re.compile(r"(?:[\u4e00-\u9fff][ *_.~·|/-]{1,2}){2,60}[\u4e00-\u9fff]")
"""Single signs with something between each: a way to write past a list of words."""
_MOST_CHAINS = 200
"""So many places of one phrase are weighed: who says it two hundred times has said it."""
LETTER, _LETTER_EDGE = 300, 100
"""A text longer than this is a letter; within so many signs of its ends stands what it is about."""
_FEARED = re.compile(
    r"(?:(?:防止?|预防|避免|以免|谨防|防范)[^，。；！？,;!?]{0,4}|(?<!恐)怕(?:会|再|哪天|以后)"
    r"|(?<![我他她])(?:要是|万一|如果|假如|一旦)[^，。；！？,;!?]{0,3}|容易(?:引起|引发|发生|造成|导致)?)[着起失冒]?$"
)
"""To be kept from happening, or imagined. ``我要是…`` and plain ``怕`` may be the danger itself and count."""
_TALK = re.compile(
    r"^(?:演练|演习|知识|宣传|培训|教育|预案|预警|应急预案|逃生知识|警示|标志|通道|隐患|风险"
    r"|栓|器|门|箱|险|的?(?:认定|标准|补助|补贴|补偿|赔偿|报销|讲座|培训|证明|鉴定|赔款|受灾户|告诫书|常识|急救"
    r"|自救|案例|事故认定)|(?:怎么|如何)(?:认定|申请|报销|赔|算|预防|办证))"
)


_TAUGHT = re.compile("逃生|演练|演习|知识|讲座|培训|预案")

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
        steps: dict[tuple[str, ...], int] = {}
        self._by_last: defaultdict[int, list[tuple[Alarm, list[int]]]] = defaultdict(list)
        for alarm in book.tables.get("alarms", ()):
            parts = [tuple(one for one in part.split(OR) if one) for part in fold(alarm.phrase).split(GAP)]
            numbers = [steps.setdefault(part, len(steps)) for part in parts if part]
            if numbers:
                self._by_last[numbers[-1]].append((alarm, numbers))
        meanings: dict[str, list[int]] = {}
        for part, number in steps.items():
            for word in dict.fromkeys(part):
                meanings.setdefault(word, []).append(number)
        self._meanings = [tuple(numbers) for numbers in meanings.values()]
        harmless = {fold(word) for word in words("harmless")}
        every = [*meanings, *sorted(harmless - meanings.keys())]
        self._harmless = [word in harmless for word in every]
        self._finder = AhoCorasick(every, matchkind=MatchKind.Standard) if meanings else None

    def find(self, text: str, on: date | None = None) -> list[AlarmFound]:
        """The alarms in a folded text, each where it is first meant, in the order in which they end.

        On the day ``on`` (city time), else those without an end. Words written with gaps between their
        signs (煤 气 泄 漏) are heard too.
        """
        found = self._heard(text, on)
        if _GAPPED.search(text):
            close, origin = _without_gaps(text)
            known = {one.alarm.phrase for one in found}
            found += [
                AlarmFound(one.alarm, origin[one.start], origin[one.end - 1] + 1, one.first)
                for one in self._heard(close, on)
                if one.alarm.phrase not in known
            ]
        return sorted(found, key=lambda heard: (heard.end, heard.start))

    def _heard(self, text: str, on: date | None) -> list[AlarmFound]:
        places = self._places(text)
        found: list[AlarmFound] = []
        for last in places:
            for alarm, steps in self._by_last.get(last, ()):
                if not all(step in places for step in steps):
                    continue
                if alarm.in_force(on) if on else alarm.valid_to is None:
                    wide = len(steps) > 1 or OR in alarm.phrase
                    span = _meant(text, [places[step] for step in steps], wide)
                    if span:
                        found.append(AlarmFound(alarm, *span, alarm.tier == self._first or not self._first))
        return found

    def _places(self, text: str) -> dict[int, list[Span]]:
        """Where the words of each part stand, in the order in which they end, but for harmless ones."""
        if self._finder is None:
            return {}
        harmless: list[Span] = []
        heard: list[tuple[tuple[int, ...], int, int]] = []
        known = len(self._meanings)
        for number, start, end in self._finder.find_matches_as_indexes(text, overlapping=True):
            if self._harmless[number]:
                harmless.append((start, end))
            if number < known:
                heard.append((self._meanings[number], start, end))
        places: dict[int, list[Span]] = {}
        covers, whole = _covers(harmless), set(harmless)
        for numbers, start, end in heard:
            if covers.get(start, 0) >= end and (start, end) not in whole:
                continue
            for number in numbers:
                places.setdefault(number, []).append((start, end))
        return places


def _without_gaps(text: str) -> tuple[str, list[int]]:
    """A text without the gaps within words written sign by sign, and where each sign of it stood."""
    kept: list[int] = []
    done = 0
    for run in _GAPPED.finditer(text):
        kept += range(done, run.start())
        kept += (place for place in range(run.start(), run.end()) if "\u4e00" <= text[place] <= "\u9fff")
        done = run.end()
    kept += range(done, len(text))
    return "".join(text[place] for place in kept), kept


def _covers(spans: list[Span]) -> dict[int, int]:
    """For each sign within one of ``spans`` the farthest end of a span that holds it."""
    farthest: dict[int, int] = {}
    for start, end in spans:
        for place in range(start, end):
            farthest[place] = max(farthest.get(place, 0), end)
    return farthest


def _meant(text: str, steps: list[list[Span]], wide: bool) -> Span | None:
    """Where the parts of a phrase first follow one another and are meant; ``steps``: each part's places.

    ``wide``: a phrase of many forms, which in a letter may be told in passing.
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
    meant = [
        chain
        for chain in chains[:_MOST_CHAINS]
        if not _passed_over(text, chain) and not (wide and _told_in_passing(text, chain))
    ]
    if not meant:
        return None
    start, last = meant[0][0][0], meant[0][-1][0]
    return start, max(chain[-1][1] for chain in meant if chain[-1][0] == last)


def _joined(text: str, end: int, start: int) -> bool:
    return start - end <= _NEAR and not _SENTENCE_END.search(text, end, start)


def _passed_over(text: str, chain: tuple[Span, ...]) -> bool:
    """Whether a part is denied or only feared, or the whole long past, over or only talked of."""
    before = [text[clause_start(text, start, _REACH) : start] for start, _ in chain]
    start, end = chain[0][0], chain[-1][1]
    return bool(
        any(_DENIED.search(words) or _FEARED.search(words) for words in before)
        or _PAST.search(before[0])
        or _TALK.match(text[end : end + 5])
        or any(_TAUGHT.match(text[done : done + 3]) for _, done in chain[:-1])
        or _is_over(text, start, end)
    )


def _told_in_passing(text: str, chain: tuple[Span, ...]) -> bool:
    """Whether a phrase of many forms stands in the middle of a letter, in a sentence that says no "now".

    Who is in danger writes no letters; who writes a letter tells of many things. A phrase of one form
    (its words are sure) is heard anywhere.
    """
    start, end = chain[0][0], chain[-1][1]
    if len(text) <= LETTER or start < _LETTER_EDGE or end > len(text) - _LETTER_EDGE:
        return False
    return not _NOW.search(_sentence(text, start, end))


def _sentence(text: str, start: int, end: int) -> str:
    """The sentence around a stretch, at most ``_SENTENCE_REACH`` signs on either side."""
    low = max(0, start - _SENTENCE_REACH)
    since = max((hit.end() for hit in _SENTENCE_END.finditer(text, low, start)), default=low)
    until = _SENTENCE_END.search(text, end, end + _SENTENCE_REACH)
    return text[since : until.start() if until else end + _SENTENCE_REACH]


def _is_over(text: str, start: int, end: int) -> bool:
    """Whether the sentence sets it in another year, or says that it is over and gives thanks."""
    whole = _sentence(text, start, end)
    before, _, after = whole.partition(text[start:end])
    if _NOW.search(before) or _NOW.search(after):
        return False
    if _LONG_AGO.search(before) or (len(text) > LETTER and _DATED.search(before)):
        return True
    return bool((_OVER.search(text[start:end] + after) and _THANKS.search(whole)) or _THANKED.match(before))
