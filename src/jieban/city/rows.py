"""The rows of a pack: each class is a table of reference data and its columns.

The row classes *are* the schema of a pack: ``docs/city-pack.md`` describes the same columns in words, and
a test keeps the two together. The tables of the law of a ticket stand in ``law.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ASSISTING_KINDS = ("community", "office", "property")
"""Kinds of unit that help and never lead: communities (Art. 17), offices and companies of a street."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every row of a pack carries: its period, its source and its standing.

    In force from ``valid_from`` up to but not including ``valid_to`` (city time);
    ``status`` is ``official``, ``practice`` or ``demonstration``.
    """

    valid_from: date
    valid_to: date | None = None
    source: str = ""
    status: str = "demonstration"

    def in_force(self, on: date) -> bool:
        """Whether the row holds on the day ``on`` (city time)."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Row):
    """A division of the city (行政区划): city, district, street or community."""

    code: str
    parent: str = ""
    level: str
    name: str
    name_en: str = ""
    lon: float | None = None
    lat: float | None = None
    population: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceName(Row):
    """Another name by which people find a place: an estate, a road, a former name."""

    name: str
    place: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Row):
    """A line of business (条), such as housing or water, that runs through the levels."""

    code: str
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit(Row):
    """A body that can hold a ticket (承办单位) or lead those that do."""

    code: str
    name: str
    name_en: str = ""
    kind: str
    parent: str = ""
    place: str = ""
    line: str = ""
    calendar: str = "working"

    @property
    def can_lead(self) -> bool:
        """Communities may assist but never lead (Ordinance Art. 17)."""
        return self.kind not in (*ASSISTING_KINDS, "hotline", "city_government")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar(Row):
    """The hours in which a unit works: ``hours`` as spans ``09:00-12:00``, ``weekdays`` as digits 1-7."""

    code: str
    name: str
    name_en: str = ""
    hours: tuple[str, ...]
    weekdays: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay(Row):
    """A day on which a calendar differs from its weekly pattern: ``kind`` is ``off`` or ``work``."""

    calendar: str
    day: date
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandType(Row):
    """A type of demand (诉求类型), Ordinance Art. 2."""

    code: str
    name: str
    name_en: str = ""
    statutory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Row):
    """A mark on categories, such as one of the seven haves and five qualities (七有五性)."""

    code: str
    name: str
    name_en: str = ""
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Category(Row):
    """What a demand is about (问题分类): three levels, codes of 2, 4 and 6 digits."""

    code: str
    parent: str = ""
    level: int
    name: str
    name_en: str = ""
    keywords: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRow(Row):
    """One row of the dispatch catalogue (派单目录), Ordinance Art. 11, 12."""

    code: str
    category: str
    place_level: str
    lead: str
    assist: tuple[str, ...] = ()
    tier: str
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTier(Row):
    """A tier of time limits (办理时限), Ordinance Art. 13; the numbers are the city's, not the law's."""

    code: str
    name: str
    name_en: str = ""
    amount: int
    unit: str
    calendar: str
    sign_in_hours: Decimal
    first_contact_hours: Decimal
    warn_hours: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Row):
    """How a request ends that is not sent to a unit: direct answer or a branch of Art. 11 ¶3."""

    code: str
    name: str
    name_en: str = ""
    explanation: str = ""
    explanation_en: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion(Row):
    """A reason for leaving a ticket out of the rates (剔除) or on the ledger (挂账).

    ``needs``: what an application must have besides words: ``platform`` (its name), ``contacts`` (the
    requester refused, on record), ``date`` (of the ledger), ``evidence`` (a file), ``second`` (two
    persons decide).
    """

    code: str
    name: str
    name_en: str = ""
    group: str = ""
    days: int | None = None
    basis: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme(Row):
    """An evaluation scheme (考评办法): weights of the three rates, values of the middle answers."""

    code: str
    name: str
    name_en: str = ""
    weight_response: Decimal
    weight_resolution: Decimal
    weight_satisfaction: Decimal
    basic_satisfied: Decimal
    partly_solved: Decimal
    unreachable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm(Row):
    """Words that always raise the urgency; ``call`` is the number to hand over to, or empty."""

    phrase: str
    name: str
    tier: str
    call: str = ""
    reason: str = ""
    reason_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Row):
    """A single number that the city may change."""

    code: str
    value: Decimal
    unit: str = ""
    name: str = ""
    name_en: str = ""


def community_unit(place: Place) -> Unit:
    """The unit that a community is by law: it may assist, never lead (Ordinance Art. 17)."""
    return Unit(
        code=place.code,
        name=place.name,
        name_en=place.name_en,
        kind="community",
        parent=place.parent,
        place=place.code,
        calendar="working",
        valid_from=place.valid_from,
        valid_to=place.valid_to,
        source=place.source,
        status=place.status,
    )
