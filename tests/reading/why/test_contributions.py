"""What each sign adds to a decision: the sums are exact, and the words told are those that matter."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from jieban.city.book import Book
from jieban.reading.features import grams, placed_grams
from jieban.reading.matter.samples import Sample, load_samples, samples_folder
from jieban.reading.reader import HEAD, Reader, head_of
from jieban.reading.text import fold
from jieban.reading.why.carried import Why, why
from jieban.reading.why.contributions import Grams, category_account
from jieban.reading.why.spans import words_of

COLD = "双井街道垂杨柳西里3号楼，暖气三天不热了，家里有八十岁的老人，晚上只有十四度。"
GAS = "家里闻到煤气味，厨房嘶嘶响，快来人啊，丰台区方庄"
MOST_AWAY = 1e-4


@pytest.fixture(scope="module")
def samples(beijing: Book) -> list[Sample]:
    """Sixty samples of the pack, the same each time."""
    found = load_samples(samples_folder(beijing))
    return random.Random(42).sample(found, 60)


def test_placed_grams_are_the_grams() -> None:
    text = "暖气3天，不热 A𠮷😀了"
    ids, starts, sizes = placed_grams(fold(text))
    assert ids.tolist() == grams(fold(text)).tolist()
    assert {text[start : start + size] for start, size in zip(starts, sizes, strict=True)} == {
        *"暖气3天不热A了",
        *("暖气", "气3", "3天", "不热"),
    }


def test_base_and_contributions_add_up_to_the_score(reader: Reader, samples: list[Sample]) -> None:
    kinds = set()
    for sample in samples:
        for account in why(reader, sample.title, sample.text).accounts:
            kinds.add(account.kind)
            assert account.total == pytest.approx(account.score, abs=MOST_AWAY), (sample.id, account.kind)
    assert kinds == {"category", "type", "danger"}


def test_the_score_is_the_one_that_reading_decides_by(reader: Reader, samples: list[Sample]) -> None:
    """The best guess leads over its rivals, and the leads stand in the order of the guesses."""
    for sample in samples:
        found = why(reader, sample.title, sample.text)
        leads = [account.score for account in found.accounts if account.kind == "category"]
        assert leads == sorted(leads, reverse=True), sample.id
        assert [account.code for account in found.accounts if account.kind == "category"] == [
            guess.code for guess in found.reading.categories[: len(leads)]
        ]


def test_a_text_of_more_grams_than_are_looked_up_adds_up(reader: Reader, samples: list[Sample]) -> None:
    long = "，".join(sample.text for sample in samples)
    assert len(long) > 3 * HEAD
    for account in why(reader, long[:2000], long).accounts:
        assert account.total == pytest.approx(account.score, abs=MOST_AWAY), account.kind


def test_without_samples_the_words_of_the_tree_add_up(cold_reader: Reader) -> None:
    found = why(cold_reader, "暖气不热", COLD)
    account = found.accounts[0]
    assert account.kind == "category"
    assert account.total == pytest.approx(account.score, abs=MOST_AWAY)
    assert any("暖气" in span.words for span in found.of("category"))


def _leads(reader: Reader, code: str, text: str) -> float:
    """How far ``code`` leads over the other matters that a text might be about."""
    head = head_of("", fold(text))
    return category_account(Grams(head, reader.model.linear), reader.model, reader.tree, code).score


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    gone = np.zeros(len(text), dtype=bool)
    for start, end in spans:
        gone[start:end] = True
    return "".join("…" if gone[place] else sign for place, sign in enumerate(text))


def _some_words(text: str, signs: int, draw: random.Random) -> list[tuple[int, int]]:
    """Words at random until they hold as many ``signs``."""
    words = list(words_of(fold(text)))
    draw.shuffle(words)
    kept, held = [], 0
    for start, end in words:
        if held >= signs:
            break
        kept.append((start, end))
        held += end - start
    return kept


def test_leaving_out_what_is_told_costs_more_than_leaving_out_anything_else(
    reader: Reader, samples: list[Sample]
) -> None:
    """Comprehensiveness: the lead falls by the phrases told, and far more than by random ones."""
    draw = random.Random(42)
    told, other = [], []
    for sample in samples:
        found = why(reader, "", sample.text)
        text = found.reading.text
        code = found.reading.category
        spans = [(span.start, span.end) for span in found.of("category", code) if span.weight > 0]
        if not spans:
            continue
        signs = len({place for start, end in spans for place in range(start, end)})
        before = _leads(reader, code, text)
        told.append(before - _leads(reader, code, _without(text, spans)))
        draws = [_leads(reader, code, _without(text, _some_words(text, signs, draw))) for _ in range(5)]
        other.append(before - float(np.mean(draws)))
    falls, random_falls = float(np.mean(told)), float(np.mean(other))
    print(f"the lead falls by {falls:.2f} without the words told, by {random_falls:.2f} without others")
    assert len(told) >= 50
    assert np.mean([fall > 0 for fall in told]) >= 0.95
    assert np.mean([one > two for one, two in zip(told, other, strict=True)]) >= 0.9
    assert falls > 2 * random_falls


def test_phrases_stay_inside_their_clause_and_hold_most_of_the_weight(reader: Reader) -> None:
    found = why(reader, "", COLD)
    spans = [span for span in found.of("category", "040101") if span.by == "model" and span.weight > 0]
    assert "不热" in spans[0].words
    assert sum(span.weight for span in spans) >= 0.75
    assert not any("，" in span.words for span in found.spans)


def test_danger_is_told_by_its_alarm_and_its_words(reader: Reader) -> None:
    found = why(reader, "", GAS)
    assert any("煤气味" in span.words for span in found.of("alarm"))
    assert found.of("danger")
    assert all(span.by == "model" for span in found.of("danger"))


def test_the_same_model_has_the_same_version(reader: Reader, beijing: Book, models: Path) -> None:
    again = Reader(beijing, models)
    assert again.version == reader.version
    assert len(reader.version) == 12
    assert reader.read("", COLD).model == reader.version


def test_a_city_without_samples_has_no_model_version(cold_reader: Reader) -> None:
    assert cold_reader.version == ""


def shares(found: Why) -> list[float]:
    return [span.weight for span in found.spans]


def test_weights_are_shares(reader: Reader, samples: list[Sample]) -> None:
    for sample in samples[:20]:
        assert all(-1 <= weight <= 1 for weight in shares(why(reader, sample.title, sample.text)))
