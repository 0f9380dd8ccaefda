"""The passage of an article that answers best, with the words of the question marked. Pure and linear."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from jieban.knowledge.grams import Floats, counted
from jieban.knowledge.index import Statistics
from jieban.knowledge.large import terms
from jieban.knowledge.script import plain

LONGEST = 160
"""A passage has at most so many signs."""
_READ = 20_000
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a passage, and whether the question has its words."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an article; ``cut_before`` and ``cut_after`` tell that the article goes on there."""

    parts: tuple[Part, ...]
    cut_before: bool
    cut_after: bool

    @property
    def text(self) -> str:
        """The words without the marks."""
        return "".join(part.text for part in self.parts)


def passage(body: str, question: str, statistics: Statistics) -> Passage:
    """The sentences of ``body`` that hold most of what is rare in ``question``."""
    body, asked = body[:_READ], plain(question)
    found, _ = counted(asked)
    sentences = [(one.start(), one.end()) for one in _SENTENCE.finditer(body)]
    if not sentences:
        return Passage((), False, False)
    rare = statistics.short_idf(found)
    gains = [float(rare[np.isin(found, counted(plain(body[a:b]))[0])].sum()) for a, b in sentences]
    start, end = _best(sentences, np.array(gains))
    cut = body[start:end][:LONGEST]
    return Passage(tuple(_marked(cut, asked)), start > 0, start + len(cut) < len(body.rstrip()))


def _best(sentences: list[tuple[int, int]], gains: Floats) -> tuple[int, int]:
    """The best sentence, and those that follow it as long as there is room."""
    first = int(gains.argmax())
    start, end = sentences[first]
    for _, further in sentences[first + 1 :]:
        if further - start > LONGEST:
            break
        end = further
    while first and end - sentences[first - 1][0] <= LONGEST:
        first -= 1
        start = sentences[first][0]
    return start, end


def _marked(text: str, asked: str) -> list[Part]:
    """The text in parts: those made of terms of the question, and the rest."""
    simple, hit = plain(text), bytearray(len(text))
    for term in {term for term in terms(asked) if len(term) > 1}:
        place = simple.find(term)
        while place >= 0:
            hit[place : place + len(term)] = b"\x01" * len(term)
            place = simple.find(term, place + 1)
    parts: list[Part] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or hit[place] != hit[start]:
            parts.append(Part(text[start:place], bool(hit[start])))
            start = place
    return parts
