"""Django's admin as the house has it: its name, its door, and who may pass."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from jieban.people.backend import ADMIN_ROLES
from jieban.people.models import Account


class HouseAdminSite(AdminSite):
    """The admin of city data and accounts, for the administrator and the rule owner."""

    site_header = _("Jieban: city data and accounts")
    site_title = _("Jieban")
    index_title = _("What holds in this city, and who works here")
    site_url = "/work/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the person who asks has a role for this."""
        account = request.user
        return isinstance(account, Account) and account.is_active and bool(account.role_set & ADMIN_ROLES)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:  # type: ignore[override]
        """There is one door to the house: its own sign-in page."""
        if request.user.is_authenticated:
            raise PermissionDenied("reference.view")
        return redirect_to_login(request.GET.get("next") or "/admin/")
