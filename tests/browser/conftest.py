"""A real browser for all tests of this folder, and people who sit at it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from jieban.city.book import Book

FLAGS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium() -> str | None:
    """Where Chromium is installed, if it is."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if (found := shutil.which(name))), None)


@pytest.fixture(scope="module")
def _loop_allowed() -> Iterator[None]:
    """Playwright keeps a loop in this thread, which Django takes for asynchronous code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="module")
def browser(_loop_allowed: None) -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(autouse=True)
def _nobody_holds_anything() -> Iterator[None]:
    """No claim and no count of another test is remembered."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def sit(
    browser: Browser, live_server: LiveServer, live_city: Book, make_account: Callable[..., Any]
) -> Iterator[Callable[..., Page]]:
    """A page of somebody who has signed in: ``sit("clerk", unit="110105016")``."""
    opened: list[BrowserContext] = []

    def enter(*roles: str, unit: str = "hotline", width: int = 1440, **more: Any) -> Page:
        client = Client()
        client.force_login(make_account(*roles, unit=unit, username=f"{'-'.join(roles)}@{unit}"))
        context = browser.new_context(
            base_url=live_server.url, locale="zh-CN", viewport={"width": width, "height": 900}, **more
        )
        name = django_settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        opened.append(context)
        return context.new_page()

    yield enter
    for context in opened:
        context.close()
