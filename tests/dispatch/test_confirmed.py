"""Tickets that people confirmed teach the city's own reading; a worse one does not serve."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.tickets.stage import ticket_in

from jieban.city.book import Book
from jieban.dispatch import confirmed as room
from jieban.dispatch.confirmed import confirmed, learn_from_tickets
from jieban.foundation.errors import OperatorError
from jieban.reading.learning.store import Store
from jieban.reading.matter import modelfile
from jieban.reading.matter.modelfile import own_name, own_version
from jieban.reading.matter.samples import Sample, load_samples, samples_folder
from jieban.reading.reader import Reader
from jieban.tickets import workflow as w

NEW_WORD = "嘟噜兽"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    own = Store(tmp_path / "learned")
    monkeypatch.setattr(modelfile, "models", lambda: own)
    return own


@pytest.fixture
def small(city: Book, monkeypatch: pytest.MonkeyPatch) -> Book:
    """Beijing with two branches of its tree and few samples: quick to train on."""
    kept = tuple(row for row in city.tables["categories"] if row.code[:2] in ("04", "09"))
    book = replace(city, tables={**city.tables, "categories": kept}, fingerprint="confirmed")
    monkeypatch.setattr(room, "book_of_city", lambda: book)
    monkeypatch.setattr(room, "load_samples", lambda folder: _few(book))
    monkeypatch.setattr(room, "reader_for", _reader)
    monkeypatch.setattr(room, "FEWEST", 20)
    return book


def _few(book: Book) -> list[Sample]:
    samples = load_samples(samples_folder(book))
    return [one for one in samples if one.label["category"][:2] in ("04", "09")][:120]


def _reader(book: Book) -> Reader:
    return Reader(book, samples=_few(book))


def _tickets(city: Book, now: datetime, category: str, count: int) -> None:
    for number in range(count):
        at = now - timedelta(days=60 - number)
        ticket_in(
            w.CALLBACK, city, at, title=f"{NEW_WORD}坏了", text=f"楼里的{NEW_WORD}第{number}回坏了没人修",
            category_id=category, demand_type="COMPLAINT",
        )  # fmt: skip


def test_what_people_confirmed_is_read_so_from_then_on(
    small: Book, city: Book, store: Store, now: datetime
) -> None:
    _tickets(city, now, "040401", 40)
    assert {one.label["category"] for one in confirmed()} == {"040401"}
    before = _reader(small).read(f"{NEW_WORD}坏了", f"楼里的{NEW_WORD}又坏了没人修")
    name, lesson = learn_from_tickets(store, now, lambda what, done, of: None)
    assert name == own_name(small)
    assert lesson.better
    new, old = lesson.card["compared"]["new_old"]["accuracy"]
    assert new == 1.0 > old
    assert before.category != "040401"
    store.activate(name, lesson.version)
    assert own_version(small) == lesson.version
    after = Reader(small).read(f"{NEW_WORD}坏了", f"楼里的{NEW_WORD}又坏了没人修")
    assert after.category == "040401"


def test_a_model_of_another_tree_is_not_used(small: Book, city: Book, store: Store, now: datetime) -> None:
    _tickets(city, now, "040401", 40)
    name, lesson = learn_from_tickets(store, now, lambda what, done, of: None)
    store.activate(name, lesson.version)
    store.note(name, lesson.version, "classes", "0" * 64)
    untaught = Reader(small, samples=[])
    assert modelfile._own(small, untaught.tree, untaught.model.classes) is None


def test_too_few_tickets_are_told(small: Book, store: Store, now: datetime) -> None:
    with pytest.raises(OperatorError, match="confirmed category"):
        learn_from_tickets(store, now, lambda what, done, of: None)
