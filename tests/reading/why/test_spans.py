"""Spans stand in the masked text exactly as it is shown, whatever signs it has."""

from __future__ import annotations

import time

import numpy as np
import pytest

from jieban.reading.reader import Reader
from jieban.reading.text import clean, fold
from jieban.reading.why.carried import carried, why
from jieban.reading.why.spans import Span, phrases, strongest, words_of

ODD = [
    "𠮷野家门口😀油烟很大，电话13800001234，朝阳区双井街道",
    "暖气\ud800不热\u200b了，微信号abcdef123，双井街道垂杨柳西里",
    "ＡＢＣ小区暖气不热，①号楼，联系人：张三丰，电话１３９００００１２３４",
    "邮箱zhangsan@example.com，京A12345的车占了消防通道，身份证11010519491231002X",
    "👨‍👩‍👧‍👦一家人住双井街道，暖气不热，卡号6222021234567890128",
]


@pytest.mark.parametrize("text", ODD)
def test_each_span_says_the_words_that_stand_there(reader: Reader, text: str) -> None:
    found = why(reader, text[:12], text, address="双井街道，电话13800001234")
    fields = {
        "title": found.reading.title,
        "text": found.reading.text,
        "address": found.reading.address,
    }
    assert found.spans
    for span in found.spans:
        assert 0 <= span.start < span.end <= len(fields[span.field])
        assert fields[span.field][span.start : span.end] == span.words


@pytest.mark.parametrize("text", ODD)
def test_the_folded_text_is_as_long_as_the_shown_one(reader: Reader, text: str) -> None:
    shown = reader.read("", text).text
    assert len(fold(shown)) == len(shown)
    assert clean(shown) == shown


@pytest.mark.parametrize("text", ODD)
def test_no_span_says_a_number_or_a_name(reader: Reader, text: str) -> None:
    said = "".join(span.words for span in carried(reader, "", text))
    for secret in ("13800001234", "1234567", "张三丰", "zhangsan", "11010519491231002", "abcdef123"):
        assert secret not in said


def test_what_is_masked_is_marked_and_carries_nothing(reader: Reader) -> None:
    found = why(reader, "", "双井街道暖气不热，电话13800001234")
    assert [span.words for span in found.of("secret")] == ["138****1234"]
    hidden = found.of("secret")[0]
    for span in found.spans:
        if span.by == "model":
            assert span.end <= hidden.start or span.start >= hidden.end


def test_masked_words_read_again_give_the_same_spans(reader: Reader) -> None:
    """A page has the masked words only."""
    text = "双井街道垂杨柳西里暖气不热，我叫李小明，电话13800001234"
    once = why(reader, "", text)
    again = why(reader, "", once.reading.text)
    assert again.reading.text == once.reading.text
    assert again.spans == once.spans


def test_the_tail_of_a_long_text_is_where_it_stands(reader: Reader) -> None:
    text = "说来话长。" * 400 + "双井街道暖气三天不热，室温只有十四度。"
    found = why(reader, "", text)
    spans = [span for span in found.of("category") if "暖气" in span.words]
    assert spans
    assert all(text[span.start : span.end] == span.words for span in found.spans)
    assert all(span.start >= 2000 for span in spans)


def test_words_cover_all_but_what_parts_them() -> None:
    text = "暖气三天不热了，家里有𠮷😀老人 138****1234"
    covered = "".join(text[start:end] for start, end in words_of(text))
    assert covered == "暖气三天不热了家里有老人1381234"


def test_particles_join_but_do_not_begin_a_phrase() -> None:
    text = "的油烟很大"
    words = [(0, 1), (1, 3), (3, 4), (4, 5)]
    weights = [0.5, 1.0, 1.0, 0.1, 0.4]
    pro, contra = phrases("text", text, words, np.array(weights))
    assert [(one.start, one.end) for one in pro] == [(1, 5)]
    assert contra == []


def test_a_word_that_costs_little_does_not_part_a_phrase_and_a_comma_does() -> None:
    words = [(0, 2), (2, 4), (4, 6)]
    weights = np.array([2.0, 0, -0.2, 0, 3.0, 0])
    assert [(one.start, one.end) for one in phrases("text", "暖气三天不热", words, weights)[0]] == [(0, 6)]
    assert len(phrases("text", "暖气，天不热", [(0, 2), (3, 4), (4, 6)], weights)[0]) == 2
    weights[2] = -2.5
    pro, contra = phrases("text", "暖气三天不热", words, weights)
    assert [(one.start, one.end) for one in pro] == [(0, 2), (4, 6)]
    assert [(one.start, one.end) for one in contra] == [(2, 4)]


def test_the_strongest_phrases_hold_four_fifths() -> None:
    words = [(place, place + 2) for place in range(0, 15, 3)]
    text = "暖气，不热，水管，漏水，楼道，"
    weights = np.zeros(15)
    weights[::3] = [8.0, 4.0, 2.0, 1.0, 1.0]
    kept = strongest(phrases("text", text, words, weights)[0])
    assert [one.start for one in kept] == [0, 3, 6]
    assert sum(one.mass for one in kept) >= 0.8 * weights.sum()


def test_a_text_of_a_hundred_thousand_signs_is_explained_at_once(reader: Reader) -> None:
    for text in ("暖气不热，" * 20_000, "热" * 100_000, "*" * 100_000, "a@" * 50_000):
        began = time.process_time()
        found = carried(reader, "暖气", text)
        assert time.process_time() - began < 2.0
        assert len(found) < 100


def test_nothing_said_carries_nothing(reader: Reader) -> None:
    assert carried(reader, "", "") == ()
    assert all(isinstance(span, Span) for span in carried(reader, "？？", "……"))
