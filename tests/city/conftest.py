"""The small city as a book, and a process that has forgotten the book of the test before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from tests.city.small_city import write_city

from jieban.city import queries
from jieban.city.book import Book
from jieban.city.models import MODELS, LoadedPack
from jieban.city.pack import read_pack


@pytest.fixture
def small_city(tmp_path: Path) -> Book:
    book = read_pack(write_city(tmp_path / "smalltown"))
    assert isinstance(book, Book), book
    return book


@pytest.fixture
def no_city_yet(db: None) -> None:
    """A database into which no city was loaded (the tests of the house begin with Beijing in it)."""
    with connection.cursor() as cursor:
        tables = [LoadedPack._meta.db_table, *(model._meta.db_table for model in MODELS.values())]
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")  # by rows, each reference would be checked


@pytest.fixture(autouse=True)
def _forgotten_book() -> Iterator[None]:
    queries.forget_book()
    yield
    queries.forget_book()
