"""Which earlier case a duplicate is of: the links that staff wrote, ranked (``bench/duplicates.py``)."""

from __future__ import annotations

import math
import random
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from jieban.reading.likeness import pairs
from jieban.reading.likeness.pairs import Case

FOLDS, SEED = 5, 42
METRES, DAYS = 300.0, 90.0
STREET_METRES = 600.0
"""Cases on the same street are candidates as far as this, or at any distance without a position."""
_MANY_STREETS = 20
"""A position that so many streets share is where cases without one are put."""
BASE_METRES, BASE_DAYS = 50.0, 14.0
GOAL = {"r_at_1": 0.72, "r_at_5": 0.85}

type Link = tuple[Case, Case]


def measure(folder: Path, *, quick: bool = False, weights_to: Path | None = None) -> dict[str, Any] | None:
    """The figures on Boston's links, out of fold; None where the files are not there."""
    import pyarrow.parquet as parquet

    files = sorted(folder.glob("boston311_20*.parquet"))
    links_file = folder / "boston311_dup_links.parquet"
    if not files or not links_file.exists():
        return None
    rows = [row for path in files for row in parquet.read_table(path).to_pylist()]
    cases, plain = _cases(rows), _cases(rows, defaults=True)
    given = parquet.read_table(links_file).to_pylist()
    links, counts = _links(cases, given)
    links = links[:200] if quick else links
    near = _Near(cases)
    told = [(later, first, near.candidates(later)) for later, first in links]
    rows_of = [pairs.vectors(later, candidates) for later, _, candidates in told]
    found = _out_of_fold(told, rows_of, trees=not quick)
    if weights_to is not None:
        _ship(told, rows_of, weights_to)
    return {
        "set": " + ".join(path.stem for path in files),
        **counts,
        "count": len(links),
        "candidates_mean": round(float(np.mean([len(one) for *_, one in told])), 1),
        "recall_of_candidates": _share([first in one for _, first, one in told]),
        **found["linear"],
        **({"boosted_trees": found["trees"]} if "trees" in found else {}),
        "baseline": {**_baseline(links, plain), "what": "same type, 50 m, 14 days, the latest first"},
        "goal": GOAL,
    }


def _day(text: str | None) -> float | None:
    return datetime.fromisoformat(text).timestamp() / 86_400 if text else None


_NUMBER = re.compile(r"\d+")
_HOUSE = re.compile(r"^[\d\-a-z]*\d[\d\-a-z]*\s+")


def _cases(rows: Sequence[Mapping[str, Any]], *, defaults: bool = False) -> list[Case]:
    """The cases in the order in which they came. A position is used only while it is no default
    (or with ``defaults``, as the baseline does).

    Left out on purpose: what was written at the end (``closure_reason`` names the case), the last queue.
    """
    streets_at: dict[tuple[str, str], set[frozenset[str]]] = defaultdict(set)
    cases = []
    for row in sorted(rows, key=lambda row: (row["open_dt"], row["case_enquiry_id"])):
        address = (row["location"] or "").lower()
        number = _NUMBER.match(address)
        street = _HOUSE.sub("", (row["location_street_name"] or address).lower())
        street = street.replace("intersection of ", "").replace("intersection ", "")
        streets = frozenset(part.strip() for part in street.split("&") if part.strip())
        x, y = _metres(row["latitude"], row["longitude"])
        seen = streets_at[row["latitude"], row["longitude"]]
        seen.add(streets)
        if len(seen) >= _MANY_STREETS and not defaults:
            x = y = None
        cases.append(
            Case(
                row["case_enquiry_id"],
                _day(row["open_dt"]) or 0.0,
                x,
                y,
                address,
                streets,
                int(number[0]) if number and len(number[0]) < 7 else None,
                row["type"] or "",
                row["reason"] or "",
                row["source"] or "",
                row["neighborhood"] or "",
                _day(row["closed_dt"]),
            )
        )
    return cases


def _metres(latitude: str | None, longitude: str | None) -> tuple[float | None, float | None]:
    try:
        high, wide = float(latitude or ""), float(longitude or "")
    except ValueError:
        return None, None
    return wide * 111_195 * math.cos(math.radians(42.33)), high * 111_195


def _links(cases: Sequence[Case], given: Sequence[Mapping[str, str]]) -> tuple[list[Link], dict[str, int]]:
    """(later, earlier) of each link; a link told the other way round is no question that can be asked."""
    order = {case.id: place for place, case in enumerate(cases)}
    both = [one for one in given if one["dup_case"] in order and one["linked_case"] in order]
    asked = [one for one in both if order[one["linked_case"]] < order[one["dup_case"]]]
    counts = {"links": len(given), "both_in_file": len(both), "linked_is_later": len(both) - len(asked)}
    return [(cases[order[one["dup_case"]]], cases[order[one["linked_case"]]]) for one in asked], counts


class _Near:
    """Cases by place and street, to find those before a case in time and near it."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._squares: dict[tuple[int, int], list[Case]] = defaultdict(list)
        self._streets: dict[str, list[Case]] = defaultdict(list)
        for case in cases:
            if case.x is not None and case.y is not None:
                self._squares[int(case.x // METRES), int(case.y // METRES)].append(case)
            for street in case.streets:
                self._streets[street].append(case)

    def candidates(self, later: Case) -> list[Case]:
        """The earlier cases that are held against a later one, in the order in which they came."""
        found: dict[str, Case] = {}
        if later.x is not None and later.y is not None:
            wide, high = int(later.x // METRES), int(later.y // METRES)
            for square in ((wide + i, high + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
                for one in self._squares.get(square, ()):
                    if self._before(later, one) and (pairs.metres_apart(later, one) or 0) <= METRES:
                        found[one.id] = one
        for street in later.streets:
            for one in self._streets.get(street, ()):
                far = pairs.metres_apart(later, one)
                if self._before(later, one) and (far is None or far <= STREET_METRES):
                    found[one.id] = one
        return sorted(found.values(), key=lambda one: (one.day, one.id))

    @staticmethod
    def _before(later: Case, one: Case) -> bool:
        return (one.day, one.id) < (later.day, later.id) and later.day - one.day <= DAYS


type Told = tuple[Case, Case, list[Case]]


def _folds(told: Sequence[Told]) -> list[int]:
    """A fold for each link; cases that are linked with each other stay together. Seed 42."""
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        while parent.setdefault(one, one) != one:
            one = parent[one]
        return one

    for later, first, _ in told:
        parent[root(later.id)] = root(first.id)
    roots = sorted({root(later.id) for later, *_ in told})
    random.Random(SEED).shuffle(roots)
    fold = {one: number % FOLDS for number, one in enumerate(roots)}
    return [fold[root(later.id)] for later, *_ in told]


def _out_of_fold(told: Sequence[Told], rows_of: Sequence[Any], *, trees: bool) -> dict[str, dict[str, float]]:
    folds = _folds(told)
    names = ("linear", "trees") if trees else ("linear",)
    ranked: dict[str, list[list[Case]]] = {name: [[] for _ in told] for name in names}
    for fold in range(FOLDS):
        kept = [place for place, its in enumerate(folds) if its != fold]
        kinds = pairs.affinities([(told[place][0].matter, told[place][1].matter) for place in kept])
        rows = np.vstack([_with(kinds, told[place], rows_of[place]) for place in kept])
        right = [one.id == told[place][1].id for place in kept for one in told[place][2]]
        scores: dict[str, Callable[[Any], Any]] = {"linear": pairs.learned(rows, right).chances}
        if trees:
            scores["trees"] = _trees(rows, right)
        for place in (place for place, its in enumerate(folds) if its == fold and told[place][2]):
            values = _with(kinds, told[place], rows_of[place])
            for name, score in scores.items():
                order = np.argsort(-score(values), kind="stable")
                ranked[name][place] = [told[place][2][number] for number in order]
    firsts = [first for _, first, _ in told]
    return {name: _figures(lists, firsts) for name, lists in ranked.items()}


_AFFINITY = pairs.FEATURES.index("affinity")


def _with(kinds: pairs.Affinity, one: Told, rows: Any) -> Any:
    """The rows with the affinity of types that the other folds taught."""
    later, _, candidates = one
    rows = rows.copy()
    for place, case in enumerate(candidates):
        if case.matter != later.matter:
            rows[place, _AFFINITY] = kinds.get((later.matter, case.matter), 0.0)
    return rows


def _trees(rows: Any, right: Sequence[bool]) -> Callable[[Any], Any]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.05, max_leaf_nodes=15, l2_regularization=1, random_state=SEED
    ).fit(rows, right)
    return lambda values: model.predict_proba(values)[:, 1]


def _baseline(links: Sequence[Link], plain: Sequence[Case]) -> dict[str, float]:
    by_id = {case.id: case for case in plain}
    near = _Near(plain)
    lists = []
    for later, _ in links:
        case = by_id[later.id]
        kept = [
            one
            for one in near.candidates(case)
            if one.matter == case.matter
            and (far := pairs.metres_apart(case, one)) is not None
            and far <= BASE_METRES
            and case.day - one.day <= BASE_DAYS
        ]
        lists.append(kept[::-1])
    return _figures(lists, [first for _, first in links])


def _figures(ranked: Sequence[Sequence[Case]], firsts: Sequence[Case]) -> dict[str, float]:
    places = [
        next((place for place, one in enumerate(cases) if one.id == first.id), None)
        for cases, first in zip(ranked, firsts, strict=True)
    ]
    known = [place for place in places if place is not None]
    return {
        "r_at_1": round(sum(place == 0 for place in known) / max(1, len(places)), 4),
        "r_at_5": round(sum(place < 5 for place in known) / max(1, len(places)), 4),
        "recall": round(len(known) / max(1, len(places)), 4),
        "mrr": round(sum(1 / (1 + place) for place in known) / max(1, len(places)), 4),
    }


def _share(hits: Sequence[bool]) -> float:
    return round(sum(hits) / max(1, len(hits)), 4)


def _ship(told: Sequence[Told], rows_of: Sequence[Any], path: Path) -> None:
    """Write the weights learned from all links; that of ``words`` is set by hand afterwards."""
    right = [one.id == first.id for _, first, candidates in told for one in candidates]
    weights = pairs.learned(np.vstack(rows_of), right)
    lines = [f"{name},{value:.4f}" for name, value in zip(pairs.FEATURES, weights.values, strict=True)]
    path.write_text("\n".join(["feature,weight", *lines, f"constant,{weights.constant:.4f}"]) + "\n")
