"""Filing and following tickets over the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Header, Query, Router, Status

from jieban.api.schemas import Acknowledged, Filed, NamedCode, Problem, TicketIn, TicketList, TicketOut
from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.queries import book
from jieban.dispatch.handover import do_acknowledge
from jieban.dispatch.why.explain import matter_name, name_of
from jieban.intake.actions import Outcome, do_take_in
from jieban.intake.channels import as_request, read_fields
from jieban.intake.completeness import BadAnswer
from jieban.intake.filling import kept
from jieban.intake.mapping import Refusal
from jieban.intake.standing import read_standing
from jieban.matters import actors
from jieban.matters.actions import Overtaken
from jieban.matters.rules import NotPossible
from jieban.people.models import ApiKey
from jieban.reading.reader import reader_for
from jieban.tickets.links import query_code
from jieban.tickets.models import Ticket
from jieban.tickets.names import STATE_NAMES
from jieban.tickets.queries import Filters, Scope, by_number, everything, page, scope_of_unit
from jieban.tickets.workflow import HANDED_OVER

router = Router(tags=["tickets"])
STANDING = ("secrecy", "on_behalf", "represented", "minor", "requester_kind")
"""The fields that say how the requester stands to his matter (``intake.standing``)."""


@router.post("", response={201: Filed, 200: Filed, 409: Problem, 422: Problem}, summary="File a request")
def file_ticket(
    request: HttpRequest,
    body: TicketIn,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", max_length=100)] = "",
) -> Any:
    """File a request: it is read, dispatched or queued, and durable when this answers.

    The same ``Idempotency-Key`` (or, without one, the same ``external_id`` or content) again gives the
    same ticket with status 200; a key that was used for another request gives 409.
    """
    key: ApiKey = request.auth  # type: ignore[attr-defined]
    city, now = book(), datetime.now(UTC)
    source = f"key:{key.pk}"
    incoming = read_fields(
        body.model_dump(exclude={"place", "answers", "language", *STANDING}), source, now=now, book=city
    )
    standing = read_standing({name: str(getattr(body, name)) for name in STANDING})
    if isinstance(incoming, Refusal):
        return Status(422, Problem(field=incoming.field, reason=incoming.reason, remedy=incoming.remedy))
    if isinstance(standing, Refusal):
        return Status(422, Problem(field=standing.field, reason=standing.reason, remedy=standing.remedy))
    if body.place and body.place not in city.places:
        return Status(422, _no_place(body.place))
    try:
        answers = kept(city, local_day(city, now), body.answers)
    except BadAnswer as bad:
        return Status(422, Problem(field=f"answers.{bad.field}", reason=bad.why, remedy=bad.remedy))
    taken = as_request(
        incoming,
        source=source,
        book=city,
        key=idempotency_key,
        channel=key.channel,
        place=body.place,
        answers=answers,
        standing=standing,
        language="en" if body.language.lower().startswith("en") else "",
    )
    (outcome,) = do_take_in([taken], actors.machine(key), now=now, book=city, reader=reader_for(city))
    if outcome.result == "conflict":
        return Status(409, _conflict(outcome, bool(idempotency_key)))
    return Status(201 if outcome.result == "accepted" else 200, _filed(outcome, city))


@router.get("", response={200: TicketList, 422: Problem}, summary="List tickets by time limit")
def list_tickets(
    request: HttpRequest,
    state: str = "",
    queue: str = "",
    unit: str = "",
    district: str = "",
    category: str = "",
    channel: str = "",
    overdue: bool = False,
    open: bool = True,
    after: str = "",
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Any:
    """Tickets whose limit comes first, a page at a time; codes as the city's reference data has them.

    The key of a unit gets what the unit sees, what requesters said of it included (Ordinance Art. 28).
    """
    city = book()
    filters = Filters(state, queue, unit, district, category, channel, overdue=overdue, closed=not open)
    try:
        found = page(_scope(request, city), filters, after, size)
    except ValueError:
        problem = Problem(
            field="after", reason="this is no page key", remedy="Send what the page before gave."
        )
        return Status(422, problem)
    return TicketList(tickets=[_out(ticket, city, request) for ticket in found.tickets], after=found.after)


@router.get("/{number}", response={200: TicketOut, 404: Problem}, summary="One ticket")
def one_ticket(request: HttpRequest, number: str) -> Any:
    """The ticket with this number; one that the key's unit may not see is answered as if there were none."""
    city = book()
    ticket = by_number(number, _scope(request, city))
    if ticket is None:
        return Status(
            404, Problem(field="number", reason=f"there is no ticket {number}", remedy="Check the number.")
        )
    return _out(ticket, city, request)


@router.post(
    "/{number}/acknowledge",
    response={200: TicketOut, 404: Problem, 409: Problem, 422: Problem},
    summary="An emergency line took it over",
)
def acknowledge(request: HttpRequest, number: str, body: Acknowledged) -> Any:
    """The system of an emergency line says who took the request over (Ordinance Art. 11 ¶3 (1)).

    Only of a request that was handed to this line and that nobody has acknowledged yet; else 409.
    """
    city, now = book(), datetime.now(UTC)
    ticket = by_number(number, _scope(request, city))
    if ticket is None:
        return Status(
            404, Problem(field="number", reason=f"there is no ticket {number}", remedy="Check the number.")
        )
    if ticket.state != HANDED_OVER or ticket.handed_to != body.line:
        return Status(409, _not_with(body.line))
    try:
        ticket = do_acknowledge(
            ticket,
            body.receipt,
            actors.machine(request.auth),  # type: ignore[attr-defined]
            now=now,
            book=city,
        )
    except Overtaken:
        return Status(409, _not_with(body.line))
    except NotPossible as refused:
        remedy = "Give the name or number of whoever took it at the line."
        return Status(422, Problem(field="receipt", reason=str(refused), remedy=remedy))
    return _out(ticket, city, request)


def _not_with(line: str) -> Problem:
    return Problem(
        field="line",
        reason=f"this request does not wait for {line} to take it over",
        remedy="Read the ticket: it was handed to another line, acknowledged, or taken back.",
    )


def _scope(request: HttpRequest, city: Book) -> Scope:
    """What the connected system may read: what its unit sees, or the city where it has none."""
    key: ApiKey = request.auth  # type: ignore[attr-defined]
    return scope_of_unit(key.unit_id, city) if key.unit_id else everything()


def _filed(outcome: Outcome, city: Book) -> Filed:
    ticket = outcome.ticket_row or Ticket.objects.get(pk=outcome.ticket)
    candidates = ticket.proposal.get("candidates") or [{}]
    reasons = [
        f"“{one['quote']}” → {name_of(city, one['points_to'])}" for one in ticket.proposal.get("reasons", ())
    ]
    if ticket.lead_id and candidates[0].get("row"):
        reasons.append(
            f"{candidates[0]['row']}: {matter_name(city, ticket.category_id or '')}"
            f" → {name_of(city, ticket.lead_id)}"
        )
    return Filed(
        result=outcome.result,
        number=ticket.number,
        query_code=query_code(ticket.pk),
        state=ticket.state,
        unit=_named(city, ticket.lead_id),
        queue=ticket.queue,
        same_as=str(ticket.proposal.get("same", {}).get("number", "")),
        due_at=ticket.due_at,
        confidence=ticket.confidence,
        reasons=reasons,
        missing=ticket.missing,
    )


def _out(ticket: Ticket, city: Book, request: HttpRequest) -> TicketOut:
    """The ticket for the system that asks; words told in confidence are for the units that handle them."""
    key: ApiKey = request.auth  # type: ignore[attr-defined]
    told = bool(key.unit_id) or ticket.secrecy != "confidential"
    path = city.category_path(ticket.category_id or "")
    return TicketOut(
        number=ticket.number,
        state=ticket.state,
        state_name=str(STATE_NAMES[ticket.state]),
        demand_type=ticket.demand_type,
        category=[NamedCode(code=one.code, name=one.name) for one in path],
        place=_named(city, ticket.place_id),
        unit=_named(city, ticket.lead_id),
        queue=ticket.queue,
        title=ticket.title if told else "",
        text=ticket.text if told else "",
        secrecy=ticket.secrecy,
        opened_at=ticket.opened_at,
        due_at=ticket.due_at,
        overdue=ticket.overdue,
        form=ticket.form,
        answers=ticket.answers if told else {},
        missing=ticket.missing,
        visit_result=ticket.visit_result,
        contacted=ticket.contacted,
        solved=ticket.solved,
        satisfied=ticket.satisfied,
        reasons=ticket.reasons,
        comment=ticket.comment if told else "",
        external_id=ticket.external_id,
        simulated=ticket.simulated,
    )


def _named(city: Book, code: str | None) -> NamedCode | None:
    return NamedCode(code=code, name=name_of(city, code)) if code else None


def _no_place(code: str) -> Problem:
    return Problem(
        field="place",
        reason=f"the city has no place with the code {code}",
        remedy="Give a code of the city's places, or leave it out and name the place in words as address.",
    )


def _conflict(outcome: Outcome, by_header: bool) -> Problem:
    return Problem(
        field="Idempotency-Key" if by_header else "external_id",
        reason=f"it was used before for another request, {outcome.number}",
        remedy="Use a new key for a new request; repeat a request unchanged.",
    )
