"""What the caller wants (诉求类型, Ordinance Art. 2): cue phrases of the language, weighed and explained.

The codes are those every pack has (docs/city-pack.md); a type that a pack does not have is never given.
Where a pack has samples, a linear model speaks too (``scoring``); here are the phrases alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ahocorasick_rs import AhoCorasick, MatchKind

from jieban.reading.text import fold
from jieban.reading.wordlists import lines

DEFAULT = "COMPLAINT"
"""A request without any cue: somebody tells of something that is not as it should be."""

_LEAST = {"SUGGESTION": 2.0, "PRAISE": 2.0, "REPORT": 2.0}
"""Types that a polite word at the end does not make: their cues must weigh at least so much."""
_LEAST_OTHER = 1.0
_TITLE_FACTOR = 1.5
_REPEAT_FACTOR = 0.3
_HEAD, _TAIL = 1000, 500
"""Signs looked at: what somebody wants is said early, or at the end."""
_MOST_QUOTES = 3

_FIRST_WORDS = 24
_OPENING = r"(?:.{0,12}?[,，。!！])?(?:我|本人|我们)?(?:是)?(?:要|想|来)?"
_NEGATED = ("不是", "并非", "不想", "没有", "不要", "不")


_ASKS = re.compile(
    r"(?:能不能|可不可以|可以|能|要不要|用不用|需不需要|还用|怎么|咋|如何|在哪|去哪|到哪|哪[里儿天个]|几[天点号年个]|多少|"
    r"够不够|算不算|是否|有没有|什么时候|啥时候|多久|什么(?:材料|手续|条件|证|政策)|要(?:啥|什么|带))"
    r"[^。！!;；\n]{0,24}(?:[?？]|吗|么|不|没有|呢)$"
)
_NO_QUESTION = re.compile(
    r"凭什么|难道|讲得通|说得过去|合法吗|合理吗|谁负责|谁来管|说理|讲理|哪去了|就这么|怎么就|有没有人管|有人管|能不能管|"
    r"管管|收费|扣|不给|不退|骗|吵|噪|臭|没人|投诉|要求|坑|什么时候能修|什么时候才|到底|修|赔|退|督促|查处|核查"
)
_ASKING = 2.5
"""Weight of a last sentence that asks how, where, whether or how much, and wants nothing done."""
_LAST = 60


@dataclass(frozen=True, slots=True)
class Cues:
    """The weight of the cues for each type of the pack, and the phrases that spoke for each."""

    scores: npt.NDArray[np.float64]
    phrases: tuple[tuple[str, ...], ...]


class TypeFinder:
    """Finds the demand type; ``types`` are the codes of the pack, in its order."""

    def __init__(self, types: Sequence[str]) -> None:
        self.types = tuple(types)
        places = {code: place for place, code in enumerate(self.types)}
        cues: dict[str, tuple[int, float]] = {}
        leads: dict[str, str] = {}
        for code, weight, *phrases in lines("types"):
            if code == "lead" and weight in places:
                leads |= dict.fromkeys(phrases, weight)
            if code in places:
                for phrase in phrases:
                    cues.setdefault(fold(phrase), (places[code], float(weight)))
        self._meaning = list(cues.values())
        self._finder = AhoCorasick(list(cues), matchkind=MatchKind.LeftmostLongest) if cues else None
        said = "|".join(sorted(leads, key=len, reverse=True)) or "(?!)"
        self._leads = leads
        self._title_lead = re.compile(rf"(?:关于)?({said})")
        self._text_lead = re.compile(rf"{_OPENING}({said})")

    def told(self, title: str, text: str) -> tuple[str, str]:
        """The type that the caller names himself in his first words, and those words; empty if none."""
        found = self._title_lead.match(title) or self._text_lead.match(text[:_FIRST_WORDS])
        return (self._leads[found[1]], found[1]) if found else ("", "")

    def cues(self, title: str, text: str) -> Cues:
        """The cues in a folded title and text."""
        scores = np.zeros(len(self.types))
        phrases: list[dict[str, None]] = [{} for _ in self.types]
        if self._finder is None:
            return Cues(scores, tuple(() for _ in self.types))
        head = text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"
        seen: set[int] = set()
        for part, factor in ((title[:_HEAD], _TITLE_FACTOR), (head, 1.0)):
            for number, start, end in self._finder.find_matches_as_indexes(part):
                if part[max(0, start - 2) : start].endswith(_NEGATED):
                    continue
                place, weight = self._meaning[number]
                scores[place] += weight * factor * (_REPEAT_FACTOR if number in seen else 1.0)
                phrases[place].setdefault(part[start:end])
                seen.add(number)
        last = _last_sentence(text)
        if "CONSULT" in self.types and _ASKS.search(last) and not _NO_QUESTION.search(last):
            hurt = scores[self.types.index(DEFAULT)] if DEFAULT in self.types else 0.0
            scores[self.types.index("CONSULT")] += _ASKING if hurt < _LEAST_OTHER else 0.0
        return Cues(scores, tuple(tuple(found)[:_MOST_QUOTES] for found in phrases))

    def by_cues(self, cues: Cues) -> str:
        """The type by the cues alone."""
        for place in np.argsort(-cues.scores, kind="stable"):
            code: str = self.types[place]
            if cues.scores[place] >= _LEAST.get(code, _LEAST_OTHER):
                return code
        if DEFAULT in self.types or not self.types:
            return DEFAULT
        return self.types[0]


def _last_sentence(text: str) -> str:
    """The last sentence of a text that is long enough to ask something, at most ``_LAST`` signs of it."""
    sentences = [
        one for one in re.split(r"[。！!\n;；]", text[-3 * _LAST :].rstrip("。！! \n")) if len(one) > 3
    ]
    return sentences[-1][-_LAST:] if sentences else ""
