"""What a requester may still do with his own ticket: send photos, add a note, urge it on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from jieban.city.book import Book
from jieban.dispatch.rules import local_day
from jieban.matters.actions import do_advance
from jieban.matters.attachments import NewFile, do_attach
from jieban.matters.models import Event
from jieban.matters.rules import Actor, NotPossible, Step
from jieban.reading.privacy.secrets import find_secrets, mask
from jieban.reading.text import clean
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

NOTE_CHARS = 1000


class UrgedAlready(NotPossible):
    """The ticket was urged within ``urge.gap_hours``; ``again`` is the moment from which it may be again."""

    reason = "urged_already"

    def __init__(self, again: datetime) -> None:
        super().__init__(f"Urged already; possible again from {again.isoformat()}")
        self.again = again


def do_attach_photos(
    ticket: Ticket, photos: Sequence[NewFile], actor: Actor, *, now: datetime, book: Book
) -> Ticket:
    """Attach cleaned photos to a ticket, as many as ``photo.max_count`` allows. Four SQL statements.

    Raises ``TooManyFiles`` and the refusals of the engine.
    """
    most = int(book.rule("photo.max_count", local_day(book, now)))
    return _as_ticket(do_attach(TICKET, ticket, photos, actor, now=now, most=most, counted_in="photos"))


def next_urge(ticket: Ticket, *, now: datetime, book: Book) -> datetime | None:
    """From when the ticket may be urged again; None when it may be now. One SQL statement, or none."""
    if not ticket.urged:
        return None
    last = (
        Event.objects.filter(matter=ticket.pk, verb="urge")
        .order_by("-seq")
        .values_list("at", flat=True)
        .first()
    )
    if last is None:
        return None
    again = last + timedelta(hours=float(book.rule("urge.gap_hours", local_day(book, now))))
    return again if again > now else None


def do_urge(ticket: Ticket, note: str, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """Urge a ticket on (催办), with a note that the unit reads; personal data in it are masked.

    Three SQL statements. Raises ``UrgedAlready`` within ``urge.gap_hours`` of the last time.
    """
    again = next_urge(ticket, now=now, book=book)
    if again is not None:
        raise UrgedAlready(again)
    words = clean(note.strip())[:NOTE_CHARS]
    detail = {"note": mask(words, find_secrets(words))} if words else {}
    step = Step("urge", actor, now, {"urged": ticket.urged + 1}, detail)
    return _as_ticket(do_advance(TICKET, ticket, step))


def _as_ticket(matter: object) -> Ticket:
    assert isinstance(matter, Ticket)
    return matter
