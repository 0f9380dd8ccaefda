"""The requester's words with what carried the proposal marked, and the same told in words.

Marks come from two sources: the reasons that were kept with the ticket when it was read, and, where the
reader is at hand, the phrases that its model weighs. Every kind has its own line below the words, so
that none is told by colour alone; the list of reasons says the same to whoever does not see the marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.city.book import Book
from jieban.dispatch.why.explain import demand_type_name, matter_name, name_of, place_words
from jieban.reading.text import fold
from jieban.reading.why.spans import Span, spoken

LEGEND = {
    "alarm": gettext_lazy("alarm word"),
    "danger": gettext_lazy("sounds like danger"),
    "keyword": gettext_lazy("word of the matter"),
    "model": gettext_lazy("wording that fits the matter"),
    "place": gettext_lazy("place"),
    "named": gettext_lazy("names the unit"),
    "type": gettext_lazy("kind of request"),
    "secret": gettext_lazy("personal, hidden"),
}
"""Kind of a mark -> what it means; in the order in which a stronger mark covers a weaker one."""
_STRENGTH = ("alarm", "secret", "named", "keyword", "danger", "place", "model", "type")
_OF_REASON = {"keyword": "category", "hint": "category", "model": "category"}
_MOST_QUOTES = 4


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the person; ``percent``: their share of what speaks for it, None for words of a rule."""

    words: str
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What carried a part of the proposal, and what it points to. ``against``: what speaks against it."""

    kind: str
    quotes: tuple[Quote, ...]
    what: str
    against: tuple[Quote, ...] = ()


def points_to(kind: str, code: str, book: Book, english: bool) -> str:
    """What a reason points to, by name."""
    if kind in ("alarm", "danger"):
        return _("raises the urgency")
    if kind == "place":
        return place_words(book, code, english)
    if kind == "type":
        return demand_type_name(book, code, english)
    if kind == "secret":
        return _("hidden from everybody at work")
    return matter_name(book, code, english) or name_of(book, code, english)


def look_of(span: Span) -> str:
    """The kind of mark of a span: a key of ``LEGEND``."""
    if span.kind == "category":
        return "model" if span.by == "model" else "keyword"
    return span.kind


def of_reasons(fields: Mapping[str, str], reasons: Iterable[Mapping[str, Any]]) -> list[Span]:
    """Where the quotes of the kept reasons stand in the texts, by field."""
    folded = {field: fold(text) for field, text in fields.items()}
    found: list[Span] = []
    for reason in sorted(reasons, key=lambda one: -len(one["quote"])):
        kind = _OF_REASON.get(str(reason["kind"]), str(reason["kind"]))
        if reason["kind"] in ("keyword", "hint", "place", "alarm", "type", "named"):
            found += spoken(fields, folded, fold(str(reason["quote"])), kind, str(reason["points_to"]))
    return found


def shown_spans(spans: Iterable[Span]) -> list[Span]:
    """The spans that are marked: what speaks for the decision, the type only by its own words."""
    return [span for span in spans if span.weight > 0 and not (span.kind == "type" and span.by == "model")]


def marked(text: str, field: str, spans: Sequence[Span], book: Book, english: bool) -> SafeString:
    """The text, untouched, with its spans marked; where two overlap the stronger mark is seen."""
    owners: list[Span | None] = [None] * len(text)
    mine = [span for span in spans if span.field == field and text[span.start : span.end] == span.words]
    strongest_first = sorted(mine, key=lambda one: _STRENGTH.index(look_of(one)))
    for span in reversed(strongest_first):  # what is laid last is seen
        owners[span.start : span.end] = [span] * (span.end - span.start)
    parts: list[str] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or owners[place] is not owners[start]:
            parts.append(_part(text[start:place], owners[start], book, english))
            start = place
    return mark_safe("".join(parts))  # each part is escaped in _part


def _part(words: str, span: Span | None, book: Book, english: bool) -> str:
    if span is None:
        return escape(words)
    what = points_to(span.kind, span.points_to, book, english)
    return format_html('<mark class="carries carries--{}" title="{}">{}</mark>', look_of(span), what, words)


def legend(spans: Iterable[Span]) -> list[tuple[str, Any]]:
    """The kinds of mark that are seen, with their meaning."""
    seen = {look_of(span) for span in spans}
    return [(kind, words) for kind, words in LEGEND.items() if kind in seen]


def told(
    reasons: Iterable[Mapping[str, Any]], spans: Iterable[Span], book: Book, english: bool
) -> list[Told]:
    """The chain of reasons as a list: the kept ones, those that point to one thing together, then weights."""
    rows: dict[tuple[str, str], list[str]] = {}
    for reason in reasons:
        kind = str(reason["kind"]).replace("hint", "keyword")
        quotes = rows.setdefault((kind, str(reason["points_to"])), [])
        if reason["quote"] and reason["quote"] not in quotes and kind != "model":
            quotes.append(str(reason["quote"]))
    weighed: dict[tuple[str, str], list[Span]] = {}
    for span in spans:
        if span.by == "model":
            kind = "model" if span.kind == "category" else span.kind
            weighed.setdefault((kind, span.points_to), []).append(span)
    found = []
    for key in dict.fromkeys((*rows, *weighed)):
        by_weight = weighed.get(key, [])
        said = tuple(Quote(words) for words in rows.get(key, ()))
        own = {quote.words for quote in said}
        for_it = tuple(quote for quote in _quotes(by_weight, 1) if quote.words not in own)
        what = points_to(*key, book, english)
        found.append(Told(key[0], said + for_it, what, _quotes(by_weight, -1)))
    return found


def _quotes(spans: Iterable[Span], sign: int) -> tuple[Quote, ...]:
    """The words that speak for (1) or against (-1) something, the strongest first, each once."""
    found: dict[str, float] = {}
    for span in spans:
        if span.weight * sign > 0:
            found[span.words] = found.get(span.words, 0.0) + abs(span.weight)
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:_MOST_QUOTES]
    return tuple(Quote(words, min(100, round(100 * share)) if sign > 0 else None) for words, share in ordered)


def speaking(spans: Iterable[Span], category: str) -> tuple[str, ...]:
    """The words that speak for a category, the strongest first, without what stands inside another."""
    mine = [span for span in spans if span.kind == "category" and span.points_to == category]
    words = [quote.words for quote in _quotes(mine, 1)]
    return tuple(one for one in words if not any(one in other and one != other for other in words))[:3]
