"""The guides that a city pack brings (``knowledge/*.csv``): our own sentences, marked as demonstration."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from jieban.city.book import Book
from jieban.foundation import env
from jieban.knowledge.kinds import GUIDE
from jieban.knowledge.loading import COLUMNS, Report, load_rows
from jieban.matters.rules import Actor

FOLDER = "knowledge"


def guides_folder(book: Book) -> Path | None:
    """Where the guides of a book are: in its own folder, else in the pack of its name; None without."""
    folders = [Path(book.folder)] if book.folder else []
    folders += [folder / book.identity.code for folder in env.packs()]
    return next((folder / FOLDER for folder in folders if (folder / FOLDER).is_dir()), None)


def load_guides(book: Book, actor: Actor, *, now: datetime) -> Report:
    """Write the guides of the city; loading them again changes nothing."""
    same = {name: name for name, _ in COLUMNS}
    return load_rows(_rows(guides_folder(book)), same, kind=GUIDE, actor=actor, now=now, demonstration=True)


def _rows(folder: Path | None) -> Iterator[tuple[int, Mapping[str, str]]]:
    for path in sorted(folder.glob("*.csv")) if folder else ():
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from enumerate(csv.DictReader(file), start=2)
