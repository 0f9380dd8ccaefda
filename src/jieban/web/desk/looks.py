"""What a list shows, as an address that can be shared: filters in, links out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from jieban.tickets import workflow as w
from jieban.tickets.names import STATE_NAMES
from jieban.tickets.queries import NOWHERE, Filters
from jieban.web.desk.queries import Tally
from jieban.web.desk.sitting import Sitting
from jieban.web.words import (
    CHANNEL_NAMES,
    QUEUE_NAMES,
    category_word,
    place_words_of,
    state_words,
    unit_words,
)

FLAGS = ("running", "overdue", "today", "silent", "relay", "asking", "closed")


@dataclass(frozen=True, slots=True)
class Link:
    """A filter: its words, its address, how many it shows, and whether it is the one in force."""

    words: Any
    address: str
    count: int | None = None
    here: bool = False
    alarm: bool = False


def read_look(given: Mapping[str, str]) -> Filters:
    """The filters of an address; what is unknown is passed over."""
    texts = {
        one.name: given.get(one.name, "").replace("\0", "").strip()[:40]
        for one in fields(Filters)
        if one.name not in FLAGS
    }
    flags = {flag: given.get(flag) == "1" for flag in FLAGS}
    read: dict[str, Any] = {**texts, **flags}
    if read["state"] not in STATE_NAMES:
        read["state"] = ""
    return Filters(**read)


def address(look: Filters, name: str = "ticket_list", **changes: Any) -> str:
    """The address of the list with some filters changed."""
    shown = asdict(replace(look, **changes))
    given = {key: "1" if value is True else value for key, value in shown.items() if value}
    return reverse(name) + (f"?{urlencode(given)}" if given else "")


def state_links(look: Filters, counted: Tally, name: str = "ticket_list") -> list[Link]:
    """All that is open, then one link for each open state in which there is something."""
    plain = replace(look, state="", running=False)
    links = [
        Link(_("all open"), address(plain, name), counted.total, not look.state and not look.running),
    ]
    for state in w.OPEN:
        if counted.states.get(state):
            link = Link(
                state_words(state),
                address(plain, name, state=state),
                counted.states[state],
                look.state == state,
            )
            links.append(link)
    return links


def urgent_links(look: Filters, counted: Tally, name: str = "ticket_list") -> list[Link]:
    """Overdue, due today, nobody called yet: each can be put on and taken off again."""
    said = (
        ("overdue", _("overdue"), counted.overdue),
        ("today", _("due today"), counted.today),
        ("silent", _("requester not reached yet"), counted.silent),
    )
    return [
        Link(
            words,
            address(look, name, **{flag: not getattr(look, flag)}),
            count,
            getattr(look, flag),
            flag == "overdue" and count > 0,
        )
        for flag, words, count in said
    ]


def worn(look: Filters, desk: Sitting, name: str = "ticket_list") -> list[Link]:
    """The filters that no other link shows, each with the address without it."""
    said = {
        "queue": QUEUE_NAMES.get(look.queue, look.queue),
        "unit": unit_words(desk.book, look.unit, desk.english),
        "district": _("place not known")
        if look.district == NOWHERE
        else place_words_of(desk.book, look.district, desk.english),
        "category": category_word(desk.book, look.category, desk.english),
        "channel": CHANNEL_NAMES.get(look.channel, look.channel),
        "relay": _("to speak with for the unit"),
        "asking": _("extension asked for"),
    }
    return [
        Link(words, address(look, name, **{key: ""})) for key, words in said.items() if getattr(look, key)
    ]
