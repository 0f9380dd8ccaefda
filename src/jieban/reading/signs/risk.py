"""People at risk (困难群体) whom a request concerns: by the phrases and ages of the pack's ``risk_groups``.

Only what the caller says of himself or of somebody his request is about counts: not what is denied, long
past, told of people at large (关爱老人), or a thing named after them (残疾人车位).
"""

from __future__ import annotations

import re
from datetime import date

from jieban.city.book import Book
from jieban.city.law import RiskGroup
from jieban.reading.result import Risk
from jieban.reading.signs.answers import number_of
from jieban.reading.signs.phrases import Chain, PhraseFinder, Span, sentence_of
from jieban.reading.signs.urgency import DENIED
from jieban.reading.text import clause_start
from jieban.reading.wordlists import lines

_AGE = re.compile(
    r"(?<![\d一二三四五六七八九十百零])(\d{1,3}|[一二两三四五六七八九十百]{1,5})(?:多|几|来)?(岁|周岁|个月大)"
)
_SOMEBODY = re.compile(
    r"(?:我|本人|俺|老人|老太|老头|老伴|父|母|爸|妈|爷|奶|姥|公|婆|孩|娃|儿|女|宝宝|婴|大爷|大妈|夫妻|两口|"
    r"家里|家中|邻居|丈夫|妻子|他|她)[^，。！？；,!?;]{0,8}$"
)
_SOMEBODY_AFTER = re.compile(
    r"(?:多|了|的|，|,|高龄)*(?:老|孩|娃|母|父|奶|爷|婆|公|宝宝|小孩|儿子|女儿|婴|病人|残疾)"
)
_RULE_OF_AGE = re.compile(r"^(?:以上|以下|以前|以后|之前|之后|开始|才能|可以|能办|退休|及以)")
_RULE_BEFORE = re.compile(r"(?:年满|超过|不满|不到|达到|满|低于|大于)$")
_REACH, _SENTENCE = 14, 60
_QUOTE = 40
_MOST_TRIED = 40
"""So many places of one group are weighed at most."""


def _one_of(kind: str) -> str:
    return "|".join(
        re.escape(word) for name, *words in lines("not_at_risk") if name == kind for word in words
    )


_AFTER = re.compile(rf"^(?:人|的|者)?(?:{_one_of('after')})")
_BEFORE = re.compile(rf"(?:{_one_of('before')})[^，。！？；,!?;]{{0,3}}$")
_PAST = re.compile(_one_of("past"))


class RiskFinder:
    """Finds people at risk by the rows of one book; a book without the table finds nobody."""

    def __init__(self, book: Book) -> None:
        self._rows: tuple[RiskGroup, ...] = tuple(book.tables.get("risk_groups", ()))
        pairs = [(number, phrase) for number, row in enumerate(self._rows) for phrase in row.phrases]
        self._of = [number for number, _ in pairs]
        self._phrases = PhraseFinder([phrase for _, phrase in pairs])
        self._ages = [row for row in self._rows if row.min_age is not None or row.max_age is not None]

    def find(self, folded: str, shown: str, on: date | None = None) -> list[Risk]:
        """The groups in a text, in the order of the table, each with the caller's words (of ``shown``).

        ``folded`` is ``shown`` folded; ``on`` the city date whose rows and months hold (without it: rows
        without an end, in every month).
        """
        if not self._rows or not folded:
            return []
        said: dict[str, Span] = {}
        for number, chains in self._phrases.chains(folded):
            row = self._rows[self._of[number]]
            if row.code not in said and _holds(row, on):
                chain = next((one for one in chains[:_MOST_TRIED] if _meant(folded, one)), None)
                if chain:
                    said[row.code] = chain[0][0], chain[-1][1]
        for start, end, years in _ages(folded) if self._ages else ():
            for row in self._ages:
                old = row.min_age is not None and years >= row.min_age
                young = row.max_age is not None and years <= row.max_age
                if (old or young) and row.code not in said and _holds(row, on):
                    said[row.code] = start, end
        return [
            Risk(row.code, shown[said[row.code][0] : said[row.code][1]][:_QUOTE], row.tier, float(row.weight))
            for row in self._rows
            if row.code in said and _holds(row, on)
        ]


def _holds(row: RiskGroup, on: date | None) -> bool:
    if on is None:
        return row.valid_to is None
    return row.in_force(on) and (not row.months or str(on.month) in row.months)


def _meant(text: str, chain: Chain) -> bool:
    """Whether the words tell of somebody in need now."""
    start, end = chain[0][0], chain[-1][1]
    before = text[clause_start(text, start, _REACH) : start]
    inner = text[clause_start(text, chain[-1][0], _REACH) : chain[-1][0]]
    return not (
        DENIED.search(before)
        or (len(chain) > 1 and DENIED.search(inner))
        or _BEFORE.search(before)
        or _BEFORE.search(inner)
        or _AFTER.match(text[end : end + 8])
        or _PAST.search(sentence_of(text, start, end, _SENTENCE))
    )


def _ages(text: str) -> list[tuple[int, int, float]]:
    """(start, end, years) of each age that is said of somebody, not of a rule."""
    found = []
    for hit in list(_AGE.finditer(text))[:_MOST_TRIED]:
        years = number_of(hit[1])
        before = text[clause_start(text, hit.start(), _REACH) : hit.start()]
        after = text[hit.end() : hit.end() + 8]
        if years is None or _RULE_OF_AGE.match(after) or _BEFORE.search(before):
            continue
        if _RULE_BEFORE.search(before) and not re.search("我|本人", before):
            continue
        if not (_SOMEBODY.search(before) or _SOMEBODY_AFTER.match(after)):
            continue
        if _PAST.search(sentence_of(text, hit.start(), hit.end(), _SENTENCE)) or DENIED.search(before):
            continue
        found.append((hit.start(), hit.end(), float(years) / (12 if hit[2] == "个月大" else 1)))
    return found
