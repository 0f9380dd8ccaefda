"""What would change a decision, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.city.book import Book
from jieban.dispatch.why.explain import demand_type_name, limit_words, matter_name, place_words
from jieban.reading.why.changes import Change
from jieban.web.words import QUEUE_NAMES, unit_words

HOW = {
    "unsaid": gettext_lazy("If this had not been said"),
    "said": gettext_lazy("If this had been said as well"),
    "elsewhere": gettext_lazy("If it were here"),
    "nowhere": gettext_lazy("If no place were named"),
}
OF = {
    "category": gettext_lazy("the matter"),
    "unit": gettext_lazy("the unit"),
    "danger": gettext_lazy("danger"),
    "tier": gettext_lazy("the limit"),
    "type": gettext_lazy("the kind of request"),
    "place": gettext_lazy("the place"),
    "queue": gettext_lazy("who gets it"),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """What changes, from what to what."""

    of: Any
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """What is done to the words, which words, and all that changes by it."""

    how: Any
    words: tuple[str, ...]
    turns: tuple[Turn, ...]


def told(found: Iterable[Change], book: Book, english: bool) -> list[Line]:
    """The changes as lines; what follows from the same words stands in one."""
    lines: dict[tuple[str, tuple[str, ...]], list[Turn]] = {}
    for one in found:
        before, after = (_named(one.of, code, book, english) for code in (one.before, one.after))
        lines.setdefault((one.how, one.words), []).append(Turn(OF[one.of], before, after))
    return [Line(HOW[how], words, tuple(turns)) for (how, words), turns in lines.items()]


def _named(of: str, code: str, book: Book, english: bool) -> str:
    """A code in words."""
    if of == "danger":
        return _("somebody looks at once") if code else _("no danger")
    if of == "queue":
        return str(QUEUE_NAMES.get(code, code)) if code else _("the unit, at once")
    if not code:
        return _("not clear")
    if of == "category":
        return matter_name(book, code, english)
    if of == "unit":
        return unit_words(book, code, english)
    if of == "place":
        return place_words(book, code, english)
    if of == "type":
        return demand_type_name(book, code, english)
    rows = book.by_code("limit_tiers").get(code, ())
    return limit_words(rows[-1]) if rows else code
