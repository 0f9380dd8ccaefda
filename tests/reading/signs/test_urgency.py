"""Alarms fire for every phrase of the pack, and are passed over only where the caller says it is not so."""

from __future__ import annotations

from datetime import date

import pytest

from jieban.city.book import Book
from jieban.reading.reader import Reader
from jieban.reading.signs.phrases import GAP, OR
from jieban.reading.signs.urgency import AlarmFinder
from jieban.reading.text import fold


def said(phrase: str) -> list[str]:
    """What a caller may say of a phrase: its first words, and each part's others beside the first ones."""
    parts = [part.split(OR) for part in phrase.split(GAP)]
    told = []
    for place, part in enumerate(parts):
        for word in part:
            chosen = [word if number == place else one[0] for number, one in enumerate(parts)]
            told.append(GAP.join(chosen))
    return list(dict.fromkeys(told))


def test_every_phrase_of_the_pack_fires(beijing: Book) -> None:
    finder = AlarmFinder(beijing)
    silent = [
        alarm.phrase
        for alarm in beijing.tables["alarms"]
        for words in said(alarm.phrase)
        for text in (f"你好，{words}，快来人", f"我家这边{words}", words)
        if alarm.phrase not in [found.alarm.phrase for found in finder.find(fold(text))]
    ]
    assert silent == []


def test_an_alarm_sets_the_tier_of_the_pack(reader: Reader, beijing: Book) -> None:
    tiers = [row.code for row in beijing.tables["limit_tiers"]]
    for alarm in beijing.tables["alarms"][::25]:
        words = said(alarm.phrase)[0]
        for title, text in (("", f"你好，{words}，快来人"), (words, "详见标题")):
            reading = reader.read(title, text)
            assert tiers.index(reading.tier) <= tiers.index(alarm.tier), alarm.phrase
            assert reading.danger or alarm.tier != tiers[0], alarm.phrase


@pytest.mark.parametrize(
    "text",
    [
        "家里没有煤气味，就是想咨询燃气费",
        "不是着火了，是烧烤的烟",
        "想参加火灾逃生和触电演练",
        "去年楼下着火了一次，现在问赔偿",
    ],
)
def test_denied_past_and_talked_of_is_no_alarm(beijing: Book, text: str) -> None:
    assert AlarmFinder(beijing).find(fold(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "有没有人管，我家着火了",
        "不知道是不是煤气泄漏，味道很大",
        "厨房着火了，去年才装修的",
        "没有井盖，孩子差点掉下去",
        "邻居没呼吸了",
    ],
)
def test_doubt_is_an_alarm(reader: Reader, text: str) -> None:
    reading = reader.read("", text)
    assert reading.danger
    assert reading.tier == "T1"


@pytest.mark.parametrize(
    "text",
    [
        "快来人啊，冰面裂了有个小伙子掉下去了，就剩一个脑袋",
        "我孩子吃完饭嘴唇发紫喘不上气了，已经打了120还没来，求求你们快点",
        "工地脚手架砸在人身上，流血了没反应，快派人",
    ],
)
def test_danger_that_no_alarm_names(reader: Reader, cold_reader: Reader, text: str) -> None:
    assert reader.read("", text).danger
    assert cold_reader.read("", text).danger


def test_the_number_to_call_is_the_packs(reader: Reader) -> None:
    assert reader.read("", "我家厨房着火了").call == "119"
    assert reader.read("", "老人晕倒了没呼吸").call == "120"
    assert reader.read("", "小区垃圾桶满了没人清").call == ""


def test_an_alarm_gives_its_reason_in_the_callers_words(reader: Reader) -> None:
    reasons = [reason for reason in reader.read("", "这边燃气泄漏了").reasons if reason.kind == "alarm"]
    assert reasons[0].quote == "燃气泄漏"
    assert reasons[0].points_to == "T1"


def test_alarms_hold_on_their_days(beijing: Book) -> None:
    finder = AlarmFinder(beijing)
    first = min(row.valid_from for row in beijing.tables["alarms"])
    assert finder.find("着火了", date(2026, 1, 1))
    assert not finder.find("着火了", date(first.year - 1, 1, 1))


def test_danger_beyond_the_head_of_a_long_text_is_heard(reader: Reader) -> None:
    assert reader.read("", "我说来话长。" * 2000 + "现在我不想活了" + "就这样吧。" * 2000).danger
