"""What a ticket shows of where somebody lives, what he is called and his number."""

from __future__ import annotations

import pytest

from jieban.people.masking import mask_home, mask_known


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("垂杨柳西里3号楼2单元501室暖气不热", "垂杨柳西里3号楼*单元***室暖气不热"),
        ("富力城12号楼三单元1203", "富力城12号楼*单元****"),
        ("富力城12号楼1203", "富力城12号楼****"),
        ("富力城5栋1203号", "富力城5栋****号"),
        ("我家501室漏水", "我家***室漏水"),
        ("富力城3-2-501没水", "富力城3-*-***没水"),
        ("五号楼十二单元六零二室", "五号楼**单元***室"),
    ],
)
def test_entrance_and_flat_are_masked_and_the_building_stays(said: str, shown: str) -> None:
    assert mask_home(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        "3号楼200户居民停水三天",
        "双井街道5号院3号楼",
        "三室一厅",
        "3号楼2019年建成",
        "2026-11-20晚上十点",
        "地下室进水",
        "交了2000元",
        "每个单元都没水",
    ],
)
def test_what_is_no_flat_stays(said: str) -> None:
    assert mask_home(said) == said


def test_a_persons_own_name_and_number_are_masked_wherever_they_stand() -> None:
    said = "王小明家没水，找王小明，电话6512 3456，工单65123456789"
    assert mask_known(said, "王小明", "010-65123456") == "王**家没水，找王**，电话****56，工单65123456789"


@pytest.mark.parametrize(("name", "phone"), [("王", ""), ("女士", ""), ("", "138****1234"), ("", "12345")])
def test_what_names_nobody_masks_nothing(name: str, phone: str) -> None:
    said = "王府井大街一位女士打12345反映"
    assert mask_known(said, name, phone) == said


def test_words_that_are_nothing_but_the_name_stay() -> None:
    assert mask_known("路灯坏了", "路灯坏了", "") == "路灯坏了"
