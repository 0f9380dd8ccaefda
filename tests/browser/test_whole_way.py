"""One ticket from the call to the archive, everybody at his own desk in a real browser, whistle included."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.tickets.stage import DISTRICT, REPLY, STREET
from tests.whistle.stage import HOUSING

from jieban.callback.rules import CallingHours
from jieban.city.book import Book
from jieban.matters.queries import timeline
from jieban.matters.tick import tick
from jieban.reading.reader import reader_for
from jieban.tickets import workflow as w
from jieban.tickets.links import query_code
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences
from jieban.whistle.models import ReportIn

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CALL = "我住在双井街道，楼下那件事找了好几回都没有人管，请你们帮帮忙。"
PHONE = "13800001234"


def the_ticket() -> Ticket:
    return Ticket.objects.get()


def said(page: Page, words: str) -> None:
    expect(page.locator("#messages")).to_contain_text(words)


def at_ticket(page: Page) -> Page:
    page.goto(f"/desk/tickets/{the_ticket().number}/")
    return page


def open_verb(page: Page, name: str) -> Any:
    """The form of a verb on the page of the ticket, opened where it is closed."""
    verb = page.locator(f"#verb-{name}")
    if verb.get_attribute("open") is None:
        verb.locator("> summary").click()
    return verb


def test_from_the_call_to_the_archive(
    sit: Callable[..., Page], live_city: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader_for(live_city)
    monkeypatch.setattr(CallingHours, "allow", lambda hours, moment: True)
    seat_takes_the_call(sit("seat"))
    dispatcher_sends_it(sit("dispatcher"))
    clerk, reviewer = sit("clerk", unit=STREET), sit("reviewer", unit=STREET)
    clerk_signs_and_calls(clerk)
    district_presses(sit("leader", unit=DISTRICT))
    street_whistles(reviewer)
    department_reports_in(sit("clerk", unit=HOUSING, width=390))
    clerk_replies(clerk)
    reviewer_submits(reviewer)
    tick(datetime.now(UTC) + timedelta(days=20))
    assert the_ticket().state == w.CALLBACK
    caller_asks(sit("caller"))
    requester_reads(sit("auditor", width=390))
    auditor_reads_it_all(sit("auditor"))
    assert the_ticket().state == w.CLOSED
    assert list(differences()) == []
    verbs = [event.verb for event in reversed(timeline(the_ticket().pk))]
    assert verbs == [
        *("receive", "queue", "dispatch", "sign", "contact", "press", "whistle", "returned"),
        *("reply", "approve_reply", "expire", "close"),
    ]


def seat_takes_the_call(page: Page) -> None:
    page.goto("/desk/take-in/")
    page.fill("#id_text", CALL)
    page.fill("#id_phone", PHONE)
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("请念给来电人听")
    assert the_ticket().state == w.WAITING


def dispatcher_sends_it(page: Page) -> None:
    page.goto("/desk/dispatch/")
    expect(page.locator("#ticket-words")).to_contain_text("楼下那件事")
    page.keyboard.press("u")
    page.keyboard.type("双井街道")
    expect(page.locator("#found-units")).to_contain_text("双井街道")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said(page, "双井街道")
    assert the_ticket().lead_id == STREET


def clerk_signs_and_calls(page: Page) -> None:
    page.goto("/desk/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/tickets/{the_ticket().number}/")
    page.click("#verb-sign button")
    said(page, "已签收")
    page.check("#verb-contact input[value=reached]")
    page.click("#verb-contact button")
    said(page, "联系上了")


def district_presses(page: Page) -> None:
    verb = open_verb(at_ticket(page), "press")
    verb.locator("textarea").fill("居民反映多次，请今天到现场。")
    verb.locator("button").last.click()
    expect(page.locator("#messages")).not_to_be_empty()


def street_whistles(page: Page) -> None:
    verb = open_verb(at_ticket(page), "whistle")
    verb.get_by_text("应急哨").click()
    verb.get_by_text("住房和城乡建设委员会").click()
    verb.get_by_label("请他们来做什么").fill("请派人到现场查看房屋。")
    verb.get_by_label("街道自己做过什么").fill("街道已到现场劝阻两次，没有执法权。")
    verb.get_by_role("button", name="吹哨").click()
    expect(page.get_by_text("哨已吹响")).to_be_visible()


def department_reports_in(page: Page) -> None:
    page.goto("/desk/whistles/")
    page.get_by_role("link", name=ReportIn.objects.get().subject[:8]).first.click()
    page.get_by_role("button", name="应哨，马上到").click()
    page.get_by_label("谁到场").fill("李副主任")
    page.get_by_text("单位副职领导").click()
    page.get_by_role("button", name="报到").click()
    expect(page.get_by_text("已报到。")).to_be_visible()
    page.locator("summary", has_text="反馈结果").click()
    page.locator("[id^=act-give]").get_by_text("已解决", exact=True).click()
    page.get_by_label("结果怎么样").fill("已到现场查看并督促整改，当天完成。")
    page.get_by_role("button", name="反馈结果").click()
    expect(page.get_by_text("结果已反馈给街道")).to_be_visible()


def clerk_replies(page: Page) -> None:
    verb = open_verb(at_ticket(page), "reply")
    verb.locator("input[name=outcome][value=solved]").check()
    page.fill("#reply_reply", REPLY)
    page.click("#verb-reply .actions button")
    said(page, "交审核人")


def reviewer_submits(page: Page) -> None:
    at_ticket(page)
    page.click("#verb-review button >> nth=0")
    said(page, "已提交热线中心")


def caller_asks(page: Page) -> None:
    page.goto("/desk/calls/")
    page.keyboard.press("n")
    page.wait_for_url(f"**/desk/calls/{the_ticket().number}/")
    for key in "136":
        page.keyboard.press(key)
    page.keyboard.press("w")
    expect(page.locator("#messages")).not_to_be_empty()


def requester_reads(page: Page) -> None:
    ticket = the_ticket()
    page.goto("/my/")
    page.fill("#id_number", ticket.number)
    page.fill("#id_code", query_code(ticket.pk))
    page.click("main form .button")
    expect(page.locator("main")).to_contain_text("已办结")
    expect(page.locator("main")).to_contain_text(REPLY[:12])


def auditor_reads_it_all(page: Page) -> None:
    at_ticket(page)
    expect(page.locator("main")).to_contain_text("吹哨")
    assert page.locator("[id^=verb-]").count() == 0, "an auditor changes nothing"
