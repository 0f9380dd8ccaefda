"""A reading told at the terminal, and as JSON: the words with their marks, and what would change it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy
from rich.console import Console
from rich.text import Text

from jieban.city.book import Book
from jieban.dispatch.why.explain import demand_type_name, matter_name, name_of, place_words
from jieban.reading.why.carried import Why
from jieban.reading.why.changes import Change
from jieban.reading.why.spans import Span

STYLES = {
    "category": "bold",
    "place": "underline",
    "type": "italic",
    "danger": "bold red",
    "alarm": "reverse red",
    "secret": "dim",
}
"""Kind of a span -> how its words look at a terminal; the kind also stands in the list below them."""
_HOW = {
    "unsaid": gettext_lazy("if it were not said"),
    "said": gettext_lazy("if it were said as well"),
    "elsewhere": gettext_lazy("if it were here"),
    "nowhere": gettext_lazy("if no place were named"),
}
_KINDS = {
    "category": gettext_lazy("what it is about"),
    "unit": gettext_lazy("unit"),
    "queue": gettext_lazy("queue"),
    "tier": gettext_lazy("limit"),
    "place": gettext_lazy("place"),
    "type": gettext_lazy("type"),
    "danger": gettext_lazy("risk to life"),
    "alarm": gettext_lazy("alarm"),
    "secret": gettext_lazy("hidden"),
}


def why_json(found: Why, changes: Iterable[Change]) -> dict[str, Any]:
    """The spans and changes as ``jieban read --why --json`` prints them."""
    return {
        "title": found.reading.title,
        "address": found.reading.address,
        "model": found.reading.model,
        "spans": [
            {
                "field": span.field,
                "start": span.start,
                "end": span.end,
                "words": span.words,
                "kind": span.kind,
                "points_to": span.points_to,
                "weight": span.weight,
                "by": span.by,
            }
            for span in found.spans
        ],
        "changes": [
            {
                "how": one.how,
                "of": one.of,
                "words": list(one.words),
                "before": one.before,
                "after": one.after,
            }
            for one in changes
        ],
    }


def marked(words: str, field: str, spans: Sequence[Span]) -> Text:
    """The words of a field with what speaks for the first decision marked."""
    text = Text(words)
    for span in spans:
        if span.field == field and span.weight > 0:
            text.stylize(STYLES.get(span.kind, ""), span.start, span.end)
    return text


def tell_why(console: Console, found: Why, changes: Sequence[Change], book: Book) -> None:
    """Print the words with their marks, what carried each decision, and what would change it."""
    reading = found.reading
    first = [span for span in found.spans if span.kind != "category" or _is_first(span, found)]
    for field, words in (("title", reading.title), ("text", reading.text), ("address", reading.address)):
        if words:
            console.print(marked(words, field, first), soft_wrap=True)
    for span in first:
        share = f"{span.weight:+.0%}" if span.by == "model" else "="
        what = _named(book, span.kind, span.points_to)
        said = f"    {_KINDS[span.kind]!s} {share}  {span.words}  → {what}"
        console.print(Text(said), soft_wrap=True)
    for one in changes:
        words = "，".join(one.words)
        before, after = _named(book, one.of, one.before), _named(book, one.of, one.after)
        console.print(
            Text(f"    {_HOW[one.how]}: {words}  {_KINDS[one.of]}: {before} → {after}"), soft_wrap=True
        )


def _is_first(span: Span, found: Why) -> bool:
    return bool(span.points_to) and found.reading.category.startswith(span.points_to)


def _named(book: Book, kind: str, code: str) -> str:
    if not code:
        return "—"
    if kind == "place":
        return place_words(book, code)
    if kind == "type":
        return demand_type_name(book, code)
    return matter_name(book, code) or name_of(book, code)
