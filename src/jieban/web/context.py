"""What every page knows: the city, the reader's language and size of type, the rooms he may enter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from jieban.city.queries import NoCity, book
from jieban.people.models import Account
from jieban.people.roles import allowed

HOTLINE = "12345"
"""The national number of government service hotlines (国办发〔2020〕53号)."""

LARGE_TEXT_COOKIE = "large_text"

STAFF_ROOMS: tuple[tuple[str, Any, str], ...] = (
    ("work", _("My work"), "work.view"),
    ("take_in", _("Take a call"), "ticket.take_in"),
    ("dispatch_desk", _("Dispatch"), "ticket.dispatch"),
    ("objections", _("Objections"), "ticket.dispatch"),
    ("call_list", _("Call-backs"), "ticket.call_back"),
    ("ticket_list", _("Tickets"), "ticket.view"),
    ("rates", _("Rates"), "figures.view"),
    ("admin:index", _("Reference data"), "reference.view"),
)
"""URL name, words, permission: the navigation of staff. A name that no room serves yet is left out."""


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the staff navigation."""

    address: str
    words: Any
    here: bool


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame of each page; at most one SQL statement (the city's serial, every two seconds)."""
    english = is_english()
    city_name, version = _city(english)
    return {
        "city_name": city_name,
        "pack_version": version,
        "english": english,
        "other_language": ("zh-hans", "中文") if english else ("en", "English"),
        "large_text": request.COOKIES.get(LARGE_TEXT_COOKIE) == "1",
        "hotline": HOTLINE,
        "staff_rooms": staff_rooms(request),
    }


def is_english() -> bool:
    """Whether the reader has chosen English."""
    return (get_language() or "").startswith("en")


def staff_rooms(request: HttpRequest) -> list[Room]:
    """The rooms of work that the person who asks may enter; none for residents."""
    account = getattr(request, "user", AnonymousUser())
    if not isinstance(account, Account):
        return []
    rooms = []
    for name, words, permission in STAFF_ROOMS:
        address = _address(name)
        barred = name.startswith("admin:") and not account.is_staff  # Django's admin asks this besides
        if address and allowed(permission, account.role_set) and not barred:
            rooms.append(Room(address, words, _is_here(request.path, address)))
    return rooms


def _is_here(path: str, address: str) -> bool:
    others = (_address(name) for name, _words, _permission in STAFF_ROOMS)
    longer = [other for other in others if other.startswith(address) and other != address]
    return path.startswith(address) and not any(path.startswith(other) for other in longer)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _city(english: bool) -> tuple[str, str]:
    try:
        identity = book().identity
    except NoCity:
        return "", ""
    return (identity.name_en if english and identity.name_en else identity.name), identity.version
