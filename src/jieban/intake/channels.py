"""From what a channel hands over (a form, an API call, a row of a file) to a ``Request``.

Every channel is checked by the same rules (``intake.mapping``), so that a text that one channel takes
is taken by all.
"""

from __future__ import annotations

from collections.abc import Mapping as Fields
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from jieban.city.book import Book
from jieban.dispatch.rules import local_day
from jieban.intake.actions import Request
from jieban.intake.fieldmap import FIELD_NAMES, Mapping
from jieban.intake.files import Row
from jieban.intake.mapping import IncomingRequest, Refusal, fingerprint, to_request
from jieban.intake.standing import PLAIN, Standing
from jieban.people.actions import Contact

SAME_NAMES = Mapping({name: name for name in FIELD_NAMES})
"""The mapping of a channel that already speaks in our field names."""


def read_row(
    row: Row, mapping: Mapping, source: str, *, now: datetime, book: Book
) -> IncomingRequest | Refusal:
    """A row as a clean request, or why it is none."""
    return to_request(
        row,
        mapping,
        ZoneInfo(book.identity.timezone),
        now=now,
        source=source,
        max_text_chars=int(book.rule("intake.max_text_chars", local_day(book, now))),
    )


def read_fields(
    values: Fields[str, str], source: str, *, now: datetime, book: Book
) -> IncomingRequest | Refusal:
    """Fields by our own names as a clean request, or why they are none."""
    return read_row(Row(1, dict(values)), SAME_NAMES, source, now=now, book=book)


def as_request(
    incoming: IncomingRequest,
    *,
    source: str,
    book: Book,
    key: str = "",
    channel: str = "",
    place: str = "",
    answers: Fields[str, str] | None = None,
    language: str = "",
    standing: Standing = PLAIN,
    photos: int = 0,
    simulated: bool = False,
) -> Request:
    """A clean request as intake takes it. ``key`` names it within the source; without one it is named
    by its content. ``place`` is a place code that a person chose, ``answers`` those to the form of the
    matter, checked already, ``language`` the one in which he is told (``en``, or empty for the city's)."""
    told = [f"{code}={value}" for code, value in sorted((answers or {}).items())] + [*standing.parts()]
    return Request(
        source=source,
        key=key or (fingerprint(incoming.fingerprint, place) if place else incoming.fingerprint),
        body=fingerprint(body_of(incoming, place), *told) if told else body_of(incoming, place),
        channel=incoming.channel[:30] or channel,
        title=incoming.title,
        text=incoming.text,
        address=" ".join(part for part in (incoming.place, incoming.address) if part),
        place=place,
        demand_type=demand_type_of(incoming.demand_type, book),
        category_hint=incoming.category_hint,
        external_id=incoming.external_id,
        occurred_at=incoming.occurred_at,
        contact=Contact(
            phone=incoming.phone,
            name=incoming.name,
            key=_key_of(incoming, source),
            email=incoming.email,
            language=language,
        ),
        answers=dict(answers or {}),
        standing=standing,
        photos=photos,
        simulated=simulated,
    )


def _key_of(incoming: IncomingRequest, source: str) -> str:
    """The name of the person for intake: a number of a sending system counts within that system alone."""
    key = incoming.requester_key
    return f"{source}/{key}" if key.startswith("requester:") else key


def body_of(incoming: IncomingRequest, place: str = "") -> str:
    """A hash of all that was given, by which a key used for another request is told from a repetition."""
    given = [str(value or "") for name, value in asdict(incoming).items() if name != "fingerprint"]
    return fingerprint(*given, place)


def demand_type_of(word: str, book: Book) -> str:
    """The code of a demand type given as code or name; empty when it is none of the city's."""
    for row in book.tables["demand_types"]:
        if word and word.casefold() in (row.code.casefold(), row.name.casefold(), row.name_en.casefold()):
            return str(row.code)
    return ""
