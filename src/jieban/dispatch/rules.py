"""The pure rules of dispatch (Ordinance Art. 11 ¶2, 12): category × place × level → one unit.

``propose`` takes a reading and the book and gives a proposal with its chain of reasons; whether the
ticket goes out by itself or before a person is part of the proposal.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from jieban.city.book import Book, MissingRule
from jieban.city.catalogue import resolve, rows_for
from jieban.city.clock import local_day as local_day  # here for those who ask dispatch for it
from jieban.city.rows import CatalogueRow, Unit
from jieban.reading.result import PlaceFound, Reading, Reason
from jieban.tickets.limits import more_urgent as more_urgent
from jieban.tickets.limits import tier_for

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
    """What dispatch proposes. ``queue`` is empty when the best candidate may be sent without a person."""

    candidates: tuple[Candidate, ...]
    queue: str
    why_queue: str
    reasons: tuple[Reason, ...]
    tier: str

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
        }


def propose(reading: Reading, book: Book, on: date, *, channel: str = "", surge: str = "") -> Proposal:
    """The units that the catalogue names for this reading on a day, best first, and whether to send.

    Several guesses at the matter may lead to one unit: how sure the unit is, is the sum of them.
    ``channel`` may choose the limit (Art. 13); ``surge`` is the topic that fills the lines, if it is one.
    """
    candidates: dict[str, Candidate] = {}
    for guess in reading.categories:
        found = candidate_for(book, guess.code, reading.place, on, guess.confidence)
        if found is None:
            continue
        same = candidates.get(found.unit)
        candidates[found.unit] = (
            replace(same, confidence=round(min(1.0, same.confidence + found.confidence), 4))
            if same
            else found
        )
    ordered = tuple(sorted(candidates.values(), key=lambda one: -one.confidence)[:4])
    tier = tier_for(
        book,
        on,
        ordered[0].tier if ordered else "",
        alarm_tier=reading.tier,
        demand_type=reading.demand_type,
        category=ordered[0].category if ordered else reading.category,
        channel=channel,
    )
    queue, why = _queue(reading, ordered, book, on)
    if surge and why == "unsure":
        queue, why = SURGE_QUEUE, "surge"
    return Proposal(ordered, queue, why, reading.reasons, tier)


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


def _queue(reading: Reading, candidates: tuple[Candidate, ...], book: Book, on: date) -> tuple[str, str]:
    """Which queue must see the request first, and why; two empty texts when it may go out by itself."""
    if reading.danger:
        return DANGER_QUEUE, "danger"
    if reading.place is None and not candidate_for(book, reading.category, None, on):
        return PLACE_QUEUE, "no_place"
    if not candidates:
        return DISPATCH_QUEUE, "no_row"
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
