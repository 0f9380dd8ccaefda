"""A statute in Markdown becomes its articles."""

from __future__ import annotations

from datetime import date

import pytest

from jieban.knowledge.statutes import NoStatute, number_of, read_statute

TEXT = """# 某市路灯条例

2020年3月1日 某市人大常委会通过

2024年5月6日 某市人大常委会修订

<!-- INFO END -->

## 第一章　总　则

第一条 为了路灯，制定本条例。

第二条　路灯应当亮。
不亮的，三日内修好：
（一）坏了的；
第一条所列的路灯同样适用。

## 第二章 罚则

### 第一节 种类

第三条 不修的，责令修。
第三条之一 再不修的，公告。

第四条 本条例自2020年6月1日起施行。
"""


def test_articles_with_number_chapter_and_paragraphs() -> None:
    statute = read_statute(TEXT)
    assert statute.name == "某市路灯条例"
    assert [one.number for one in statute.articles] == ["1", "2", "3", "3-1", "4"]
    second = statute.articles[1]
    assert second.label == "第二条"
    assert second.paragraphs[-1] == "第一条所列的路灯同样适用。"
    assert statute.articles[2].chapter == "第二章 罚则 第一节 种类"


def test_days() -> None:
    statute = read_statute(TEXT)
    assert statute.announced == date(2024, 5, 6)
    assert statute.in_force == date(2020, 6, 1)


def test_what_has_no_article_is_no_statute() -> None:
    with pytest.raises(NoStatute):
        read_statute("# 通知\n\n请大家注意。")


@pytest.mark.parametrize(
    ("written", "number"), [("一", 1), ("十", 10), ("十二", 12), ("二十", 20), ("一百零三", 103), ("88", 88)]
)
def test_chinese_numbers(written: str, number: int) -> None:
    assert number_of(written) == number
