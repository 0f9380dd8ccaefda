"""The receipt: number and query code to keep, and what happens next, in words that can be held to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jieban.city.book import Book, MissingRule
from jieban.city.clock import add_time, calendar_of
from jieban.city.queries import book
from jieban.city.rows import LimitTier
from jieban.dispatch.rules import local_day
from jieban.intake import draft as drafts
from jieban.people.access import public
from jieban.tickets.links import query_code
from jieban.tickets.models import Ticket


@public
@never_cache
@require_GET
def done(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt of what this session has filed under a token. One SQL statement of its own."""
    pk = drafts.filed_as(request.session, token)
    if pk is None:
        return redirect("my")
    ticket = Ticket.objects.get(pk=pk)
    return render(request, "intake/done.html", receipt_of(ticket, request, book(), datetime.now(UTC)))


def receipt_of(ticket: Ticket, request: HttpRequest, city: Book, now: datetime) -> dict[str, Any]:
    """What stands on the receipt of a ticket."""
    code = query_code(ticket.pk)
    way = f"{reverse('my')}?number={ticket.number}&code={code}"
    address = f"{settings.PUBLIC_URL}{way}" if settings.PUBLIC_URL else request.build_absolute_uri(way)
    return {
        "ticket": ticket,
        "code": f"{code[:4]} {code[4:]}",
        "qr": segno.make(address, micro=False).svg_data_uri(scale=4, border=1),
        "contact_hours": contact_hours(ticket, city, now),
    }


def contact_hours(ticket: Ticket, city: Book, now: datetime) -> int | None:
    """Within how many hours from dispatch the unit calls, by the ticket's tier; None while it has none.

    The tier counts in hours of its calendar; what is told are hours as they pass, so that the word holds.
    """
    begun = ticket.dispatched_at or now
    try:
        tier: LimitTier = city.dated("limit_tiers", ticket.tier, local_day(city, begun))
    except MissingRule:
        return None
    by = add_time(begun, tier.first_contact_hours, calendar_of(city, tier.calendar))
    return max(1, ceil((by - begun) / timedelta(hours=1)))
