"""The version of a model: a short name for its numbers, the same wherever they are the same."""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from jieban.reading.matter.scoring import Model

_LENGTH = 12


def version_of(model: Model) -> str:
    """Twelve hexadecimal digits made of what a model has learned; empty for one that has not learned.

    Two models that were trained on other samples differ in their intercepts and curves: the large table
    of weights need not be read for it.
    """
    if model.linear is None:
        return ""
    key = sha256()
    settled, linear = model.settled, model.linear
    for numbers in (linear.ids, linear.idf, linear.intercept, settled.weights, settled.kind, settled.danger):
        key.update(b"-" if numbers is None else np.ascontiguousarray(numbers).tobytes())
    key.update(repr((settled.curve, settled.danger_from, linear.rare)).encode())
    return key.hexdigest()[:_LENGTH]
