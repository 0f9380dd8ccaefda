"""Reading one request: the ways of understanding, in order, put together into one ``Reading``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from threading import Lock

from jieban.city.book import Book
from jieban.city.rows import Alarm
from jieban.reading.features import Floats, Ints
from jieban.reading.matter.category import CategoryFinder, Matter
from jieban.reading.matter.modelfile import model_for, own_version
from jieban.reading.matter.samples import Sample
from jieban.reading.matter.scoring import counted
from jieban.reading.matter.tree import TreeWords
from jieban.reading.matter.version import version_of
from jieban.reading.place.finder import PlaceFinder
from jieban.reading.privacy.secrets import find_secrets, mask
from jieban.reading.result import Part, Reading, Reason, Risk
from jieban.reading.signs.danger import DangerSigns, cold_danger, danger_columns
from jieban.reading.signs.demand_type import Cues, TypeFinder
from jieban.reading.signs.risk import RiskFinder
from jieban.reading.signs.splitting import About, changed, stretches
from jieban.reading.signs.urgency import LETTER, AlarmFinder
from jieban.reading.text import clean, fold

HEAD, TAIL = 1000, 300
"""Signs of a text by which matter and type are judged; alarms and secrets are sought in all of it."""
_QUOTE = 40
"""Longest quote of the caller's words, in signs."""
_GUESSES = 5
_ALARM_REASONS = 5
_BRANCH = 2
"""Signs of a category's code that name its first level."""


class Reader:
    """Understands requests by the reference data of one city. Safe to share between threads.

    ``tree``, ``model``, ``types`` and ``signs`` are what it decides by, for those who explain it (``why``).
    """

    def __init__(self, book: Book, cache: Path | None = None, samples: list[Sample] | None = None) -> None:
        """Builds all look-ups; the trained model is taken from folder ``cache``, or made and kept there.

        ``cache`` is by default ``models`` in Jieban's home. With ``samples`` the model is made of those
        and not kept.
        """
        self.book = book
        types = [row.code for row in book.tables.get("demand_types", ())]
        self._tiers = [row.code for row in book.tables.get("limit_tiers", ())]
        self.tree = TreeWords(book)
        self.model = model_for(book, self.tree, types, cache, samples)
        self.version = version_of(self.model)
        self._places = PlaceFinder(book)
        self.types = TypeFinder(types)
        self._alarms = AlarmFinder(book)
        self._risks = RiskFinder(book)
        self.signs = DangerSigns(book)
        self._categories = CategoryFinder(book, self.tree, self.model)

    def read(
        self, title: str, text: str, *, category_hint: str = "", address: str = "", on: date | None = None
    ) -> Reading:
        """What a request says.

        ``category_hint`` is the channel's own name for the matter, ``address`` its address field;
        ``on`` the city date whose alarms hold (without it: the alarms without an end). Takes any text.
        """
        asked = tuple(clean(part) for part in (title, text, address))
        plain = [fold(part) for part in asked]
        found = [find_secrets(part, same) for part, same in zip(asked, plain, strict=True)]
        shown = tuple(mask(part, secrets) for part, secrets in zip(asked, found, strict=True))
        folded = tuple(fold(shown[n]) if secrets else plain[n] for n, secrets in enumerate(found))
        head = head_of(folded[0], folded[1])
        ids, counts = counted(*head)
        scores = self.model.scores(ids, counts)
        matter = self._categories.find(*head, clean(category_hint), ids, scores)
        cues = self.types.cues(*head)
        told, said = self.types.told(*head)
        kind = told or self._kind(cues, scores)
        alarms = self._heard(shown[:2], folded[:2], on)
        danger, near = self._danger(head, ids, scores, alarms)
        tier, call = self._most_urgent(alarms, danger, near)
        risks = self._at_risk(shown[:2], folded[:2], on)
        tier = self._soonest([tier, *(risk.tier for risk in risks)])
        place, places, unknown = self._places.understand(
            [(field, folded[n], shown[n]) for field, n in (("address", 2), ("title", 0), ("text", 1))]
        )
        reasons = _matter_reasons(matter, clean(category_hint), scores is not None)
        if kind in self.types.types:
            quotes = dict.fromkeys([said, *cues.phrases[self.types.types.index(kind)]])
            reasons += [Reason("type", quote, kind) for quote in quotes if quote]
        reasons += [
            Reason("alarm", quote[:_QUOTE], alarm.tier) for alarm, quote in _fullest(alarms)[:_ALARM_REASONS]
        ]
        if danger and not alarms:
            reasons.append(Reason("alarm", near.phrase if near else "", tier))
        if place:
            reasons.append(Reason("place", place.quote, place.code))
        secrets = [secret for part in found for secret in part]
        return Reading(
            demand_type=kind,
            category=matter.guesses[0].code if matter.guesses else "",
            confidence=matter.guesses[0].confidence if matter.guesses else 0.0,
            categories=matter.guesses[:_GUESSES],
            tier=tier,
            danger=danger,
            call=call,
            place=place,
            places=places,
            title=shown[0],
            text=shown[1],
            address=shown[2],
            phones=tuple(dict.fromkeys(secret.value for secret in secrets if secret.kind == "phone")),
            secrets=tuple(dict.fromkeys(secret.kind for secret in secrets)),
            reasons=tuple(reasons),
            unknown_place=unknown,
            model=self.version,
            risks=risks,
            parts=self._parts(shown[1], folded[1]),
        )

    def _kind(self, cues: Cues, scores: Floats | None) -> str:
        if scores is None or self.model.settled.kind is None:
            return self.types.by_cues(cues)
        return self.model.kind(cues.scores, scores)

    def _heard(
        self, shown: tuple[str, ...], folded: tuple[str, ...], on: date | None
    ) -> list[tuple[Alarm, str]]:
        """The alarms in title and text with the caller's own words, each phrase once."""
        heard: dict[str, tuple[Alarm, str]] = {}
        for words, plain in zip(shown, folded, strict=True):
            for found in self._alarms.find(plain, on):
                heard.setdefault(found.alarm.phrase, (found.alarm, words[found.start : found.end]))
        return list(heard.values())

    def _at_risk(self, shown: tuple[str, ...], folded: tuple[str, ...], on: date | None) -> tuple[Risk, ...]:
        """The people at risk in title and text, each group once."""
        found: dict[str, Risk] = {}
        for words, plain in zip(shown, folded, strict=True):
            for risk in self._risks.find(plain, words, on):
                found.setdefault(risk.code, risk)
        return tuple(found.values())

    def _soonest(self, tiers: list[str]) -> str:
        """The most urgent of some tiers, in the order of limit_tiers.csv; empty ones say nothing."""
        order = {code: place for place, code in enumerate(self._tiers)}
        return min((tier for tier in tiers if tier), key=lambda tier: order.get(tier, len(order)), default="")

    def _parts(self, shown: str, folded: str) -> tuple[Part, ...]:
        """The matters of a message that says it has several, where its parts are of different branches."""
        found = stretches(folded)
        return changed(shown, found, [self._about(folded[start:end]) for start, end in found])

    def _about(self, folded: str) -> About:
        ids, counts = counted("", folded)
        guesses = self._categories.find("", folded, "", ids, self.model.scores(ids, counts)).guesses
        sure: dict[str, float] = {}
        for guess in guesses:
            sure[guess.code[:_BRANCH]] = sure.get(guess.code[:_BRANCH], 0.0) + guess.confidence
        branch = max(sure, key=lambda code: sure[code], default="")
        return About(branch, sure.get(branch, 0.0))

    def _danger(
        self, head: tuple[str, str], ids: Ints, scores: Floats | None, alarms: list[tuple[Alarm, str]]
    ) -> tuple[bool, Alarm | None]:
        """Whether life may be at risk, and where no alarm says so the one that the words come near to."""
        if any(alarm.tier == next(iter(self._tiers), alarm.tier) for alarm, _ in alarms):
            return True, None
        if len(head[1]) > LETTER and not cold_danger(*self.signs.measure(head[0], head[1][:LETTER])):
            return False, None  # who writes a letter tells of many things; who is in danger begins with it
        harm, now = self.signs.measure(*head)
        if scores is None or self.model.settled.danger is None:
            danger = cold_danger(harm, now)
        else:
            danger = self.model.danger(danger_columns(float(scores[-1]), harm, now))
        return danger, self.signs.nearest(ids) if danger else None

    def _most_urgent(
        self, alarms: list[tuple[Alarm, str]], danger: bool, near: Alarm | None
    ) -> tuple[str, str]:
        """The most urgent tier that is demanded (in the order of limit_tiers.csv), and the number to call."""
        order = {code: place for place, code in enumerate(self._tiers)}
        ranked = sorted((order.get(alarm.tier, len(order)), not alarm.call, alarm.tier, alarm.call)
                        for alarm, _ in alarms)  # fmt: skip
        tier, call = ranked[0][2:] if ranked else ("", "")
        if danger and self._tiers:
            tier = self._tiers[0]
        return tier, call or (near.call if danger and near else "")


def head_of(title: str, text: str) -> tuple[str, str]:
    """The part of a folded title and text by which matter and type are judged."""
    return title[:HEAD], _head(text)


def _head(text: str) -> str:
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"


def _fullest(alarms: list[tuple[Alarm, str]]) -> list[tuple[Alarm, str]]:
    """The alarms told: without those whose words are a part of another's words, and each wording once."""
    told = {quote: alarm for alarm, quote in reversed(alarms)}
    return [
        (alarm, quote)
        for quote, alarm in reversed(told.items())
        if not any(quote != other and quote in other for other in told)
    ]


def _matter_reasons(matter: Matter, hint: str, learned: bool) -> list[Reason]:
    """Why this category: the channel's name for it, the words of the tree, else the likeness to samples."""
    if not matter.guesses:
        return []
    code = matter.guesses[0].code
    reasons = [Reason("hint", hint[:_QUOTE], matter.hinted)] if matter.hinted else []
    reasons += [Reason("keyword", word, code) for word in matter.keywords]
    if learned:
        reasons.append(Reason("model", f"{matter.guesses[0].confidence:.2f}", code))
    return reasons


def reader_at_hand(book: Book, cache: Path | None = None) -> Reader | None:
    """The reader of a book if this process has built it, else None: for a page that does not wait for it."""
    return _kept.get(_key(book, cache))


_kept: dict[tuple[str, Path | None, str], Reader] = {}
_lock = Lock()
_MOST_KEPT = 4


def reader_for(book: Book, cache: Path | None = None) -> Reader:
    """The reader of a book, built once per process for each content of the book and each own model."""
    key = _key(book, cache)
    with _lock:
        if key not in _kept:
            while len(_kept) >= _MOST_KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[key] = Reader(book, cache)
        return _kept[key]


def _key(book: Book, cache: Path | None) -> tuple[str, Path | None, str]:
    """A model that is put to use, or taken back, is another reader from the next request on."""
    return book.fingerprint, cache, own_version(book) if cache is None else ""
