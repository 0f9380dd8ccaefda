"""The ruler (考评): three rates and a composite from counts of answers, under a dated scheme. Pure.

Only the requester's own answers and approved exclusions count (Ordinance Art. 23, 32). The weights
are the city's data; none is Beijing's own (they are not published).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal

from jieban.city.rows import Scheme

HUNDRED = Decimal(100)
PLACES = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Counts:
    """What the requesters of a unit's tickets answered in a month.

    ``due``: tickets whose limit fell in the month and that are closed; of these ``excluded`` by
    approval and ``unreached``; the rest answered.
    """

    due: int = 0
    excluded: int = 0
    unreached: int = 0
    contacted: int = 0
    solved: int = 0
    partly: int = 0
    satisfied: int = 0
    basic: int = 0
    overdue: int = 0

    @property
    def answered(self) -> int:
        """Tickets whose requester answered and that are not excluded: the base of the rates."""
        return self.due - self.excluded - self.unreached

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Counts)))


@dataclass(frozen=True, slots=True)
class Rates:
    """Percentages with two decimals; None where nobody answered."""

    response: Decimal | None
    resolution: Decimal | None
    satisfaction: Decimal | None
    composite: Decimal | None
    excluded_share: Decimal | None
    base: int


def rates(counts: Counts, scheme: Scheme) -> Rates:
    """The three rates (三率) of these counts under the scheme.

    With ``unreachable = unsolved`` those not reached stay in the base as unanswered; with ``exclude``
    they leave it. ``basic_satisfied`` and ``partly_solved`` weigh the middle answers (0 to 1).
    """
    base = counts.answered + (counts.unreached if scheme.unreachable == "unsolved" else 0)
    excluded = _percent(Decimal(counts.excluded), counts.due)
    if base == 0:
        return Rates(None, None, None, None, excluded, 0)
    response = Decimal(counts.contacted)
    resolution = counts.solved + scheme.partly_solved * counts.partly
    satisfaction = counts.satisfied + scheme.basic_satisfied * counts.basic
    composite = (
        scheme.weight_response * response
        + scheme.weight_resolution * resolution
        + scheme.weight_satisfaction * satisfaction
    ) / (HUNDRED * base)
    return Rates(
        _percent(response, base),
        _percent(resolution, base),
        _percent(satisfaction, base),
        (composite * HUNDRED).quantize(PLACES, ROUND_HALF_UP),
        excluded,
        base,
    )


def _percent(part: Decimal, whole: int) -> Decimal | None:
    if whole == 0:
        return None
    return (part * HUNDRED / whole).quantize(PLACES, ROUND_HALF_UP)
