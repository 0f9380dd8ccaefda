"""How many of our own sentences of danger are heard, and how many harmless ones raise an alarm.

``danger.jsonl`` was written before anybody saw what the reader says to it, and parted in halves by a
seeded draw within each kind; phrases were mended by the half ``dev`` alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jieban.reading.reader import Reader
from jieban.reading.signs.urgency import AlarmFinder
from jieban.reading.text import fold

LEAST = {"dev": (0.98, 0.97), "test": (0.96, 0.86)}
"""Part -> least recall and precision: what is reached today may only get better."""


def rows() -> list[dict[str, Any]]:
    path = Path(__file__).with_name("danger.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("part", LEAST)
def test_dangers_are_heard_and_harmless_words_are_not(reader: Reader, part: str) -> None:
    mine = [row for row in rows() if row["part"] == part]
    told = [(row["danger"], reader.read("", row["text"]).danger) for row in mine]
    right = sum(danger and heard for danger, heard in told)
    recall = right / sum(danger for danger, _ in told)
    precision = right / sum(heard for _, heard in told)
    assert len(mine) > 250
    assert (recall, precision) >= LEAST[part], (recall, precision)
    assert precision >= LEAST[part][1]


@pytest.mark.parametrize(
    "text",
    [
        "厨房煤 气 泄 漏了",
        "廚房煤氣洩漏了，滿屋子都是味",
        "煤\u200b气\u2060味很大",
        "楼道煤*气*泄*漏",
        "家里燃汽泄露了",
    ],
)
def test_words_written_past_the_list_are_heard(reader: Reader, text: str) -> None:
    assert reader.read("", text).danger


@pytest.mark.parametrize(
    "text",
    [
        "楼上落水管坏了",
        "想跳槽，公司不给证明",
        "吃火锅的人太多，火车站堵",
        "感谢消防员及时把孩子从电梯里救出来",
        "2017年小区着过火，着火以后没人修",
    ],
)
def test_words_that_only_hold_such_words_are_not(beijing: Any, text: str) -> None:
    assert AlarmFinder(beijing).find(fold(text)) == []


def test_in_a_letter_what_is_told_in_passing_is_no_alarm(beijing: Any) -> None:
    finder = AlarmFinder(beijing)
    around = "我们小区的停车位一直不够，物业收费也不公开，请领导过问。" * 8
    said = "有的业主说电缆掉在地上。"
    assert finder.find(fold(said))
    assert not finder.find(fold(around + said + around))
    assert finder.find(fold(around + "现在电缆掉在地上冒火。" + around))
