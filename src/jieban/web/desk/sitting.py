"""Who sits at the desk and when: what every page of staff needs to know, gathered once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.queries import book
from jieban.matters.actors import staff
from jieban.matters.rules import Actor
from jieban.people.access import account_of
from jieban.people.models import Account
from jieban.people.roles import Role
from jieban.tickets.models import Ticket
from jieban.tickets.queries import Scope, by_number, scope_of
from jieban.web.context import is_english


@dataclass(frozen=True, slots=True)
class Sitting:
    """A member of staff at his desk at a moment."""

    account: Account
    actor: Actor
    scope: Scope
    book: Book
    now: datetime
    english: bool

    @property
    def roles(self) -> frozenset[Role]:
        """What he is."""
        return self.account.role_set

    @property
    def unit(self) -> str:
        """The code of his unit, or an empty text."""
        return self.account.unit_id or ""

    @property
    def today(self) -> date:
        """The day in the city."""
        return local_day(self.book, self.now)

    @property
    def midnight(self) -> datetime:
        """The end of the day in the city."""
        zone = ZoneInfo(self.book.identity.timezone)
        return datetime.combine(self.today + timedelta(days=1), time.min, zone)


def sitting(request: HttpRequest) -> Sitting:
    """The desk of the person who asks. At most one SQL statement besides session and account."""
    account = account_of(request)
    city = book()
    return Sitting(account, staff(account), scope_of(account, city), city, datetime.now(UTC), is_english())


def ticket_or_refuse(desk: Sitting, number: str) -> Ticket:
    """The ticket with this number. One SQL statement.

    Raises ``Http404`` when there is none, ``PermissionDenied`` when it is another unit's.
    """
    ticket = by_number(number, desk.scope)
    if ticket is not None:
        return ticket
    if by_number(number) is None:
        raise Http404
    raise PermissionDenied("ticket.view")
