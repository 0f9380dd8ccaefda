"""What dispatch reads of the past: how an objection was raised, and what a change would have meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, When

from jieban.city.book import Book
from jieban.city.catalogue import resolve
from jieban.city.clock import local_day
from jieban.dispatch.models import PROPOSED, CatalogueProposal
from jieban.matters.models import Event
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

PREVIEW_DAYS = 30


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection as it was raised: the ground's code, and the unit whose duty it is said to be."""

    ground: str = ""
    named: str = ""


def objection_of(ticket: Ticket) -> Objection:
    """The last objection to a ticket. One SQL statement."""
    told = (
        Event.objects.filter(matter=ticket.pk, verb="object")
        .order_by("-seq")
        .values_list("detail", flat=True)
    )
    detail = told.first() or {}
    return Objection(str(detail.get("ground", "")), str(detail.get("named", "")))


def held_since(ticket: Ticket) -> datetime | None:
    """Since when the unit has had the ticket: from its dispatch, or from when its district passed it on.

    No SQL statement, one for a ticket that was passed on.
    """
    if not ticket.passed or ticket.dispatched_at is None:
        return ticket.dispatched_at
    moves = Event.objects.filter(matter=ticket.pk, verb="pass_on", at__gt=ticket.dispatched_at)
    return moves.order_by("-seq").values_list("at", flat=True).first() or ticket.dispatched_at


def proposals(size: int = 50) -> list[CatalogueProposal]:
    """What waits for the owner of the catalogue, then what was decided lately. One SQL statement."""
    decided = Case(When(state=PROPOSED, then=0), default=1)
    return list(CatalogueProposal.objects.order_by(decided, "-id")[:size])


@dataclass(frozen=True, slots=True)
class Preview:
    """What the last days would have been: how many tickets would have gone elsewhere, and to whom."""

    tickets: int
    units: tuple[tuple[str, int], ...]


def previews(changes: Sequence[CatalogueProposal], book: Book, now: datetime) -> dict[int, Preview]:
    """By the key of each proposal, how the last ``PREVIEW_DAYS`` days would have been. One SQL statement.

    Counted are the tickets of the category that went by the present row (or by none, where none is
    named) and whose limit fell into these days or is still to come.
    """
    if not changes:
        return {}
    counted = (
        Ticket.objects.filter(
            state__in=w.COUNTED,
            due_at__gte=now - timedelta(days=PREVIEW_DAYS),
            dispatched_at__gte=now - timedelta(days=PREVIEW_DAYS),
            catalogue_row__in={one.row for one in changes},
        )
        .order_by()
        .values_list("category_id", "catalogue_row", "district", "street")
        .annotate(n=Count("pk"))
    )
    rows = list(counted)
    return {one.pk: _preview(one, rows, book, now) for one in changes}


def _preview(
    change: CatalogueProposal,
    rows: Sequence[tuple[str | None, str, str, str, int]],
    book: Book,
    now: datetime,
) -> Preview:
    units: Counter[str] = Counter()
    for category, row, district, street, n in rows:
        if row == change.row and (category or "").startswith(change.category):
            unit = resolve(book, change.lead, street or district, local_day(book, now))
            units[unit.code if unit else ""] += n
    return Preview(units.total(), tuple(units.most_common(3)))
