"""Answers that a request gives by itself, and those that a person must ask for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jieban.reading.signs.answers import named_in, number_of, read_answers

ON = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12), ("1,200", 1200), ("36.5", Decimal("36.5")), ("三", 3), ("十五", 15), ("二十", 20),
        ("两百", 200), ("一百零五", 105), ("三万二", 32000), ("一万二千", 12000), ("十二万", 120000),
        ("两千五", 2500),
    ],
)  # fmt: skip
def test_numbers(written: str, value: int | Decimal) -> None:
    assert number_of(written) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("工地欠我们12万元不给", "120000"),
        ("老板拖欠我工资三万二", "32000"),
        ("欠薪36500元", "36500"),
        ("一共欠36.5万", "365000"),
        ("每人8000元，一共24000元", "24000"),
        ("一天200块，干了三个月没给钱", ""),
        ("欠我们大概十几万", ""),
        ("欠我3000元，欠他5000元", ""),
        ("月工资6000元，欠了18000元", "18000"),
        ("没发工资", ""),
    ],
)
def test_amounts(text: str, value: str) -> None:
    assert read_answers(text, ["wages.amount"], ON).get("wages.amount", "") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("我们15个人都没拿到钱", "15"),
        ("二十名工人的工资", "20"),
        ("二十多个工友", ""),
        ("大约30人", ""),
        ("人民路上的工地", ""),
        ("我们3个人，他们5个人", ""),
    ],
)
def test_people(text: str, value: str) -> None:
    assert read_answers(text, ["wages.people"], ON).get("wages.people", "") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("从2026年3月1日开始在工地干活", "2026-03-01"),
        ("去年10月8号起就没发工资", "2025-10-08"),
        ("自12月1日至今没给钱", "2025-12-01"),
        ("3月份开始", ""),
        ("3月1日有人来过", ""),
        ("从2月30日开始", ""),
    ],
)
def test_days(text: str, value: str) -> None:
    assert read_answers(text, ["wages.since"], ON).get("wages.since", "") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("屋里才15度", "15"),
        ("室温只有16.5℃", "16.5"),
        ("家里不到16度", ""),
        ("客厅14度，卧室12度", ""),
        ("360度", ""),
    ],
)
def test_temperature(text: str, value: str) -> None:
    assert read_answers(text, ["heating.temperature"], ON).get("heating.temperature", "") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("没签劳动合同", "no"), ("也没有合同", "no"), ("签了劳动合同", "yes"), ("合同的事", "")],
)
def test_contract(text: str, value: str) -> None:
    assert read_answers(text, ["wages.contract"], ON).get("wages.contract", "") == value


def test_only_what_is_asked_for_is_read() -> None:
    assert read_answers("欠12万元", ["wages.debtor"], ON) == {}


def test_the_one_name_that_stands_in_the_words() -> None:
    assert named_in("在京东买的东西不退款", ["京东", "淘宝"]) == "京东"
    assert named_in("京东和淘宝都不退款", ["京东", "淘宝"]) == ""
