"""The list of tickets with its filters, and the list of objections."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jieban.intake.places import districts
from jieban.people.access import page
from jieban.tickets import workflow as w
from jieban.tickets.queries import Filters, by_number
from jieban.web.desk import looks, queries
from jieban.web.desk.home import next_address
from jieban.web.desk.sitting import Sitting, sitting
from jieban.web.words import CHANNEL_NAMES


@page("ticket.view")
@never_cache
@require_GET
def ticket_list(request: HttpRequest) -> HttpResponse:
    """Tickets by their limit. Five SQL statements with session, account and the city's serial."""
    desk = sitting(request)
    number = request.GET.get("number", "").strip()
    if number:
        found = by_number(number, desk.scope)
        if found is not None:
            return redirect("ticket", number=found.number)
        messages.warning(
            request, _("No ticket of yours has the number “%(number)s”.") % {"number": number[:40]}
        )
    look = looks.read_look(request.GET.dict())
    rows = queries.rows(desk.scope, look, desk.midnight, request.GET.get("after", ""))
    counted = queries.tally(desk.scope, _without_state(look), desk.midnight)
    shown = {
        "desk": desk,
        "look": look,
        "page": rows,
        "number": number,
        "next": next_address(request, rows),
        "links": looks.state_links(look, counted),
        "urgent": looks.urgent_links(look, counted),
        "worn": looks.worn(look, desk),
        "closed": [(state, looks.address(look, state=state)) for state in w.CLOSED_STATES],
        **_choices(desk),
    }
    return render(request, "desk/tickets.html", shown)


def _without_state(look: Filters) -> Filters:
    """The same list without the filters that the counts themselves are links to."""
    return replace(look, state="", overdue=False, today=False, silent=False)


def _choices(desk: Sitting) -> dict[str, Any]:
    """What the selects of the list offer."""
    return {
        "districts": districts(desk.book, desk.today),
        "categories": [row for row in desk.book.children.get("", ()) if row.in_force(desk.today)],
        "channels": list(CHANNEL_NAMES.items()),
    }


@page("ticket.dispatch")
@never_cache
@require_GET
def objections(request: HttpRequest) -> HttpResponse:
    """The objections that wait for a ruling. Four SQL statements."""
    desk = sitting(request)
    rows = queries.rows(desk.scope, Filters(state=w.OBJECTED), desk.midnight, request.GET.get("after", ""))
    return render(
        request, "desk/objections.html", {"desk": desk, "page": rows, "next": next_address(request, rows)}
    )
