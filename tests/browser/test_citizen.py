"""A resident at a real browser: loses the line, presses twice, runs no script, has a narrow screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.browser.axe import SCRIPT

from jieban.city.book import Book
from jieban.reading.reader import reader_for
from jieban.tickets.models import Ticket

TEXT = "朝阳区双井街道垂杨柳西里3号楼，暖气三天不热了。"
PATIENCE = 60_000  # milliseconds
PAGES = ("/", "/file/", "/my/", "/rates/", "/sign-in/", "/language/", "/nothing/")

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _surroundings(settings: Any, tmp_path: Path, live_city: Book) -> None:
    settings.MEDIA_ROOT = tmp_path
    reader_for(live_city)  # learns from the pack's samples once; a page would wait for it
    cache.clear()


@pytest.fixture
def context(browser: Browser, live_server: LiveServer) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        base_url=live_server.url, locale="zh-CN", viewport={"width": 390, "height": 844}
    )
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


def to_the_end(page: Page) -> None:
    """From the page that asks where, by the buttons, to the slip."""
    for step in ("street", "photos", "more", "reach"):
        page.click("main form .button:not(.button--quiet)")
        page.wait_for_url(f"**/file/{step}/")
    page.fill("#id_phone", "13800001234")
    page.click("main form .button:not(.button--quiet)")
    page.wait_for_url("**/file/check/")
    page.click("main form .button")
    page.wait_for_url("**/file/done/**")


def test_words_outlive_a_lost_line(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/")
    page.fill("#id_text", TEXT)
    context.set_offline(True)
    page.click("main form .button >> nth=0")
    expect(page.locator("#draft-note")).to_contain_text("网络断了")
    expect(page.locator("#id_text")).to_have_value(TEXT)
    page.close()
    context.set_offline(False)
    later = context.new_page()
    later.goto("/")
    expect(later.locator("#id_text")).to_have_value(TEXT)
    expect(later.locator("#draft-note")).to_contain_text("找回来了")
    later.click("main form .button >> nth=0")
    later.wait_for_url("**/file/where/")
    to_the_end(later)
    number = later.locator("[data-number]").inner_text()
    assert Ticket.objects.get().number == number
    later.goto("/")
    expect(later.locator("#id_text")).to_have_value("")


def test_pressing_send_twice_files_once(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/file/")
    page.fill("#id_text", TEXT)
    page.click("main form .button")
    for step in ("street", "photos", "more", "reach"):
        page.click("main form .button:not(.button--quiet)")
        page.wait_for_url(f"**/file/{step}/")
    page.click("[name=anonymous]")
    page.wait_for_url("**/file/check/")
    page.dblclick("main form .button")
    page.wait_for_url("**/file/done/**")
    assert Ticket.objects.count() == 1


def test_without_script_and_by_keyboard_alone(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto("/file/")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("href") == "#main", "the first stop leads past the head"
    page.locator("#id_text").focus()
    page.keyboard.type(TEXT)
    for step in ("where", "street", "photos", "more", "reach", "check", "done/**"):
        tab_to_button(page)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/file/{step}" if step.startswith("done") else f"**/file/{step}/")
    assert Ticket.objects.count() == 1
    context.close()


def tab_to_button(page: Page) -> None:
    """Press Tab until the page's main button has the focus."""
    for _ in range(30):
        focused = page.locator("main .button:focus:not(.button--quiet):not(.button--link)")
        if focused.count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach the button on {page.url}")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", ["normal", "large"])
def test_nothing_sticks_out_at_double_zoom(
    context: BrowserContext, live_server: LiveServer, path: str, size: str
) -> None:
    """A screen of 640 px at 200 % is 320 px wide (WCAG 1.4.10)."""
    if size == "large":
        context.add_cookies([{"name": "large_text", "value": "1", "url": live_server.url}])
    page = context.new_page()
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, live_server: LiveServer, path: str, scheme: Any) -> None:
    if not SCRIPT.exists():
        pytest.skip("axe-core is not installed (npm install)")
    context = browser.new_context(
        base_url=live_server.url, locale="zh-CN", bypass_csp=True, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(path)
    page.add_script_tag(path=SCRIPT)
    found = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag2aaa', 'wcag21aa', 'best-practice']})"
    )
    grave = [
        (one["id"], one["help"], [node["html"] for node in one["nodes"]][:3])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    context.close()
    assert not grave
