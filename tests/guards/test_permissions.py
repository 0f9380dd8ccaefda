"""Every address of the site declares who may open it, and opens to exactly those."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from jieban.people.access import DECLARED_ELSEWHERE, permission_of
from jieban.people.roles import PERMISSIONS, PUBLIC, STAFF_ROLES, Role, allowed

SAMPLES: dict[str, str] = {
    "number": "2611200000014",
    "sha256": "a" * 64,
    "token": "no-such-token",
    "verb": "sign",
    "code": "no-such-code",
    "pk": "7",
    "ending": "csv",
}
"""What is put in for the variable parts of addresses; an address with another part needs one here."""


def _walk(patterns: list[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern):
            yield address, pattern.callback


ADDRESSES = list(_walk(get_resolver().url_patterns))
PAGES = [
    (address, permission_of(address, view))
    for address, view in ADDRESSES
    if not address.startswith(tuple(DECLARED_ELSEWHERE))
]


def _path(address: str) -> str:
    """The address with samples in its variable parts."""
    parts = []
    for part in address.split("<"):
        if ">" not in part:
            parts.append(part)
            continue
        variable, rest = part.split(">", 1)
        parts.append(SAMPLES[variable.split(":")[-1]] + rest)
    return "/" + "".join(parts)


def _let_in(answer: HttpResponseBase) -> bool:
    """Whether the door opened, whatever was behind it."""
    to_sign_in = answer.status_code == 302 and "/sign-in/" in answer.headers["Location"]
    return answer.status_code != 403 and not to_sign_in


def test_there_are_addresses() -> None:
    assert len(PAGES) > 15
    assert any(address.startswith("api/") for address, _ in ADDRESSES)
    assert any(address.startswith("admin/") for address, _ in ADDRESSES)


@pytest.mark.parametrize(("address", "view"), ADDRESSES, ids=[address for address, _ in ADDRESSES])
def test_address_declares_a_known_permission(address: str, view: Any) -> None:
    permission = permission_of(address, view)
    assert permission is not None, "declare it with @page('…') or @public (jieban/people/access.py)"
    assert permission == PUBLIC or permission in PERMISSIONS


@pytest.mark.django_db
def test_strangers_are_let_in_to_public_pages_only() -> None:
    for address, permission in PAGES:
        assert _let_in(Client().get(_path(address))) == (permission == PUBLIC), address


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_role_is_let_in_where_the_table_says(role: Role, make_account: Callable[..., Any]) -> None:
    client = Client()
    unit = "110105016" if role in (Role.CLERK, Role.REVIEWER, Role.LEADER) else "hotline"
    account = make_account(role, unit=unit)
    for address, permission in PAGES:
        if address.startswith(("sign-in", "sign-out")):
            continue  # one turns back whoever is in, the other ends the session
        client.force_login(account)
        expected = allowed(permission or "", frozenset({role}))
        assert _let_in(client.get(_path(address))) == expected, f"{role} at {address} ({permission})"


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_admin_opens_to_nobody_beyond_the_table(role: Role, make_account: Callable[..., Any]) -> None:
    client = Client()
    client.force_login(make_account(role))
    if client.get("/admin/").status_code == 200:
        assert allowed(DECLARED_ELSEWHERE["admin/"], frozenset({role}))


@pytest.mark.django_db
@pytest.mark.parametrize("role", [None, *sorted(STAFF_ROLES)], ids=str)
def test_api_wants_a_key_whoever_asks(role: Role | None, make_account: Callable[..., Any]) -> None:
    client = Client()
    if role:
        client.force_login(make_account(role))
    operations = [
        _path(address)
        for address, view in ADDRESSES
        if permission_of(address, view) in ("api.file", "api.read") and address != "api/v1/"
    ]
    assert operations
    for path in operations:
        answers = [client.get(path), client.post(path, data="{}", content_type="application/json")]
        assert {answer.status_code for answer in answers} <= {401, 405}, path
        assert 401 in {answer.status_code for answer in answers}, path


@pytest.mark.django_db
def test_part_of_a_page_sends_the_whole_page_to_the_sign_in() -> None:
    answer = Client().get("/photo/1/a.jpg", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in/"
