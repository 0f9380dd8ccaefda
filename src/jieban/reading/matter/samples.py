"""The labelled requests of a pack (``samples/*.jsonl``), read for training."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from jieban.city.book import Book
from jieban.foundation import env

FOLDER = "samples"


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled request; ``label`` is as docs/city-pack.md tells."""

    id: str
    style: str
    title: str
    text: str
    label: Mapping[str, Any]


def samples_folder(book: Book) -> Path | None:
    """Where the samples of a book are: in its own folder, else in the pack of its name; None without."""
    folders = [Path(book.folder)] if book.folder else []
    folders += [folder / book.identity.code for folder in env.packs()]
    return next((folder / FOLDER for folder in folders if (folder / FOLDER).is_dir()), None)


def load_samples(folder: Path | None) -> list[Sample]:
    """All samples that can be read, in the order of files and lines; lines that cannot are left out.

    ``jieban city check`` names those; a reader must not stop for one of them.
    """
    found: list[Sample] = []
    for path in sorted(folder.glob("*.jsonl")) if folder else ():
        for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines():
            sample = _sample(line)
            if sample:
                found.append(sample)
    return found


def digest(samples: Iterable[Sample]) -> str:
    """A key for the content of samples, whatever their files are called."""
    key = sha256()
    for sample in samples:
        row = (sample.id, sample.style, sample.title, sample.text, dict(sample.label))
        key.update(
            json.dumps(row, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8", "replace")
        )
    return key.hexdigest()


def _sample(line: str) -> Sample | None:
    try:
        row = json.loads(line)
        title, text, label = row.get("title") or "", row["text"], row["label"]
        if not all(isinstance(each, str) for each in (title, text, label["category"], label["demand_type"])):
            return None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Sample(str(row.get("id", "")), str(row.get("style", "")), title, text, label)
