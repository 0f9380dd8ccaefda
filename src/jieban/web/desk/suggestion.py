"""What the dispatcher's desk proposes: units with their reasons, and searches for another choice. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Any

from jieban.city.book import Book, MissingRule
from jieban.city.clock import due_at, local_day
from jieban.city.rows import Category, Place, Unit
from jieban.dispatch.rules import INDUSTRIES, TERRITORIES, candidate_for, place_at
from jieban.tickets.limits import tier_of
from jieban.tickets.models import Ticket
from jieban.web.desk import words

MOST_FOUND = 8
MOST_OPTIONS = 4


@dataclass(frozen=True, slots=True)
class Option:
    """A unit that can be chosen with one key. ``confidence`` is None for a person's own choice."""

    key: int
    unit: str
    category: str
    confidence: float | None
    tier: str
    basis: str
    assist: tuple[str, ...]
    copied_to: tuple[str, ...]
    due: datetime
    industry: str = ""
    industries: tuple[str, ...] = ()

    @property
    def percent(self) -> int | None:
        """The confidence in whole percent."""
        return None if self.confidence is None else round(self.confidence * 100)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the dispatcher has changed before sending: matter and place; empty where nothing."""

    category: str = ""
    place: str = ""


def options(ticket: Ticket, chosen: Chosen, book: Book, now: datetime) -> list[Option]:
    """The units to choose from, the best first: by the dispatcher's own choice, then as proposed."""
    on = local_day(book, now)
    found: list[dict[str, Any]] = []
    if chosen.category or chosen.place:
        place = place_at(book, chosen.place or ticket.place_id or ticket.street or ticket.district)
        named = candidate_for(book, chosen.category or ticket.category_id or "", place, on)
        if named:
            own = {name: getattr(named, name) for name in _NAMES}
            found.append({**own, "confidence": None})
    found += ticket.proposal.get("candidates", [])
    kept: list[Option] = []
    for one in found:
        unit = book.units.get(one["unit"])
        again = any(option.unit == one["unit"] for option in kept)
        if unit is None or again or not unit.in_force(on) or unit.code in ticket.objected_by:
            continue
        kept.append(_option(len(kept) + 1, one, ticket, book, now))
    return kept[:MOST_OPTIONS]


def sending_words(ticket: Ticket, book: Book, on: date) -> str:
    """From which confidence the ticket would have gone out by itself; empty where nothing was proposed.

    The threshold that was kept with the proposal, else the city's rule of today.
    """
    if not ticket.proposal.get("candidates"):
        return ""
    kept = ticket.proposal.get("needed")
    if kept is not None:
        return words.sending_words(ceil(100 * float(kept)))
    try:
        least, margin = book.rule("dispatch.auto_confidence", on), book.rule("dispatch.min_margin", on)
    except MissingRule:
        return ""
    return words.sending_words(ceil(100 * float(least)), round(100 * float(margin)))


_NAMES = ("unit", "category", "tier", "basis", "assist", "copied_to", "confidence", "industry")


def _option(key: int, one: Mapping[str, Any], ticket: Ticket, book: Book, now: datetime) -> Option:
    on = local_day(book, now)
    tier = tier_of(ticket.row(), one["tier"], book, on, category=one["category"])
    return Option(
        key=key,
        unit=one["unit"],
        category=one["category"],
        confidence=one["confidence"],
        tier=tier,
        basis=one["basis"],
        assist=tuple(one["assist"]),
        copied_to=tuple(one["copied_to"]),
        due=due_at(now, book.dated("limit_tiers", tier, on), book),
        industry=one.get("industry", ""),
        industries=_industries(one, book),
    )


def _industries(one: Mapping[str, Any], book: Book) -> tuple[str, ...]:
    """The departments that may act beside a territory that leads (双派)."""
    lead = book.units.get(one["unit"])
    if lead is None or lead.kind not in TERRITORIES:
        return ()
    helping = (book.units.get(code) for code in one["assist"])
    return tuple(unit.code for unit in helping if unit and unit.kind in INDUSTRIES)


def find_units(book: Book, words: str, on: date, district: str = "") -> list[Unit]:
    """Units whose name holds all the words: those of the district first, then by how well they fit."""
    parts = words.casefold().split()
    if not parts:
        return []
    found = [
        unit
        for unit in book.units.values()
        if unit.can_lead and unit.in_force(on) and _holds(f"{unit.name} {unit.name_en}", parts)
    ]
    found.sort(key=lambda unit: (not _inside(book, unit, district), len(unit.name), unit.code))
    return found[:MOST_FOUND]


def _inside(book: Book, unit: Unit, district: str) -> bool:
    place = book.place_at(unit.place, "district")
    return bool(district and place and place.code == district)


def find_categories(book: Book, words: str, on: date) -> list[Category]:
    """Matters of the smallest level whose name, path or key words hold all the words."""
    parts = words.casefold().split()
    if not parts:
        return []
    found = []
    for row in book.categories.values():
        path = " ".join(f"{one.name} {one.name_en}" for one in book.category_path(row.code))
        if row.level == 3 and row.in_force(on) and _holds(f"{path} {' '.join(row.keywords)}", parts):
            found.append(row)
    found.sort(key=lambda row: (parts[0] not in f"{row.name} {row.name_en}".casefold(), row.code))
    return found[:MOST_FOUND]


def _holds(text: str, parts: list[str]) -> bool:
    folded = text.casefold()
    return all(part in folded for part in parts)


def known_place(book: Book, ticket: Ticket, chosen: Chosen) -> tuple[str, str]:
    """District and street as the desk shows them: the chosen ones, else those that were understood."""
    code = chosen.place or ticket.street or ticket.district
    district: Place | None = book.place_at(code, "district")
    street: Place | None = book.place_at(code, "street")
    return (district.code if district else ""), (street.code if street else "")
