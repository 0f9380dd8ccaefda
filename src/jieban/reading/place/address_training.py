"""Training the parser of addresses on a tagged corpus: a linear-chain conditional random field.

The likelihood is climbed in small batches with AdaGrad; the weights of the last rounds are averaged. One
thread, no more than numpy and scipy, deterministic for a seed. Corpora are the owner's: the model is kept in
Jieban's home and never shipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from jieban.reading.place.address_features import MOST_PIECES, Words, features_of
from jieban.reading.place.address_model import AddressModel, Floats

Ints = NDArray[np.int64]
Tagged = tuple[Sequence[str], Sequence[str]]
"""The pieces of an address and the tag of each."""
_KNOWN_KINDS = frozenset({"prov", "city", "district", "town", "devZone", "country"})
_SEEN = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train: rounds over the corpus, those averaged at the end, step, pull to zero, batch, seed.

    ``least``: how often a feature must be seen. Not ``chained``, each piece is judged for itself (logistic
    regression), the baseline of the bench. The values were chosen on a tenth of a training part.
    """

    rounds: int = 10
    averaged: int = 4
    step: float = 0.05
    pull: float = 1e-3
    batch: int = 64
    seed: int = 42
    least: int = 2
    chained: bool = True


def train(corpus: Sequence[Tagged], settings: Settings | None = None) -> AddressModel:
    """A model of the corpus. Raises ``ValueError`` for an empty corpus or tags that do not fit."""
    settings = settings or Settings()
    held = [(list(p)[:MOST_PIECES], list(t)[:MOST_PIECES]) for p, t in corpus if p]
    if not held or any(len(pieces) != len(tags) for pieces, tags in held):
        raise ValueError("Each address needs pieces and as many tags.")
    words = known_words(held)
    tags = tuple(sorted({tag for _, row in held for tag in row}))
    number = {tag: at for at, tag in enumerate(tags)}
    rows = [features_of(pieces, words) for pieces, _ in held]
    counts = Counter(name for row in rows for names in row for name in names)
    features: dict[str, int] = {}
    for name, count in counts.items():
        if count >= settings.least:
            features[name] = len(features) + 1
    ids = [np.array([[features.get(name, 0) for name in names] for names in row]) for row in rows]
    gold = [np.array([number[tag] for tag in row]) for _, row in held]
    weights, moves = _climb(ids, gold, len(features) + 1, len(tags), settings)
    weights[0] = 0.0
    return AddressModel(tags, features, weights, moves, words)


def known_words(corpus: Sequence[Tagged]) -> Words:
    """The names of divisions that the corpus tags at least twice, by what they mostly are there."""
    seen: dict[str, Counter[str]] = {}
    for pieces, tags in corpus:
        for kind, start, end in spans_of(tags):
            if kind in _KNOWN_KINDS and end - start > 1:
                seen.setdefault("".join(pieces[start:end]), Counter())[kind] += 1
    kinds = {name: c.most_common(1)[0][0] for name, c in seen.items() if c.total() >= _SEEN}
    return Words(kinds, max((len(name) for name in kinds), default=0))


def spans_of(tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """Kind, first and end piece of every part that the tags name, in the manner of CoNLL."""
    found: list[tuple[str, int, int]] = []
    kind, start = "", 0
    for at, tag in enumerate([*tags, "O"]):
        head, _, its = tag.partition("-")
        if kind and (head != "I" or its != kind):
            found.append((kind, start, at))
            kind = ""
        if its and not kind:
            kind, start = its, at
    return found


def _climb(
    ids: list[Ints], gold: list[Ints], size: int, tags: int, settings: Settings
) -> tuple[Floats, Floats]:
    weights, moves = np.zeros((size, tags), np.float32), np.zeros((tags, tags), np.float32)
    of_weights, of_moves = np.full_like(weights, 1e-2), np.full_like(moves, 1e-2)
    mean, mean_moves = np.zeros_like(weights), np.zeros_like(moves)
    random = np.random.default_rng(settings.seed)
    for number in range(settings.rounds):
        for batch in _batches(ids, settings.batch, random):
            used, table, lengths = _table([ids[at] for at in batch])
            truth = [gold[at] for at in batch]
            scores = np.asarray(table @ weights[used])
            slope, slope_moves = _slopes(scores, moves, lengths, truth)
            step = np.asarray(table.T @ slope) + settings.pull * len(batch) * weights[used]
            of_weights[used] += step * step
            weights[used] -= settings.step * step / np.sqrt(of_weights[used])
            if not settings.chained:
                continue
            slope_moves += settings.pull * len(batch) * moves
            of_moves += slope_moves * slope_moves
            moves -= settings.step * slope_moves / np.sqrt(of_moves)
        weights[0] = 0.0
        if number >= settings.rounds - settings.averaged:
            mean += weights / settings.averaged
            mean_moves += moves / settings.averaged
    return mean, mean_moves


def _batches(ids: list[Ints], size: int, random: np.random.Generator) -> Iterator[Ints]:
    """Addresses of like length together, in an order that is new in each round."""
    lengths = np.array([len(one) for one in ids]) + random.random(len(ids))
    order = np.argsort(lengths, kind="stable")
    parts = [order[at : at + size] for at in range(0, len(order), size)]
    for at in random.permutation(len(parts)):
        yield parts[at]


def _table(rows: list[Ints]) -> tuple[Ints, csr_matrix, Ints]:
    """The features used by a batch, and for each of its pieces which of them it has."""
    flat = np.concatenate(rows)
    used, inverse = np.unique(flat, return_inverse=True)
    inverse = inverse.reshape(flat.shape)
    starts = np.arange(0, flat.size + 1, flat.shape[1])
    ones = np.ones(flat.size, np.float32)
    table = csr_matrix((ones, inverse.ravel(), starts), shape=(len(flat), len(used)))
    return used, table, np.array([len(row) for row in rows])


def _slopes(scores: Floats, moves: Floats, lengths: Ints, gold: list[Ints]) -> tuple[Floats, Floats]:
    """The slope of minus the log-likelihood of a batch, by forward and backward sums."""
    many, longest, tags = len(lengths), int(lengths.max()), scores.shape[1]
    inside = np.arange(longest) < lengths[:, None]
    padded = np.zeros((many, longest, tags), np.float64)
    padded[inside] = np.exp(scores - scores.max(axis=1, keepdims=True))
    jumps = np.exp(moves.astype(np.float64))
    ahead, behind = np.zeros_like(padded), np.ones_like(padded)
    ahead[:, 0] = padded[:, 0] / padded[:, 0].sum(axis=1, keepdims=True)
    for at in range(1, longest):
        now = (ahead[:, at - 1] @ jumps) * padded[:, at]
        ahead[:, at] = now / np.maximum(now.sum(axis=1, keepdims=True), 1e-300)
    slope_moves = np.zeros((tags, tags))
    for at in range(longest - 2, -1, -1):
        told = behind[:, at + 1] * padded[:, at + 1]
        back = told @ jumps.T
        going = inside[:, at + 1]
        whole = (ahead[:, at] * back).sum(axis=1)
        told = told / np.maximum(whole, 1e-300)[:, None] * going[:, None]
        slope_moves += ahead[:, at].T @ told * jumps
        back = back / np.maximum(back.sum(axis=1, keepdims=True), 1e-300)
        behind[:, at] = np.where(going[:, None], back, 1.0)
    share = ahead * behind
    share /= np.maximum(share.sum(axis=2, keepdims=True), 1e-300)
    slope = share[inside]
    slope[np.arange(len(slope)), np.concatenate(gold)] -= 1.0
    for row in gold:
        np.subtract.at(slope_moves, (row[:-1], row[1:]), 1.0)
    return slope.astype(np.float32), slope_moves.astype(np.float32)
