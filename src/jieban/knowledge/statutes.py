"""Statutes (法规) from Markdown: each article (第…条) becomes one article of the knowledge base. Pure.

The form is the one in which statutes are published as Markdown: a title ("# …"), lines on who passed it,
chapters ("## 第一章 总则"), and paragraphs, the first of each article beginning with its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

_ARTICLE = re.compile(
    r"^(?:\*\*)?第([零〇一二三四五六七八九十百千\d]{1,9})条(?:之([一二三四五六七八九十]))?(?:\*\*)?[ \u3000]*"
)
_FAR = 3
"""So many numbers may be missing between two articles; a paragraph that only begins with the number of
another article is none."""
_HEADING = re.compile(r"^(#{1,6})[ \u3000]*(.+?)[ \u3000#]*$")
_CHAPTER = re.compile(r"^第[零〇一二三四五六七八九十百\d]+[编章节][ \u3000]*")
_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_IN_FORCE = re.compile(r"自(\d{4})年(\d{1,2})月(\d{1,2})日起(?:施行|实施|生效)")
_COMMENT = re.compile(r"^<!--.*-->$")
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


@dataclass(slots=True)
class StatuteArticle:
    """One article: its number (12, or "12-1" for 第十二条之一), chapter, and paragraphs."""

    number: str
    label: str
    chapter: str
    paragraphs: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Statute:
    """A statute: its name, the last day on which it was passed or announced, since when it is in force."""

    name: str
    announced: date | None
    in_force: date | None
    articles: list[StatuteArticle]


class NoStatute(ValueError):
    """A text that holds no article of a statute."""


def read_statute(markdown: str, name: str = "") -> Statute:
    """A statute from its Markdown; ``name`` where it has no title. Raises ``NoStatute``."""
    title, head, chapters = "", [], ["", ""]
    articles: list[StatuteArticle] = []
    for line in _lines(markdown):
        heading = _HEADING.match(line)
        if heading and len(heading[1]) == 1 and not title:
            title = heading[2].strip()
        elif heading:
            _enter(chapters, heading)
        elif (opening := _ARTICLE.match(line)) and _follows(articles, opening):
            articles.append(_opened(opening, line, chapters))
        elif articles:
            articles[-1].paragraphs.append(line)
        else:
            head.append(line)
    if not articles:
        raise NoStatute("The text has no article: none of its paragraphs begins with 第…条.")
    whole = "\n".join(paragraph for one in articles for paragraph in one.paragraphs)
    announced = max(_days(_DAY, "\n".join(head)), default=None)
    since = max(_days(_IN_FORCE, whole + "\n".join(head)), default=None)
    return Statute(title or name, announced, since, articles)


def number_of(written: str) -> int:
    """A Chinese number up to thousands, or digits, as an integer."""
    if written.isdecimal():
        return int(written)
    total, digit = 0, 0
    for sign in written:
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def _lines(markdown: str) -> Iterator[str]:
    for raw in markdown.splitlines():
        line = raw.strip(" \t\u3000\ufeff")
        if line and not _COMMENT.match(line):
            yield line


def _enter(chapters: list[str], heading: re.Match[str]) -> None:
    name = " ".join(heading[2].replace("\u3000", " ").split())
    numbered = _CHAPTER.match(name)
    deeper = bool(numbered) and "节" in numbered[0] if numbered else False
    chapters[int(deeper)] = name
    if not deeper:
        chapters[1] = ""


def _follows(articles: list[StatuteArticle], opening: re.Match[str]) -> bool:
    """Whether the number that a line begins with is the one of a next article."""
    if not articles:
        return True
    last, number = int(articles[-1].number.partition("-")[0]), number_of(opening[1])
    return number == last if opening[2] else last < number <= last + _FAR


def _opened(opening: re.Match[str], line: str, chapters: list[str]) -> StatuteArticle:
    number = str(number_of(opening[1])) + (f"-{number_of(opening[2])}" if opening[2] else "")
    label = f"第{opening[1]}条" + (f"之{opening[2]}" if opening[2] else "")
    text = line[opening.end() :].strip()
    return StatuteArticle(number, label, " ".join(filter(None, chapters)), [text] if text else [])


def _days(pattern: re.Pattern[str], text: str) -> list[date]:
    days = []
    for found in pattern.finditer(text):
        try:
            days.append(date(int(found[1]), int(found[2]), int(found[3])))
        except ValueError:
            continue
    return days
