"""A proposal in words: the chain of reasons from the caller's own wording to the unit."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jieban.city.book import Book
from jieban.city.rows import LimitTier
from jieban.dispatch.ranker.effects import RETURNED, Effect
from jieban.dispatch.rules import Candidate, Proposal
from jieban.reading.result import Reading


def chain(reading: Reading, proposal: Proposal, book: Book, *, english: bool = False) -> list[str]:
    """The reasons as short sentences, first the words that carried the matter, last unit and limit."""
    steps = [
        _reason(reason.kind, reason.quote, reason.points_to, book, english) for reason in reading.reasons
    ]
    best = proposal.best
    if best:
        tier = book.by_code("limit_tiers")[proposal.tier or best.tier][0]
        words = (
            _("Catalogue row %(row)s: %(matter)s → %(unit)s, %(limit)s (%(basis)s)")
            if best.row
            else _("Not by a catalogue row: %(matter)s → %(unit)s, %(limit)s (%(basis)s)")
        )
        steps.append(
            words
            % {
                "row": best.row,
                "matter": matter_name(book, best.category, english),
                "unit": name_of(book, best.unit, english),
                "limit": limit_words(tier),
                "basis": best.basis or "—",
            }
        )
    steps += [effect_words(effect, book, english=english) for effect in proposal.learned]
    return [step for step in steps if step]


def _reason(kind: str, quote: str, code: str, book: Book, english: bool) -> str:
    values = {"quote": quote, "what": name_of(book, code, english)}
    if kind == "place":
        return _("“%(quote)s” → %(what)s") % {**values, "what": place_words(book, code, english)}
    if kind == "alarm":
        return _("“%(quote)s” raises the urgency") % values
    if kind == "model":
        return _("The wording as a whole resembles: %(what)s") % values
    if kind == "type":
        return _("“%(quote)s” → %(what)s") % {**values, "what": demand_type_name(book, code, english)}
    if kind == "named":
        return _("“%(quote)s” is the duty of %(what)s") % values
    return _("“%(quote)s” → %(what)s") % values


def effect_words(effect: Effect, book: Book, *, english: bool = False) -> str:
    """What was learned of a unit, as a sentence with the figures behind it."""
    values = {
        "unit": name_of(book, effect.unit, english),
        "n": effect.count,
        "total": effect.total,
        "since": effect.since,
    }
    if effect.kind == RETURNED:
        return (
            ngettext(
                "%(unit)s: returned %(n)s time since %(since)s for such matters here, so it ranks lower",
                "%(unit)s: returned %(n)s times since %(since)s for such matters here, so it ranks lower",
                effect.count,
            )
            % values
        )
    return (
        _("%(unit)s: took %(n)s of %(total)s such matters here since %(since)s, so it ranks higher") % values
    )


def name_of(book: Book, code: str, english: bool = False) -> str:
    """The name of a unit, category or place; the code itself only where nothing has it."""
    row: Any = book.units.get(code) or book.categories.get(code) or book.places.get(code)
    if row is None:
        return code
    return str(row.name_en if english and row.name_en else row.name)


def matter_name(book: Book, category: str, english: bool = False) -> str:
    """The category with those above it: ``公共服务 / 供暖 / 暖气不热``."""
    path = book.category_path(category)
    return " / ".join(str(one.name_en if english and one.name_en else one.name) for one in path)


def place_words(book: Book, code: str, english: bool = False) -> str:
    """The place with those that hold it, without the city: ``朝阳区双井街道``."""
    path = [place for place in book.place_path(code) if place.level != "city"] or book.place_path(code)
    if english:
        return ", ".join(place.name_en or place.name for place in reversed(path))
    return "".join(place.name for place in path)


def demand_type_name(book: Book, code: str, english: bool = False) -> str:
    """The name of a demand type."""
    rows = book.by_code("demand_types").get(code, ())
    if not rows:
        return code
    return str(rows[0].name_en if english and rows[0].name_en else rows[0].name)


def limit_words(tier: LimitTier) -> str:
    """A limit as people say it: ``24 小时``, ``7 天``."""
    if tier.unit == "hour":
        return ngettext("%(n)s hour", "%(n)s hours", tier.amount) % {"n": tier.amount}
    if tier.calendar != "always":
        return ngettext("%(n)s working day", "%(n)s working days", tier.amount) % {"n": tier.amount}
    return ngettext("%(n)s day", "%(n)s days", tier.amount) % {"n": tier.amount}


def as_json(reading: Reading, proposal: Proposal, book: Book) -> dict[str, Any]:
    """What ``jieban read --json`` prints for one text."""
    best = proposal.best
    place = reading.place
    return {
        "demand_type": reading.demand_type,
        "category": [one.name for one in book.category_path(reading.category)],
        "category_code": reading.category,
        "confidence": round(reading.confidence, 4),
        "urgency": proposal.tier,
        "danger": reading.danger,
        "call": reading.call,
        "place": _place_json(book, place.code) | {"quote": place.quote, "confidence": place.confidence}
        if place
        else None,
        "unit": _unit_json(book, best) if best else None,
        "queue": proposal.queue,
        "alternatives": [_unit_json(book, one) for one in proposal.candidates[1:]],
        "reasons": chain(reading, proposal, book),
        "secrets": list(reading.secrets),
        "text": reading.text,
    }


def _place_json(book: Book, code: str) -> dict[str, Any]:
    path = {place.level: place for place in book.place_path(code)}
    return {"code": code} | {
        level: path[level].name for level in ("district", "street", "community") if level in path
    }


def _unit_json(book: Book, candidate: Candidate) -> dict[str, Any]:
    return {
        "code": candidate.unit,
        "name": book.units[candidate.unit].name,
        "confidence": candidate.confidence,
        "catalogue_row": candidate.row,
        "tier": candidate.tier,
    }
