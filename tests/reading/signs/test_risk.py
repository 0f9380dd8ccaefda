"""People at risk are noticed by the caller's own words, and nobody is made one by a story or a rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from jieban.city.book import Book
from jieban.city.law import RiskGroup
from jieban.reading.reader import Reader
from jieban.reading.signs.risk import RiskFinder
from jieban.reading.text import fold

WINTER, SUMMER = date(2026, 12, 20), date(2026, 7, 20)

AT_RISK = [
    ("elder", "我是82岁的退休工人，想问路灯的事"),
    ("elder", "我今年八十二岁了，电梯停了下不了楼"),
    ("elder", "家里有老人，停水两天了"),
    ("elder", "我母亲腿脚不便，六楼没有电梯"),
    ("isolated", "楼上独居老人没人管，请社区看看"),
    ("isolated", "我妈一个人住，灯坏了没人修"),
    ("child", "家里有宝宝，楼下装修粉尘大"),
    ("child", "我家3岁孩子对油漆味过敏"),
    ("child", "孩子六个月大，暖气停了"),
    ("disabled", "我是二级残疾，单位不给交社保"),
    ("disabled", "我爸瘫痪在床，电梯停了没法看病"),
    ("pregnant", "我怀孕七个月，楼下抽烟熏得难受"),
    ("ill", "我老伴尿毒症，每周透析三次，小区封路出不去"),
    ("ill", "我刚做完手术，施工噪音休息不了"),
    ("poor", "我们是低保户，交不起这么多物业费"),
    ("wage_arrears", "老板拖欠我们工资三个月了"),
    ("wage_arrears", "干完活工钱要不回来"),
    ("no_heat", "暖气不热，屋里冷"),
]
NOBODY = [
    "我爷爷当年八十二岁还爬长城，这条路以前不是这样",
    "我奶奶去世了，户口怎么注销，生前行动不便",
    "年满65岁以上老人的公交卡怎么办理",
    "60岁以上可以免门票吗",
    "残疾人车位被小轿车占了",
    "建议社区多关爱独居老人",
    "装修材料容易致癌，请检查",
    "家里没有老人，就是想装扶手",
    "母婴店的奶粉过期了",
    "老板没有拖欠工资，就是不签合同",
    "小区路灯坏了",
    "残疾证年检在哪里办",
]


@pytest.mark.parametrize(("code", "text"), AT_RISK)
def test_who_is_at_risk_is_noticed(beijing: Book, code: str, text: str) -> None:
    found = RiskFinder(beijing).find(fold(text), text, WINTER)
    assert code in [risk.code for risk in found]
    assert all(risk.quote and risk.quote in text for risk in found)


@pytest.mark.parametrize("text", NOBODY)
def test_a_story_a_rule_or_a_thing_is_nobody_at_risk(beijing: Book, text: str) -> None:
    assert RiskFinder(beijing).find(fold(text), text, WINTER) == []


def test_no_heat_counts_in_its_months_and_demands_a_limit(reader: Reader) -> None:
    text = "小区暖气不热，找供热公司没人来"
    cold = reader.read("", text, on=WINTER)
    assert [(risk.code, risk.tier) for risk in cold.risks] == [("no_heat", "T2")]
    assert cold.tier == "T2"
    assert reader.read("", text, on=SUMMER).risks == ()


def test_the_rows_of_the_pack_decide(beijing: Book) -> None:
    row = RiskGroup(
        code="night",
        name="夜班",
        phrases=("上夜班/值夜班…睡不着",),
        weight=Decimal(3),
        valid_from=date(2026, 1, 1),
        source="own",
        status="demonstration",
    )
    finder = RiskFinder(replace(beijing, tables={**beijing.tables, "risk_groups": (row,)}))
    text = "我上夜班，白天施工睡不着"
    assert [(risk.code, risk.weight) for risk in finder.find(text, text, date(2026, 5, 1))] == [
        ("night", 3.0)
    ]
    assert finder.find(text, text, date(2025, 5, 1)) == []


def test_a_book_without_the_table_finds_nobody(beijing: Book) -> None:
    tables = {name: rows for name, rows in beijing.tables.items() if name != "risk_groups"}
    assert RiskFinder(replace(beijing, tables=tables)).find("我82岁", "我82岁", WINTER) == []


def test_quotes_are_masked(reader: Reader) -> None:
    reading = reader.read("", "我妈13812345678一个人住，没人照顾", on=WINTER)
    assert reading.risks
    assert "13812345678" not in str(reading.risks)
