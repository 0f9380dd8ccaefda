"""Where a trained model is kept (first version: none is)."""

from __future__ import annotations

from pathlib import Path

from jieban.city.book import Book
from jieban.reading.scoring import Model
from jieban.reading.tree import TreeWords


def model_for(book: Book, tree: TreeWords, cache: Path | None) -> Model:
    """The model of a book."""
    return Model()
