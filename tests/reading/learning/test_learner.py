"""Learning labels from rows: what is chosen, what is held out, what is kept."""

from __future__ import annotations

import numpy as np
import pytest
from tests.reading.learning.lessons_of import rows

from jieban.reading.learning.grams import BLOCKS, MOST_SIGNS, counted
from jieban.reading.learning.learner import CannotLearn, Recipe, folds_of, learn_model
from jieban.reading.learning.measure import (
    accuracy_of_surest,
    calibration_error,
    confusion,
    macro_f1,
)
from jieban.reading.learning.model import PATH, levels_above, model_from

FIXED = Recipe(1.0, 1.0, balanced=True)


def test_a_model_tells_texts_that_it_has_not_seen() -> None:
    texts, labels = rows(4)
    model = learn_model(texts, labels).model
    asked = [("", "楼上装修电钻从早响到晚"), ("", "家里暖气不热"), ("", "垃圾没有人来清")]
    ranked = model.rank(asked)
    assert [one.labels[0] for one in ranked] == ["noise", "heat", "waste"]
    assert all(0 < one.confidences[0] <= 1 and len(one.labels) == 3 for one in ranked)


def test_the_same_rows_give_the_same_numbers() -> None:
    texts, labels = rows(4)
    one, other = (learn_model(texts, labels, recipe=FIXED).model.arrays() for _ in range(2))
    assert one.keys() == other.keys()
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_numbers_read_back_give_the_same_answers() -> None:
    texts, labels = rows(4)
    model = learn_model(texts, labels, recipe=FIXED).model
    again = model_from(model.arrays(), model.labels, model.fields)
    assert np.allclose(model.shares(texts), again.shares(texts), atol=5e-3)
    assert [one.labels[0] for one in model.rank(texts)] == [one.labels[0] for one in again.rank(texts)]


def test_labels_of_a_tree_keep_to_their_branch() -> None:
    texts, labels = rows(4)
    tree = [f"home{PATH}{label}" if label == "heat" else f"street{PATH}{label}" for label in labels]
    model = learn_model(texts, tree, recipe=FIXED).model
    assert model.coefficients.shape[1] == 3 + 2
    assert model.rank([("", "广场舞喇叭太吵")])[0].labels[0] == f"street{PATH}noise"
    above, nodes = levels_above(model.labels)
    assert nodes == 2
    assert above.shape == (3, 1)


def test_texts_that_only_training_rows_have_teach_too() -> None:
    texts, labels = rows(8)
    also = ["物业回复：阀门已修好，管道已疏通" if label == "heat" else "" for label in labels]
    without, taught = (learn_model(texts, labels, also=each, recipe=FIXED).model for each in ((), also))
    asked = [("", "阀门和管道要疏通")]
    place = taught.labels.index("heat")
    assert taught.shares(asked)[0, place] > without.shares(asked)[0, place]


def test_a_text_of_nothing_known_is_not_known() -> None:
    texts, labels = rows(4)
    (answer,) = learn_model(texts, labels, recipe=FIXED).model.rank([("", "")])
    assert len(answer.labels) == 3
    assert sum(answer.confidences) <= 1.0001


@pytest.mark.parametrize(
    ("count", "labels"), [(3, ["a", "b", "a"]), (30, ["a"] * 30), (30, ["a"] * 15 + ["b"] * 14)]
)
def test_rows_that_cannot_teach_are_refused_in_words(count: int, labels: list[str]) -> None:
    with pytest.raises(CannotLearn, match=r"few|same label|equally many"):
        learn_model([("", f"text {number}") for number in range(count)], labels)


def test_folds_deal_out_every_class_evenly() -> None:
    right = np.array([0] * 50 + [1] * 7 + [2] * 3)
    folds = folds_of(right)
    assert np.array_equal(folds, folds_of(right))
    assert [int((folds[right == 0] == fold).sum()) for fold in range(4)] == [13, 13, 12, 12]
    assert np.bincount(folds, minlength=4).tolist() == [15] * 4


def test_a_segmented_text_is_taken_as_it_is_cut_and_a_long_one_is_cut_off() -> None:
    cut, whole = counted(("暖气 不热 请 处理 小区 供暖",)), counted(("暖气不热请处理小区供暖",))
    assert len(cut) == len(whole) == len(BLOCKS)
    assert len(cut[0][0]) == 6 + 5
    long = counted(("字" * 100_000,))
    assert long[1][1].sum() <= 3 * MOST_SIGNS


def test_disguises_are_read_as_what_they_show() -> None:
    plain, disguised = counted(("煤气泄漏",)), counted(("煤\u200b气\u200b泄漏",))
    assert all(np.array_equal(a[0], b[0]) for a, b in zip(plain, disguised, strict=True))


def test_measures_are_what_they_are_called() -> None:
    right, said = ["a", "a", "b", "b"], ["a", "b", "b", "b"]
    assert macro_f1(right, said) == pytest.approx((2 / 3 + 4 / 5) / 2)
    hit = np.array([True, True, False, False])
    assert accuracy_of_surest(hit, np.array([0.9, 0.8, 0.7, 0.1]), 0.5) == 1.0
    assert calibration_error(hit, np.array([0.5] * 4)) == pytest.approx(0.0)
    assert confusion(["a", "b"], right, said) == [{"right": "a", "said": "b", "count": 1}]
