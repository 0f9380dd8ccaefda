"""Marked words and what would change them in a real browser: wide and narrow, without a script too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import faults
from tests.tickets.stage import waiting_ticket

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.rules import propose
from jieban.reading.reader import reader_for
from jieban.tickets.models import Ticket

pytestmark = pytest.mark.browser

GAS = "家里闻到煤气味，厨房嘶嘶响，快来人啊，丰台区方庄，电话138****1234"


def gas(city: Book, now: datetime) -> Ticket:
    """A ticket that waits in the danger queue, with the proposal that reading makes of it."""
    reading = reader_for(city).read("", GAS)
    proposal = propose(reading, city, local_day(city, now)).as_json()
    assert reading.place is not None
    return waiting_ticket(
        city,
        now,
        queue="danger",
        text=reading.text,
        title=reading.text[:40],
        category_id=reading.category,
        demand_type=reading.demand_type,
        danger=reading.danger,
        place_id=reading.place.code,
        district=reading.place.district,
        street=reading.place.street,
        proposal={**proposal, "call": reading.call, "model": reading.model},
    )


@pytest.mark.parametrize(("width", "dark"), [(390, False), (390, True), (1440, False), (1440, True)])
def test_marked_words_are_readable_by_everybody(
    width: int, dark: bool, sit: Callable[..., Page], live_city: Book, today: datetime
) -> None:
    ticket = gas(live_city, today)
    page = sit("dispatcher", width=width)
    page.emulate_media(color_scheme="dark" if dark else "light")
    for path in ("dispatch/{}/", "tickets/{}/", "tickets/{}/why/"):
        address = f"/desk/{path.format(ticket.number)}"
        page.goto(address)
        expect(page.locator("mark.carries--alarm").first).to_be_visible()
        expect(page.locator("mark.carries--model").first).to_be_visible()
        assert page.locator(".words.person").inner_text() == GAS
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert not faults(page), address


def test_what_would_change_it_comes_when_it_is_opened(
    sit: Callable[..., Page], live_city: Book, today: datetime
) -> None:
    ticket = gas(live_city, today)
    page = sit("dispatcher")
    page.goto(f"/desk/dispatch/{ticket.number}/")
    expect(page.locator(".change")).to_have_count(0)
    page.get_by_text("怎样会变", exact=True).click()
    expect(page.locator(".change").first).to_be_visible()
    assert page.locator(".change").count() >= 2
    assert not faults(page)


def test_without_a_script_it_is_a_page_of_its_own(
    sit: Callable[..., Page], live_city: Book, today: datetime
) -> None:
    ticket = gas(live_city, today)
    page = sit("dispatcher", java_script_enabled=False)
    page.goto(f"/desk/dispatch/{ticket.number}/")
    page.get_by_text("怎样会变", exact=True).click()
    page.click("#what-if a")
    page.wait_for_url(f"**/desk/tickets/{ticket.number}/why/")
    assert page.locator(".change").count() >= 2
