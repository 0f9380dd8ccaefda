"""Keeping a trained model between starts: one npz file, never pickled, written all at once or not at all.

The file is named by what the model was made of: the tables it learns from, the samples, the version of
this code. A file that is damaged, of another make or from elsewhere is refused and the model made again.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from jieban.city.book import Book
from jieban.foundation import env
from jieban.foundation.errors import SettingError
from jieban.foundation.whole import packed, write_whole
from jieban.reading import wordlists
from jieban.reading.features import SPACE, VERSION
from jieban.reading.learning.files import models
from jieban.reading.learning.store import BadModel, NoModel
from jieban.reading.matter.samples import Sample, digest, load_samples, samples_folder
from jieban.reading.matter.scoring import DANGER_COLUMNS, WARM_COLUMNS, Classes, Linear, Model, Settled
from jieban.reading.matter.tree import TreeWords

FOLDER = "models"
_TABLES = ("categories", "demand_types")
"""The tables that a model depends on; a change of any other leaves it as it is."""
_KEPT_FILES = 4
"""Older models in the folder are removed beyond this number."""

log = logging.getLogger(__name__)


class BadModelFile(ValueError):
    """A model file that cannot be trusted."""


def model_for(
    book: Book, tree: TreeWords, types: Sequence[str], cache: Path | None, samples: list[Sample] | None = None
) -> Model:
    """The model of a book: from folder ``cache`` (by default ``models`` in Jieban's home), else made now.

    A model that the city learned from its own tickets and put to use goes before the one of the pack's
    samples. With ``samples`` given the model is made of those and not kept.
    """
    if samples is not None:
        return _train(book, tree, samples, types)
    classes = Classes(len(tree.leaves), tuple(types))
    own = _own(book, tree, classes) if cache is None else None
    if own is not None:
        return own
    samples = load_samples(samples_folder(book))
    folder = cache or env.home() / FOLDER
    path = folder / f"reading-{model_key(book, samples)[:32]}.npz"
    stored = _stored(path, classes)
    if stored is not None:
        return stored
    with _one_at_a_time(folder):
        stored = _stored(path, classes)  # another process may have made it meanwhile
        if stored is not None:
            return stored
        model = _train(book, tree, samples, types)
        if model.linear is not None:
            _keep(path, model)
        return model


def _stored(path: Path, classes: Classes) -> Model | None:
    """The model in a file, or None where there is none that can be used."""
    try:
        return read_model(path, classes)
    except FileNotFoundError:
        return None
    except BadModelFile as error:
        log.warning("The model %s is not used and is made again: %s", path.name, error)
        return None


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Processes that start together train one model and not one each: the others wait for it.

    The lock is on the folder itself, and the kernel drops it with its process. Without a folder that can
    be made each process trains alone.
    """
    try:
        lock = os.open(env.make_folder(folder), os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, SettingError):
        yield
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def own_name(book: Book) -> str:
    """The name under which the models that a city learned from its tickets are kept."""
    return f"reading-{book.identity.code}"


def own_version(book: Book) -> str:
    """The version of the city's own model that is in use; empty when none is."""
    return models().active(own_name(book))


def classes_key(tree: TreeWords, types: Sequence[str]) -> str:
    """A key of the leaves and types that a model tells apart: another tree needs another model."""
    return sha256("\n".join((*tree.leaves, "", *types)).encode()).hexdigest()


def _own(book: Book, tree: TreeWords, classes: Classes) -> Model | None:
    store, name = models(), own_name(book)
    version = store.active(name)
    if not version:
        return None
    try:
        if store.card(name, version).get("classes") != classes_key(tree, classes.types):
            raise BadModelFile("the categories of the city have changed since; learn it again")
        return model_of(store.arrays(name, version), classes)
    except (BadModelFile, BadModel, NoModel) as error:
        log.warning("The model %s:%s is not used: %s", name, version, error)
        return None


def _train(book: Book, tree: TreeWords, samples: list[Sample], types: Sequence[str]) -> Model:
    from jieban.reading.matter.training import train  # scikit-learn is slow to import and rarely needed

    return train(book, tree, samples, types)


def model_key(book: Book, samples: Sequence[Sample]) -> str:
    """What a model is made of, as one key (SHA-256, hex)."""
    rows = {name: [_content(row) for row in book.tables.get(name, ())] for name in _TABLES}
    made_of = {"version": VERSION, "words": wordlists.digest(), "tables": rows, "samples": digest(samples)}
    return sha256(json.dumps(made_of, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _content(row: Any) -> list[str]:
    names = ("code", "parent", "name", "keywords", "aliases")
    return [str(getattr(row, name, "")) for name in names]


def arrays_of(model: Model) -> dict[str, Any]:
    """All numbers of a model by name, without pickles. Raises ``ValueError`` for one without samples."""
    if model.linear is None:
        raise ValueError("A model without samples is not kept.")
    settled, linear = model.settled, model.linear
    notes = {"curve": list(settled.curve), "danger_from": settled.danger_from, "rare": linear.rare}
    return {
        "notes": np.frombuffer(json.dumps(notes).encode(), dtype=np.uint8),
        "ids": linear.ids.astype(np.int32),
        "idf": linear.idf,
        "matter": linear.weights.astype(np.float16),
        "intercept": linear.intercept,
        "weights": settled.weights,
        "kind": settled.kind if settled.kind is not None else np.zeros(0),
        "danger": settled.danger if settled.danger is not None else np.zeros(0),
    }


def write_model(path: Path, model: Model) -> None:
    """Write a model to ``path``: into a file of its own first, then renamed. Raises ``OSError``."""
    write_whole(path, packed(arrays_of(model)))


def read_model(path: Path, classes: Classes) -> Model:
    """The model in a file. Raises ``FileNotFoundError``, or ``BadModelFile`` for whatever is wrong."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return model_of(arrays, classes)
    except (FileNotFoundError, BadModelFile):
        raise
    except Exception as error:  # a damaged file can fail in as many ways as it has bytes
        raise BadModelFile(f"it cannot be read ({type(error).__name__})") from error


def model_of(arrays: Mapping[str, Any], classes: Classes) -> Model:
    """The model of ``arrays_of``. Raises ``BadModelFile`` for numbers that do not fit together."""
    try:
        own = dict(arrays)
        return _model(own, json.loads(own.pop("notes").tobytes()), classes)
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise BadModelFile(f"its numbers do not fit this city ({error})") from error


def _model(arrays: dict[str, Any], notes: dict[str, Any], classes: Classes) -> Model:
    ids, matter = arrays["ids"].astype(np.int64), arrays["matter"].astype(np.float32)
    shapes_fit = (
        matter.shape == (len(ids), classes.width)
        and arrays["idf"].shape == (len(ids),)
        and arrays["intercept"].shape == (classes.width,)
        and arrays["weights"].shape == (WARM_COLUMNS,)
        and arrays["kind"].size in (0, 2 + len(classes.types))
        and arrays["danger"].size in (0, 1 + len(DANGER_COLUMNS))
        and len(ids) > 0
        and 0 <= ids.min() <= ids.max() < SPACE
    )
    numbers = [value for value in arrays.values() if value.dtype.kind == "f"]
    if not shapes_fit or not all(np.isfinite(value).all() for value in numbers):
        raise BadModelFile("its numbers do not fit this city")
    idf, intercept = arrays["idf"].astype(np.float32), arrays["intercept"].astype(np.float32)
    linear = Linear(ids, idf, matter, intercept, float(notes["rare"]))
    curve = (float(notes["curve"][0]), float(notes["curve"][1]))
    kind = arrays["kind"] if arrays["kind"].size else None
    danger = arrays["danger"] if arrays["danger"].size else None
    return Model(
        classes, linear, Settled(arrays["weights"], curve, kind, danger, float(notes["danger_from"]))
    )


def _keep(path: Path, model: Model) -> None:
    """Write the model; a folder that cannot be written costs the next start its time, nothing else."""
    try:
        env.make_folder(path.parent)
        write_model(path, model)
        stored = sorted(
            path.parent.glob("reading-*.npz"), key=lambda each: each.stat().st_mtime, reverse=True
        )
        for old in stored[_KEPT_FILES:]:
            old.unlink(missing_ok=True)
    except (OSError, SettingError) as error:
        log.warning("The model is not kept for the next start: %s", error)
