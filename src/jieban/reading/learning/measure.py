"""How well labels were told: the measures of benches and model cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

BINS = 10
Doubles = npt.NDArray[np.float64]


def macro_f1(right: Sequence[Any] | npt.NDArray[Any], said: Sequence[Any] | npt.NDArray[Any]) -> float:
    """The mean of F1 over all classes that occur in ``right`` or in ``said``."""
    right, said = np.asarray(right), np.asarray(said)
    scores = []
    for name in np.union1d(right, said):
        both = int(((right == name) & (said == name)).sum())
        scores.append(2 * both / int((right == name).sum() + (said == name).sum()))
    return float(np.mean(scores)) if scores else 0.0


def accuracy_of_surest(hit: npt.NDArray[np.bool_], sure: Doubles, share: float = 0.8) -> float:
    """The accuracy among the ``share`` of rows of which the model was surest."""
    kept = max(1, round(share * len(hit)))
    return float(hit[np.argsort(-sure, kind="stable")[:kept]].mean()) if len(hit) else 0.0


def calibration_error(hit: npt.NDArray[np.bool_], sure: Doubles) -> float:
    """Expected calibration error over ten bins of equal width."""
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs(float(sure[bins == each].sum() - hit[bins == each].sum())) for each in range(BINS)]
    return sum(gaps) / max(1, len(hit))


def figures(
    labels: Sequence[str], right: Sequence[str], ranked: Sequence[Sequence[str]], sure: Doubles
) -> dict[str, Any]:
    """The measures of answers: ``ranked`` the labels of each row best first, ``sure`` their confidence."""
    first = np.array([row[0] for row in ranked])
    hit = first == np.asarray(right)
    three = np.array([name in row[:3] for name, row in zip(right, ranked, strict=True)])
    return {
        "count": len(right),
        "classes": len(labels),
        "macro_f1": round(macro_f1(np.asarray(right), first), 4),
        "accuracy": round(float(hit.mean()), 4),
        "accuracy_top80": round(accuracy_of_surest(hit, sure), 4),
        "top1": round(float(hit.mean()), 4),
        "top3": round(float(three.mean()), 4),
        "ece": round(calibration_error(hit, sure), 4),
    }


def confusion(
    labels: Sequence[str], right: Sequence[str], said: Sequence[str], most: int = 20
) -> list[dict[str, Any]]:
    """The commonest mistakes: right label, what was said, how often."""
    pairs: dict[tuple[str, str], int] = {}
    for a, b in zip(right, said, strict=True):
        if a != b:
            pairs[a, b] = pairs.get((a, b), 0) + 1
    worst = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [{"right": a, "said": b, "count": count} for (a, b), count in worst]
