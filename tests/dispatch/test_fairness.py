"""Who asks changes nothing: unit, limit and place in the queue follow what is asked, and where.

The only exceptions are the named groups at risk (``risk_groups`` of the pack), which are rules with a source.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from tests.tickets.stage import STREET

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.ranker.learned import learned_for
from jieban.dispatch.ranker.value import Waiting, queue_value, value_weights
from jieban.dispatch.rules import place_at, propose
from jieban.reading.reader import Reader
from jieban.reading.result import Guess, Reading

TEXTS = (
    "双井街道广和里三号楼暖气不热，家里只有十五度。",
    "双井街道路边有人占道摆摊卖水果，堵住了人行道。",
    "双井街道九龙花园的路灯坏了三天，晚上看不见路。",
)
WHO = {
    "name": "我姓欧阳，叫欧阳明。",
    "phone": "我的电话是13800138000。",
    "woman": "我是女的。",
    "man": "我是男的。",
    "hukou": "我是外地户口。",
    "dialect": "俺跟你说啊。",
    "anonymous": "我不想留名字。",
}


def order_of(reading: Reading, city: Book, on: date) -> tuple[str, str, float]:
    """The unit, the tier and the value in the queue of a reading."""
    proposal = propose(reading, city, on, learned=learned_for(city))
    waiting = Waiting(tier=proposal.tier, danger=reading.danger, confidence=0.5)
    unit = proposal.best.unit if proposal.best else ""
    return unit, proposal.tier, queue_value(waiting, city, value_weights(city, on), on)


@pytest.mark.parametrize("text", TEXTS)
def test_what_somebody_says_of_himself_changes_nothing(
    text: str, city: Book, reader: Reader, now: datetime
) -> None:
    on = local_day(city, now)
    plain = order_of(reader.read("", text, on=on), city, on)
    assert plain[0]
    told = {who: order_of(reader.read("", text + words, on=on), city, on) for who, words in WHO.items()}
    assert {who: found for who, found in told.items() if found != plain} == {}


@pytest.mark.parametrize("change", [{"phones": ("13800138000",)}, {"secrets": ("phone", "name")}])
def test_what_was_found_of_the_requester_is_not_asked(
    change: dict[str, Any], city: Book, now: datetime
) -> None:
    on = local_day(city, now)
    reading = Reading(
        demand_type="HELP",
        category="040101",
        confidence=0.8,
        categories=(Guess("040101", 0.8), Guess("020401", 0.1)),
        tier="",
        danger=False,
        call="",
        place=place_at(city, STREET),
        places=(),
        title="",
        text="暖气不热",
        address="",
        phones=(),
        secrets=(),
        reasons=(),
    )
    assert order_of(replace(reading, **change), city, on) == order_of(reading, city, on)
