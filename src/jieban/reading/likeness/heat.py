"""How hot an event is: how many people told of it, how lately, and whether they become more. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

HALF_LIFE = 7.0
"""Days after which a person's word counts half."""
VOTE = 0.3
"""Votes and urgings count by their root: a crowd that clicks is less than a crowd that calls."""
SPAN = 7
DAYS = 28


@dataclass(frozen=True, slots=True)
class Heat:
    """``value``: people weighed by how lately they spoke, and votes; ``growth``: this week's requests to last
    week's, 1.0 = as many; None where neither week had any. ``by_day``: requests a day, oldest first."""

    value: float
    people: int
    growth: float | None
    by_day: tuple[int, ...]

    @property
    def trend(self) -> str:
        """``up``, ``down`` or ``level``: what the arrow says."""
        if self.growth is None or 0.8 <= self.growth <= 1.25:
            return "level"
        return "up" if self.growth > 1.25 else "down"


def heat_of(ages: Sequence[float], people: Sequence[int | None], votes: int = 0) -> Heat:
    """The heat of an event now.

    ``ages``: how many days ago each request came; ``people``: who brought it, None for nobody known (each
    counts as a person of his own). A person counts once, by his latest word.
    """
    latest: dict[int, float] = {}
    for number, (age, who) in enumerate(zip(ages, people, strict=True)):
        one = who if who is not None else -1 - number
        latest[one] = min(latest.get(one, age), age)
    value = sum(0.5 ** (max(0.0, age) / HALF_LIFE) for age in latest.values()) + VOTE * sqrt(max(0, votes))
    by_day = [0] * DAYS
    for age in ages:
        if 0 <= age < DAYS:
            by_day[DAYS - 1 - int(age)] += 1
    now, before = sum(by_day[-SPAN:]), sum(by_day[-2 * SPAN : -SPAN])
    growth = None if not now and not before else (now / before if before else float(now + 1))
    return Heat(round(value, 3), len(latest), growth, tuple(by_day))


def spark_points(by_day: Sequence[int], width: int = 112, height: int = 24) -> str:
    """The points of a line over the days, for an SVG polyline; the baseline is 0."""
    most = max(1, *by_day) if by_day else 1
    step = width / max(1, len(by_day) - 1)
    return " ".join(
        f"{place * step:.1f},{height - 1 - (height - 2) * count / most:.1f}"
        for place, count in enumerate(by_day)
    )
