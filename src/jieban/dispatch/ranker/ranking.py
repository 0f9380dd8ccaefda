"""Ranking the units that could lead: learned weights, an honest confidence, and when to send alone.

Pure and deterministic. ``Settled`` is fitted on readings that were held out, whole styles of speaking at a
time (``dispatch.ranker.learning``); ``thresholds`` are computed from the same held-out confidences for the
precision that the city states (rule ``dispatch.auto_precision``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

Floats64 = npt.NDArray[np.float64]

CURVE_COLUMNS = ("one", "ahead", "matter", "place")
"""Of the confidence: 1, log-odds of the first share, log-odds of the matter, how sure the place is."""
MOST_SURE = 0.995
BOUND_Z = 1.2816
"""One-sided bound of 90 %: the true precision lies below the bound in one case of ten."""
FEWEST = 12
"""A category with fewer held-out cases takes the threshold of the category above it."""
NEVER = 1.01
"""A threshold that nothing reaches."""
PARENTS = (4, 2, 0)
"""Lengths of the codes that may have a threshold of their own; 0 is all matters together."""


@dataclass(frozen=True)
class HeldOut:
    """What was said of samples held out: category (of four digits), confidence, and whether it was right."""

    categories: tuple[str, ...]
    confidences: tuple[float, ...]
    right: tuple[bool, ...]


@dataclass(frozen=True)
class Settled:
    """The learned numbers: ``weights`` of the candidates' columns, ``curve`` of the confidence.

    ``held_out`` is the evidence behind the thresholds, ``shares`` the share of each category (two digits)
    in training, ``notes`` what a person wants to know: version, day, counts, figures.
    """

    weights: Floats64
    curve: Floats64
    held_out: HeldOut
    shares: Mapping[str, float]
    notes: Mapping[str, Any]
    memo: dict[float, dict[str, float]] = field(default_factory=dict, compare=False)

    def thresholds(self, precision: float) -> dict[str, float]:
        """The least confidence for sending alone, by category code; ``""`` is for all others."""
        if precision not in self.memo:
            self.memo[precision] = thresholds(self.held_out, precision)
        return self.memo[precision]


def shares_of(measures: Floats64, weights: Floats64, effects: Floats64 | None = None) -> Floats64:
    """The share of each candidate; they add up to one. ``effects``: what was learned since, in log-odds."""
    scores = measures @ weights
    if effects is not None:
        scores = scores + effects
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum(), dtype=np.float64)


def odds(share: float) -> float:
    """Log-odds of a share, bounded."""
    share = min(max(share, 1e-4), 1 - 1e-4)
    return log(share / (1 - share))


def curve_columns(first: float, matter: float, place: float) -> Floats64:
    """The row of ``CURVE_COLUMNS`` of one proposal."""
    return np.array([1.0, odds(first), odds(matter), place], dtype=np.float64)


def confidence_of(settled: Settled, first: float, matter: float, place: float) -> float:
    """How often a first candidate with this share is right (0 to ``MOST_SURE``)."""
    value = float(curve_columns(first, matter, place) @ settled.curve)
    return min(1 / (1 + exp(-max(min(value, 30.0), -30.0))), MOST_SURE)


def confidences(settled: Settled, shares: Floats64, matter: float, place: float) -> list[float]:
    """Confidence of the candidates in the order of their shares: the first by the curve, others the rest."""
    ordered = np.sort(shares)[::-1]
    first = float(ordered[0])
    sure = confidence_of(settled, first, matter, place)
    rest = (1 - sure) / max(1 - first, 1e-9)
    return [sure, *(min(float(share) * rest, sure) for share in ordered[1:])]


def lower_bound(right: int, count: int, z: float = BOUND_Z) -> float:
    """Wilson's lower bound of a share; 0 for nothing counted."""
    if not count:
        return 0.0
    share = right / count
    middle = share + z * z / (2 * count)
    margin = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (middle - margin) / (1 + z * z / count)


def upper_bound(right: int, count: int, z: float = BOUND_Z) -> float:
    """Wilson's upper bound of a share; 1 for nothing counted."""
    return 1.0 - lower_bound(count - right, count, z)


def thresholds(held_out: HeldOut, precision: float) -> dict[str, float]:
    """By category code (four, two digits or ``""``) the least confidence that keeps ``precision``.

    For all matters together it is the lowest one above which the lower bound of the precision keeps the
    stated one. A category of its own enough cases gets its own, lower one by the same rule; one that is
    plainly worse than stated at its parent's threshold gets a higher one, or none (``NEVER``).
    """
    grouped: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for code, sure, hit in zip(held_out.categories, held_out.confidences, held_out.right, strict=True):
        for length in PARENTS:
            grouped[code[:length]].append((sure, hit))
    found = {"": _lowest(grouped.get("", []), precision)}
    for code in sorted(grouped, key=lambda code: (len(code), code)):
        cases = grouped[code]
        if not code or len(cases) < FEWEST:
            continue
        parent = found[next(code[:length] for length in PARENTS[1:] if code[:length] in found
                            and length < len(code))]  # fmt: skip
        own = min(_lowest(cases, precision), parent)
        above = [hit for sure, hit in cases if sure >= own]
        if upper_bound(sum(above), len(above)) < precision or _plainly_worse(above, precision):
            own = _lowest(cases, precision, bounded=False, least=parent)
        if own != parent:
            found[code] = own
    return found


def _plainly_worse(hits: Sequence[bool], precision: float) -> bool:
    """Two mistakes or more, and fewer right than stated."""
    wrong = len(hits) - sum(hits)
    return wrong >= 2 and sum(hits) < precision * len(hits)


def _lowest(
    cases: Sequence[tuple[float, bool]], precision: float, *, bounded: bool = True, least: float = 0.0
) -> float:
    """The lowest confidence above which so many are right; ``NEVER`` where none is."""
    ordered = sorted(cases, key=lambda case: -case[0])
    best, right = NEVER, 0
    for count, (sure, hit) in enumerate(ordered, 1):
        right += hit
        last = count == len(ordered) or ordered[count][0] < sure
        kept = lower_bound(right, count) if bounded else right / count
        if last and kept >= precision and sure >= least:
            best = sure
    return best


def threshold_for(found: Mapping[str, float], category: str) -> float:
    """The threshold of a category: its own, else that of the one above it, else that of all."""
    for length in PARENTS:
        if category[:length] in found and len(category[:length]) == length:
            return found[category[:length]]
    return NEVER


def sound(weights: Floats64, curve: Floats64, columns: int) -> bool:
    """Whether learned numbers have the shape of this version and are finite."""
    return (
        weights.shape == (columns,)
        and curve.shape == (len(CURVE_COLUMNS),)
        and bool(np.isfinite(weights).all())
        and bool(np.isfinite(curve).all())
        and float(np.abs(weights).max(initial=0)) < 100
    )
