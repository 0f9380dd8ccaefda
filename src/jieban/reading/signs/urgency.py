"""Alarms: words of the pack that always raise the urgency and name the number to hand over to.

The parts of a phrase, parted by ``…``, follow one another within a sentence; words of one part that may
stand for each other are parted by ``/`` (``煤气/燃气…漏``). Most phrases are one part.

Missing a danger costs a life, a false alarm costs a look: a word is passed over only where the sentence
plainly says that it is not so, was long ago, is over, or is only feared, and where it lies within a word
that means something else (``words/harmless.txt``: 落水管, 困难).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from jieban.city.book import Book
from jieban.city.rows import Alarm
from jieban.reading.signs.phrases import (
    GAP,
    OR,
    Chain,
    PhraseFinder,
    Span,
    sentence_of,
    without_gaps,
)
from jieban.reading.text import clause_start

_REACH = 12
DENIED = re.compile(
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
        self._alarms: tuple[Alarm, ...] = tuple(book.tables.get("alarms", ()))
        self._phrases = PhraseFinder([alarm.phrase for alarm in self._alarms])

    def find(self, text: str, on: date | None = None) -> list[AlarmFound]:
        """The alarms in a folded text, each where it is first meant, in the order in which they end.

        On the day ``on`` (city time), else those without an end. Words written with gaps between their
        signs (煤 气 泄 漏) are heard too.
        """
        found = self._heard(text, on)
        closed = without_gaps(text)
        if closed:
            close, origin = closed
            known = {one.alarm.phrase for one in found}
            found += [
                AlarmFound(one.alarm, origin[one.start], origin[one.end - 1] + 1, one.first)
                for one in self._heard(close, on)
                if one.alarm.phrase not in known
            ]
        return sorted(found, key=lambda heard: (heard.end, heard.start))

    def _heard(self, text: str, on: date | None) -> list[AlarmFound]:
        found: list[AlarmFound] = []
        for number, chains in self._phrases.chains(text):
            alarm = self._alarms[number]
            if alarm.in_force(on) if on else alarm.valid_to is None:
                span = _meant(text, chains, wide=GAP in alarm.phrase or OR in alarm.phrase)
                if span:
                    found.append(AlarmFound(alarm, *span, alarm.tier == self._first or not self._first))
        return found


def _meant(text: str, chains: list[Chain], *, wide: bool) -> Span | None:
    """Where a phrase is first meant; ``wide``: one of many forms, which a letter may tell in passing."""
    meant = [
        chain
        for chain in chains[:_MOST_CHAINS]
        if not _passed_over(text, chain) and not (wide and _told_in_passing(text, chain))
    ]
    if not meant:
        return None
    start, last = meant[0][0][0], meant[0][-1][0]
    return start, max(chain[-1][1] for chain in meant if chain[-1][0] == last)


def _passed_over(text: str, chain: Chain) -> bool:
    """Whether a part is denied or only feared, or the whole long past, over or only talked of."""
    before = [text[clause_start(text, start, _REACH) : start] for start, _ in chain]
    start, end = chain[0][0], chain[-1][1]
    return bool(
        any(DENIED.search(words) or _FEARED.search(words) for words in before)
        or _PAST.search(before[0])
        or _TALK.match(text[end : end + 5])
        or any(_TAUGHT.match(text[done : done + 3]) for _, done in chain[:-1])
        or _is_over(text, start, end)
    )


def _told_in_passing(text: str, chain: Chain) -> bool:
    """Whether a phrase of many forms stands in the middle of a letter, in a sentence that says no "now".

    Who is in danger writes no letters; who writes a letter tells of many things. A phrase of one form
    (its words are sure) is heard anywhere.
    """
    start, end = chain[0][0], chain[-1][1]
    if len(text) <= LETTER or start < _LETTER_EDGE or end > len(text) - _LETTER_EDGE:
        return False
    return not _NOW.search(sentence_of(text, start, end, _SENTENCE_REACH))


def _is_over(text: str, start: int, end: int) -> bool:
    """Whether the sentence sets it in another year, or says that it is over and gives thanks."""
    whole = sentence_of(text, start, end, _SENTENCE_REACH)
    before, _, after = whole.partition(text[start:end])
    if _NOW.search(before) or _NOW.search(after):
        return False
    if _LONG_AGO.search(before) or (len(text) > LETTER and _DATED.search(before)):
        return True
    return bool((_OVER.search(text[start:end] + after) and _THANKS.search(whole)) or _THANKED.match(before))
