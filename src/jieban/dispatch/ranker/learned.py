"""What dispatch has learned of a city, found once for each content of its book.

Two small files. ``dispatch_model.json`` holds the settled numbers with their evidence: the city's own in
Jieban's home, made by ``jieban dispatch-learn``, else the one that came with the pack. ``leads-<key>.npz``
holds the model of kinds of leads; it is learned from the samples in seconds and kept. A file that is
damaged or does not fit this version is refused, and dispatch goes by the rules alone.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from jieban.city.book import Book
from jieban.dispatch.ranker.gathering import COLUMNS
from jieban.dispatch.ranker.leads import Leads, fits, train_leads
from jieban.dispatch.ranker.ranking import HeldOut, Settled, sound
from jieban.foundation import env
from jieban.foundation.errors import SettingError
from jieban.foundation.whole import packed, write_whole
from jieban.reading.features import VERSION as GRAMS_VERSION
from jieban.reading.matter.samples import digest, load_samples, samples_folder

FOLDER = "models"
FILE = "dispatch_model.json"
LEADS_VERSION = 1
MOST_BYTES = 20_000_000
_KEPT_FILES = 4

log = logging.getLogger(__name__)


class BadDispatchModel(ValueError):
    """A file of learned numbers that cannot be trusted."""


@dataclass(frozen=True)
class Learned:
    """The settled numbers, and the model of kinds of leads (None where there are too few samples)."""

    settled: Settled
    leads: Leads | None


def learned_for(book: Book, cache: Path | None = None) -> Learned | None:
    """What was learned of the city of ``book``; None where nothing was. Kept in the process."""
    key = (book.fingerprint, cache)
    with _lock:
        if key not in _kept:
            while len(_kept) >= _MOST_KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[key] = _load(book, cache)
        return _kept[key]


def forget_learned() -> None:
    """Look for the files again when they are asked for next: they were just made."""
    with _lock:
        _kept.clear()


_kept: dict[tuple[str, Path | None], Learned | None] = {}
_lock = Lock()
_MOST_KEPT = 4


def _load(book: Book, cache: Path | None) -> Learned | None:
    folder = cache or env.home() / FOLDER
    for path in settled_paths(book, folder):
        try:
            settled = read_settled(path)
        except FileNotFoundError:
            continue
        except BadDispatchModel as error:
            log.warning("What was learned in %s is not used: %s", path.name, error)
            continue
        return Learned(settled, _leads_of(book, folder))
    return None


def settled_paths(book: Book, folder: Path) -> list[Path]:
    """Where the settled numbers of a book may lie: the city's own first, then the pack's."""
    packs = [Path(book.folder)] if book.folder else []
    packs += [pack / book.identity.code for pack in env.packs()]
    return [folder / f"dispatch-{book.identity.code}.json", *(pack / FILE for pack in packs)]


def read_settled(path: Path) -> Settled:
    """The settled numbers of a file. Raises ``FileNotFoundError``, or ``BadDispatchModel``."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadDispatchModel("it is too large")
        found = _settled(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, BadDispatchModel):
        raise
    except Exception as error:  # a damaged file can fail in as many ways as it has bytes
        raise BadDispatchModel(f"it cannot be read ({type(error).__name__})") from error
    return found


def _settled(given: dict[str, Any]) -> Settled:
    weights = np.array([float(given["weights"][name]) for name in COLUMNS], dtype=np.float64)
    curve = np.array(given["curve"], dtype=np.float64)
    held = given["held_out"]
    categories = tuple(str(code) for code in held["categories"])
    confidences = tuple(float(value) for value in held["confidences"])
    right = tuple(bool(value) for value in held["right"])
    shares = {str(code): float(value) for code, value in given["shares"].items()}
    same = len(categories) == len(confidences) == len(right)
    if not same or not all(0 <= value <= 1 for value in (*confidences, *shares.values())):
        raise BadDispatchModel("its evidence does not belong together")
    if set(given["weights"]) != set(COLUMNS) or not sound(weights, curve, len(COLUMNS)):
        raise BadDispatchModel("its numbers do not fit this version")
    return Settled(weights, curve, HeldOut(categories, confidences, right), shares, dict(given["notes"]))


def write_settled(path: Path, settled: Settled) -> None:
    """Write settled numbers, all at once or not at all. Raises ``OSError``."""
    held = settled.held_out
    given = {
        "notes": dict(settled.notes),
        "weights": {
            name: round(float(value), 6) for name, value in zip(COLUMNS, settled.weights, strict=True)
        },
        "curve": [round(float(value), 6) for value in settled.curve],
        "shares": dict(settled.shares),
        "held_out": {
            "categories": list(held.categories),
            "confidences": list(held.confidences),
            "right": [int(value) for value in held.right],
        },
    }
    write_whole(path, (json.dumps(given, ensure_ascii=False) + "\n").encode())


def _leads_of(book: Book, folder: Path) -> Leads | None:
    samples = load_samples(samples_folder(book))
    path = folder / f"leads-{_leads_key(book, samples)[:32]}.npz"
    try:
        return read_leads(path)
    except FileNotFoundError:
        pass
    except BadDispatchModel as error:
        log.warning("The model %s is not used and is made again: %s", path.name, error)
    leads = train_leads(book, samples, _any_day(book))
    if leads is not None:
        try:
            env.make_folder(folder)
            write_leads(path, leads)
            stored = sorted(folder.glob("leads-*.npz"), key=lambda each: each.stat().st_mtime, reverse=True)
            for old in stored[_KEPT_FILES:]:
                old.unlink(missing_ok=True)
        except (OSError, SettingError) as error:
            log.warning("The model is not kept for the next start: %s", error)
    return leads


def _any_day(book: Book) -> date:
    """The last day on which a row of the catalogue begins: what it teaches does not change by the clock."""
    return max((row.valid_from for row in book.tables["dispatch_catalogue"]), default=date.min)


def _leads_key(book: Book, samples: Any) -> str:
    rows = [[row.code, row.name, *row.keywords, *row.aliases] for row in book.categories.values()] + [
        [row.category, row.place_level, row.lead] for row in book.tables["dispatch_catalogue"]
    ]
    made_of = [LEADS_VERSION, GRAMS_VERSION, rows, digest(samples)]
    return sha256(json.dumps(made_of, ensure_ascii=False).encode()).hexdigest()


def write_leads(path: Path, leads: Leads) -> None:
    """Write a model of kinds of leads as npz, never pickled. Raises ``OSError``."""
    arrays = {
        "forms": np.frombuffer(json.dumps(leads.forms).encode(), dtype=np.uint8),
        "ids": leads.ids.astype(np.int32),
        "idf": leads.idf,
        "weights": leads.weights.astype(np.float16),
        "intercept": leads.intercept,
    }
    write_whole(path, packed(arrays))


def read_leads(path: Path) -> Leads:
    """The model in a file. Raises ``FileNotFoundError``, or ``BadDispatchModel`` for whatever is wrong."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            leads = Leads(
                tuple(str(form) for form in json.loads(stored["forms"].tobytes())),
                stored["ids"].astype(np.int64),
                stored["idf"].astype(np.float32),
                stored["weights"].astype(np.float32),
                stored["intercept"].astype(np.float32),
            )
        if not fits(leads):
            raise BadDispatchModel("its numbers do not belong together")
    except (FileNotFoundError, BadDispatchModel):
        raise
    except Exception as error:  # as above
        raise BadDispatchModel(f"it cannot be read ({type(error).__name__})") from error
    return leads
