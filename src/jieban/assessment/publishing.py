"""What of the month's rates is published: rows with enough answers, ranked; the others say so. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jieban.assessment.queries import Standing
from jieban.assessment.rules import Counts, Rates


@dataclass(frozen=True, slots=True)
class PublicRow:
    """One street as everybody may see it; ``shown`` False where too few answered to publish a rate."""

    unit: str
    place: int | None
    base: int
    shown: bool
    rates: Rates
    change: Decimal | None
    excluded_share: Decimal | None

    @property
    def fall(self) -> Decimal | None:
        """The change without its sign, to stand behind an arrow."""
        return None if self.change is None else abs(self.change)


def published(standings: Sequence[Standing], least: int) -> list[PublicRow]:
    """The rows in the order of publication: ranked ones first, then those with too few answers.

    ``least`` is the rule ``assessment.min_visits``. Equal composites share a place.
    """
    enough = [one for one in standings if one.rates.composite is not None and one.rates.base >= least]
    too_few = [one for one in standings if one not in enough]
    rows: list[PublicRow] = []
    for position, one in enumerate(enough, start=1):
        tied = bool(rows) and rows[-1].rates.composite == one.rates.composite
        rows.append(_row(one, rows[-1].place if tied else position, True, least))
    return [*rows, *(_row(one, None, False, least) for one in too_few)]


def _row(one: Standing, place: int | None, shown: bool, least: int) -> PublicRow:
    before = one.before.composite if one.before and one.before.base >= least else None
    change = (
        one.rates.composite - before
        if shown and one.rates.composite is not None and before is not None
        else None
    )
    return PublicRow(one.unit, place, one.rates.base, shown, one.rates, change, one.rates.excluded_share)


def total(standings: Iterable[Standing]) -> Counts:
    """The counts of all these units together."""
    whole = Counts()
    for one in standings:
        whole += one.counts
    return whole
