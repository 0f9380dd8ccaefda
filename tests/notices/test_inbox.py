"""What a unit may not see any more, it does not go on reading as a message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import HEATING, OTHER_STREET, STREET, ticket_in

from jieban.city.book import Book
from jieban.notices.models import Inbox
from jieban.notices.queries import PAGE, forget_unread, messages, unread
from jieban.people.models import Account
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket


def _told(ticket: Ticket, now: datetime, unit: str, notice: int = 1, audience: str = "lead") -> Inbox:
    return Inbox.objects.create(
        unit=unit, notice=notice, kind="ticket", matter=ticket.pk, number=ticket.number, page="ticket",
        verb="dispatch", audience=audience, text="暖气不热", at=now,
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("now_is", "reads"),
    [
        ({}, True),
        ({"recused": [STREET], "lead_id": OTHER_STREET}, False),
        ({"lead_id": OTHER_STREET}, False),
        ({"lead_id": OTHER_STREET, "assist": [STREET]}, True),
        ({"lead_id": OTHER_STREET, "copied_to": [STREET]}, True),
    ],
    ids=["as it was", "recused", "redirected", "assisting", "with a copy"],
)
def test_messages_of_a_matter_out_of_sight_are_neither_shown_nor_counted(
    now_is: dict[str, Any], reads: bool, city: Book, now: datetime, make_account: Callable[..., Account]
) -> None:
    ticket = ticket_in(w.DISPATCHED, city, now)
    _told(ticket, now, STREET)
    account = make_account("clerk", unit=STREET)
    Ticket.objects.filter(pk=ticket.pk).update(**now_is)
    forget_unread()
    assert len(messages(STREET)[0]) == unread(account) == reads


@pytest.mark.django_db
def test_a_unit_goes_on_reading_why_it_lost_a_ticket(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.DISPATCHED, city, now, HEATING)
    Ticket.objects.filter(pk=ticket.pk).update(copied_to=[], assist=[])
    _told(ticket, now, STREET, audience="former")
    assert len(messages(STREET)[0]) == 1


@pytest.mark.django_db
def test_a_page_of_what_is_hidden_leads_on_to_the_next(city: Book, now: datetime) -> None:
    seen = ticket_in(w.DISPATCHED, city, now)
    hidden = ticket_in(w.DISPATCHED, city, now, HEATING)
    Ticket.objects.filter(pk=hidden.pk).update(copied_to=[], assist=[])
    _told(seen, now, STREET, 0)
    for notice in range(1, PAGE + 2):
        _told(hidden, now, STREET, notice)
    with CaptureQueriesContext(connection) as counted:
        shown, after = messages(STREET)
    assert (shown, len(counted)) == ([], 1)
    assert [row.matter for row in messages(STREET, after)[0]] == [seen.pk]
