"""A learned parser of addresses: a linear chain over the pieces of an address (conditional random field).

Plain arrays in an ``.npz`` without pickle, checked on load; a damaged file is refused.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jieban.foundation.whole import packed, write_whole
from jieban.reading.place.address_features import Words, features_of

Floats = NDArray[np.float32]
FORMAT = "jieban-address-1"
PATTERNS = 33
"""Features of each piece."""
_MOST_FEATURES, _MOST_TAGS = 2_000_000, 200
_MOST_BYTES = 400_000_000


class AddressModelDamaged(ValueError):
    """The file is no model of this form, or its parts do not fit together."""


@dataclass(frozen=True, slots=True)
class AddressModel:
    """Weights of features (number of features + 1, tags), of tag after tag (tags, tags), and the names.

    Row 0 of ``weights`` stands for features that were not seen in training, and is zero.
    """

    tags: tuple[str, ...]
    features: dict[str, int]
    weights: Floats
    moves: Floats
    words: Words

    def tags_of(self, pieces: Sequence[str]) -> list[str]:
        """The likeliest tags of the pieces, one for each ("B-road", "I-road", …)."""
        if not pieces:
            return []
        get = self.features.get
        ids = np.array([[get(name, 0) for name in row] for row in features_of(pieces, self.words)])
        return [self.tags[number] for number in best_path(self.weights[ids].sum(axis=1), self.moves)]


def best_path(scores: Floats, moves: Floats) -> list[int]:
    """The likeliest way through (pieces, tags) of scores, by Viterbi."""
    best = scores[0]
    back = np.zeros(scores.shape, dtype=np.int32)
    for at in range(1, len(scores)):
        ways = best[:, None] + moves
        back[at] = ways.argmax(axis=0)
        best = ways.max(axis=0) + scores[at]
    path = [int(best.argmax())]
    for at in range(len(scores) - 1, 0, -1):
        path.append(int(back[at, path[-1]]))
    return path[::-1]


def save_model(model: AddressModel, path: Path) -> None:
    """Write the model to ``path`` (its folder must exist), atomically."""
    names = sorted(model.features, key=model.features.__getitem__)
    arrays = {
        "format": np.array(FORMAT),
        "tags": np.array(model.tags),
        "features": _packed(names),
        "weights": model.weights.astype(np.float16),
        "moves": model.moves,
        "known": _packed([f"{kind}\t{name}" for name, kind in sorted(model.words.kinds.items())]),
    }
    write_whole(path, packed(arrays, compressed=True))


def load_model(path: Path) -> AddressModel:
    """The model of a file. Raises ``AddressModelDamaged``, ``FileNotFoundError``."""
    try:
        with zipfile.ZipFile(path) as held:
            if sum(one.file_size for one in held.infolist()) > _MOST_BYTES:
                raise AddressModelDamaged("The file is far too large for a model of addresses.")
        with np.load(path, allow_pickle=False) as data:
            return _checked(data)
    except FileNotFoundError:
        raise
    except AddressModelDamaged:
        raise
    except Exception as error:
        raise AddressModelDamaged(f"The file is no model of addresses: {error}") from error


def _checked(data: np.lib.npyio.NpzFile) -> AddressModel:
    if str(data["format"]) != FORMAT:
        raise AddressModelDamaged(f"The model has another form than {FORMAT}; train it again.")
    tags = tuple(str(tag) for tag in data["tags"])
    names, known = _unpacked(data["features"]), _unpacked(data["known"])
    weights, moves = data["weights"].astype(np.float32), data["moves"].astype(np.float32)
    if not 0 < len(tags) <= _MOST_TAGS or len(set(tags)) != len(tags) or len(names) > _MOST_FEATURES:
        raise AddressModelDamaged("The tags or features are empty, doubled or too many.")
    if weights.shape != (len(names) + 1, len(tags)) or moves.shape != (len(tags), len(tags)):
        raise AddressModelDamaged("The weights do not fit the features and tags.")
    if not np.isfinite(weights).all() or not np.isfinite(moves).all() or weights[0].any():
        raise AddressModelDamaged("A weight is no number.")
    if any(tag != "O" and not tag.startswith(("B-", "I-")) for tag in tags):
        raise AddressModelDamaged("A tag has another form than B-, I- or O.")
    kinds = dict(line.split("\t", 1)[::-1] for line in known)
    words = Words(kinds, max((len(name) for name in kinds), default=0))
    return AddressModel(tags, {name: at for at, name in enumerate(names, 1)}, weights, moves, words)


def _packed(lines: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)


def _unpacked(data: NDArray[np.uint8]) -> list[str]:
    text = bytes(data.astype(np.uint8)).decode()
    return text.split("\n") if text else []
