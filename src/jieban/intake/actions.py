"""Taking requests in: the only way by which a ticket comes into being, whatever the channel.

``do_take_in`` takes any number of requests and stores them in one transaction with a constant number
of SQL statements: receipts (idempotency), requesters, words, tickets, events. One request is a batch
of one, so the web form, the API and a file of a million rows walk the same path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.actions import answer_step, first_steps
from jieban.dispatch.along import do_send_along
from jieban.dispatch.ranker.effects import History, pairs_of
from jieban.dispatch.ranker.history import history_for
from jieban.dispatch.ranker.learned import Learned, learned_for
from jieban.dispatch.rules import Candidate, Proposal, place_at, propose
from jieban.intake import repeats
from jieban.intake.completeness import Known
from jieban.intake.filling import law_columns
from jieban.intake.looking import Arrival, Found, look_around
from jieban.intake.protecting import kept_from_reported
from jieban.intake.repeats import Course
from jieban.intake.same import Told
from jieban.intake.standing import ANONYMOUS, PLAIN, Standing
from jieban.intake.surges import surge_of
from jieban.matters.actions import Opening, do_open, new_number, series
from jieban.matters.actors import PLATFORM
from jieban.matters.rules import Actor, Step
from jieban.people import actions as people
from jieban.people.actions import Contact
from jieban.people.masking import mask_home, mask_known
from jieban.reading.reader import Reader
from jieban.reading.result import Reading
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket

TITLE_CHARS = 300
ADDRESS_CHARS = 500


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer given while the requester was there, and the article (code@version) it rests on."""

    words: str
    cited: str = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a request has from another ticket out of which a person took it (``parting``).

    ``requester``: who brought that one; ``apart``: ids of tickets that are surely other matters, and are
    neither merged with this one nor asked about; ``noted`` is kept with its proposal and first event.
    """

    requester: int | None
    apart: frozenset[int]
    noted: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a channel hands it over, cleaned but unread.

    ``source`` and ``key`` name it for idempotency; ``body`` is a hash of its content, by which a
    reused key is told from a repeated request. ``place`` is a place code chosen by a person; ``answers``
    are those to the form of the matter (``completeness.check_answers``). ``photos`` says how many will be
    attached: a photo is a new fact. ``answered`` is what the caller was told at once; it ends the request
    (Art. 11 ¶1) unless somebody is in danger or the matter is one that is there already. ``carried`` is
    set where it was part of another request.
    """

    source: str
    key: str
    body: str
    channel: str
    title: str = ""
    text: str = ""
    address: str = ""
    place: str = ""
    demand_type: str = ""
    category_hint: str = ""
    external_id: str = ""
    occurred_at: datetime | None = None
    contact: Contact = field(default_factory=Contact)
    answers: Mapping[str, str] = field(default_factory=dict)
    standing: Standing = PLAIN
    photos: int = 0
    simulated: bool = False
    answered: Answered | None = None
    carried: Carried | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request: ``accepted`` (a new ticket), ``duplicate`` (it is there already) or
    ``conflict`` (the key was used for another request)."""

    result: str
    ticket: int
    number: str
    ticket_row: Ticket | None = None


def do_take_in(
    requests: Sequence[Request], actor: Actor, *, now: datetime, book: Book, reader: Reader
) -> list[Outcome]:
    """Take requests in: read, stored, dispatched or queued, each with its events, all or none.

    Nine SQL statements however many requests there are, one more where a key is known already, where
    somebody is to be told, and for each fifty new numbers; at most eight more where a request is not the
    first of its matter (``repeats``). The requests' keys must differ.
    """
    understood = understand(requests, book, reader, now)
    with transaction.atomic():
        ids = [series.take() for _ in requests]
        local = now.astimezone(ZoneInfo(book.identity.timezone))
        numbers = [new_number(one, local, book.identity.number_format) for one in ids]
        fresh = _write_receipts(requests, ids, numbers, now)
        outcomes = _known_outcomes(requests, fresh)
        new = [index for index, request in enumerate(requests) if (request.source, request.key) in fresh]
        contacts = [contact_kept(requests[index]) for index in new]
        requesters = [
            _carried_by(requests[index]) or remembered
            for index, remembered in zip(new, people.do_remember_requesters(contacts, now=now), strict=True)
        ]
        people.do_keep_words(
            [
                words_kept(requests[index], understood[index][0], ids[index], requester)
                for index, requester in zip(new, requesters, strict=True)
            ],
            now=now,
        )
        arrivals = [
            _arrival(index, requests[index], understood[index][0], ids[index], numbers[index], requester, now)
            for index, requester in zip(new, requesters, strict=True)
        ]
        around = look_around(arrivals, now=now, book=book)
        _keep_apart(requests, arrivals, around)
        settled = repeats.settle(arrivals, around, actor, now=now, book=book)
        openings = [
            _opening(
                requests[one.index], one, *understood[one.index], settled.courses[one.index], actor, now, book
            )
            for one in arrivals
        ]
        sent: list[tuple[Any, Candidate]] = []
        for index, matter in zip(new, do_open(TICKET, openings), strict=True):
            outcomes[index] = Outcome("accepted", matter.pk, matter.number, matter)  # type: ignore[arg-type]
            if best := understood[index][1].best:
                sent.append((matter, best))
        do_send_along(sent, PLATFORM, now=now, book=book)
        repeats.do_store(settled)
    return [outcomes[index] for index in range(len(requests))]


def _opening(
    request: Request,
    arrival: Arrival,
    reading: Reading,
    proposal: Proposal,
    course: Course,
    actor: Actor,
    now: datetime,
    book: Book,
) -> Opening:
    """The ticket of a new request with its steps: received, joined to others, and sent, queued or ended."""
    if course.lead:
        proposal = repeats.led_by_cluster(proposal, course, book, local_day(book, now))
    columns = _read_columns(request, arrival.told, reading, proposal, book, now)
    columns["proposal"] |= course.kept
    noted = dict(request.carried.noted) if request.carried else {}
    columns["proposal"] |= noted
    receive = Step("receive", actor, now, columns | course.columns, noted)
    standing = request.standing
    usual: tuple[Step, ...]
    if course.ends:
        usual = (course.ends,)
    elif request.answered and not reading.danger:
        usual = (answer_step(request.answered.words, actor, now, cited=request.answered.cited),)
    else:
        usual = first_steps(proposal, book, PLATFORM, now, secrecy=standing.secrecy, recused=standing.recused)
    first = _first_columns(request, arrival.told.id, arrival.told.number, arrival.requester, now)
    return Opening(first, (receive, *course.first, *usual, *course.after))


def _carried_by(request: Request) -> int | None:
    """Who brought the ticket that this request was part of; None for a request of its own."""
    return request.carried.requester if request.carried else None


def _keep_apart(requests: Sequence[Request], arrivals: Sequence[Arrival], around: Sequence[Found]) -> None:
    """Leave out the tickets that a person has parted from a request."""
    for arrival, found in zip(arrivals, around, strict=True):
        carried = requests[arrival.index].carried
        if carried:
            found.same, found.near = (
                [hit for hit in hits if not {hit.earlier.id, hit.earlier.same_as} & carried.apart]
                for hits in (found.same, found.near)
            )


def _arrival(
    index: int,
    request: Request,
    reading: Reading,
    pk: int,
    number: str,
    requester: int | None,
    now: datetime,
) -> Arrival:
    """What is compared of a new request: the masked words, as those before it are stored."""
    place = reading.place
    title, text, address = (
        _masked(words, request.contact) for words in (reading.title, reading.text, reading.address)
    )
    told = Told(
        id=pk,
        number=number,
        at=request.occurred_at or now,
        title=title or text[:TITLE_CHARS],
        text=text,
        address=address,
        category=reading.category,
        place=place.code if place else "",
        district=place.district if place else "",
        street=place.street if place else "",
        danger=reading.danger,
        alarm=reading.tier,
        photos=request.photos,
        demand_type=reading.demand_type,
        simulated=request.simulated,
        secrecy=request.standing.secrecy,
        recused=request.standing.recused,
    )
    return Arrival(index, requester, told, person=request.channel not in repeats.NOT_A_PERSON)


def understand(
    requests: Sequence[Request], book: Book, reader: Reader, now: datetime
) -> list[tuple[Reading, Proposal]]:
    """Each request read, and the units proposed. One SQL statement for what the past teaches of all."""
    readings = [_read(request, book, reader, now) for request in requests]
    history = history_for([pair for reading in readings for pair in pairs_of(reading)], book, now)
    learned = learned_for(book)
    return [
        (reading, _proposed(request, reading, book, now, learned, history))
        for request, reading in zip(requests, readings, strict=True)
    ]


def _read(request: Request, book: Book, reader: Reader, now: datetime) -> Reading:
    on = local_day(book, now)
    reading = reader.read(
        request.title, request.text, category_hint=request.category_hint, address=request.address, on=on
    )
    chosen = place_at(book, request.place)
    if chosen is not None:
        reading = replace(reading, place=chosen)
    if request.demand_type:
        reading = replace(reading, demand_type=request.demand_type)
    return reading


def _proposed(
    request: Request, reading: Reading, book: Book, now: datetime, learned: Learned | None, history: History
) -> Proposal:
    on = local_day(book, now)
    surge = surge_of(book, on, reading.category, f"{request.title}\n{request.text}")
    proposal = propose(
        reading,
        book,
        on,
        channel=request.channel,
        surge=surge.code if surge else "",
        learned=learned,
        history=history,
    )
    return kept_from_reported(proposal, reading, request.standing, book)


def _first_columns(
    request: Request, pk: int, number: str, requester: int | None, now: datetime
) -> dict[str, Any]:
    return {
        "id": pk,
        "number": number,
        "opened_at": now,
        "channel": request.channel,
        "external_id": request.external_id,
        "requester": requester,
        "occurred_at": request.occurred_at,
        "simulated": request.simulated,
        "requester_kind": request.standing.kind,
        "speaks_for": request.standing.speaks_for,
        "minor": request.standing.minor,
        "secrecy": request.standing.secrecy,
        "recused": list(request.standing.recused),
    }


def _read_columns(
    request: Request, told: Told, reading: Reading, proposal: Proposal, book: Book, now: datetime
) -> dict[str, Any]:
    """What is understood, with the words as everybody at work may read them; the full ones stay sealed."""
    place = reading.place
    return {
        "title": told.title[:TITLE_CHARS],
        "text": told.text,
        "address": told.address[:ADDRESS_CHARS],
        "demand_type": reading.demand_type,
        "category_id": reading.category or None,
        "place_id": place.code if place else None,
        "district": place.district if place else "",
        "street": place.street if place else "",
        "danger": reading.danger,
        "confidence": proposal.best.confidence if proposal.best else None,
        "proposal": {
            **masked_quotes(proposal.as_json(), request.contact),
            "call": reading.call,
            "model": reading.model,
            **_signs_kept(reading, request.contact),
        },
        "alarm_tier": reading.tier,
        **law_columns(
            book,
            local_day(book, now),
            reading,
            text=f"{request.title}\n{request.text}",
            given=request.answers,
            known=Known(
                requester_kind=request.standing.kind,
                secrecy=request.standing.secrecy,
                has_contact=_carried_by(request) is not None
                or bool(request.contact.phone or request.contact.key or request.contact.email),
            ),
        ),
    }


def contact_kept(request: Request) -> Contact:
    """How the requester can be reached; nothing of it is kept of one who wants to be unknown (Art. 8)."""
    if request.standing.secrecy == ANONYMOUS:
        return Contact()
    return replace(request.contact, kind=request.standing.kind or request.contact.kind)


def words_kept(request: Request, reading: Reading, pk: int, requester: int | None) -> people.Kept:
    """The words that are kept sealed: as they were said, or masked for one who wants to be unknown."""
    if request.standing.secrecy == ANONYMOUS:
        masked = (_masked(words, request.contact) for words in (reading.title, reading.text, reading.address))
        return people.Kept(pk, None, *masked)
    return people.Kept(
        pk,
        requester,
        request.title,
        request.text,
        request.address,
        request.contact.email,
        request.contact.language,
        request.standing.represented,
    )


def _masked(words: str, contact: Contact) -> str:
    """The words without flat, own name and own number of whoever speaks."""
    return mask_home(mask_known(words, contact.name, contact.phone))


def _signs_kept(reading: Reading, contact: Contact) -> dict[str, Any]:
    """The people at risk and the several matters of a message, as they are kept beside the proposal."""
    found: dict[str, Any] = {}
    if reading.risks:
        found["risks"] = [
            {"code": risk.code, "quote": _masked(risk.quote, contact)} for risk in reading.risks
        ]
    if reading.parts:
        found["parts"] = [
            {
                "title": _masked(part.title, contact),
                "text": _masked(reading.text[part.start : part.end], contact),
            }
            for part in reading.parts
        ]
    return found


def masked_quotes(proposal: dict[str, Any], contact: Contact) -> dict[str, Any]:
    """The proposal with the same masks on the words that carried it."""
    reasons = [{**one, "quote": _masked(str(one["quote"]), contact)} for one in proposal.get("reasons", ())]
    return {**proposal, "reasons": reasons}


def _write_receipts(
    requests: Sequence[Request], ids: Sequence[int], numbers: Sequence[str], now: datetime
) -> frozenset[tuple[str, str]]:
    """Claim the requests' keys; gives the (source, key) that are new. One SQL statement.

    A second process with the same key waits here until the first has committed, then finds it taken; two
    with the same keys in another order both take them in the order of the keys, so neither blocks the other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO intake_receipt (source, key, body, ticket, number, at)
            SELECT *, %s FROM unnest(%s::varchar[], %s::varchar[], %s::varchar[], %s::bigint[], %s::varchar[])
            ORDER BY 1, 2
            ON CONFLICT (source, key) DO NOTHING RETURNING source, key
            """,
            [
                now,
                [request.source for request in requests],
                [request.key for request in requests],
                [request.body for request in requests],
                list(ids),
                list(numbers),
            ],
        )
        return frozenset((source, key) for source, key in cursor.fetchall())


def _known_outcomes(requests: Sequence[Request], fresh: frozenset[tuple[str, str]]) -> dict[int, Outcome]:
    """Outcomes of the requests whose key was taken before. One SQL statement, none when all are new."""
    known = {i: one for i, one in enumerate(requests) if (one.source, one.key) not in fresh}
    if not known:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT source, key, body, ticket, number FROM intake_receipt
            WHERE (source, key) IN (SELECT * FROM unnest(%s::varchar[], %s::varchar[]))
            """,
            [[one.source for one in known.values()], [one.key for one in known.values()]],
        )
        rows = {
            (source, key): (body, ticket, number) for source, key, body, ticket, number in cursor.fetchall()
        }
    outcomes = {}
    for index, request in known.items():
        body, ticket, number = rows[request.source, request.key]
        outcomes[index] = Outcome("duplicate" if body == request.body else "conflict", ticket, number)
    return outcomes
