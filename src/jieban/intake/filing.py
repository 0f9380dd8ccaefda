"""From a finished draft to a ticket, in one transaction and once for each draft."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language

from jieban.city.book import Book
from jieban.intake import draft as drafts
from jieban.intake.actions import do_take_in
from jieban.intake.channels import as_request, read_fields
from jieban.intake.draft import Draft
from jieban.intake.following import do_attach_photos
from jieban.intake.mapping import Refusal
from jieban.intake.standing import Standing
from jieban.matters.actors import requester
from jieban.reading.reader import Reader

SOURCE = "web"


class FiledOtherwise(Exception):
    """Under the draft's token other words were filed before, as ticket ``number``; these are not stored."""

    def __init__(self, ticket: int, number: str) -> None:
        super().__init__(number)
        self.ticket = ticket
        self.number = number


class Refused(Exception):
    """The draft cannot be taken as it is; ``field`` names the answer."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.reason} {refusal.remedy}")
        self.field = refusal.field


def do_file(draft: Draft, *, now: datetime, book: Book, reader: Reader) -> int:
    """File a draft with its photos; gives the id of the ticket. At most eleven SQL statements.

    The same draft again, even from a second process at the same moment, gives the same ticket.
    Raises ``Refused``, and ``FiledOtherwise`` when the token was used for other words.
    """
    values = {"text": draft.text, "address": draft.address, "phone": draft.phone}
    values |= {"name": draft.name, "email": draft.email}
    incoming = read_fields(values, SOURCE, now=now, book=book)
    if isinstance(incoming, Refusal):
        raise Refused(incoming)
    photos = drafts.files_of(draft)
    request = as_request(
        incoming,
        source=SOURCE,
        book=book,
        key=draft.token,
        channel=SOURCE,
        place=draft.place or draft.district,
        answers={code: value for code, value in draft.answers.items() if value},
        language="en" if (get_language() or "").startswith("en") else "",
        standing=Standing(draft.secrecy, draft.on_behalf, draft.represented, draft.minor),
        photos=len(photos),
    )
    with transaction.atomic():
        (outcome,) = do_take_in([request], requester(), now=now, book=book, reader=reader)
        if outcome.result == "conflict":
            raise FiledOtherwise(outcome.ticket, outcome.number)
        if outcome.ticket_row is not None and photos:
            do_attach_photos(outcome.ticket_row, photos, requester(outcome.number), now=now, book=book)
    return outcome.ticket
