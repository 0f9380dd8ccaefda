"""The frame of every page: two languages, two sizes, doors, errors in plain words, nothing inline."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jieban.city.book import Book
from jieban.web.words import left_words, place_words_of, span_words, when_words

PUBLIC = ("/", "/sign-in/", "/language/", "/file/", "/my/", "/rates/", "/nothing/")
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # noon in Beijing


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("path", PUBLIC)
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(client: Client, path: str) -> None:
    answer = client.get(path)
    page = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=", page)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert "'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("path", PUBLIC)
def test_page_has_one_heading_a_title_a_language_and_named_fields(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert len(re.findall(r"<h1\b", page)) == 1
    assert '<html lang="zh-Hans"' in page
    assert 'href="#main"' in page
    fields = re.findall(r'<(?:input|select|textarea)\b(?![^>]*type="hidden")[^>]*\bid="([^"]+)"', page)
    for field in fields:
        assert f'for="{field}"' in page, field


@pytest.mark.usefixtures("city")
def test_language_is_chosen_and_kept(client: Client) -> None:
    assert "您说一声" in client.get("/").content.decode()
    answer = client.post("/language/", {"language": "en", "next": "/my/"})
    assert answer.headers["Location"] == "/my/"
    page = client.get("/").content.decode()
    assert "Tell us, and it will be dealt with." in page
    assert '<html lang="en"' in page
    assert "Beijing" in page


@pytest.mark.usefixtures("city")
def test_larger_text_is_kept_and_leads_back(client: Client) -> None:
    answer = client.post("/text-size/", {"large": "1", "next": "/my/"})
    assert answer.headers["Location"] == "/my/"
    assert "large-text" in client.get("/").content.decode()
    client.post("/text-size/", {"large": "0", "next": "/"})
    assert "large-text" not in client.get("/").content.decode()


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_away_from_the_site(client: Client, address: str) -> None:
    assert client.post("/text-size/", {"large": "1", "next": address}).headers["Location"] == "/"


@pytest.mark.usefixtures("city")
def test_sign_in_and_out(client: Client, make_account: Callable[..., Any]) -> None:
    make_account("dispatcher", unit="hotline", username="li")
    wrong = client.post("/sign-in/", {"username": "li", "password": "guess"})
    assert "对不上" in wrong.content.decode()
    right = client.post("/sign-in/?next=/desk/", {"username": "li", "password": "a long password"})
    assert right.headers["Location"] == "/desk/"
    assert client.get("/sign-in/").status_code == 302, "who is in need not sign in"
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/"


def test_healthz_asks_the_database(client: Client, db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        answer = client.get("/healthz")
    assert answer.content == b"ok\n"


@pytest.mark.usefixtures("city")
def test_first_page_needs_no_sql(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/")
    with django_assert_max_num_queries(1):
        client.get("/")


def test_site_stands_without_a_city(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from jieban.city.queries import NoCity
    from jieban.web import context

    def nothing() -> Book:
        raise NoCity

    monkeypatch.setattr(context, "book", nothing)
    assert client.get("/").status_code == 200


def test_broken_page_needs_neither_request_nor_database() -> None:
    assert "110" in render_to_string("500.html")


@pytest.mark.usefixtures("city")
def test_lost_token_is_explained() -> None:
    answer = Client(enforce_csrf_checks=True).post("/file/", {"text": "暖气不热"})
    assert answer.status_code == 403
    assert "请再发一次" in answer.content.decode()


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOON + timedelta(hours=3, minutes=30), "今天 15:30"),
        (NOON + timedelta(hours=21), "明天 9:00"),
        (NOON - timedelta(hours=20), "昨天 16:00"),
        (datetime(2026, 6, 3, 7, 30, tzinfo=UTC), "6月3日 15:30"),
        (datetime(2025, 6, 3, 7, 30, tzinfo=UTC), "2025年6月3日 15:30"),
        (datetime(2026, 11, 20, 16, 30, tzinfo=UTC), "明天 0:30"),
    ],
)
def test_moments_as_people_say_them(moment: datetime, words: str) -> None:
    assert when_words(moment, NOON) == words


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0.5, "还剩 30 分钟"),
        (5.2, "还剩 5 小时"),
        (47.0, "还剩 47 小时"),
        (72.0, "还剩 3 天"),
        (-2.0, "超时 2 小时"),
    ],
)
def test_time_left(hours: float, words: str) -> None:
    assert left_words(NOON + timedelta(hours=hours), NOON) == words


def test_a_span_is_never_negative() -> None:
    assert span_words(timedelta(minutes=-10)) == "10 分钟"


def test_place_is_called_by_its_own_name_not_by_its_office(city: Book) -> None:
    assert place_words_of(city, "110105016") == "朝阳区双井街道"
    assert place_words_of(city, "110105016", english=True).endswith("Chaoyang District")
    assert place_words_of(city, "nowhere") == "—"
