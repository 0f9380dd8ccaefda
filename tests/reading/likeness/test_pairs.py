"""The small model of pairs: bounded, deterministic, learned from decisions, weights from data."""

from __future__ import annotations

import numpy as np
import pytest

from jieban.reading.likeness.heat import heat_of, spark_points
from jieban.reading.likeness.pairs import (
    FEATURES,
    Case,
    Weights,
    affinities,
    learned,
    nudged,
    shipped,
    vectors,
)


def case(name: str, day: float, x: float = 0.0, **more: object) -> Case:
    given = {"matter": "020101", "branch": "0201", "zone": "s", "streets": frozenset({"p"}), **more}
    return Case(name, day, x, 0.0, **given)  # type: ignore[arg-type]


def test_a_row_for_each_earlier_case_and_none_for_none() -> None:
    later = case("z", 10)
    assert vectors(later, []).shape == (0, len(FEATURES))
    rows = vectors(later, [case("a", 9), case("b", 1, 5000.0)], words=[0.5, 0.1])
    assert rows.shape == (2, len(FEATURES))
    assert np.isfinite(rows).all()
    assert rows[0, FEATURES.index("words")] == 0.5


def test_only_what_was_known_then_is_used() -> None:
    later = case("z", 10)
    column = FEATURES.index("open")
    assert vectors(later, [case("a", 9, closed=11.0)])[0, column] == 1
    assert vectors(later, [case("a", 9, closed=9.5)])[0, column] == 0


def test_shipped_weights_prefer_the_nearer_likelier_and_open_one() -> None:
    later = case("z", 10)
    near, far = case("a", 9.9), case("b", 9.9, 900.0, streets=frozenset({"q"}))
    other = case("c", 9.9, matter="050101", branch="0501")
    chances = shipped().chances(vectors(later, [near, far, other], words=[0.5, 0.5, 0.1]))
    assert chances[0] > chances[1]
    assert chances[0] > chances[2]
    assert ((chances >= 0) & (chances <= 1)).all()
    few, many = (shipped().chances(vectors(later, [near], words=[words]))[0] for words in (0.05, 0.6))
    assert few < 0.5 < many


def test_weights_are_learned_from_both_kinds_and_refused_from_one() -> None:
    later = case("z", 10)
    rows = np.vstack([vectors(later, [case("a", 9.9)]), vectors(later, [case("b", 2, 900.0)])] * 5)
    weights = learned(rows, [True, False] * 5)
    chances = weights.chances(rows[:2])
    assert chances[0] > 0.5 > chances[1]
    with pytest.raises(ValueError, match="both"):
        learned(rows, [True] * 10)


def test_a_nudge_is_bounded_and_goes_the_right_way() -> None:
    rows = vectors(case("z", 10), [case("a", 9.9)], words=[0.4])
    plain = Weights((0.0,) * len(FEATURES), 0.0)
    moved = nudged(plain, rows, [True], step=0.1)
    assert moved.chances(rows)[0] > plain.chances(rows)[0]
    assert max(abs(one) for one in moved.values) <= 0.1 / 1e-9
    assert nudged(plain, rows[:0], []) is plain


def test_affinity_counts_which_matters_go_together() -> None:
    kinds = affinities([("light", "grid"), ("light", "grid"), ("light", "light")])
    assert kinds["light", "grid"] == pytest.approx(2 / 5)


def test_heat_counts_a_person_once_and_fades() -> None:
    assert heat_of([0.0, 0.1, 0.2], [1, 1, 1]).people == 1
    assert heat_of([0.0], [1]).value > heat_of([14.0], [1]).value > 0
    assert heat_of([0.0] * 6 + [8.0] * 2, list(range(8))).trend == "up"
    assert heat_of([8.0] * 6, list(range(6))).trend == "down"
    assert heat_of([40.0], [None]).growth is None
    assert sum(heat_of([0.5, 3.5, 100.0], [1, 2, 3]).by_day) == 2
    assert len(spark_points(heat_of([0.5], [1]).by_day).split()) == 28
