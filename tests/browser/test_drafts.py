"""Drafting in a real browser: asked for, seen to come by itself, put into the reply; wide, narrow, dark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import faults
from tests.drafting.server import house_with_model
from tests.tickets.stage import STREET, ticket_in

from jieban.city.book import Book
from jieban.drafting.models import Draft
from jieban.drafting.tasks import write
from jieban.knowledge.actions import Draft as Article
from jieban.knowledge.actions import do_write
from jieban.knowledge.kinds import LAW
from jieban.matters.actors import PLATFORM
from jieban.tickets import workflow as w

pytestmark = pytest.mark.browser

SENTENCE = "采暖期内室温不得低于十八摄氏度，供热单位应当上门测温。"


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1440, True)])
def test_a_reply_is_drafted_and_begun_from(
    width: int,
    dark: bool,
    sit: Callable[..., Page],
    live_city: Book,
    today: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    do_write(Article("heat", LAW, SENTENCE, title="供热办法第十条 暖气不热"), PLATFORM, now=today)
    ticket = ticket_in(w.HANDLING, live_city, today, text="家里暖气不热，室温只有十四度")
    with house_with_model(monkeypatch) as stub:
        stub.answer = lambda _: {
            "sentences": [{"text": SENTENCE, "cites": [1]}, {"text": "按规定赔您五万元。", "cites": [7]}]
        }
        page = sit("clerk", unit=STREET, width=width)
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.goto(f"/desk/tickets/{ticket.number}/")
        page.get_by_text("让助手起草", exact=True).click()
        assert not faults(page)
        page.get_by_role("button", name="答复草稿").click()
        expect(page.get_by_text("正在起草", exact=True)).to_be_visible()
        write(Draft.objects.latest("pk").pk)
        expect(page.get_by_text("引用了不存在的出处，已去掉")).to_be_visible(timeout=10_000)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert not faults(page)
        page.get_by_role("link", name="用它开始写答复").click()
        expect(page.locator("#reply_reply")).to_have_value(SENTENCE)
        expect(page.locator("#reply_basis")).to_have_value("供热办法第十条 暖气不热")
        assert not faults(page)
