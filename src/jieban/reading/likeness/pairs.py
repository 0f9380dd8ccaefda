"""How likely a request is about the same matter as an earlier one nearby: one small linear model. Pure.

The product and ``bench/duplicates.py`` share this code. What is compared are plain values known when the
later request came: distance, time between, address, street, house, matter, channel, whether the earlier one
was open, and where it stands among the other candidates. Weights are data: the ones shipped
(``pair_weights.csv``) or learned from what people accepted and declined.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import exp, hypot, log, log1p
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FAR = 400.0
"""Metres taken where one of the two has no position that can be trusted."""
_HOUSES_APART = 150
"""House numbers taken to lie apart where one is not known."""
_PLACE_METRES, _AROUND_METRES = 1.0, 150.0

FEATURES = (
    "metres", "same_spot", "within_30", "within_100", "minutes", "within_hour", "within_day", "within_week",
    "within_fortnight", "within_month", "same_address", "shares_street", "same_streets", "house_gap",
    "house_unknown", "open", "same_matter", "same_branch", "affinity", "same_channel", "same_zone",
    "position", "position_earlier", "candidates", "candidates_of_matter", "rank_metres", "rank_minutes",
    "older_here", "newer_here", "older_around", "newer_around", "words",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """What is compared of a request. ``day``: days since any fixed moment; ``x``, ``y``: metres.

    ``matter`` is the category, ``branch`` what it belongs to, ``zone`` the part of the city; ``closed`` is
    the day on which it was closed, None while it is open.
    """

    id: str
    day: float
    x: float | None = None
    y: float | None = None
    address: str = ""
    streets: frozenset[str] = frozenset()
    house: int | None = None
    matter: str = ""
    branch: str = ""
    channel: str = ""
    zone: str = ""
    closed: float | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """What of two cases does not hang on the other candidates."""

    metres: float
    days: float
    shares_street: bool
    same_matter: bool
    open: bool
    values: tuple[float, ...] = field(default=())


def metres_apart(one: Case, other: Case) -> float | None:
    """The distance in metres; None when one has no position."""
    if one.x is None or one.y is None or other.x is None or other.y is None:
        return None
    return hypot(one.x - other.x, one.y - other.y)


type Affinity = Mapping[tuple[str, str], float]
"""(matter of the later, matter of the earlier) -> how often such two were one, 0 to 1."""


def vectors(
    later: Case,
    earlier: Sequence[Case],
    *,
    affinity: Affinity | None = None,
    words: Sequence[float] | None = None,
) -> Floats:
    """One row of ``FEATURES`` for each earlier case. ``words``: how alike the words are, 0 where unknown."""
    if not earlier:
        return np.zeros((0, len(FEATURES)))
    pairs = [_pair(later, one, affinity or {}) for one in earlier]
    metres = np.array([log1p(pair.metres) for pair in pairs])
    minutes = np.array([log(pair.days * 1440 + 1) for pair in pairs])
    of_matter = np.array([pair.same_matter for pair in pairs])
    days = np.array([one.day for one in earlier])
    opened = np.array([pair.open for pair in pairs])
    here = of_matter & (metres <= log1p(_PLACE_METRES))
    around = of_matter & opened & (metres <= log1p(_AROUND_METRES))
    others = np.column_stack(
        [
            np.full(len(pairs), log(len(pairs))),
            np.full(len(pairs), log1p(of_matter.sum())),
            np.log1p(_ranks(metres + 10 * ~of_matter)),
            np.log1p(_ranks(minutes + 20 * ~of_matter)),
            np.log1p(_before(days, days[here])),
            np.log1p(_after(days, days[here])),
            np.log1p(_before(days, days[around])),
            np.log1p(_after(days, days[around])),
            np.array(words if words is not None else np.zeros(len(pairs)), dtype=float),
        ]
    )
    return np.hstack([np.array([pair.values for pair in pairs], dtype=float), others])


def _ranks(values: Floats) -> Floats:
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks


def _before(days: Floats, others: Floats) -> Floats:
    """For each day how many of the others lie before it."""
    return np.searchsorted(np.sort(others), days, side="left").astype(float)


def _after(days: Floats, others: Floats) -> Floats:
    return len(others) - np.searchsorted(np.sort(others), days, side="right").astype(float)


def _pair(later: Case, one: Case, affinity: Affinity) -> Pair:
    known = metres_apart(later, one)
    metres = FAR if known is None else known
    days = max(0.0, later.day - one.day)
    shared = bool(later.streets & one.streets)
    same = bool(later.matter) and later.matter == one.matter
    opened = one.closed is None or one.closed > later.day
    gap = abs(later.house - one.house) if shared and later.house and one.house else None
    values = (
        log1p(metres),
        metres <= _PLACE_METRES,
        metres <= 30,
        metres <= 100,
        log(days * 1440 + 1),
        days < 1 / 24,
        days < 1,
        days < 7,
        days < 14,
        days < 30,
        bool(later.address) and later.address == one.address,
        shared,
        shared and later.streets == one.streets,
        log1p(min(gap, _HOUSES_APART) if gap is not None else _HOUSES_APART),
        gap is None,
        opened,
        same,
        bool(later.branch) and later.branch == one.branch,
        1.0 if same else affinity.get((later.matter, one.matter), 0.0),
        bool(later.channel) and later.channel == one.channel,
        bool(later.zone) and later.zone == one.zone,
        later.x is not None,
        one.x is not None,
    )
    return Pair(metres, days, shared, same, opened, tuple(float(value) for value in values))


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight for each feature, and the constant."""

    values: tuple[float, ...]
    constant: float

    def chances(self, rows: Floats) -> Floats:
        """For each row how likely the two are one matter, 0 to 1."""
        found: Floats = 1 / (1 + np.exp(-np.clip(rows @ np.array(self.values) + self.constant, -40, 40)))
        return found


@cache
def shipped() -> Weights:
    """The weights that come with Jieban. Raises ``ValueError`` when their file does not fit the code."""
    path = Path(__file__).parent / "pair_weights.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["feature"]: float(row["weight"]) for row in csv.DictReader(file)}
    if set(rows) != {*FEATURES, "constant"}:
        raise ValueError(f"{path.name} does not fit: {sorted(set(rows) ^ {*FEATURES, 'constant'})}")
    return Weights(tuple(rows[name] for name in FEATURES), rows["constant"])


def learned(rows: Floats, right: Sequence[bool], *, strength: float = 1.0) -> Weights:
    """Weights learned from pairs that were judged: logistic regression on standardised features.

    Deterministic. Raises ``ValueError`` without both kinds of pairs.
    """
    from sklearn.linear_model import LogisticRegression

    if len(set(right)) < 2:
        raise ValueError("both accepted and declined pairs are needed")
    middle, spread = rows.mean(axis=0), rows.std(axis=0)
    spread[spread < 1e-9] = 1
    model = LogisticRegression(C=strength, max_iter=2000).fit((rows - middle) / spread, list(right))
    values = model.coef_[0] / spread
    return Weights(tuple(map(float, values)), float(model.intercept_[0] - values @ middle))


def nudged(weights: Weights, rows: Floats, right: Sequence[bool], *, step: float = 0.1) -> Weights:
    """Weights moved a bounded step towards what people decided since: no weight by more than ``step``.

    One step of gradient descent on the logistic loss, pulled back to nothing where nothing was decided.
    """
    if not len(rows):
        return weights
    spread = np.maximum(np.abs(rows).max(axis=0), 1e-9)
    wrong = weights.chances(rows) - np.array(right, dtype=float)
    slope = (rows / spread).T @ wrong / len(rows)
    moved = np.array(weights.values) - np.clip(slope, -1, 1) * step / spread
    constant = weights.constant - float(np.clip(wrong.mean(), -1, 1)) * step
    return Weights(tuple(map(float, moved)), constant)


def affinities(pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """From the matters of pairs that were one: how often the later's matter went with another one's."""
    totals: dict[str, int] = {}
    counts: dict[tuple[str, str], int] = {}
    for later, earlier in pairs:
        totals[later] = totals.get(later, 0) + 1
        counts[later, earlier] = counts.get((later, earlier), 0) + 1
    return {pair: count / (totals[pair[0]] + 2) for pair, count in counts.items()}


def likely(chance: float) -> float:
    """The log-odds of a chance: what the weights sum up to."""
    held = min(max(chance, exp(-40)), 1 - 1e-12)
    return log(held / (1 - held))
