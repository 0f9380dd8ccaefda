"""Versions of models: kept whole or not at all, refused when damaged, never worse without being told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.reading.learning.lessons_of import rows

from jieban.reading.learning.learner import Recipe, learn_model
from jieban.reading.learning.lessons import Rows, compare, gathered, learn_and_keep, scored
from jieban.reading.learning.store import CARD, MODEL, BadModel, NoModel, Store

AT = "2026-11-22T08:00:00+00:00"


def _rows(every: int, wrong: Sequence[str] = ()) -> Rows:
    texts, labels = rows(every)
    return gathered(
        ((text, wrong[number % len(wrong)] if wrong else label, "") for number, (text, label) in
         enumerate(zip(texts, labels, strict=True))), "own"
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "learned")


def test_a_version_is_kept_with_its_card_and_read_again(store: Store) -> None:
    lesson = learn_and_keep(store, "matters", _rows(4), AT)
    assert lesson.version == "0001"
    assert lesson.better
    card = store.card("matters", "0001")
    assert card["data"]["rows"] == len(_rows(4).texts)
    assert card["held_out"]["accuracy"] > 0.9
    assert len(card["data"]["fingerprint"]) == 64
    found = scored(store.model("matters", "0001"), _rows(3))
    assert found["accuracy"] > 0.95


def test_a_worse_model_is_kept_but_said_to_be_worse(store: Store) -> None:
    first = learn_and_keep(store, "matters", _rows(4), AT)
    store.activate("matters", first.version)
    worse = learn_and_keep(store, "matters", _rows(3, wrong=("heat", "noise", "waste")), AT)
    assert not worse.better
    assert worse.card["compared"]["with"] == "0001"
    assert store.active("matters") == "0001"


def test_two_versions_are_compared_on_rows_that_neither_has_seen(store: Store) -> None:
    learn_and_keep(store, "matters", _rows(4), AT)
    learn_and_keep(store, "matters", _rows(5), AT)
    known = compare(store, "matters", "0002", "0001", _rows(4))
    assert known["better"] is None
    fresh = compare(store, "matters", "0002", "0001", _rows(1))
    assert fresh["rows"] < len(_rows(1).texts)
    assert fresh["better"] is not None


def test_one_goes_back_to_what_was_in_use_before(store: Store) -> None:
    for every in (4, 5):
        store.activate("matters", learn_and_keep(store, "matters", _rows(every), AT).version)
    assert store.active("matters") == "0002"
    assert store.roll_back("matters") == "0001"
    assert store.active("matters") == "0001"
    with pytest.raises(NoModel):
        store.roll_back("matters")


@pytest.mark.parametrize("damage", ["cut", "changed", "pickle", "card", "other make", "labels"])
def test_a_damaged_or_poisoned_model_is_refused(store: Store, damage: str) -> None:
    model = learn_model(*rows(8), recipe=Recipe(1.0, 1.0, balanced=True)).model
    store.add("m", model.arrays(), {"labels": list(model.labels), "fields": 2, "made_at": AT})
    folder = store.folder / "m" / "0001"
    content = (folder / MODEL).read_bytes()
    if damage == "cut":
        (folder / MODEL).write_bytes(content[:-100])
    elif damage == "changed":
        (folder / MODEL).write_bytes(content[:500] + b"\x00" + content[501:])
    elif damage == "pickle":
        np.save(folder / "x.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
        _claim(folder, (folder / "x.npy").read_bytes())
    elif damage == "card":
        (folder / CARD).write_text("{", encoding="utf-8")
    else:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        card |= {"make": -1} if damage == "other make" else {"labels": ["heat", "noise"]}
        (folder / CARD).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(BadModel):
        store.model("m", "0001")


def _claim(folder: Path, content: bytes) -> None:
    """Put other content in the place of the model and let the card vouch for it."""
    from hashlib import sha256

    (folder / MODEL).write_bytes(content)
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    (folder / CARD).write_text(json.dumps(card | {"digest": sha256(content).hexdigest()}), encoding="utf-8")


@pytest.mark.parametrize("name", ["../out", "A", "", "a/b", "x" * 100])
def test_a_name_never_leaves_the_folder(store: Store, name: str) -> None:
    with pytest.raises(NoModel):
        store.versions(name)


def test_rows_are_gathered_without_empty_ones_doubles_and_lonely_labels() -> None:
    given = [
        (("a",), "x", ""),
        (("a",), "x", ""),
        (("b",), "x", ""),
        (("",), "x", ""),
        (("c",), "y", ""),
        (("d",), "", ""),
    ]
    found = gathered(given, "own")
    assert found.texts == [("a",), ("b",)]
    assert (found.doubles, found.left_out) == (1, 3)
