"""Who may open a page. Each view declares its permission; a guard test walks every address of the site.

``@page("ticket.view")`` lets those in whose roles hold the permission (``people.roles``), sends people
who have not signed in to the sign-in page, and refuses everybody else. ``@public`` marks the pages that
are for all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url

from jieban.people.models import Account
from jieban.people.roles import PERMISSIONS, PUBLIC, allowed

type View = Callable[..., HttpResponseBase]

DECLARED_ELSEWHERE: dict[str, str] = {
    "admin/": "reference.view",
    "api/v1/docs": PUBLIC,
    "api/v1/openapi.json": PUBLIC,
    "api/v1/": "api.file",
}
"""Beginnings of addresses whose views come from Django or django-ninja and carry no declaration of ours.
The admin asks ``is_staff``, the API an API key; the longest beginning that fits counts."""


def page(permission: str) -> Callable[[View], View]:
    """Declare the permission of a view and ask for it. Raises ``KeyError`` for an unknown one."""
    if permission != PUBLIC:
        PERMISSIONS[permission]

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            refusal = None if permission == PUBLIC else _refusal(request, permission)
            return refusal or view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return declare


public = page(PUBLIC)
"""Declares a view as open to everybody."""


def account_of(request: HttpRequest) -> Account:
    """The member of staff who asks. Only behind ``@page`` with a permission of staff."""
    assert isinstance(request.user, Account)
    return request.user


def permission_of(address: str, view: Any) -> str | None:
    """What a view declares, or its address; None when nobody has declared anything."""
    declared: str | None = getattr(view, "permission", None)
    if declared:
        return declared
    fitting = [beginning for beginning in DECLARED_ELSEWHERE if address.startswith(beginning)]
    return DECLARED_ELSEWHERE[max(fitting, key=len)] if fitting else None


def _refusal(request: HttpRequest, permission: str) -> HttpResponse | None:
    account = request.user
    if not isinstance(account, Account) or not account.is_active:
        return _to_sign_in(request)
    if not allowed(permission, account.role_set):
        raise PermissionDenied(permission)
    return None


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page, with the way back; a part of a page (htmx) sends the whole page there."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)})
    return redirect_to_login(request.get_full_path())
