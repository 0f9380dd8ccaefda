"""What every page knows: the city, the reader's language and size of type, the rooms he may enter."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
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

TOGETHER, WATCH, MORE = "together", "watch", "more"
GROUP_WORDS = {TOGETHER: _("Together"), WATCH: _("Figures and oversight"), MORE: _("More")}

STAFF_ROOMS: tuple[tuple[str, Any, str, str], ...] = (
    ("work", _("My work"), "work.view", ""),
    ("messages", _("Messages"), "work.view", ""),
    ("take_in", _("Take a call"), "ticket.take_in", ""),
    ("dispatch_desk", _("Dispatch"), "ticket.dispatch", ""),
    ("objections", _("Objections"), "ticket.dispatch", ""),
    ("call_list", _("Call-backs"), "ticket.call_back", ""),
    ("ticket_list", _("Tickets"), "ticket.view", ""),
    ("asked", _("Asked between units"), "subticket.use", TOGETHER),
    ("whistle_list", _("Whistles"), "whistle.use", TOGETHER),
    ("cluster_list", _("Common matters"), "cluster.use", TOGETHER),
    ("rates", _("Rates"), "figures.view", WATCH),
    ("oversight_list", _("Oversight"), "oversight.use", WATCH),
    ("exclusion_list", _("Exclusions"), "exclusion.use", WATCH),
    ("ledgers", _("Ledgers"), "ledger.view", WATCH),
    ("catalogue", _("Lessons for the catalogue"), "catalogue.propose", MORE),
    ("place_names", _("Names of places"), "catalogue.propose", MORE),
    ("dispatch_quality", _("Dispatch quality"), "catalogue.propose", MORE),
    ("articles", _("Knowledge"), "knowledge.view", MORE),
    ("outgoing", _("Notices"), "notice.view", MORE),
    ("leave", _("Leave"), "delegation.use", MORE),
    ("admin:index", _("Reference data"), "reference.view", MORE),
)
"""URL name, words, permission, group: the navigation of staff. What is used all day stands by itself, the
rest folded in groups. A name that no room serves yet is left out."""


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the staff navigation; ``count`` is how much of it is new."""

    address: str
    words: Any
    here: bool
    count: int = 0
    group: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in the bar of rooms: a room, or several folded under common words."""

    words: Any
    rooms: list[Room]

    @property
    def here(self) -> bool:
        """Whether the reader is in one of them."""
        return any(room.here for room in self.rooms)


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame of each page; at most two SQL statements (the city's serial, every two seconds; the unread
    messages of whoever is signed in, every ten)."""
    english = is_english()
    city_name, version = _city(english)
    rooms = staff_rooms(request)
    return {
        "city_name": city_name,
        "pack_version": version,
        "english": english,
        "other_language": ("zh-hans", "中文") if english else ("en", "English"),
        "large_text": request.COOKIES.get(LARGE_TEXT_COOKIE) == "1",
        "hotline": HOTLINE,
        "staff_rooms": rooms,
        "staff_menu": menu(rooms),
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
    for name, words, permission, group in STAFF_ROOMS:
        address = _address(name)
        barred = name.startswith("admin:") and not account.is_staff  # Django's admin asks this besides
        if address and allowed(permission, account.role_set) and not barred:
            count = _unread(account) if name == "messages" else 0
            rooms.append(Room(address, words, _is_here(request.path, address), count, group))
    return rooms


def menu(rooms: list[Room]) -> list[Entry]:
    """The rooms as they stand in the bar; a group of one stands by itself."""
    entries = []
    for group, members in groupby(rooms, key=lambda room: room.group):
        listed = list(members)
        if group and len(listed) > 1:
            entries.append(Entry(GROUP_WORDS[group], listed))
        else:
            entries += [Entry(room.words, [room]) for room in listed]
    return entries


def _unread(account: Account) -> int:
    """How many messages are new; none where the database does not answer, as on the page that says so."""
    try:
        return unread(account)
    except DatabaseError:
        return 0


def _is_here(path: str, address: str) -> bool:
    if address == _address("work"):
        return path == address  # the other rooms lie below it, and pages that are in no room
    others = (_address(name) for name, *_rest in STAFF_ROOMS)
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
