"""Phrases of a pack in a text: parts that follow one another, words of a part that stand for each other.

The parts of a phrase are parted by ``…`` and follow one another within a sentence; words that may stand
for each other by ``/`` (``煤气/燃气…漏``). A word is not heard within a word that means something else
(``words/harmless.txt``: 落水管, 困难). Work grows with the places of words, not with their pairs.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from jieban.reading.text import fold
from jieban.reading.wordlists import words

GAP = "…"
OR = "/"
NEAR = 12
"""Most signs between two parts of a phrase: a short clause; words farther apart seldom tell of one thing."""
SENTENCE_END = re.compile("[。！？；!?;\n]")
_GAPPED = re.compile(r"(?:[\u4e00-\u9fff][ *_.~·|/-]{1,2}){2,60}[\u4e00-\u9fff]")
"""Single signs with something between each: a way to write past a list of words."""
_MOST_HEARD = 300
"""So often one word is heard in one text: who says it three hundred times says nothing new."""

Span = tuple[int, int]
"""Where words stand in a text: start and end."""
Chain = tuple[Span, ...]
"""Where the parts of a phrase stand, one after the other."""


class PhraseFinder:
    """Finds phrases, each known by its number in the list given."""

    def __init__(self, phrases: Sequence[str]) -> None:
        steps: dict[tuple[str, ...], int] = {}
        orders: list[tuple[int, list[int]]] = []
        for number, phrase in enumerate(phrases):
            parts = [tuple(one for one in part.split(OR) if one) for part in fold(phrase).split(GAP)]
            order = [steps.setdefault(part, len(steps)) for part in parts if part]
            if order:
                orders.append((number, order))
        often = Counter(step for _, order in orders for step in set(order))
        self._by_rarest: defaultdict[int, list[tuple[int, list[int]]]] = defaultdict(list)
        for number, order in orders:  # looked up by the part that the fewest phrases have
            self._by_rarest[min(order, key=lambda step: (often[step], step))].append((number, order))
        numbers = {
            word: place for place, word in enumerate(dict.fromkeys(one for part in steps for one in part))
        }
        self._words_of = [tuple(dict.fromkeys(numbers[word] for word in part)) for part in steps]
        self._steps_of: list[list[int]] = [[] for _ in numbers]
        for step, its in enumerate(self._words_of):
            for number in its:
                self._steps_of[number].append(step)
        harmless = {fold(word) for word in words("harmless")}
        every = [*numbers, *sorted(harmless - numbers.keys())]
        self._harmless = [word in harmless for word in every]
        self._finder = (
            AhoCorasick(every, matchkind=MatchKind.Standard, implementation=Implementation.DFA)
            if numbers
            else None
        )

    def chains(self, text: str) -> list[tuple[int, list[Chain]]]:
        """(number of a phrase, where its parts follow one another) for each phrase in a folded text."""
        heard = self._heard(text)
        present = {step for number in heard for step in self._steps_of[number]}
        places: dict[int, list[Span]] = {}
        found = []
        for rarest in present & self._by_rarest.keys():
            for number, steps in self._by_rarest[rarest]:
                if present.issuperset(steps):
                    for step in steps:
                        if step not in places:
                            places[step] = self._places(step, heard)
                    chains = _joined_up(text, [places[step] for step in steps])
                    if chains:
                        found.append((number, chains))
        return sorted(found)

    def _places(self, step: int, heard: dict[int, list[Span]]) -> list[Span]:
        """Where the words of one part stand, in the order in which they end."""
        its = [heard[number] for number in self._words_of[step] if number in heard]
        if len(its) == 1:
            return its[0]
        return sorted((span for spans in its for span in spans), key=lambda span: (span[1], span[0]))

    def _heard(self, text: str) -> dict[int, list[Span]]:
        """Where each word stands, but for words within one that means something else."""
        if self._finder is None:
            return {}
        harmless: list[Span] = []
        heard: dict[int, list[Span]] = {}
        known, other = len(self._steps_of), self._harmless
        for number, start, end in self._finder.find_matches_as_indexes(text, overlapping=True):
            if other[number]:
                harmless.append((start, end))
                if number >= known:
                    continue
            spans = heard.get(number)
            if spans is None:
                heard[number] = [(start, end)]
            elif len(spans) < _MOST_HEARD:
                spans.append((start, end))
        if not harmless:
            return heard
        covers, whole = _covers(harmless), set(harmless)
        meant = {
            number: [span for span in spans if covers.get(span[0], 0) < span[1] or span in whole]
            for number, spans in heard.items()
        }
        return {number: spans for number, spans in meant.items() if spans}


def without_gaps(text: str) -> tuple[str, list[int]] | None:
    """A text without the gaps within words written sign by sign, and where each sign of it stood.

    None where nothing is written so.
    """
    if not _GAPPED.search(text):
        return None
    kept: list[int] = []
    done = 0
    for run in _GAPPED.finditer(text):
        kept += range(done, run.start())
        kept += (place for place in range(run.start(), run.end()) if "\u4e00" <= text[place] <= "\u9fff")
        done = run.end()
    kept += range(done, len(text))
    return "".join(text[place] for place in kept), kept


def sentence_of(text: str, start: int, end: int, reach: int) -> str:
    """The sentence around a stretch, at most ``reach`` signs on either side."""
    low = max(0, start - reach)
    since = max((hit.end() for hit in SENTENCE_END.finditer(text, low, start)), default=low)
    until = SENTENCE_END.search(text, end, end + reach)
    return text[since : until.start() if until else end + reach]


def _joined_up(text: str, steps: list[list[Span]]) -> list[Chain]:
    """The chains of a phrase: each place is joined to the nearest chain before it only."""
    chains: list[Chain] = [(span,) for span in steps[0]]
    for step in steps[1:]:
        ends = [chain[-1][1] for chain in chains]
        chains = [
            (*chains[before - 1], span)
            for span in step
            if (before := bisect_right(ends, span[0])) and _joined(text, ends[before - 1], span[0])
        ]
    return chains


def _joined(text: str, end: int, start: int) -> bool:
    return start - end <= NEAR and not SENTENCE_END.search(text, end, start)


def _covers(spans: list[Span]) -> dict[int, int]:
    """For each sign within one of ``spans`` the farthest end of a span that holds it."""
    farthest: dict[int, int] = {}
    for start, end in spans:
        for place in range(start, end):
            farthest[place] = max(farthest.get(place, 0), end)
    return farthest
