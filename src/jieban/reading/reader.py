"""Reading one request: the ways of understanding, in order, put together into one ``Reading``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from threading import Lock

from jieban.city.book import Book
from jieban.reading.category import CategoryFinder
from jieban.reading.demand_type import TypeFinder
from jieban.reading.place import PlaceFinder
from jieban.reading.result import Reading, Reason
from jieban.reading.secrets import Secret, find_secrets, mask
from jieban.reading.text import clean, fold
from jieban.reading.urgency import AlarmFinder, AlarmFound

_QUOTE = 40
"""Longest quote of the caller's words, in signs."""
_GUESSES = 5


class Reader:
    """Understands requests by the reference data of one city. Safe to share between threads."""

    def __init__(self, book: Book, cache: Path | None = None) -> None:
        """Builds all look-ups; the trained model is taken from folder ``cache`` or made and kept there."""
        self.book = book
        self._places = PlaceFinder(book)
        self._types = TypeFinder(frozenset(row.code for row in book.tables.get("demand_types", ())))
        self._alarms = AlarmFinder(book)
        self._categories = CategoryFinder(book, cache)
        self._tiers = [row.code for row in book.tables.get("limit_tiers", ())]

    def read(
        self, title: str, text: str, *, category_hint: str = "", address: str = "", on: date | None = None
    ) -> Reading:
        """What a request says.

        ``category_hint`` is the channel's own name for the matter, ``address`` its address field;
        ``on`` the city date whose alarms hold (without it: the alarms without an end). Never raises for
        any text.
        """
        title, text, address = clean(title), clean(text), clean(address)
        found = [find_secrets(part) for part in (title, text, address)]
        secrets = [secret for part in found for secret in part]
        title_shown, text_shown, address_shown = map(mask, (title, text, address), found)
        folded_title, folded_text = fold(title_shown), fold(text_shown)
        kind = self._types.find(folded_title, folded_text)
        alarms = [(alarm, title_shown) for alarm in self._alarms.find(folded_title, on)]
        alarms += [(alarm, text_shown) for alarm in self._alarms.find(folded_text, on)]
        place, places = self._places.find(
            (
                ("address", fold(address_shown), address_shown),
                ("title", folded_title, title_shown),
                ("text", folded_text, text_shown),
            )
        )
        matter = self._categories.find(folded_title, folded_text, clean(category_hint))
        tier, call = self._most_urgent(alarms)
        reasons = [Reason(kind="keyword", quote=quote, points_to=code) for quote, code in matter.keywords]
        reasons += [Reason(kind="hint", quote=quote, points_to=code) for quote, code in matter.hints]
        reasons += [Reason(kind="model", quote=quote, points_to=code) for quote, code in matter.likely]
        reasons += [Reason(kind="type", quote=text_shown[a:b], points_to=kind.code) for a, b in kind.cues]
        reasons += _alarm_reasons(alarms)
        reasons += [Reason(kind="place", quote=place.quote, points_to=place.code)] if place else []
        return Reading(
            demand_type=kind.code,
            category=matter.guesses[0].code if matter.guesses else "",
            confidence=matter.guesses[0].confidence if matter.guesses else 0.0,
            categories=matter.guesses[:_GUESSES],
            tier=tier,
            danger=bool(alarms) and self._is_first_tier(tier),
            call=call,
            place=place,
            places=places,
            title=title_shown,
            text=text_shown,
            address=address_shown,
            phones=_phones(secrets),
            secrets=tuple(dict.fromkeys(secret.kind for secret in secrets)),
            reasons=tuple(reasons),
        )

    def _most_urgent(self, alarms: list[tuple[AlarmFound, str]]) -> tuple[str, str]:
        """The first tier (in the order of limit_tiers.csv) that an alarm demands, and the number to call."""
        if not alarms:
            return "", ""
        order = {code: place for place, code in enumerate(self._tiers)}
        ranked = sorted(
            (found.alarm for found, _ in alarms),
            key=lambda alarm: (order.get(alarm.tier, 99), not alarm.call),
        )
        return ranked[0].tier, ranked[0].call

    def _is_first_tier(self, tier: str) -> bool:
        return not self._tiers or tier == self._tiers[0]


def _alarm_reasons(alarms: list[tuple[AlarmFound, str]]) -> list[Reason]:
    quoted = {}
    for found, shown in alarms:
        quoted.setdefault(shown[found.start : found.end][:_QUOTE], found.alarm.tier)
    return [Reason(kind="alarm", quote=quote, points_to=tier) for quote, tier in list(quoted.items())[:5]]


def _phones(secrets: list[Secret]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(secret.value for secret in secrets if secret.kind == "phone"))


_kept: dict[tuple[str, Path | None], Reader] = {}
_lock = Lock()
_MOST_KEPT = 4


def reader_for(book: Book, cache: Path | None = None) -> Reader:
    """The reader of a book, built once per process for each content of the book (its fingerprint)."""
    key = (book.fingerprint, cache)
    with _lock:
        if key not in _kept:
            while len(_kept) >= _MOST_KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[key] = Reader(book, cache)
        return _kept[key]
