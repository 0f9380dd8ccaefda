"""Several matters in one message (一件多诉): a person files the others as tickets of their own.

Each has the requester, the channel and the protection of the first, is read and dispatched by itself, and
names the first; the first names each of them in an event of its own (Ordinance Art. 11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.intake.actions import Carried, Request, do_take_in, masked_quotes, understand
from jieban.intake.mapping import fingerprint
from jieban.intake.standing import Standing
from jieban.intake.text import clean_text, is_blank
from jieban.matters.actors import PLATFORM
from jieban.matters.rules import Actor, NotPossible, NotYours, Step, may
from jieban.people.actions import do_carry_address
from jieban.reading.reader import Reader
from jieban.reading.result import Reading
from jieban.tickets.actions import advance
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket
from jieban.tickets.workflow import WAITING

SOURCE = "split"
KEPT = "split"
"""Where the proposal of the first ticket keeps which part became which ticket."""
FROM = "split_from"
"""Where the proposal of a part keeps the number of the first and when it was told."""
MOST_PARTS = 6


class SplitRefused(NotPossible):
    """The parts cannot be filed like this; the message says why."""

    reason = "split_refused"


@dataclass(frozen=True, slots=True)
class Filed:
    """A part that has become a ticket: its place among the parts (1 is the first ticket's own)."""

    part: int
    number: str


def filed_parts(ticket: Ticket) -> list[Filed]:
    """The parts of a ticket that are tickets of their own, in the order in which they were filed."""
    return [Filed(int(one["part"]), str(one["number"])) for one in ticket.proposal.get(KEPT, ())]


def open_parts(ticket: Ticket) -> dict[int, str]:
    """Place -> words of each part after the first that reading proposes and nobody has filed yet."""
    done = {one.part for one in filed_parts(ticket)}
    proposed = ticket.proposal.get("parts") or ()
    return {
        place: str(part["text"]) for place, part in enumerate(proposed, 1) if place > 1 and place not in done
    }


def read_part(words: str, ticket: Ticket, reader: Reader, *, now: datetime, book: Book) -> Reading:
    """What is understood of a part by itself. Pure but for the reader."""
    return reader.read("", clean_text(words), address=ticket.address, on=local_day(book, now))


def do_split_off(
    ticket: Ticket, parts: Mapping[int, str], actor: Actor, *, now: datetime, book: Book, reader: Reader
) -> Ticket:
    """File parts of ``ticket`` (place from 2 on -> words) as tickets of their own; gives the first as it is
    then.

    Each part in one transaction with the event on the first: both or neither. A part that was filed before
    is passed over, also when two people press at once; with other words it is refused. Raises
    ``SplitRefused``, the refusals of the engine, and ``Overtaken`` with the parts before it filed.
    """
    line = TICKET.workflow.transition(ticket.state, "split")
    if not may(line, actor, ticket.row()):
        raise NotYours("split", actor)
    wanted = {place: clean_text(words) for place, words in sorted(parts.items()) if not is_blank(words)}
    _check(wanted, int(book.rule("intake.max_text_chars", local_day(book, now))))
    apart = _family(ticket)
    for place, words in wanted.items():
        request = _request(ticket, place, words, apart, reader, now, book)
        with transaction.atomic():
            (outcome,) = do_take_in([request], PLATFORM, now=now, book=book, reader=reader)
            if outcome.result == "conflict":
                said = _("This part is ticket %(number)s already, with other words")
                raise SplitRefused(said % {"number": outcome.number})
            if outcome.result == "accepted":
                do_carry_address(ticket.pk, outcome.ticket)
                kept = [*ticket.proposal.get(KEPT, ()), {"part": place, "number": outcome.number}]
                changes = _what_is_left(ticket, [*wanted.values()], reader, now, book)
                changes["proposal"] = {**ticket.proposal, **changes.get("proposal", {}), KEPT: kept}
                detail = {"part": place, "into": outcome.number}
                ticket = advance(ticket, Step("split", actor, now, changes, detail))
        apart = apart | {outcome.ticket}
    return ticket


def _family(ticket: Ticket) -> frozenset[int]:
    """The ticket and the parts of it that were filed before. One SQL statement where there are some."""
    numbers = [one.number for one in filed_parts(ticket)]
    known = Ticket.objects.filter(number__in=numbers).values_list("pk", flat=True) if numbers else ()
    return frozenset({ticket.pk, *known})


def _check(wanted: Mapping[int, str], most: int) -> None:
    if not wanted:
        raise SplitRefused(_("Write the words of at least one other matter"))
    if min(wanted) < 2 or max(wanted) > MOST_PARTS:
        raise SplitRefused(_("A message has at most %(n)s parts; the first stays here") % {"n": MOST_PARTS})
    if any(len(words) > most for words in wanted.values()):
        raise SplitRefused(_("A part has at most %(n)s characters") % {"n": most})
    if len(set(wanted.values())) < len(wanted):
        raise SplitRefused(_("Two parts have the same words"))


def _request(
    ticket: Ticket,
    place: int,
    words: str,
    apart: frozenset[int],
    reader: Reader,
    now: datetime,
    book: Book,
) -> Request:
    """A part as intake takes it. Where it names no place, it is told of the place of the first."""
    told = read_part(words, ticket, reader, now=now, book=book)
    return Request(
        source=SOURCE,
        key=f"{ticket.number}/{place}",
        body=fingerprint(words),
        channel=ticket.channel,
        text=words,
        address=ticket.address,
        place="" if told.place else ticket.place_id or "",
        occurred_at=ticket.occurred_at,
        standing=Standing(
            secrecy=ticket.secrecy,
            speaks_for=ticket.speaks_for,
            minor=ticket.minor,
            kind=ticket.requester_kind,
            recused=tuple(ticket.recused),
        ),
        simulated=ticket.simulated,
        carried=Carried(
            ticket.requester,
            apart=apart,
            noted={FROM: {"number": ticket.number, "part": place, "told_at": ticket.opened_at.isoformat()}},
        ),
    )


def _what_is_left(
    ticket: Ticket, gone: Sequence[str], reader: Reader, now: datetime, book: Book
) -> dict[str, Any]:
    """The matter and the units proposed for what stays with a ticket that still waits for a dispatcher.

    Words, place and danger stay as they are; nothing changes where the parts are no words of the ticket.
    """
    rest = ticket.text
    for words in gone:
        rest = rest.replace(words, "")
    if ticket.state != WAITING or rest == ticket.text or is_blank(rest):
        return {}
    request = Request(
        source=SOURCE,
        key="",
        body="",
        channel=ticket.channel,
        text=rest,
        address=ticket.address,
        place=ticket.place_id or "",
    )
    ((reading, proposal),) = understand([request], book, reader, now)
    return {
        "category_id": reading.category or None,
        "confidence": proposal.best.confidence if proposal.best else None,
        "proposal": masked_quotes(proposal.as_json(), request.contact),
    }
