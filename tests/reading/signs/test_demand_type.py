"""What the caller wants, by his own words."""

from __future__ import annotations

import pytest

from jieban.reading.reader import Reader
from jieban.reading.signs.demand_type import TypeFinder

CASES = [
    ("CONSULT", "您好，我想咨询一下办理居住证需要什么材料，去哪里办？"),
    ("CONSULT", "请问公租房怎么申请，有什么条件？"),
    ("COMPLAINT", "我要投诉物业乱收费，多次反映一直没人管，态度恶劣"),
    ("COMPLAINT", "健身房关门跑路，办的卡不给退钱，要求退款"),
    ("REPORT", "我要举报村里有人无证经营黑作坊，请查处"),
    ("REPORT", "实名举报某公司偷税漏税"),
    ("SUGGESTION", "建议在学校门口增设红绿灯，完善人行道"),
    ("PRAISE", "我要表扬社区的小张，热心帮助老人，特此感谢"),
    ("HELP", "求助！家里停水了，麻烦帮我派人来看看，急需帮助"),
]


@pytest.mark.parametrize(("wanted", "text"), CASES)
def test_plain_cases(reader: Reader, wanted: str, text: str) -> None:
    assert reader.read("", text).demand_type == wanted


@pytest.mark.parametrize(("wanted", "text"), CASES)
def test_plain_cases_without_samples(cold_reader: Reader, wanted: str, text: str) -> None:
    assert cold_reader.read("", text).demand_type == wanted


@pytest.mark.parametrize(
    ("wanted", "title"),
    [
        ("PRAISE", "感谢左家庄民警"),
        ("SUGGESTION", "建议增加长椅"),
        ("REPORT", "举报黑诊所"),
        ("CONSULT", "咨询落户"),
    ],
)
def test_the_title_says_it(reader: Reader, wanted: str, title: str) -> None:
    assert reader.read(title, "情况是这样的，详细说一下，附近居民都知道。").demand_type == wanted


def test_the_cue_is_the_reason(reader: Reader) -> None:
    reading = reader.read("", "我要举报楼下无证经营")
    assert ("type", "举报", "REPORT") in [(r.kind, r.quote, r.points_to) for r in reading.reasons]


def test_only_types_of_the_pack_are_given() -> None:
    finder = TypeFinder(["CONSULT", "COMPLAINT"])
    assert finder.by_cues(finder.cues("", "我要举报")) in ("CONSULT", "COMPLAINT")
    assert finder.told("", "我要举报") == ("", "")


def test_no_cue_at_all_is_a_complaint() -> None:
    finder = TypeFinder(["CONSULT", "HELP", "COMPLAINT"])
    assert finder.by_cues(finder.cues("", "三单元二层")) == "COMPLAINT"
