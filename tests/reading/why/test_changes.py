"""What would change a decision: each change that is told holds when the text is read again."""

from __future__ import annotations

import random
import time

import pytest

from jieban.city.book import Book
from jieban.reading.matter.samples import load_samples, samples_folder
from jieban.reading.reader import Reader
from jieban.reading.result import Reading
from jieban.reading.text import fold
from jieban.reading.why.carried import why
from jieban.reading.why.changes import (
    MOST_LEFT_OUT,
    MOST_READINGS,
    Change,
    Outcome,
    Trial,
    outcome_of,
    would_change,
)

COLD = "双井街道垂杨柳西里3号楼，暖气三天不热了，家里有八十岁的老人，晚上只有十四度。"
GAS = "家里闻到煤气味，厨房嘶嘶响，快来人啊，丰台区方庄"
WAGES = "老板拖欠我们八个工友三个月工资，跑了，联系不上"


def told(changes: list[Change], how: str, of: str) -> Change:
    return next(change for change in changes if (change.how, change.of) == (how, of))


def read_without(reader: Reader, text: str, words: tuple[str, ...]) -> Reading:
    for one in sorted(words, key=len, reverse=True):
        text = text.replace(one, "…")
    return reader.read("", text)


def test_the_words_without_which_it_is_another_matter(reader: Reader) -> None:
    change = told(would_change(reader, "", COLD), "unsaid", "category")
    assert any("不热" in words for words in change.words)
    assert change.before == "040101"
    assert read_without(reader, COLD, change.words).category == change.after != "040101"


def test_words_of_the_runner_up_would_make_it_the_first(reader: Reader, beijing: Book) -> None:
    change = told(would_change(reader, "", COLD), "said", "category")
    second = reader.read("", COLD).categories[1].code
    assert change.after == second
    assert change.words[0] == beijing.categories[second].name
    assert reader.read("", f"{COLD}，{'，'.join(change.words)}").category == second


def test_danger_goes_with_the_words_that_made_it(reader: Reader) -> None:
    changes = would_change(reader, "", GAS)
    change = told(changes, "unsaid", "danger")
    assert 1 <= len(change.words) <= MOST_LEFT_OUT
    assert not read_without(reader, GAS, change.words).danger
    for one in change.words:  # none of them could have stayed
        fewer = tuple(other for other in change.words if other != one)
        assert read_without(reader, GAS, fewer).danger
    assert changes[0].of == "danger"
    assert not any(change.of == "tier" for change in changes)


def test_without_its_place_and_at_another_one(reader: Reader, beijing: Book) -> None:
    changes = would_change(reader, "", COLD)
    nowhere = told(changes, "nowhere", "place")
    assert {"垂杨柳西里", "双井街道"} <= set(nowhere.words)
    assert read_without(reader, COLD, nowhere.words).place is None
    elsewhere = told(changes, "elsewhere", "place")
    assert beijing.places[elsewhere.after].level == "street"
    assert elsewhere.words[0].endswith(beijing.places[elsewhere.after].name)


def test_without_a_place_a_street_would_give_one(reader: Reader) -> None:
    change = told(would_change(reader, "", WAGES), "elsewhere", "place")
    assert change.before == ""
    assert reader.read("", f"{WAGES}，{change.words[0]}").place is not None


def test_an_alarm_that_is_near_would_make_it_danger(reader: Reader) -> None:
    text = "楼道里老闻到怪味，朝阳区双井街道"
    assert not reader.read("", text).danger
    changes = [change for change in would_change(reader, "", text) if change.of == "danger"]
    for change in changes:
        assert reader.read("", f"{text}，{change.words[0]}").danger


def test_a_judge_of_another_room_is_asked(reader: Reader) -> None:
    def judge(reading: Reading) -> Outcome:
        return {**outcome_of(reading), "unit": "heat" if reading.category[:4] == "0401" else "other"}

    change = told(would_change(reader, "", COLD, judge=judge), "unsaid", "unit")
    assert (change.before, change.after) == ("heat", "other")


def test_all_changes_of_samples_hold_and_the_work_is_bounded(reader: Reader, beijing: Book) -> None:
    samples = random.Random(42).sample(load_samples(samples_folder(beijing)), 40)
    count = changed = 0
    slowest = 0.0
    for sample in samples:
        because = why(reader, sample.title, sample.text)
        readings: list[Reading] = []

        def judge(reading: Reading, seen: list[Reading] = readings) -> Outcome:
            seen.append(reading)
            return outcome_of(reading)

        began = time.process_time()
        changes = would_change(reader, sample.title, sample.text, judge=judge, because=because)
        slowest = max(slowest, time.process_time() - began)
        assert len({id(reading) for reading in readings}) <= MOST_READINGS + 1
        count += 1
        changed += any(change.of == "category" and change.how == "unsaid" for change in changes)
        trial = Trial(reader, because, outcome_of, "", None)
        for change in changes:
            assert change.before != change.after
            if change.how in ("unsaid", "nowhere"):
                assert trial.judge(_read(trial, change.words))[change.of] == change.after
    print(f"slowest {slowest * 1000:.0f} ms; {changed} of {count} change by at most six phrases")
    assert changed >= 0.8 * count
    assert slowest < 0.5  # seconds of the processor; usually a tenth of it


def _read(trial: Trial, words: tuple[str, ...]) -> Reading:
    title, text, address = trial.without(words)
    return trial.reader.read(title, text, address=address)


def test_every_mention_is_left_out_in_every_writing(reader: Reader) -> None:
    because = why(reader, "ＡＢＣ小区暖气", "abc小区的暖气，ABC小区")
    trial = Trial(reader, because, outcome_of, "", None)
    assert fold("".join(trial.without(["ABC小区"]))) == "…暖气…的暖气,…"


@pytest.mark.parametrize("text", ["", "？", "热" * 50_000, "a(b[c*" * 2000])
def test_strange_words_break_nothing(reader: Reader, text: str) -> None:
    began = time.process_time()
    assert isinstance(would_change(reader, "", text), list)
    assert time.process_time() - began < 3.0


def test_the_same_words_give_the_same_changes(reader: Reader) -> None:
    assert would_change(reader, "", COLD) == would_change(reader, "", COLD)
