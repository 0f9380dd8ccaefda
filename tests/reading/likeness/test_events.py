"""Events from text: one event is found together, another matter of the same place is not."""

from __future__ import annotations

import time

from jieban.reading.likeness.events import Bars, EventStream, Item, all_at_once
from jieban.reading.likeness.merging import Groups, merges
from jieban.reading.likeness.signature import named, plain, shared_words, signature

SMOKE = (
    "青松苑小区楼下烧烤店油烟直排，居民开不了窗",
    "投诉青松苑小区底商烧烤店油烟扰民，晚上开不了窗",
    "青松苑小区烧烤店油烟太大，楼上居民咳嗽不止",
)
LIFT = ("青松苑小区3号楼电梯又停运了，老人下不了楼", "青松苑小区3号楼电梯停运一周，没有人维修")
ELSEWHERE = ("白河镇前进村道路坑洼，下雨积水没过脚", "前进村的道路坑洼积水，白河镇一直没有维修")
NOISE = (
    "希望增加从火车站到开发区的夜班公交车",
    "咨询公积金贷款买第二套房的利率",
    "建议图书馆周末延长开放时间",
    "学校食堂饭菜涨价没有公示",
    "燃气表换了以后费用多了一倍",
    "驾校拖延退费三个月",
)


def items(*texts: str, day: float = 1.0) -> list[Item]:
    return [Item(number, number * day, signature("", text)) for number, text in enumerate(texts)]


def told(stream: EventStream) -> list[set[int]]:
    return sorted((set(event.members) for event in stream.events.values()), key=min)


def test_one_event_is_gathered_and_another_matter_of_the_same_estate_is_not() -> None:
    stream = EventStream()
    stream.add(items(*SMOKE, *LIFT, *ELSEWHERE, *NOISE))
    for one in stream.merge_proposals():
        stream.merge(one.kept, one.gone)
    groups = told(stream)
    assert {0, 1, 2} in groups
    assert {5, 6} in groups
    assert not any({0, 3} <= group for group in groups), "the lift is no smoke"


def test_all_at_once_gives_the_same_groups() -> None:
    found = all_at_once(items(*SMOKE, *LIFT, *ELSEWHERE, *NOISE), 3 * Bars().merge)
    assert found[0] == found[1] == found[2]
    assert found[5] == found[6]
    assert found[0] != found[5]
    assert len({found[number] for number in range(7, 13)}) == 6


def test_what_a_person_parted_is_never_one_event() -> None:
    apart = EventStream(apart=lambda one, other: {one, other} == {0, 1})
    apart.add(items(*SMOKE, *NOISE))
    assert apart.of[0] != apart.of[1]
    assert not any({one.kept, one.gone} == {apart.of[0], apart.of[1]} for one in apart.merge_proposals())


def test_an_event_goes_stale() -> None:
    stream = EventStream(Bars(stale_days=30))
    stream.add(items(*SMOKE[:2], *NOISE, day=0.1))
    stream.add([Item(90, 100.0, signature("", SMOKE[1]))])
    assert stream.of[90] == 90
    assert all(90 not in (one.kept, one.gone) for one in stream.merge_proposals())


def test_the_same_batches_give_the_same_events_and_a_known_id_is_left_out() -> None:
    first, second = EventStream(), EventStream()
    for stream in (first, second):
        stream.add(items(*SMOKE, *LIFT, *NOISE))
    assert first.of == second.of
    assert first.add(items(*SMOKE)) == []


def test_the_medoid_is_the_one_that_says_what_all_say() -> None:
    stream = EventStream(Bars(join=0.01, pair=0.01, share=0.1))
    stream.add(items(*SMOKE, *NOISE))
    event = stream.of[1]
    assert stream.medoid(event) in stream.events[event].members


def test_merging_does_not_chain_over_a_bridge() -> None:
    groups = Groups()
    for number in range(6):
        groups.add(number)
    for one, other in ((0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)):
        groups.sum_up(one, other, 0.9)
    groups.sum_up(2, 3, 0.9)
    kept = list(merges(groups, 0.3))
    assert len(kept) == 4
    assert sorted(groups.sizes.values()) == [3, 3]


def test_names_are_told_from_matter() -> None:
    said = plain("", "青松苑小区油烟直排")
    marks = named(said)
    assert [sign for sign, mark in zip(said, marks, strict=True) if mark] == list("青松苑小区")
    one, other = signature("", "青松苑小区油烟直排"), signature("", "青松苑小区电梯停运")
    assert set(one.names.ids) == set(other.names.ids)
    assert not set(one.matter.ids) & set(other.matter.ids)


def test_shared_words_are_the_longest_first() -> None:
    assert set(shared_words(*SMOKE[:2])) >= {"青松苑小区", "烧烤店油烟"}
    assert shared_words("", "x") == ()


def test_hostile_texts_are_read_in_bounded_time() -> None:
    begin = time.process_time()
    for text in (
        "小区" * 50_000,
        "a" * 100_000,
        "\u200b" * 100_000,
        "",
        "。",
        "苑" * 100_000,
        "\ud83d\ude00" * 9,
    ):
        signature(text, text)
        shared_words(text, text)
    assert time.process_time() - begin < 1.0
    stream = EventStream()
    placed = stream.add([Item(1, 0.0, signature("", "")), Item(2, 0.0, signature("", ""))])
    assert [one.event for one in placed] == [1, 2]
