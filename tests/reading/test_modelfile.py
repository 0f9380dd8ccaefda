"""A model file is refused when anything is wrong with it, and made again."""

from __future__ import annotations

import logging
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from jieban.city.book import Book
from jieban.reading.matter import modelfile
from jieban.reading.matter.modelfile import BadModelFile, model_for, model_key, read_model, write_model
from jieban.reading.matter.samples import Sample, load_samples, samples_folder
from jieban.reading.matter.scoring import Classes, Model
from jieban.reading.matter.training import train
from jieban.reading.matter.tree import TreeWords
from jieban.reading.reader import Reader


@pytest.fixture(scope="module")
def tree(small_city: Book) -> TreeWords:
    return TreeWords(small_city)


@pytest.fixture(scope="module")
def types(small_city: Book) -> list[str]:
    return [row.code for row in small_city.tables["demand_types"]]


@pytest.fixture(scope="module")
def model(small_city: Book, tree: TreeWords, types: list[str]) -> Model:
    return train(small_city, tree, load_samples(samples_folder(small_city)), types)


@pytest.fixture
def stored(model: Model, tmp_path: Path) -> Path:
    path = tmp_path / "reading-test.npz"
    write_model(path, model)
    return path


def test_it_comes_back_as_it_was(model: Model, stored: Path) -> None:
    again = read_model(stored, model.classes)
    assert again.linear is not None
    assert model.linear is not None
    assert np.array_equal(again.linear.weights, model.linear.weights)
    assert again.settled.curve == model.settled.curve
    assert list(stored.parent.iterdir()) == [stored]


@pytest.mark.parametrize("spoil", ["cut", "flip", "empty", "text", "pickle", "zeros"])
def test_a_damaged_file_is_refused(model: Model, stored: Path, spoil: str) -> None:
    whole = stored.read_bytes()
    middle = len(whole) // 2
    stored.write_bytes(
        {
            "cut": whole[:middle],
            "flip": whole[:middle]
            + bytes(byte ^ 0xFF for byte in whole[middle : middle + 64])
            + whole[middle + 64 :],
            "empty": b"",
            "text": b"not a model",
            "pickle": pickle.dumps({"notes": 1}),
            "zeros": bytes(len(whole)),
        }[spoil]
    )
    with pytest.raises(BadModelFile):
        read_model(stored, model.classes)


def test_a_pickled_array_is_refused(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "reading-evil.npz"
    np.savez(path, notes=np.array([{"a": 1}], dtype=object))
    with pytest.raises(BadModelFile):
        read_model(path, model.classes)


def test_a_model_of_another_tree_is_refused(model: Model, stored: Path) -> None:
    with pytest.raises(BadModelFile):
        read_model(stored, Classes(model.classes.leaves + 1, model.classes.types))


def test_a_model_without_numbers_is_refused(model: Model, stored: Path) -> None:
    assert model.linear is not None
    settled = replace(model.settled, weights=np.array([1.0, np.nan, 1.0]))
    write_model(stored, replace(model, settled=settled))
    with pytest.raises(BadModelFile):
        read_model(stored, model.classes)


def test_a_corrupt_cache_is_made_again(
    small_city: Book,
    tree: TreeWords,
    types: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    few = load_samples(samples_folder(small_city))
    monkeypatch.setattr(modelfile, "load_samples", lambda folder: few)
    model_for(small_city, tree, types, tmp_path)
    (path,) = tmp_path.glob("*.npz")
    path.write_bytes(path.read_bytes()[:1000])
    with caplog.at_level(logging.WARNING):
        assert model_for(small_city, tree, types, tmp_path).linear is not None
    assert "made again" in caplog.text
    read_model(path, Classes(len(tree.leaves), tuple(types)))


def test_a_folder_that_cannot_be_written_stops_nothing(
    small_city: Book, tree: TreeWords, types: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = load_samples(samples_folder(small_city))
    monkeypatch.setattr(modelfile, "load_samples", lambda folder: few)
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert model_for(small_city, tree, types, blocked / "models").linear is not None


def test_the_key_follows_what_the_model_is_made_of(beijing: Book) -> None:
    samples = load_samples(samples_folder(beijing))[:5]
    key = model_key(beijing, samples)
    assert key == model_key(beijing, list(samples))
    assert key != model_key(beijing, samples[:4])
    assert key != model_key(beijing, [replace(samples[0], text="x"), *samples[1:]])
    fewer = {**beijing.tables, "categories": beijing.tables["categories"][:-1]}
    assert key != model_key(replace(beijing, tables=fewer), samples)
    other_rules = {**beijing.tables, "rules": ()}
    assert key == model_key(replace(beijing, tables=other_rules), samples)


def test_a_known_model_is_loaded_in_no_time(reader: Reader, beijing: Book, models: Path) -> None:
    import time

    types = [row.code for row in beijing.tables["demand_types"]]
    tree = TreeWords(beijing)
    begin = time.process_time()
    assert model_for(beijing, tree, types, models).linear is not None
    assert time.process_time() - begin < 1.0


def test_lines_that_are_no_samples_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"id": "1", "style": "plain", "title": null, "text": "t", '
        '"label": {"category": "010101", "demand_type": "HELP"}}\n'
        "not json\n"
        '{"text": 5, "label": {}}\n'
        "[]\n\n",
        encoding="utf-8",
    )
    assert [sample.id for sample in load_samples(tmp_path)] == ["1"]
    assert load_samples(None) == []


def test_too_few_samples_teach_nothing(small_city: Book, tree: TreeWords, types: list[str]) -> None:
    one = Sample("1", "plain", "", "暖气不热", {"category": "040101", "demand_type": "HELP"})
    assert train(small_city, tree, [one] * 5, types).linear is None
