"""Failed attempts are counted for all web processes together, by name and by address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from jieban.web import throttle
from jieban.web.models import Attempts

PASSWORD = "a long password"


def sign_in(client: Client, name: str, password: str) -> Any:
    return client.post("/sign-in/", {"username": name, "password": password})


@pytest.mark.usefixtures("city")
def test_guessing_one_password_is_stopped_wherever_it_comes_from(make_account: Callable[..., Any]) -> None:
    make_account("dispatcher", unit="hotline", username="li")
    make_account("dispatcher", unit="hotline", username="wang")
    for number in range(throttle.PER_NAME):
        assert sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), "li", "guess").status_code == 200
    answer = sign_in(Client(), " LI", PASSWORD)
    assert answer.status_code == 429
    assert "15 分钟" in answer.content.decode()
    assert sign_in(Client(), "wang", PASSWORD).status_code == 302


@pytest.mark.usefixtures("city")
def test_guessing_at_many_names_is_stopped_by_its_address(make_account: Callable[..., Any]) -> None:
    make_account("dispatcher", unit="hotline", username="li")
    for number in range(throttle.PER_ADDRESS):
        sign_in(Client(), f"nobody{number}", "guess")
    assert sign_in(Client(), "li", PASSWORD).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="192.0.2.9"), "li", PASSWORD).status_code == 302


@pytest.mark.usefixtures("city")
def test_who_gets_in_begins_anew(make_account: Callable[..., Any]) -> None:
    make_account("dispatcher", unit="hotline", username="li")
    for _ in range(2):
        for _ in range(throttle.PER_NAME - 1):
            sign_in(Client(), "li", "guess")
        assert sign_in(Client(), "li", PASSWORD).status_code == 302


@pytest.mark.django_db
def test_counts_end_and_are_removed() -> None:
    limits = [("k", 2)]
    throttle.count_failure(limits)
    throttle.count_failure(limits)
    assert throttle.too_many(limits)
    Attempts.objects.update(ends=datetime.now(UTC))
    assert not throttle.too_many(limits)
    throttle.count_failure(limits)
    assert Attempts.objects.get().count == 1, "a new quarter of an hour begins with one"
    assert throttle.forget_ended(datetime.now(UTC)) == 0
    assert throttle.forget_ended(datetime.now(UTC) + throttle.WINDOW) == 1


@pytest.mark.django_db
def test_neither_names_nor_addresses_are_stored() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1")
    throttle.count_failure(throttle.sign_in_limits(request, "li"))
    assert all(len(one.key) == 64 and "li" not in one.key for one in Attempts.objects.all())


@pytest.mark.django_db
def test_sql_statements(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    limits = [("a", 1), ("b", 1)]
    with django_assert_num_queries(1):
        throttle.too_many(limits)
    with django_assert_num_queries(2):
        throttle.count_failure(limits)


@pytest.mark.parametrize(
    ("proxies", "told", "address"),
    [
        (0, "203.0.113.5", "192.0.2.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "10.9.9.9, 203.0.113.5", "203.0.113.5"),
        (2, "10.9.9.9, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.5", "203.0.113.5"),
        (1, "unknown", "unknown"),
    ],
)
def test_address_of_who_asks(proxies: int, told: str, address: str, settings: Any) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": told})
    assert throttle.address_of(request) == address
