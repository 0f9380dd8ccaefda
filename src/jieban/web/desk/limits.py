"""The smaller limits inside a ticket's limit: by when to sign for it, by when to have called.

They count in hours of the tier's calendar, as the limit itself does.
"""

from __future__ import annotations

from datetime import datetime

from jieban.city.book import Book, MissingRule
from jieban.city.clock import add_time, calendar_of, local_day
from jieban.tickets.models import Ticket


def first_contact_by(ticket: Ticket, book: Book) -> datetime | None:
    """By when the requester should have been reached the first time; None before dispatch."""
    return _within(ticket, book, "first_contact_hours")


def sign_by(ticket: Ticket, book: Book) -> datetime | None:
    """By when the unit should have signed for the ticket; None before dispatch."""
    return _within(ticket, book, "sign_in_hours")


def _within(ticket: Ticket, book: Book, hours: str) -> datetime | None:
    if ticket.dispatched_at is None:
        return None
    try:
        tier = book.dated("limit_tiers", ticket.tier, local_day(book, ticket.dispatched_at))
    except MissingRule:
        return None
    return add_time(ticket.dispatched_at, getattr(tier, hours), calendar_of(book, tier.calendar))
