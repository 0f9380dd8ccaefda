"""``jieban learn``, ``score`` and ``models``: from a file to a model that serves, and back."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from tests.reading.learning.lessons_of import rows

from jieban.foundation.errors import OperatorError
from jieban.reading.learning.store import Store

COLUMNS = ("--text", "title", "text", "--label", "label")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An own store in the place of the one in Jieban's home."""
    own = Store(tmp_path / "learned")
    for module in ("learn", "models"):
        monkeypatch.setattr(f"jieban.cli.management.commands.{module}.models", lambda: own)
    monkeypatch.setattr("jieban.reading.learning.files.models", lambda: own)
    return own


def _file(folder: Path, every: int, mixed: bool = False) -> str:
    path = folder / f"rows-{every}-{mixed}.csv"
    texts, labels = rows(every)
    if mixed:
        labels = [sorted(set(labels))[number % 3] for number in range(len(labels))]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["title", "text", "label"])
        writer.writerows([*text, label] for text, label in zip(texts, labels, strict=True))
    return str(path)


def _run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def _learn(source: str) -> dict[str, Any]:
    told = _run("learn", "--from", source, *COLUMNS, "--name", "matters", "--json")
    found: dict[str, Any] = json.loads(told)
    return found


def test_a_file_becomes_a_model_that_is_measured_on_another_file(tmp_path: Path, store: Store) -> None:
    told = _learn(_file(tmp_path, 4))
    assert told["model"] == "matters:0001"
    assert told["active"]
    assert told["card"]["data"]["source"] == "rows-4-False.csv"
    scored = json.loads(_run("score", "--model", "matters", "--from", _file(tmp_path, 3), *COLUMNS, "--json"))
    (one,) = scored["metrics"]["sets"]
    assert one["accuracy"] > 0.95
    assert {"macro_f1", "accuracy_top80", "top3", "texts_per_s"} <= one.keys()


def test_a_worse_model_is_not_put_to_use_and_activate_says_why(tmp_path: Path, store: Store) -> None:
    _learn(_file(tmp_path, 4))
    worse = _learn(_file(tmp_path, 3, mixed=True))
    assert not worse["active"]
    with pytest.raises(OperatorError, match="not known to be as good"):
        _run("models", "matters", "activate", "0002")
    assert store.active("matters") == "0001"
    listed = json.loads(_run("models", "matters", "--json"))
    assert [one["active"] for one in listed] == [True, False]


def test_one_goes_back_and_forward_again(tmp_path: Path, store: Store) -> None:
    for every in (4, 2):
        assert _learn(_file(tmp_path, every))["active"]
    _run("models", "matters", "back")
    assert store.active("matters") == "0001"
    told = json.loads(_run("models", "matters", "compare", "0002", "--from", _file(tmp_path, 1), *COLUMNS))
    assert told["with"] == "0001"
    assert told["better"] is True
    _run("models", "matters", "activate", "0002")
    assert store.active("matters") == "0002"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--from", "nowhere.csv", *COLUMNS), "There is no file"),
        (("--from", "FILE", "--text", "words", "--label", "label"), "has no column words"),
        (("--from", "FILE", "--text", "text"), "not said which columns"),
    ],
)
def test_what_cannot_be_learned_from_is_told_with_a_remedy(
    tmp_path: Path, store: Store, words: tuple[str, ...], says: str
) -> None:
    file = _file(tmp_path, 8)
    with pytest.raises(OperatorError, match=says) as told:
        _run("learn", *(file if word == "FILE" else word for word in words))
    assert told.value.remedy


def test_a_model_that_is_not_there_or_reads_other_columns_is_told(tmp_path: Path, store: Store) -> None:
    _learn(_file(tmp_path, 8))
    with pytest.raises(OperatorError, match="There is no model"):
        _run("score", "--model", "other", "--from", _file(tmp_path, 8), *COLUMNS)
    with pytest.raises(OperatorError, match="reads 2 columns"):
        _run(
            "score", "--model", "matters", "--from", _file(tmp_path, 8), "--text", "text", "--label", "label"
        )
