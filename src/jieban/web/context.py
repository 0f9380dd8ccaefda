"""What every page knows: the city, the reader's language and size of type, the rooms he may enter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from jieban.city.queries import NoCity, book
from jieban.notices.queries import unread
from jieban.people.models import Account
from jieban.people.roles import allowed

HOTLINE = "12345"
"""The national number of government service hotlines (国办发〔2020〕53号)."""

LARGE_TEXT_COOKIE = "large_text"

STAFF_ROOMS: tuple[tuple[str, Any, str], ...] = (
    ("work", _("My work"), "work.view"),
    ("messages", _("Messages"), "work.view"),
    ("take_in", _("Take a call"), "ticket.take_in"),
    ("dispatch_desk", _("Dispatch"), "ticket.dispatch"),
    ("objections", _("Objections"), "ticket.dispatch"),
    ("cluster_list", _("Common matters"), "cluster.use"),
    ("call_list", _("Call-backs"), "ticket.call_back"),
    ("ticket_list", _("Tickets"), "ticket.view"),
    ("asked", _("Asked between units"), "subticket.use"),
    ("whistle_list", _("Whistles"), "whistle.use"),
    ("ledgers", _("Ledgers"), "ledger.view"),
    ("exclusion_list", _("Exclusions"), "exclusion.use"),
    ("oversight_list", _("Oversight"), "oversight.use"),
    ("rates", _("Rates"), "figures.view"),
    ("catalogue", _("Lessons for the catalogue"), "catalogue.propose"),
    ("outgoing", _("Notices"), "notice.view"),
    ("leave", _("Leave"), "delegation.use"),
    ("admin:index", _("Reference data"), "reference.view"),
)
"""URL name, words, permission: the navigation of staff. A name that no room serves yet is left out."""


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the staff navigation; ``count`` is how much of it is new."""

    address: str
    words: Any
    here: bool
    count: int = 0


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame of each page; at most two SQL statements (the city's serial, every two seconds; the unread
    messages of whoever is signed in, every ten)."""
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
            count = _unread(account) if name == "messages" else 0
            rooms.append(Room(address, words, _is_here(request.path, address), count))
    return rooms


def _unread(account: Account) -> int:
    """How many messages are new; none where the database does not answer, as on the page that says so."""
    try:
        return unread(account)
    except DatabaseError:
        return 0


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
