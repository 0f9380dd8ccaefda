"""The smaller limits inside a ticket's limit: by when to sign for it, by when to have called."""

from __future__ import annotations

from datetime import datetime, timedelta

from jieban.city.book import Book, MissingRule
from jieban.city.clock import local_day
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
    return ticket.dispatched_at + timedelta(hours=float(getattr(tier, hours)))
