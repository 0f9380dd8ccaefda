"""Several matters in one message are told apart; points of one matter are not."""

from __future__ import annotations

import random

import pytest

from jieban.city.book import Book
from jieban.reading.matter.samples import Sample, load_samples, samples_folder
from jieban.reading.reader import Reader
from jieban.reading.signs.splitting import About, changed, stretches, title_of

TWO = [
    "有两件事。一、小区暖气一直不热，屋里只有十五度，老人受不了。二、公司拖欠我三个月工资，找老板他不接电话。",
    "1. 楼下烧烤店半夜还在放音乐，吵得睡不着觉。\n2. 我想问一下孩子上小学怎么报名，需要带什么材料？",
    "我们小区电梯坏了一个星期没人修，老人上不去楼。另外，门口那条路路灯全不亮，晚上走路害怕。",
    "超市卖过期牛奶，要求赔偿。还有一件事，我想咨询医保异地报销怎么办理，需要哪些材料。",
]
ONE = [
    "小区物业不作为：一、垃圾没人清。二、门禁坏了。三、保安不管事。",
    "健身房跑路，要求退款。请求：一、约谈老板。二、协调退费。三、依法查处。",
    "楼上漏水，把我家墙泡了。另外天花板也湿了，物业一直不来看。",
    "暖气不热。",
    "",
]
MOST_WRONGLY_SPLIT = 0.03


@pytest.mark.parametrize("text", TWO)
def test_two_matters_are_two_parts(reader: Reader, text: str) -> None:
    reading = reader.read("", text)
    assert len(reading.parts) == 2
    assert "".join(reading.text[part.start : part.end] for part in reading.parts) == reading.text
    assert all(part.title for part in reading.parts)


@pytest.mark.parametrize("text", ONE)
def test_sides_of_one_matter_stay_together(reader: Reader, text: str) -> None:
    assert reader.read("", text).parts == ()


def _single(book: Book) -> list[Sample]:
    samples = [one for one in load_samples(samples_folder(book)) if one.style != "multi"]
    return [one for one in samples if len(one.text) >= 20]


def test_samples_of_one_matter_are_hardly_ever_split(reader: Reader, beijing: Book) -> None:
    chosen = random.Random(42).sample(_single(beijing), 500)
    split = [one.id for one in chosen if reader.read(one.title, one.text).parts]
    assert len(split) / len(chosen) <= MOST_WRONGLY_SPLIT, split


def test_two_samples_said_in_one_message_are_mostly_told_apart(reader: Reader, beijing: Book) -> None:
    dice = random.Random(42)
    samples = _single(beijing)
    found = count = 0
    for number in range(150):
        one, other = dice.sample(samples, 2)
        if one.label["category"][:2] == other.label["category"][:2]:
            continue
        count += 1
        opened = ("另外，", "还有一件事，", "此外，")[number % 3]
        found += len(reader.read("", f"{one.text.rstrip('。')}。{opened}{other.text}").parts) >= 2
    assert count > 100
    assert found / count >= 0.7


def test_neighbours_of_one_branch_or_an_unsure_one_are_joined() -> None:
    text = "甲" * 20 + "乙" * 20 + "丙" * 20
    found = [(0, 20), (20, 40), (40, 60)]
    about = [About("04", 0.9), About("04", 0.8), About("08", 0.9)]
    assert [(part.start, part.end) for part in changed(text, found, about)] == [(0, 40), (40, 60)]
    assert changed(text, found, [About("04", 0.9), About("08", 0.1), About("09", 0.1)]) == ()


def test_points_are_counted_from_one() -> None:
    assert stretches("二、这里有一件事情要说一下。三、这里还有另一件事情要说一下。") == []
    assert len(stretches("一、这里有一件事情要说一下。二、这里还有另一件事情要说一下。")) == 2


def test_a_title_says_the_matter() -> None:
    assert title_of("二、路灯不亮，晚上害怕") == "路灯不亮"
    assert title_of("还有一件事，孩子上学怎么报名？") == "孩子上学怎么报名"
