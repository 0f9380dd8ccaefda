"""Words of the desks: how sure, which basis, which of the person's words carried the proposal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from jieban.city.book import Book
from jieban.dispatch.explain import demand_type_name, matter_name, name_of, place_words

CONTACT_WORDS = {
    "reached": gettext_lazy("reached by phone"),
    "visited": gettext_lazy("met in person"),
    "no_answer": gettext_lazy("nobody answered"),
    "wrong_number": gettext_lazy("wrong number"),
    "refused": gettext_lazy("did not want to talk"),
}
SOLVED_WORDS = {
    "yes": gettext_lazy("solved"),
    "partly": gettext_lazy("partly solved"),
    "no": gettext_lazy("not solved"),
}
SATISFIED_WORDS = {
    "satisfied": gettext_lazy("satisfied"),
    "basic": gettext_lazy("on the whole satisfied"),
    "dissatisfied": gettext_lazy("dissatisfied"),
}
ATTEMPT_WORDS = {
    "no_answer": gettext_lazy("nobody answered"),
    "busy": gettext_lazy("the line was busy"),
    "wrong_number": gettext_lazy("wrong number"),
    "call_later": gettext_lazy("asked to be called later"),
    "refused": gettext_lazy("does not want to answer"),
}
BY_WORDS = {
    "phone": gettext_lazy("by phone"),
    "called_in": gettext_lazy("by phone; the requester called us"),
    "web": gettext_lazy("on the requester's own page"),
    "link": gettext_lazy("by the link in a message"),
    "rated": gettext_lazy("rated before anybody asked"),
}
OUTCOME_WORDS = {
    "solved": gettext_lazy("solved"),
    "partly": gettext_lazy("partly solved"),
    "explained": gettext_lazy("cannot be solved now, explained"),
}
TRUE_WORDS = {
    "yes": gettext_lazy("true as told"),
    "partly": gettext_lazy("partly true"),
    "no": gettext_lazy("not as told"),
}
MARK_WORDS = {
    "problem": gettext_lazy("problem ticket"),
    "supervised": gettext_lazy("under supervision"),
    "instructed": gettext_lazy("leader's instruction"),
    "escalated": gettext_lazy("escalated"),
    "repeated": gettext_lazy("repeated"),
}
WHY_WAITING = {
    "danger": gettext_lazy("Somebody may be in danger: a person looks first."),
    "no_place": gettext_lazy("The place is not clear enough; ask where it is."),
    "no_row": gettext_lazy("The catalogue names no unit for this; you decide."),
    "recused": gettext_lazy("A unit must be kept out of it: a person chooses."),
    "reported": gettext_lazy("It reports a unit that would get it: name that unit under “Protect” first."),
    "unsure": gettext_lazy("The platform is not sure enough to send it by itself."),
    "surge": gettext_lazy("One of very many about one topic; those who know it decide."),
}
CORRECTED_WORDS = {
    "demand_type": gettext_lazy("type"),
    "category": gettext_lazy("matter"),
    "district": gettext_lazy("district"),
    "street": gettext_lazy("street"),
    "place": gettext_lazy("place"),
    "unit": gettext_lazy("unit"),
    "answers": gettext_lazy("answers to the form"),
}
NEWS_WORDS = {
    "again": gettext_lazy("it happened again or got worse"),
    "date": gettext_lazy("another day"),
    "house": gettext_lazy("another house or floor"),
    "amount": gettext_lazy("another figure"),
    "photo": gettext_lazy("a photo"),
    "urgency": gettext_lazy("more urgent"),
    "type": gettext_lazy("a report now"),
}
"""What a later request may bring that an earlier one had not (``intake.same.news``)."""
SECRET_WORDS = {
    "phone": gettext_lazy("phone number"),
    "id": gettext_lazy("identity number"),
    "card": gettext_lazy("bank card"),
    "plate": gettext_lazy("number plate"),
    "email": gettext_lazy("e-mail address"),
    "account": gettext_lazy("account number"),
    "name": gettext_lazy("name"),
}

_ARTICLE = re.compile(r"(?:Beijing )?Ordinance Art\. ?(\d+(?:, ?\d+)*)(?: ¶(\d+))?(?: ?\((\d+)\))?")
_STRENGTH = {"alarm": 4, "keyword": 3, "hint": 3, "model": 3, "place": 2, "type": 1}


def sure_words(confidence: float | None) -> str:
    """How sure a proposal is, in words."""
    if confidence is None:
        return _("chosen by hand")
    if confidence >= 0.85:
        return _("very sure")
    if confidence >= 0.6:
        return _("fairly sure")
    if confidence >= 0.3:
        return _("not sure")
    return _("a guess")


def sentences(first: str, second: str) -> str:
    """Two sentences after each other, spaced as the reader's language does."""
    return _("%(first)s %(second)s") % {"first": first, "second": second} if second else first


def basis_words(basis: str) -> str:
    """The legal basis of a catalogue row; references to the ordinance in the reader's language."""
    said = _ARTICLE.sub(lambda found: _article(*found.groups()), basis)
    return said.replace("; ", pgettext("in a list", "; "))


def _article(numbers: str, paragraph: str | None, point: str | None) -> str:
    listed = pgettext("in a list", ", ").join(part.strip() for part in numbers.split(","))
    if paragraph and point:
        return _("Ordinance Art. %(n)s ¶%(p)s (%(q)s)") % {"n": listed, "p": paragraph, "q": point}
    if paragraph:
        return _("Ordinance Art. %(n)s ¶%(p)s") % {"n": listed, "p": paragraph}
    return _("Ordinance Art. %(n)s") % {"n": listed}


@dataclass(frozen=True, slots=True)
class Carried:
    """Words of the person that carried a part of the proposal, and what they point to."""

    kind: str
    quotes: tuple[str, ...]
    what: str


def carried(reasons: Iterable[Mapping[str, Any]], book: Book, english: bool) -> list[Carried]:
    """The chain of reasons, those that point to the same thing together."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for reason in reasons:
        kind = str(reason["kind"]).replace("hint", "keyword")
        quotes = grouped.setdefault((kind, str(reason["points_to"])), [])
        if reason["quote"] and reason["quote"] not in quotes:
            quotes.append(str(reason["quote"]))
    return [
        Carried(kind, tuple(quotes), points_to(kind, code, book, english))
        for (kind, code), quotes in grouped.items()
    ]


def points_to(kind: str, code: str, book: Book, english: bool) -> str:
    """What a reason points to, by name."""
    if kind == "alarm":
        return _("raises the urgency")
    if kind == "place":
        return place_words(book, code, english)
    if kind == "type":
        return demand_type_name(book, code, english)
    return matter_name(book, code, english) or name_of(book, code, english)


def highlighted(text: str, reasons: Iterable[Mapping[str, Any]], book: Book, english: bool) -> SafeString:
    """The text, untouched, with the words that carried the proposal marked; stronger marks win."""
    marks: list[tuple[int, int, str, str]] = []
    taken = [False] * len(text)
    for reason in sorted(reasons, key=lambda one: (-_STRENGTH.get(one["kind"], 0), -len(one["quote"]))):
        kind = str(reason["kind"]).replace("hint", "keyword").replace("model", "keyword")
        for start in _places_of(text, str(reason["quote"])):
            end = start + len(reason["quote"])
            if any(taken[start:end]):
                continue
            taken[start:end] = [True] * (end - start)
            marks.append((start, end, kind, points_to(kind, str(reason["points_to"]), book, english)))
    parts, last = [], 0
    for start, end, kind, what in sorted(marks):
        parts.append(escape(text[last:start]))
        parts.append(
            format_html('<mark class="carries carries--{}" title="{}">{}</mark>', kind, what, text[start:end])
        )
        last = end
    parts.append(escape(text[last:]))
    return mark_safe("".join(parts))  # each part is escaped above


def _places_of(text: str, quote: str) -> Iterable[int]:
    if not quote:
        return
    start = text.find(quote)
    while start >= 0:
        yield start
        start = text.find(quote, start + len(quote))


def row_words(book: Book, table: str, code: str, english: bool) -> str:
    """The name of a row of one of the city's tables in the reader's language; the code when it is gone."""
    row = next(iter(book.by_code(table).get(code, ())), None)
    if row is None:
        return code
    return str(row.name_en if english and row.name_en else row.name)
