"""Django's admin as the house has it: its name, its door, who may pass, and rooms named in words."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from jieban.people.backend import ADMIN_ROLES
from jieban.people.models import Account

ROOMS = {
    "city": _("The city's rules and units"),
    "people": _("People and keys"),
    "tickets": _("Tickets"),
    "matters": _("History"),
    "intake": _("Receipts"),
    "assessment": _("Month counts"),
}
"""What is shown, in this order; what Django and the worker bring along is not."""

CITY_TABLES = {
    "Alarm": _("Words of alarm"),
    "Branch": _("Branches of Art. 11"),
    "Calendar": _("Calendars"),
    "CalendarDay": _("Days off and days worked"),
    "CatalogueRow": _("Dispatch catalogue"),
    "Category": _("Categories of matters"),
    "DemandType": _("Demand types"),
    "Exclusion": _("Grounds for leaving out"),
    "LimitTier": _("Time limits"),
    "Line": _("Lines of business"),
    "LoadedPack": _("The city that is loaded"),
    "PlaceName": _("Names of places"),
    "Place": _("Districts, streets, communities"),
    "Rule": _("Single numbers"),
    "Scheme": _("Evaluation schemes"),
    "Tag": _("Tags"),
    "Unit": _("Units"),
}


class HouseAdminSite(AdminSite):
    """The admin of city data and accounts: for administrator and rule owner, to look at for the auditor."""

    site_header = _("Jieban: city data and accounts")
    site_title = _("Jieban")
    index_title = _("What holds in this city, and who works here")
    site_url = "/desk/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the person who asks has a role for this."""
        account = request.user
        return isinstance(account, Account) and account.is_active and bool(account.role_set & ADMIN_ROLES)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:  # type: ignore[override]
        """There is one door to the house: its own sign-in page."""
        if request.user.is_authenticated:
            raise PermissionDenied("reference.view")
        return redirect_to_login(request.GET.get("next") or "/admin/")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The rooms and their tables, named in words."""
        order = list(ROOMS)
        rooms = [room for room in super().get_app_list(request, app_label) if room["app_label"] in ROOMS]
        for room in rooms:
            room["name"] = ROOMS[room["app_label"]]
            for table in room["models"]:
                table["name"] = CITY_TABLES.get(table["object_name"], table["name"])
        return sorted(rooms, key=lambda room: order.index(room["app_label"]))
