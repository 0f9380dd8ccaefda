"""Readers for the tests, built once: Beijing with its samples, and a district without any."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jieban.city.book import Book
from jieban.city.pack import book_from_files
from jieban.foundation import env
from jieban.reading.matter.modelfile import FOLDER
from jieban.reading.reader import Reader


@pytest.fixture(scope="session")
def beijing() -> Book:
    return book_from_files("beijing")


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of this test run: all its processes share the models in it."""
    return env.home() / FOLDER


@pytest.fixture(scope="session")
def reader(beijing: Book, models: Path) -> Reader:
    return Reader(beijing, models)


@pytest.fixture(scope="session")
def small_city(beijing: Book) -> Book:
    """Beijing with two branches of its tree: quick to train on."""
    kept = tuple(row for row in beijing.tables["categories"] if row.code[:2] in ("04", "09"))
    return replace(beijing, tables={**beijing.tables, "categories": kept}, fingerprint="small")


@pytest.fixture(scope="session")
def cold_reader(models: Path) -> Reader:
    """A city without samples: the tree's own words alone."""
    return Reader(book_from_files("xining-chengzhong"), models)
