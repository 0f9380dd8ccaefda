"""Staff at a real browser: a dispatcher by keyboard, a clerk and a reviewer, and a line that breaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import faults
from tests.tickets.stage import CALLER, COLD_ROOM, REPLY, STREET, stored, ticket_in, waiting_ticket

from jieban.callback.actions import Answers, do_answers
from jieban.callback.rules import CallingHours
from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.rules import Proposal, candidate_for, place_at
from jieban.tickets import workflow as w
from jieban.tickets.links import rating_token
from jieban.tickets.models import Ticket

pytestmark = pytest.mark.browser


def proposed(city: Book, now: datetime, words: str) -> Ticket:
    candidate = candidate_for(city, COLD_ROOM, place_at(city, STREET), local_day(city, now), 0.41)
    assert candidate is not None
    proposal = Proposal((candidate,), "dispatch", "unsure", (), candidate.tier).as_json()
    return waiting_ticket(city, now, text=words, title=words, proposal={**proposal, "alarm_tier": ""})


def test_a_dispatcher_confirms_three_by_keyboard(
    sit: Callable[..., Page], live_city: Book, today: datetime
) -> None:
    tickets = [proposed(live_city, today + timedelta(seconds=n), f"第{n}家暖气不热") for n in range(3)]
    page = sit("dispatcher")
    page.goto("/desk/dispatch/")
    for number in range(3):
        expect(page.locator("#ticket-words")).to_contain_text(f"第{number}家暖气不热")
        expect(page.locator(".best__go")).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("没有等着派的诉求")
    expect(page.locator("#messages")).to_contain_text("已派给")
    assert {stored(ticket).state for ticket in tickets} == {w.DISPATCHED}


def test_a_dispatcher_searches_another_unit_by_keyboard(
    sit: Callable[..., Page], live_city: Book, today: datetime
) -> None:
    ticket = proposed(live_city, today, "暖气不热")
    page = sit("dispatcher")
    page.goto("/desk/dispatch/")
    page.keyboard.press("u")
    page.keyboard.type("热力集团")
    expect(page.locator("#found-units")).to_contain_text("热力集团")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("热力集团")
    assert stored(ticket).lead_id == "ent.heating"


def test_a_branch_brings_its_words(sit: Callable[..., Page], live_city: Book, today: datetime) -> None:
    ticket = proposed(live_city, today, "邻居家的狗")
    page = sit("dispatcher")
    page.goto("/desk/dispatch/")
    page.keyboard.press("e")
    page.check("#verb-explain input[value=OUTSIDE_FUNCTION]")
    expect(page.locator("#verb-explain textarea")).not_to_have_value("")
    page.click("#verb-explain button")
    expect(page.locator("#messages")).to_contain_text("已说明并办结")
    assert stored(ticket).branch == "OUTSIDE_FUNCTION"


def test_a_clerk_signs_contacts_replies_and_a_reviewer_approves(
    sit: Callable[..., Page], live_city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.DISPATCHED, live_city, today, title="楼道灯坏了")
    page = sit("clerk", unit=STREET)
    page.goto("/desk/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/tickets/{ticket.number}/")
    page.click("#verb-sign button")
    expect(page.locator("#messages")).to_contain_text("已签收")
    page.check("#verb-contact input[value=reached]")
    page.click("#verb-contact button")
    expect(page.locator("#messages")).to_contain_text("联系上了")
    page.check("#verb-reply input[name=outcome][value=solved]")
    page.fill("#reply_reply", "修好了")
    page.click("#verb-reply .actions button")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary")).to_contain_text("至少 20 个字")
    expect(page.locator("#reply_reply")).to_have_value("修好了")
    page.fill("#reply_reply", REPLY)
    page.click("#verb-reply .actions button")
    expect(page.locator("#messages")).to_contain_text("交审核人")
    chief = sit("reviewer", unit=STREET)
    chief.goto(f"/desk/tickets/{ticket.number}/")
    chief.click("#verb-review button >> nth=0")
    expect(chief.locator("#messages")).to_contain_text("已提交热线中心")
    assert stored(ticket).state == w.SUBMITTED


def test_a_broken_line_keeps_what_was_typed(
    sit: Callable[..., Page], live_city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.HANDLING, live_city, today)
    page = sit("clerk", unit=STREET)
    page.goto(f"/desk/tickets/{ticket.number}/")
    page.check("#verb-reply input[name=outcome][value=solved]")
    page.fill("#reply_reply", REPLY)
    page.context.set_offline(True)
    page.click("#verb-reply .actions button")
    expect(page.locator(".lost")).to_contain_text("网络断了")
    expect(page.locator("#reply_reply")).to_have_value(REPLY)
    page.context.set_offline(False)
    page.click("#verb-reply .actions button")
    expect(page.locator("#messages")).to_contain_text("交审核人")


def test_without_a_script_a_dispatcher_works_all_the_same(
    sit: Callable[..., Page], live_city: Book, today: datetime
) -> None:
    ticket = proposed(live_city, today, "暖气不热")
    page = sit("dispatcher", java_script_enabled=False)
    page.goto("/desk/dispatch/")
    page.click(".best__go")
    page.wait_for_url("**/desk/dispatch/")
    assert "已派给" in page.inner_text("#messages")
    assert stored(ticket).state == w.DISPATCHED


def test_an_interviewer_writes_three_answers_by_keyboard(
    sit: Callable[..., Page], live_city: Book, today: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CallingHours, "allow", lambda hours, moment: True)
    ticket = ticket_in(w.CALLBACK, live_city, today, text="三单元楼道灯坏了半个月")
    page = sit("caller")
    page.goto("/desk/calls/")
    expect(page.locator("[data-focus]")).to_be_focused()
    page.keyboard.press("n")
    page.wait_for_url(f"**/desk/calls/{ticket.number}/")
    expect(page.locator("[data-focus]")).to_be_focused()
    for key in "156":
        page.keyboard.press(key)
    expect(page.locator("#id_why_contacted")).to_be_hidden()
    reason = page.get_by_label("处理了，但问题还在或又出现了")
    expect(reason).to_be_visible()
    page.keyboard.press("w")
    expect(page.locator("#error-summary")).to_contain_text("至少勾选一个原因")
    reason.check()
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    expect(page.locator("#messages")).to_contain_text("单位会重办")
    assert stored(ticket).redone == 1


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_nothing_sticks_out_and_axe_is_content(
    width: int, sit: Callable[..., Page], live_city: Book, today: datetime
) -> None:
    waiting = proposed(live_city, today, "暖气不热")
    asked = ticket_in(w.CALLBACK, live_city, today)
    drawn = ticket_in(w.CALLBACK, live_city, today)
    do_answers(drawn, Answers(True, "yes", "basic"), CALLER, now=today, book=live_city, by="called_in")
    Ticket.objects.filter(pk=drawn.pk).update(checked="due")
    page = sit("supervisor", "clerk", "reviewer", "auditor", "seat", width=width)
    for path in (
        "/desk/",
        "/desk/tickets/",
        "/desk/dispatch/",
        f"/desk/tickets/{waiting.number}/",
        "/desk/calls/",
        f"/desk/calls/{asked.number}/",
        "/desk/calls/second/",
        f"/desk/calls/second/{drawn.number}/",
        "/desk/calls/checks/",
        f"/my/{asked.number}/rate/{rating_token(asked)}/",
        "/desk/take-in/",
        "/desk/objections/",
    ):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} wide"
        assert not faults(page), path
