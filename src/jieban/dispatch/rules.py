"""The pure rules of dispatch (Ordinance Art. 11 ¶2, 12): category × place × level → one unit.

``propose`` takes a reading and the book and gives a proposal with its chain of reasons; whether the
ticket goes out by itself or before a person is part of the proposal.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from jieban.city.book import Book, MissingRule
from jieban.city.catalogue import resolve, rows_for
from jieban.city.clock import local_day as local_day  # here for those who ask dispatch for it
from jieban.city.rows import CatalogueRow, Unit
from jieban.dispatch.ranker.effects import (
    Effect,
    History,
    Weights,
    effects_of,
    likely_units,
    moved,
    place_key,
    weights_of,
)
from jieban.dispatch.ranker.gathering import (
    NOBODY,
    Gathered,
    duties_named,
    duty_for,
    gather,
    measures,
    where_of,
)
from jieban.dispatch.ranker.ranking import confidences, shares_of, threshold_for
from jieban.reading.result import PlaceFound, Reading, Reason
from jieban.tickets.limits import more_urgent as more_urgent
from jieban.tickets.limits import tier_for

if TYPE_CHECKING:
    from jieban.dispatch.ranker.learned import Learned

DISPATCH_QUEUE = "dispatch"  # a dispatcher decides
PLACE_QUEUE = "place"  # somebody asks the requester where it is
DANGER_QUEUE = "danger"  # life may be at risk: a person looks first
HANDOVER_QUEUE = "handover"  # an emergency line was told and has not acknowledged yet
RETURNED_QUEUE = "returned"  # a unit's objection was accepted
CONSULT_QUEUE = "consult"  # units are asked for their opinion; nobody need act until they have given it
SURGE_QUEUE = "surge"  # one of very many of one topic: those who know it decide

QUEUES = (HANDOVER_QUEUE, DANGER_QUEUE, RETURNED_QUEUE, SURGE_QUEUE, DISPATCH_QUEUE, PLACE_QUEUE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that could lead, by which catalogue row, with the time limit that the row gives.

    ``industry``: the department of the industry that acts beside the territory (双派), or empty.
    """

    unit: str
    category: str
    row: str
    tier: str
    basis: str
    assist: tuple[str, ...]
    copied_to: tuple[str, ...]
    confidence: float
    industry: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What dispatch proposes. ``queue`` is empty when the best candidate may be sent without a person.

    ``learned``: what was learned since the catalogue was written that moved a candidate (学习影响);
    ``needed``: the confidence from which it would go out by itself, None where the fixed rule decides.
    """

    candidates: tuple[Candidate, ...]
    queue: str
    why_queue: str
    reasons: tuple[Reason, ...]
    tier: str
    learned: tuple[Effect, ...] = ()
    needed: float | None = None

    @property
    def best(self) -> Candidate | None:
        """The unit proposed, or None when the catalogue names none."""
        return self.candidates[0] if self.candidates else None

    def as_json(self) -> dict[str, Any]:
        """The proposal as it is stored with the ticket."""
        return {
            "candidates": [asdict(candidate) for candidate in self.candidates],
            "queue": self.queue,
            "why_queue": self.why_queue,
            "reasons": [asdict(reason) for reason in self.reasons],
            "tier": self.tier,
            "learned": [asdict(effect) for effect in self.learned],
            "needed": self.needed,
        }


NO_HISTORY: History = {}


def propose(
    reading: Reading,
    book: Book,
    on: date,
    *,
    channel: str = "",
    surge: str = "",
    learned: Learned | None = None,
    history: History = NO_HISTORY,
) -> Proposal:
    """The units for this reading on a day, best first, and whether to send without a person.

    Without ``learned`` the catalogue decides: several guesses at the matter may lead to one unit, and how
    sure it is, is the sum of them. With it the candidates of catalogue, names, words and history are
    ranked by learned weights. ``history``: who took such matters there, and sent them back (``history_for``).
    ``channel`` may choose the limit (Art. 13); ``surge`` is the topic that fills the lines, if it is one.
    """
    past = _Past(book, on, reading, history)
    needed = None
    if learned is None:
        ordered = _by_rules(reading, book, on, past)
        asks = reading.place is None and not candidate_for(book, reading.category, None, on)
    else:
        ordered, asks = _by_learning(reading, book, on, learned, past)
        needed = _needed(reading, book, on, learned)
    queue, why = _queue(reading, ordered, book, on, asks=asks, needed=needed)
    tier = tier_for(
        book,
        on,
        ordered[0].tier if ordered else "",
        alarm_tier=reading.tier,
        demand_type=reading.demand_type,
        category=ordered[0].category if ordered else reading.category,
        channel=channel,
    )
    if surge and why == "unsure":
        queue, why = SURGE_QUEUE, "surge"
    effects = tuple(effect for one in ordered for effect in past.effects(one.unit, one.category))
    return Proposal(ordered, queue, why, _reasons(reading, ordered, book, on), tier, effects, needed)


@dataclass(frozen=True)
class _Past:
    """The history of a place, asked for each unit and category."""

    book: Book
    on: date
    reading: Reading
    history: History

    def effects(self, unit: str, category: str) -> tuple[Effect, ...]:
        pasts = self._pasts(category)
        return effects_of(unit, pasts, self._weights) if pasts else ()

    def change(self, unit: str, category: str) -> float:
        return sum(effect.change for effect in self.effects(unit, category))

    def likely(self) -> tuple[str, ...]:
        return likely_units(self._pasts(self.reading.category))

    def _pasts(self, category: str) -> Any:
        place = self.reading.place
        key = place_key(place.street, place.district) if place else ""
        return self.history.get((category[:4], key), {})

    @property
    def _weights(self) -> Weights:
        return weights_of(self.book, self.on)


def _by_rules(reading: Reading, book: Book, on: date, past: _Past) -> tuple[Candidate, ...]:
    """The order of the catalogue: belief in the matters that lead to a unit, moved by what was learned."""
    candidates: dict[str, Candidate] = {}
    duties = duties_named(book, reading, on)
    for guess in reading.categories:
        duty = duty_for(duties, guess.code)
        found = candidate_for(book, guess.code, reading.place, on, guess.confidence)
        if duty is not None:
            found = _by_duty(book, duty.lead, duty.basis, guess.code, reading, on, guess.confidence) or found
        if found is None:
            continue
        same = candidates.get(found.unit)
        candidates[found.unit] = (
            replace(same, confidence=round(min(1.0, same.confidence + found.confidence), 4))
            if same
            else found
        )
    moved_ones = [
        replace(one, confidence=moved(one.confidence, past.change(one.unit, one.category)))
        for one in candidates.values()
    ]
    return tuple(sorted(moved_ones, key=lambda one: -one.confidence)[:MOST_CANDIDATES])


MOST_CANDIDATES = 4


def _by_learning(
    reading: Reading, book: Book, on: date, learned: Learned, past: _Past
) -> tuple[tuple[Candidate, ...], bool]:
    """The candidates by learned weights; and whether asking where it is comes before all of them."""
    sounds = learned.leads.scores(reading.title, reading.text) if learned.leads else None
    gathered = gather(reading, book, on, sounds, past.likely())
    if not gathered:
        return (), False
    where = where_of(reading.place)
    effects = np.array([past.change(one.code, one.category) for one in gathered])
    shares = shares_of(measures(gathered, where, sounds), learned.settled.weights, effects)
    order = [int(number) for number in np.argsort(-shares, kind="stable")]
    sure = confidences(learned.settled, shares, reading.confidence, where.sure)
    ranked = [(gathered[number], each) for number, each in zip(order, sure, strict=True)]
    asks = ranked[0][0].code == NOBODY
    made = [
        _made(book, one, reading, on, each)
        for one, each in ranked
        if one.code != NOBODY and (one.share or not asks)  # where it is comes first: no guesses beside it
    ]
    return tuple(made[:MOST_CANDIDATES]), asks


def _made(book: Book, one: Gathered, reading: Reading, on: date, confidence: float) -> Candidate:
    """A gathered unit as a candidate; where no row names it, the limit is that of the matter's own row."""
    assert one.unit is not None
    where = where_of(reading.place)
    if one.row is not None and one.duty is None:
        made = _candidate(book, one.row, one.unit, one.category, None, where.code, on, confidence)
        return replace(made, confidence=round(confidence, 4))
    basis = one.duty.basis if one.duty else ""
    return _free(book, one.unit, one.category, where.level, on, basis, confidence)


def _by_duty(
    book: Book, lead: str, basis: str, category: str, reading: Reading, on: date, confidence: float
) -> Candidate | None:
    where = where_of(reading.place)
    unit = resolve(book, lead, where.code, on)
    if unit is None or not unit.can_lead:
        return None
    return _free(book, unit, category, where.level, on, basis, confidence)


def _free(
    book: Book, unit: Unit, category: str, level: str, on: date, basis: str, confidence: float
) -> Candidate:
    """A candidate that no row of the catalogue names; its limit is that of the matter, wherever it is."""
    rows = rows_for(book, category, level, on) or rows_for(book, category, "street", on)
    return Candidate(
        unit=unit.code,
        category=category,
        row="",
        tier=rows[0].tier if rows else _usual_tier(book, on),
        basis=basis,
        assist=(),
        copied_to=copies(book, unit),
        confidence=round(confidence, 4),
    )


def _usual_tier(book: Book, on: date) -> str:
    """The limit that most rows of the catalogue give; empty without a catalogue."""
    counts = Counter(row.tier for row in book.current("dispatch_catalogue", on))
    return max(counts, key=lambda code: counts[code]) if counts else ""


def _reasons(reading: Reading, ordered: tuple[Candidate, ...], book: Book, on: date) -> tuple[Reason, ...]:
    """The reasons of the reading, and the name in the words that chose the unit."""
    if not ordered or ordered[0].row:
        return reading.reasons
    duty = duty_for(duties_named(book, reading, on), ordered[0].category)
    if duty is None:
        return reading.reasons
    words = f"{reading.title}\n{reading.text}\n{reading.address}"
    phrase = next((phrase for phrase in duty.phrases if phrase in words), "")
    return (*reading.reasons, Reason("named", phrase, ordered[0].unit)) if phrase else reading.reasons


def _needed(reading: Reading, book: Book, on: date, learned: Learned) -> float | None:
    """The confidence from which a request of this category may go out alone; None without the rule."""
    try:
        precision = float(book.rule("dispatch.auto_precision", on))
    except MissingRule:
        return None
    return round(threshold_for(learned.settled.thresholds(precision), reading.category), 4)


def candidate_for(
    book: Book, category: str, place: PlaceFound | None, on: date, category_confidence: float = 1.0
) -> Candidate | None:
    """The unit that the catalogue names for one category at one place, or None when no row serves."""
    level = "street" if place and place.street else "district" if place and place.district else "city"
    where = (place.street or place.district) if place else ""
    for row in rows_for(book, category, level, on):
        unit = resolve(book, row.lead, where, on)
        if unit is not None and unit.can_lead:
            return _candidate(book, row, unit, category, place, where, on, category_confidence)
    return None


def _candidate(
    book: Book,
    row: CatalogueRow,
    unit: Unit,
    category: str,
    place: PlaceFound | None,
    where: str,
    on: date,
    category_confidence: float,
) -> Candidate:
    helping = [one for one in (resolve(book, selector, where, on) for selector in row.assist) if one]
    needs_place = row.lead.split(":")[0] in ("street", "district")
    sure = place.confidence if needs_place and place else 1.0
    return Candidate(
        unit=unit.code,
        category=category,
        row=row.code,
        tier=row.tier,
        basis=row.basis,
        assist=tuple(dict.fromkeys(one.code for one in helping if one.code != unit.code)),
        copied_to=copies(book, unit),
        confidence=round(category_confidence * sure, 4),
        industry=_industry(book, unit, helping, on),
    )


TERRITORIES = ("street", "district")
INDUSTRIES = ("district_department", "department", "service_department", "enterprise")


def _industry(book: Book, lead: Unit, helping: list[Unit], on: date) -> str:
    """The department that gets the ticket beside a territory (双派), where the city proposes that."""
    if lead.kind not in TERRITORIES or not switched_on(book, "dispatch.dual", on):
        return ""
    return next((one.code for one in helping if one.kind in INDUSTRIES), "")


def switched_on(book: Book, rule: str, on: date) -> bool:
    """Whether a rule that is a switch is on; one that the city does not have is off."""
    try:
        return bool(book.rule(rule, on))
    except MissingRule:
        return False


def copies(book: Book, unit: Unit) -> tuple[str, ...]:
    """A ticket sent straight to a street is copied to its district to urge it on (Art. 12)."""
    if unit.kind != "street":
        return ()
    return (unit.parent,) if unit.parent in book.units else ()


def _queue(
    reading: Reading,
    candidates: tuple[Candidate, ...],
    book: Book,
    on: date,
    *,
    asks: bool,
    needed: float | None,
) -> tuple[str, str]:
    """Which queue must see the request first, and why; two empty texts when it may go out by itself."""
    if reading.danger:
        return DANGER_QUEUE, "danger"
    if asks:
        return PLACE_QUEUE, "no_place"
    if not candidates:
        return DISPATCH_QUEUE, "no_row"
    if needed is not None:
        return ("", "") if candidates[0].confidence >= needed else (DISPATCH_QUEUE, "unsure")
    if candidates[0].confidence < float(book.rule("dispatch.auto_confidence", on)):
        return DISPATCH_QUEUE, "unsure"
    if len(candidates) > 1:
        lead = candidates[0].confidence - candidates[1].confidence
        if lead < float(book.rule("dispatch.min_margin", on)):
            return DISPATCH_QUEUE, "unsure"
    return "", ""


def place_at(book: Book, code: str, quote: str = "", confidence: float = 1.0) -> PlaceFound | None:
    """A place chosen by a person or a map, in the form that reading gives; None for an unknown code."""
    if code not in book.places:
        return None
    district, street = book.place_at(code, "district"), book.place_at(code, "street")
    return PlaceFound(
        code=code,
        level=book.places[code].level,
        district=district.code if district else "",
        street=street.code if street else "",
        quote=quote,
        confidence=confidence,
    )
