"""The verb by which the other matters of one message become tickets of their own (一件多诉, Art. 11)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from jieban.intake.parting import MOST_PARTS, do_split_off, filed_parts, open_parts, read_part
from jieban.people.roles import Role
from jieban.reading.reader import reader_at_hand, reader_for
from jieban.tickets.models import Ticket
from jieban.web.desk.forms_splitting import SplitForm
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button, Cleaned, Verb
from jieban.web.words import category_words, place_words_of

BY_HAND = 2
"""How many empty parts are offered where reading proposes none."""
WHO = frozenset({Role.SEAT, Role.DISPATCHER, Role.SUPERVISOR})


def _split(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    parts = {int(name.removeprefix("part_")): words for name, words in given.items() if words and "_" in name}
    reader = reader_for(desk.book)
    return do_split_off(ticket, parts, desk.actor, now=desk.now, book=desk.book, reader=reader)


def _done(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    numbers = [one.number for one in filed_parts(ticket) if given.get(f"part_{one.part}")]
    return ngettext(
        "Filed as a ticket of its own: %(numbers)s. This one stays for its first matter.",
        "Filed as tickets of their own: %(numbers)s. This one stays for its first matter.",
        len(numbers),
    ) % {"numbers": pgettext("in a list", ", ").join(numbers)}


def _rows(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    """The parts to be filed with what is understood of each; empty ones where a person marks them."""
    proposed = open_parts(ticket)
    taken = {1, *proposed, *(one.part for one in filed_parts(ticket))}
    free = [place for place in range(2, MOST_PARTS + 1) if place not in taken]
    blank = dict.fromkeys(free[: 1 if proposed else BY_HAND], "")
    rows = [(place, words, _hint(words, ticket, desk)) for place, words in {**proposed, **blank}.items()]
    return {"rows": rows}


def _hint(words: str, ticket: Ticket, desk: Sitting) -> str:
    """Matter and place as reading understands the part; a page does not wait for a reader in the making."""
    reader = reader_at_hand(desk.book) if words else None
    if reader is None:
        return ""
    told = read_part(words, ticket, reader, now=desk.now, book=desk.book)
    place = told.place.code if told.place else ticket.place_id
    return _("Proposed: %(matter)s, %(place)s. Empty it to leave this part here.") % {
        "matter": category_words(desk.book, told.category, desk.english),
        "place": place_words_of(desk.book, place, desk.english),
    }


def _offered(ticket: Ticket, desk: Sitting) -> bool:
    """While there is room for another part, by those who take in or dispatch."""
    return bool(desk.roles & WHO) and len(filed_parts(ticket)) < MOST_PARTS - 1


VERBS = (
    Verb(
        "split", ("split",), gettext_lazy("Several matters: file the others"), SplitForm, _split, _done,
        (Button(gettext_lazy("File them")),), choices=_rows, offered=_offered,
    ),
)  # fmt: skip
