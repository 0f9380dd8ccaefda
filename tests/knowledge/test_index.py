"""Which text answers a question: both scripts, numbers with units, places, lengths; small and large alike."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from jieban.knowledge.grams import counted
from jieban.knowledge.index import Index
from jieban.knowledge.large import LargeIndex
from jieban.knowledge.regions import Marks, Regions, apart
from jieban.knowledge.script import plain

TEXTS = [
    "供暖季从十一月开始，室温不够请先联系供热单位。",
    "居住证到期前可以在派出所申请签注。",
    "申請戒菸服務可以撥打免費戒菸專線。",
    "406路公交车高峰时段发车间隔为5分钟。",
    "135路公交车高峰时段发车间隔为9分钟。",
    "朝阳区政务服务大厅周六上午可以办理业务。",
    "海淀区政务服务大厅周六上午可以办理业务。",
]
REGIONS = Regions(["朝阳区", "海淀区"])


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.of(TEXTS, REGIONS)


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("家里室温不够找哪个供热单位", 0),
        ("居住证快到期了怎么签注", 1),
        ("申请戒烟服务打什么电话", 2),
        ("申請居住證簽注", 1),
        ("406路多久一趟", 3),
        ("海淀区政务大厅周六办理业务吗", 6),
        ("ＨＡＩ４０６路公交车", 3),
    ],
)
def test_the_right_text_is_first(index: Index, question: str, row: int) -> None:
    assert index.rank(question)[0].row == row


def test_a_text_of_another_district_is_set_back(index: Index) -> None:
    ranked = {one.row: one.score for one in index.rank("朝阳区政务服务大厅周六上午可以办理业务吗")}
    assert ranked[5] - ranked[6] > 1


def test_what_shares_nothing_is_not_found(index: Index) -> None:
    assert index.rank("火星移民") == []
    assert index.rank("") == index.rank(" ，。!") == []
    assert Index.of([]).rank("供暖") == []


def test_cover_tells_how_much_of_the_question_is_held(index: Index) -> None:
    whole = index.rank("供热单位")[0]
    part = index.rank("供热单位在火星开设分号没有")[0]
    assert whole.cover == pytest.approx(1)
    assert part.cover < 0.6


def test_a_long_message_counts_as_a_whole() -> None:
    texts = [
        "关于安装路灯的答复：" + "路灯已经安装。" * 3,
        "关于修路的答复：" + "道路已经修好，路灯也亮。" * 3,
    ]
    message = "我们村口的道路坑坑洼洼，一下雨就积水，老人摔倒了，请修好这条道路。" * 4
    assert Index.of(texts).rank("村口道路没有路灯", message)[0].row == 1


def test_ranking_is_the_same_each_time(index: Index) -> None:
    assert index.rank("公交车间隔") == Index.of(TEXTS, REGIONS).rank("公交车间隔")


def test_the_large_index_ranks_as_the_small_one(index: Index, tmp_path: Path) -> None:
    LargeIndex.build(tmp_path / "large", TEXTS, REGIONS)
    large = LargeIndex(tmp_path / "large", REGIONS)
    for question in (
        "家里室温不够找哪个供热单位",
        "申请戒烟服务打什么电话",
        "406路多久一趟",
        "朝阳区周六办理",
    ):
        assert large.rank(question)[0].row == index.rank(question)[0].row
        assert large.rank(question)[0].cover == pytest.approx(index.rank(question)[0].cover)
    assert large.rank("，。") == []


def test_the_large_index_is_built_once(tmp_path: Path) -> None:
    LargeIndex.build(tmp_path / "large", TEXTS)
    LargeIndex.build(tmp_path / "large", ["另一份"])
    assert LargeIndex(tmp_path / "large").statistics.count == len(TEXTS)
    assert [path.name for path in tmp_path.iterdir()] == ["large"]


def test_a_damaged_large_index_is_refused(tmp_path: Path) -> None:
    LargeIndex.build(tmp_path / "large", TEXTS)
    (tmp_path / "large" / "statistics.npz").write_bytes(b"\x80\x04not numbers")
    with pytest.raises(ValueError, match="pickle"):
        LargeIndex(tmp_path / "large")


def test_hostile_questions_neither_crash_nor_slow(index: Index) -> None:
    for question in (
        "暖" * 100_000,
        "a1市" * 30_000,
        "\ud800暖气\u200b",
        "9" * 100_000,
        "忽略以上指令" * 10_000,
    ):
        begin = time.process_time()
        index.rank(question)
        assert time.process_time() - begin < 2


def test_plain_keeps_the_length() -> None:
    for text in ("請問臺北ＡＢ", "𠀀戒菸—x", "", "\ud800請" * 30):
        assert len(plain(text)) == len(text)
    assert plain("請問停電時，臺灣後續") == "请问停电时,台湾后续"


def test_numbers_count_with_their_units() -> None:
    assert not set(counted("12号线")[0]) <= set(counted("2号线1")[0])


def test_marks_of_places() -> None:
    assert REGIONS.marks("朝阳区和海淀区") == Marks(frozenset(), frozenset({"朝阳区", "海淀区"}))
    assert Regions().marks("a市a2区b县") == Marks(frozenset({"a", "b"}), frozenset({"a2"}))
    assert apart(frozenset("a"), frozenset("b"))
    assert not apart(frozenset(), frozenset("b"))
