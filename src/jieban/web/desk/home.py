"""My desk: for people of a unit what is overdue, due today, and whom to call first; for the hotline its
queues; for those who watch over the city what is moving and who is stuck."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jieban.dispatch.rules import DANGER_QUEUE, HANDOVER_QUEUE, QUEUES
from jieban.people.access import page
from jieban.people.roles import HOTLINE_ROLES, UNIT_ROLES, Role, allowed
from jieban.tickets import workflow as w
from jieban.tickets.clocks import contact_by
from jieban.tickets.models import Ticket
from jieban.tickets.queries import NOWHERE, Filters, Page
from jieban.web.desk import looks, queries
from jieban.web.desk.looks import Link
from jieban.web.desk.queries import Tally
from jieban.web.desk.sitting import Sitting, sitting
from jieban.web.words import QUEUE_NAMES, place_words_of, state_words, unit_words
from jieban.whistle.queries import awaited

WATCHING = frozenset({Role.LEADER, Role.ANALYST, Role.AUDITOR, Role.RULE_OWNER, Role.ADMIN})
RELAYING = frozenset({Role.SEAT, Role.CALLER, Role.SUPERVISOR})
"""Who speaks with a confidential requester for the unit."""
CALL_FIRST = 5
IN_LINE = 6


@page("work.view")
@never_cache
@require_GET
def work(request: HttpRequest) -> HttpResponse:
    """The desk by role. At most seven SQL statements with session, account and the city's serial."""
    desk = sitting(request)
    shown: dict[str, Any] = {"desk": desk, "takes_calls": allowed("ticket.take_in", desk.roles)}
    if _works_in_a_unit(desk):
        shown |= _unit_desk(request, desk)
    if desk.roles & HOTLINE_ROLES:
        shown |= {"stations": _stations(desk), "ahead": _ahead(desk)}
    elif desk.roles & WATCHING and (desk.scope.everything or desk.scope.district):
        shown |= _overview(desk)
    return render(request, "desk/home.html", shown)


def _works_in_a_unit(desk: Sitting) -> bool:
    return bool(desk.roles & UNIT_ROLES and desk.scope.unit and not desk.scope.everything)


def _unit_desk(request: HttpRequest, desk: Sitting) -> dict[str, Any]:
    look = _unit_look(request, desk)
    counted = queries.tally(desk.scope, Filters(unit=desk.unit), desk.midnight, by="category_id")
    found = queries.rows(desk.scope, look, desk.midnight, request.GET.get("after", ""))
    first = queries.rows(desk.scope, Filters(unit=desk.unit, silent=True), desk.midnight, size=CALL_FIRST)
    return {
        "unit": desk.unit,
        "counted": counted,
        "links": [_in_hand(look, counted), *looks.state_links(look, counted, "work")],
        "in_hand": counted.running,
        "urgent": looks.urgent_links(look, counted, "work"),
        "topics": _topics(look, counted, desk),
        "page": found,
        "next": next_address(request, found),
        "whistles": awaited(desk.unit),
        "call_first": [(ticket, contact_by(queries.sent(ticket), desk.book)) for ticket in first.tickets],
        "call_all": looks.address(Filters(unit=desk.unit, silent=True), "work"),
        "overdue_all": looks.address(Filters(unit=desk.unit, overdue=True), "work"),
        "today_all": looks.address(Filters(unit=desk.unit, today=True), "work"),
    }


def _unit_look(request: HttpRequest, desk: Sitting) -> Filters:
    """What the unit's list shows; without a wish, what the unit has in its hands."""
    look = looks.read_look({**request.GET.dict(), "unit": desk.unit})
    asked = set(request.GET) - {"after"}
    return look if asked else replace(look, running=True)


def _in_hand(look: Filters, counted: Tally) -> Link:
    """The link to what the unit has in its hands, without what the hotline asks about."""
    address = looks.address(Filters(unit=look.unit, running=True), "work")
    return Link(_("in our hands"), address, counted.running, look.running)


def _topics(look: Filters, counted: Tally, desk: Sitting) -> list[Link]:
    """The most frequent matters of the unit, by their first level."""
    sums: dict[str, int] = {}
    for code, count in counted.by.items():
        if code[:2] in desk.book.categories:
            sums[code[:2]] = sums.get(code[:2], 0) + count
    ordered = sorted(sums.items(), key=lambda pair: -pair[1])[:8]
    english = desk.english
    return [
        Link(
            desk.book.categories[code].name_en if english else desk.book.categories[code].name,
            looks.address(look, "work", category="" if look.category == code else code),
            count,
            look.category == code,
        )
        for code, count in ordered
    ]


def next_address(request: HttpRequest, found: Page) -> str:
    """The address of the page after this one, or an empty text."""
    if not found.after:
        return ""
    given = request.GET.copy()
    given["after"] = found.after
    return f"{request.path}?{given.urlencode()}"


def _stations(desk: Sitting) -> list[dict[str, Any]]:
    """The places of the hotline that this person may work at, each with its true count."""
    counted = queries.tally(desk.scope, Filters(), desk.midnight)
    stations: list[dict[str, Any]] = []
    if allowed("ticket.dispatch", desk.roles):
        stations = [_queue_station(queue, counted) for queue in QUEUES]
        stations.append(_station(_("objections to rule on"), counted, w.OBJECTED, reverse("objections")))
        consulting = looks.address(Filters(state=w.CONSULTING))
        stations.append(_station(_("consultations to decide"), counted, w.CONSULTING, consulting))
        if counted.asking:
            stations.append(_list(_("extensions to decide on"), counted.asking, Filters(asking=True)))
    if allowed("ticket.call_back", desk.roles):
        stations.append(_station(_("requesters to ask"), counted, w.CALLBACK, reverse("call_list")))
    if counted.relay and desk.roles & RELAYING:
        stations.append(_list(_("confidential requesters to speak with"), counted.relay, Filters(relay=True)))
    stations.append(
        {"words": _("overdue in the whole city"), "count": counted.overdue, "late": 0,
         "address": looks.address(Filters(overdue=True)), "red": counted.overdue > 0, "go": ""}
    )  # fmt: skip
    return stations


def _queue_station(queue: str, counted: Tally) -> dict[str, Any]:
    """A queue of the dispatchers; what an emergency line has not confirmed is a list, not a queue."""
    handed = queue == HANDOVER_QUEUE
    address = looks.address(Filters(state=w.HANDED_OVER if handed else w.WAITING, queue=queue))
    return {
        "words": QUEUE_NAMES[queue],
        "count": counted.by.get(queue, 0),
        "late": counted.overdue_by.get(queue, 0),
        "address": address,
        "red": queue in (HANDOVER_QUEUE, DANGER_QUEUE),
        "go": address if handed else reverse("dispatch_desk"),
    }


def _ahead(desk: Sitting) -> list[Ticket]:
    """The first in the line of this person's main duty. One SQL statement."""
    if allowed("ticket.dispatch", desk.roles):
        return queries.waiting(desk.scope, book=desk.book, now=desk.now)[:IN_LINE]
    state = w.CALLBACK if allowed("ticket.call_back", desk.roles) else ""
    look = Filters(state=state, running=not state)
    return queries.rows(desk.scope, look, desk.midnight, size=IN_LINE).tickets


def _list(words: str, count: int, look: Filters) -> dict[str, Any]:
    address = looks.address(look)
    return {"words": words, "count": count, "late": 0, "address": address, "red": False, "go": address}


def _station(words: str, counted: Tally, state: str, go: str) -> dict[str, Any]:
    return {
        "words": words,
        "count": counted.states.get(state, 0),
        "late": 0,
        "address": looks.address(Filters(state=state)),
        "red": False,
        "go": go,
    }


def _overview(desk: Sitting) -> dict[str, Any]:
    by = "district" if desk.scope.everything else "lead_id"
    counted = queries.tally(desk.scope, Filters(), desk.midnight, by=by)
    states = [
        Link(state_words(state), looks.address(Filters(state=state)), counted.states[state])
        for state in w.OPEN
        if counted.states.get(state)
    ]
    places = sorted(counted.by, key=lambda code: (-counted.overdue_by[code], -counted.by[code]))
    return {
        "overview": counted,
        "states": states,
        "districts": [_place_row(code, counted, desk, by) for code in places if code],
        "nowhere": _nowhere(counted, by),
        "all_open": looks.address(Filters()),
        "all_overdue": looks.address(Filters(overdue=True)),
        "all_today": looks.address(Filters(today=True)),
    }


def _nowhere(counted: Tally, by: str) -> dict[str, Any] | None:
    """Those that have no district, or no unit yet; the latter are those that wait for dispatch."""
    if not counted.by.get(""):
        return None
    look = Filters(state=w.WAITING) if by == "lead_id" else Filters(district=NOWHERE)
    return {
        "open": counted.by[""],
        "overdue": counted.overdue_by[""],
        "address": looks.address(look),
        "overdue_address": looks.address(look, overdue=True),
    }


def _place_row(code: str, counted: Tally, desk: Sitting, by: str) -> dict[str, Any]:
    filters = Filters(district=code) if by == "district" else Filters(unit=code)
    name = place_words_of if by == "district" else unit_words
    return {
        "name": name(desk.book, code, desk.english),
        "open": counted.by[code],
        "overdue": counted.overdue_by[code],
        "address": looks.address(filters),
        "overdue_address": looks.address(filters, overdue=True),
    }
