"""Jobs of assessment: a ticket that was closed changes its unit's month."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from procrastinate.contrib.django import app

from jieban.assessment.actions import do_count_month
from jieban.city.queries import book
from jieban.tickets.models import Ticket


@app.task(name="assessment.count_ticket", queue="figures", retry=5)
def count_ticket(matter: int) -> None:
    """Count again the month of the unit that handled this ticket. Doing it twice does no harm."""
    ticket = Ticket.objects.get(pk=matter)
    if ticket.lead_id is None or ticket.due_at is None:
        return
    city = book()
    local = ticket.due_at.astimezone(ZoneInfo(city.identity.timezone)).date()
    do_count_month(local, now=datetime.now(UTC), book=city, unit=ticket.lead_id)
