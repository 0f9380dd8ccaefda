"""A whistle in a real browser: a street blows, a unit reports in on a phone, the result comes back."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import faults
from tests.tickets.stage import clerk
from tests.whistle.stage import (
    DISTRICT,
    ENFORCEMENT,
    GAS,
    HOUSING,
    MARKS,
    SAID,
    STREET,
    TRIED,
    WORDS,
    in_work,
    report_in,
)

from jieban.city.book import Book
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.rating import do_rate_street, do_rate_unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("JIEBAN_TEST_SHOTS", "")


def shot(page: Page, name: str) -> None:
    """Keep a picture where somebody asked for pictures."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_from_blow_to_result(sit: Callable[..., Page], live_city: Book, today: datetime) -> None:
    ticket = in_work(live_city, today)
    street = sit("reviewer", unit=STREET)
    street.goto(f"/desk/tickets/{ticket.number}/")
    verb = street.locator("#verb-whistle")
    verb.locator("summary").click()
    verb.get_by_text("应急哨").click()
    verb.get_by_text("住房和城乡建设委员会").click()
    verb.get_by_label("请他们来做什么").fill(WORDS)
    verb.get_by_label("街道自己做过什么").fill(TRIED)
    shot(street, "whistle-blow")
    verb.get_by_role("button", name="吹哨").click()
    expect(street.get_by_text("哨已吹响")).to_be_visible()
    report = ReportIn.objects.get()
    assert report.lead_id == HOUSING

    unit = sit("clerk", unit=HOUSING, width=390)
    unit.goto("/desk/whistles/")
    unit.get_by_role("link", name=report.subject[:8]).first.click()
    shot(unit, "whistle-unit-phone")
    unit.get_by_role("button", name="应哨，马上到").click()
    expect(unit.get_by_text("街道知道你们要来了")).to_be_visible()
    unit.get_by_label("谁到场").fill("李副主任")
    unit.get_by_text("单位副职领导").click()
    unit.get_by_role("button", name="报到").click()
    expect(unit.get_by_text("已报到。")).to_be_visible()
    unit.locator("summary", has_text="反馈结果").click()
    unit.locator("[id^=act-give]").get_by_text("已解决", exact=True).click()
    unit.get_by_label("结果怎么样").fill("阀门已更换")
    unit.get_by_role("button", name="反馈结果").click()
    expect(unit.get_by_text("结果已反馈给街道")).to_be_visible()
    street.goto(f"/desk/tickets/{ticket.number}/")
    expect(street.get_by_text("吹哨结果返回")).to_be_visible()
    assert Whistle.objects.get().state == "done"


@pytest.mark.parametrize("width", [390, 1440])
def test_pages_fit_and_have_no_grave_faults(
    width: int,
    sit: Callable[..., Page],
    live_city: Book,
    today: datetime,
) -> None:
    rated = report_in("result", live_city, today, HOUSING)
    do_rate_unit(rated, MARKS, clerk(), now=today)
    do_rate_street(rated, SAID, clerk(HOUSING), now=today)
    refused = report_in("refused", live_city, today, ENFORCEMENT)
    report_in("called", live_city, today, GAS, kind="emergency")
    numbers = [rated.whistle_number, refused.whistle_number]
    paths = [
        "",
        "new/",
        "refusals/",
        "figures/",
        f"figures/counted/?unit={HOUSING}",
        *(f"{one}/" for one in numbers),
    ]
    for role, unit in (("clerk", STREET), ("leader", DISTRICT)):
        page = sit(role, unit=unit, width=width)
        for path in paths:
            page.goto(f"/desk/whistles/{path}")
            shot(page, f"whistle-{role}-{width}-{path.strip('/').replace('/', '_').partition('?')[0]}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert not faults(page), path
