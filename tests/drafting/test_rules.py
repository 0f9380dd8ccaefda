"""What of an answer is kept: only what the requester's words or a given passage carry."""

from __future__ import annotations

from typing import Any

import pytest

from jieban.drafting.figures import figures
from jieban.drafting.redact import incoming, outgoing
from jieban.drafting.rules import PLAIN, SUPPORTED, UNSUPPORTED, reply_of, slots_of, summary_of

WORDS = "工地欠我三万六工资，从2026年3月5日开始干活，一共12个人，工地在新建的医院旁边，没有签合同。"
WANTED: list[dict[str, Any]] = [
    {"code": "since", "name": "从哪天", "kind": "date", "choices": []},
    {"code": "people", "name": "多少人", "kind": "number", "choices": []},
    {"code": "sum", "name": "多少钱", "kind": "money", "choices": []},
    {"code": "place", "name": "哪个工地", "kind": "text", "choices": []},
    {"code": "contract", "name": "合同", "kind": "yesno", "choices": []},
    {"code": "trade", "name": "工种", "kind": "choice", "choices": ["木工", "瓦工"]},
]
PASSAGES = [
    {
        "n": 1,
        "title": "供热办法",
        "text": "采暖期内室温不得低于十八摄氏度。供热单位应当在二十四小时内上门测温。",
    },
    {"n": 2, "title": "退费", "text": "室温不达标的，按日退还供热费。"},
]


def slot(field: str, value: str, quote: str) -> dict[str, str]:
    return {"field": field, "value": value, "quote": quote}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("三万六", {36000.0}),
        ("2.5万", {25000.0}),
        ("二〇二四年三月", {2024.0, 3.0}),
        ("一亿二千万", {120_000_000.0}),
        ("三万零五百", {30500.0}),
        ("36,000元", {36000.0}),
        ("万一下雨", set()),
    ],
)
def test_figures_are_read_in_both_scripts(text: str, told: set[float]) -> None:
    assert figures(text) == told


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        (slot("since", "2026-03-05", "从2026年3月5日开始"), True),
        (slot("since", "2026-03-06", "从2026年3月5日开始"), False),
        (slot("since", "2019-03-05", "从2026年3月5日开始"), False),
        (slot("people", "12", "一共12个人"), True),
        (slot("people", "20", "一共12个人"), False),
        (slot("sum", "36000", "欠我三万六工资"), True),
        (slot("sum", "36000", "欠我很多工资"), False),
        (slot("place", "新建的医院旁边", "工地在新建的医院旁边"), True),
        (slot("place", "市政府", "工地在新建的医院旁边"), False),
        (slot("place", "市政府", "工地在市政府"), False),
        (slot("contract", "no", "没有签合同"), True),
        (slot("contract", "没有", "没有签合同"), False),
        (slot("trade", "市长", "一共12个人"), False),
        (slot("place", "", ""), False),
    ],
    ids=lambda one: f"{one['field']}={one['value']}" if isinstance(one, dict) else str(one),
)
def test_a_value_that_its_quote_does_not_carry_is_dropped(row: dict[str, str], kept: bool) -> None:
    found = slots_of({"fields": [row]}, WORDS, WANTED, 2026)["fields"]
    assert (found.get(row["field"], {}).get("value") == row["value"]) is kept
    assert len(found) == int(kept)


def test_facts_without_their_quote_are_dropped() -> None:
    found = {
        "summary": "拖欠工资",
        "facts": [{"fact": "十二人", "quote": "一共12个人"}, {"fact": "已报警", "quote": "我报警了"}],
    }
    text, result = summary_of(found, WORDS)
    assert text == "拖欠工资"
    assert [one["fact"] for one in result["facts"]] == ["十二人"]


@pytest.mark.parametrize(
    ("sentence", "cites", "state"),
    [
        ("您好，我们已经收到您的反映。", [], PLAIN),
        ("采暖期内室温不得低于18摄氏度。", [1], SUPPORTED),
        ("采暖期内室温不得低于18摄氏度[1]。", [], SUPPORTED),
        ("采暖期内室温不得低于20摄氏度。", [1], UNSUPPORTED),
        ("采暖期内室温不得低于18摄氏度。", [], UNSUPPORTED),
        ("按照规定，您可以得到五千元补偿。", [2], UNSUPPORTED),
        ("室温不达标的，按日退还供热费。", [2], SUPPORTED),
        ("室温不达标的，按日退还供热费。", [9], UNSUPPORTED),
        ("室温不达标的，按日退还供热费。", [2, 9], UNSUPPORTED),
        ("室温不达标的，按日退还供热费[9]。", [2], UNSUPPORTED),
        ("15天内给您答复。", [], UNSUPPORTED),
        ("市长将亲自上门道歉。", [1], UNSUPPORTED),
    ],
)
def test_a_sentence_about_a_rule_stands_on_a_passage_or_is_left_out(
    sentence: str, cites: list[int], state: str
) -> None:
    text, result = reply_of({"sentences": [{"text": sentence, "cites": cites}]}, PASSAGES)
    (row,) = result["sentences"]
    assert row["is"] == state
    assert (text == row["text"]) is (state != UNSUPPORTED)
    assert bool(row["invented"]) is (9 in cites or "[9]" in sentence)
    assert "[" not in text
    assert [one["n"] for one in result["passages"]] == (row["cites"] if state == SUPPORTED else [])


@pytest.mark.parametrize(
    "answer",
    [
        "好<script>alert(1)</script>的",
        "<scr<script>x</script>ipt>alert(1)</script>",
        "请看 [这里](https://evil.example/a?b=1) 或 http://evil.example/x 。",
        "<img src=x onerror=alert(1)>javascript:alert(1)",
        "<a href='https://evil.example'>点此</a> www.evil.example",
        "加微信：evil_12345，电话13812345678",
    ],
)
def test_markup_links_and_numbers_of_people_do_not_come_in(answer: str) -> None:
    kept = incoming(answer, staff=True)
    assert not [bad for bad in ("<", ">", "http", "evil.", "javascript:", "13812345678") if bad in kept]


def test_words_that_are_none_cost_little() -> None:
    for text in ("<" * 100_000, "[" * 100_000, "*" * 100_000, "一" * 100_000, "1-" * 50_000, "://" * 30_000):
        assert len(outgoing(text)) <= 4100
        assert isinstance(incoming(text[:5000]), str)
