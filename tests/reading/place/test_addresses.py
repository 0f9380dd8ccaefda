"""Addresses in parts: by rules, by a model trained on a made-up corpus, and damaged model files."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from jieban.reading.place.address_features import MOST_PIECES, Words, features_of, pieces_of
from jieban.reading.place.address_model import (
    PATTERNS,
    AddressModel,
    AddressModelDamaged,
    load_model,
    save_model,
)
from jieban.reading.place.address_training import Settings, Tagged, spans_of, train
from jieban.reading.place.addresses import AddressParser, Part, parse, parser_for

CITIES = ("杭州市", "宁波市", "青岛市", "厦门市")
ROADS = ("文三路", "解放路", "中山大道", "人民路")


def tagged(parts: list[tuple[str, str]]) -> Tagged:
    pieces: list[str] = []
    tags: list[str] = []
    for text, kind in parts:
        for number, (start, end) in enumerate(pieces_of(text)):
            pieces.append(text[start:end])
            tags.append(f"{'B' if number == 0 else 'I'}-{kind}")
    return pieces, tags


@pytest.fixture(scope="module")
def model() -> AddressModel:
    corpus = [
        tagged([(city, "city"), (road, "road"), (f"{number}号", "roadno"), (f"{number + 1}楼", "floorno")])
        for city in CITIES
        for road in ROADS
        for number in (3, 18, 207)
    ]
    return train(corpus, Settings(rounds=6, averaged=2))


def told(parts: list[Part]) -> list[tuple[str, str]]:
    return [(part.kind, part.text) for part in parts]


def test_rules_from_the_large_to_the_small() -> None:
    assert told(parse("浙江省杭州市西湖区北山街道曙光路15号世贸大厦3号楼2单元501室")) == [
        ("prov", "浙江省"),
        ("city", "杭州市"),
        ("district", "西湖区"),
        ("town", "北山街道"),
        ("road", "曙光路"),
        ("roadno", "15号"),
        ("poi", "世贸大厦"),
        ("houseno", "3号楼"),
        ("cellno", "2单元"),
        ("roomno", "501室"),
    ]


def test_parts_stand_where_they_say() -> None:
    address = "北京市朝阳区望京街道花家地北里12号楼 对面"
    for part in parse(address):
        assert address[part.start : part.end] == part.text


@pytest.mark.parametrize("text", ["", "   ", "……", "啊", "\u200b", "123", "号号号号", "𠀀", "市区县镇乡村路"])
def test_any_text_is_parsed(text: str) -> None:
    ends = [0, *(part.end for part in parse(text))]
    assert ends == sorted(ends)
    assert ends[-1] <= len(text)


@pytest.mark.parametrize("sign", ["路", "市", "12号楼", "的", "a", "－", "与人民路"])
def test_a_long_text_takes_no_time(sign: str, model: AddressModel) -> None:
    begin = time.process_time()
    parse(sign * 50_000)
    AddressParser(model).parse(sign * 50_000)
    assert time.process_time() - begin < 2


def test_pieces_and_patterns() -> None:
    text = "A座1203室－东"
    assert [text[start:end] for start, end in pieces_of(text)] == ["A", "座", "1203", "室", "－", "东"]
    assert len(pieces_of("路" * 5000)) == MOST_PIECES
    rows = features_of(["文", "三", "路", "12"], Words())
    assert {len(row) for row in rows} == {PATTERNS}
    assert all(len(set(row)) == PATTERNS for row in rows)


def test_spans_of_tags() -> None:
    assert spans_of(["B-a", "I-a", "B-a", "O", "I-b", "I-a"]) == [
        ("a", 0, 2), ("a", 2, 3), ("b", 4, 5), ("a", 5, 6),
    ]  # fmt: skip


def test_the_model_learns_the_corpus_and_is_the_same_each_time(model: AddressModel) -> None:
    parser = AddressParser(model)
    assert told(parser.parse("宁波市中山大道99号7楼")) == [
        ("city", "宁波市"), ("road", "中山大道"), ("roadno", "99号"), ("floorno", "7楼"),
    ]  # fmt: skip
    again = train([tagged([("宁波市", "city"), ("人民路", "road")])] * 3, Settings(rounds=2, averaged=1))
    twice = train([tagged([("宁波市", "city"), ("人民路", "road")])] * 3, Settings(rounds=2, averaged=1))
    assert np.array_equal(again.weights, twice.weights)


def test_training_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="as many tags"):
        train([])
    with pytest.raises(ValueError, match="as many tags"):
        train([(["路"], ["B-road", "I-road"])])


def test_a_kept_model_says_the_same(model: AddressModel, tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    save_model(model, path)
    kept = load_model(path)
    pieces, _ = tagged([("青岛市", "city"), ("解放路", "road"), ("8号", "roadno")])
    assert kept.tags_of(pieces) == model.tags_of(pieces)
    assert [one.name for one in tmp_path.iterdir()] == ["one.npz"]


def test_damaged_models_are_refused(model: AddressModel, tmp_path: Path) -> None:
    sound = tmp_path / "sound.npz"
    save_model(model, sound)
    with np.load(sound) as data:
        parts = dict(data)
    damaged = {
        "form": parts | {"format": np.array("other")},
        "shape": parts | {"weights": parts["weights"][:, :-1]},
        "number": parts | {"weights": parts["weights"] + np.float16(np.inf)},
        "tag": parts | {"tags": np.array([f"X{n}" for n in range(len(parts["tags"]))])},
        "missing": {name: value for name, value in parts.items() if name != "moves"},
        "pickle": parts | {"tags": np.array([{"a": 1}], dtype=object)},
    }
    for name, content in damaged.items():
        path = tmp_path / f"{name}.npz"
        np.savez(path, **content)
        with pytest.raises(AddressModelDamaged):
            load_model(path)
    (tmp_path / "noise.npz").write_bytes(b"\x00" * 100)
    with pytest.raises(AddressModelDamaged):
        load_model(tmp_path / "noise.npz")


def test_the_newest_sound_model_serves_else_the_rules(model: AddressModel, tmp_path: Path) -> None:
    parser, wrong = parser_for(tmp_path)
    assert (parser.model, wrong) == (None, "")
    (tmp_path / "address").mkdir()
    (tmp_path / "address" / "2.npz").write_bytes(b"no model")
    parser, wrong = parser_for(tmp_path)
    assert parser.model is None
    assert "2.npz" in wrong
    save_model(model, tmp_path / "address" / "1.npz")
    parser, wrong = parser_for(tmp_path)
    assert parser.model is not None
    assert "2.npz" in wrong
