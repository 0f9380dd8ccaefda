"""What the pages of ledgers and topics read: counts, sums, lists by key. All within what one may see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, DecimalField, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, TruncHour

from jieban.city.book import Book
from jieban.city.law import FormField, Ledger
from jieban.subtickets.models import SubTicket
from jieban.subtickets.workflow import CLOSED_STATES as SUB_CLOSED
from jieban.subtickets.workflow import EXTERNAL
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.tickets.queries import PAGE, Page, Scope, visible
from jieban.web.desk.queries import as_rows

MOST_EXPORTED = 50_000
HOURS = 48
OPEN = ~Q(state__in=w.CLOSED_STATES)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many tickets, and how many of them are open."""

    total: int
    open: int


@dataclass(frozen=True, slots=True)
class SubPage:
    """Some requests for support, and the key to go on from."""

    subs: list[SubTicket]
    after: str


def ledger_counts(scope: Scope, codes: Sequence[str]) -> dict[str, Counted]:
    """Tickets in each ledger. One SQL statement."""
    if not codes:
        return {}
    sums: dict[str, Any] = {}
    for index, code in enumerate(codes):
        kept = Q(ledgers__contains=[code])
        sums |= {
            f"all{index}": Count("pk", filter=kept),
            f"open{index}": Count("pk", filter=kept & OPEN),
        }
    found = _in_ledgers(scope).aggregate(**sums)
    return {code: Counted(found[f"all{index}"], found[f"open{index}"]) for index, code in enumerate(codes)}


def ledger_page(scope: Scope, code: str, after: str = "", *, only_open: bool = False) -> Page:
    """Tickets of a ledger, newest first. One SQL statement, at the same cost however deep."""
    tickets = as_rows(_in_ledgers(scope).filter(ledgers__contains=[code]))
    if only_open:
        tickets = tickets.filter(OPEN)
    found = list(_before(tickets, after).order_by("-pk")[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def ledger_sums(scope: Scope, code: str, rows: Sequence[FormField]) -> dict[str, Decimal]:
    """The sum of each of these answers over a ledger. One SQL statement, none for no field."""
    if not rows:
        return {}
    tickets = _in_ledgers(scope).filter(ledgers__contains=[code])
    sums: dict[str, Any] = {}
    for index, row in enumerate(rows):
        tickets = tickets.annotate(**{f"v{index}": KeyTextTransform(row.code, "answers")})
        number = Cast(f"v{index}", DecimalField(max_digits=20, decimal_places=4))
        sums[f"s{index}"] = Sum(number, filter=Q(**{f"v{index}__regex": r"^\d{1,14}(\.\d{1,4})?$"}))
    found = tickets.aggregate(**sums)
    return {row.code: found[f"s{index}"] or Decimal(0) for index, row in enumerate(rows)}


def summed_rows(book: Book, code: str) -> list[FormField]:
    """The questions whose answers a ledger adds up: money and heads of the forms of its matters."""
    ledger: Ledger | None = next(iter(book.by_code("ledgers").get(code, ())), None)
    if ledger is None or not ledger.categories:
        return []
    return [
        row
        for row in dict.fromkeys(book.tables["form_fields"])
        if (row.kind == "money" or row.code.endswith(".people"))
        and any(mine.startswith(own) for mine in row.categories for own in ledger.categories)
    ]


def ledger_rows(scope: Scope, code: str) -> Iterator[dict[str, Any]]:
    """The rows of an export, newest first, at most 50,000. One SQL statement, read as a stream."""
    tickets = _in_ledgers(scope).filter(ledgers__contains=[code]).order_by("-pk")
    columns = (
        "number",
        "opened_at",
        "state",
        "demand_type",
        "category_id",
        "district",
        "street",
        "lead_id",
        "due_at",
        "closed_at",
        "solved",
        "satisfied",
        "answers",
    )
    yield from tickets.values(*columns)[:MOST_EXPORTED].iterator(chunk_size=2000)


def asked_counts(scope: Scope, parties: Sequence[str]) -> Counted:
    """What was asked of these bodies. One SQL statement."""
    found = _asked(scope, parties).aggregate(
        total=Count("pk"), open=Count("pk", filter=~Q(state__in=SUB_CLOSED))
    )
    return Counted(found["total"], found["open"])


def asked_page(scope: Scope, parties: Sequence[str], after: str = "") -> SubPage:
    """What was asked of these bodies, newest first. One SQL statement."""
    subs = _asked(scope, parties)
    found = list(_before(subs, after).order_by("-pk")[: PAGE + 1])
    return SubPage(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def surge_counts(scope: Scope, codes: Sequence[str]) -> dict[str, Counted]:
    """Tickets of each topic. One SQL statement."""
    rows = visible(scope).filter(surge__in=codes).exclude(surge="").order_by().values("surge")
    counted = rows.annotate(n=Count("pk"), still=Count("pk", filter=OPEN))
    found = {row["surge"]: Counted(row["n"], row["still"]) for row in counted}
    return {code: found.get(code, Counted(0, 0)) for code in codes}


def surge_hours(scope: Scope, code: str, book: Book, now: datetime) -> list[tuple[datetime, int]]:
    """How many requests of a topic came in each of the last 48 hours, oldest first. One SQL statement."""
    zone = ZoneInfo(book.identity.timezone)
    last = now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    first = last - timedelta(hours=HOURS - 1)
    tickets = visible(scope).filter(surge=code, opened_at__gte=first).exclude(surge="").order_by()
    rows = tickets.annotate(hour=TruncHour("opened_at", tzinfo=zone)).values("hour").annotate(n=Count("pk"))
    counted = {row["hour"].timestamp(): row["n"] for row in rows}
    hours = [first + timedelta(hours=n) for n in range(HOURS)]
    return [(hour, counted.get(hour.timestamp(), 0)) for hour in hours]


def surge_page(scope: Scope, code: str, after: str = "", *, waiting: bool = False) -> Page:
    """Tickets of a topic, newest first; ``waiting``: those before a dispatcher. One SQL statement."""
    tickets = as_rows(visible(scope).filter(surge=code).exclude(surge=""))
    if waiting:
        tickets = tickets.filter(state=w.WAITING)
    found = list(_before(tickets, after).order_by("surge", "-pk")[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def _in_ledgers(scope: Scope) -> QuerySet[Ticket]:
    return visible(scope).exclude(ledgers=[])


def _asked(scope: Scope, parties: Sequence[str]) -> QuerySet[SubTicket]:
    subs = SubTicket.objects.filter(purpose=EXTERNAL, party__in=parties)
    if scope.everything:
        return subs
    return subs.filter(Q(lead_id=scope.unit) | Q(sender_id=scope.unit)) if scope.unit else subs.none()


def _before[M: Ticket | SubTicket](rows: QuerySet[M], after: str) -> QuerySet[M]:
    """The rows after the key that the page before gave; the first ones for a key that is none."""
    return rows.filter(pk__lt=int(after)) if after.isdecimal() and len(after) < 19 else rows
