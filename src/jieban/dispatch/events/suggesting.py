"""Suggestions that several people tell of one event: made by a job, decided by a person, never by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.events.clusters import ClusterRefused, do_link
from jieban.dispatch.events.heat import do_merge
from jieban.dispatch.events.joining import about, bar_rules, bars, do_rule, rulings, wanted
from jieban.dispatch.events.models import ACCEPTED, DECLINED, OPEN, SETTLED, EventSuggestion
from jieban.dispatch.events.near import Near, candidates, judged, position
from jieban.matters.rules import Actor
from jieban.reading.likeness.events import EventStream, Item
from jieban.reading.likeness.signature import shared_words, signature
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets import workflow as w
from jieban.tickets.models import Cluster, Ticket
from jieban.tickets.queries import Scope, visible

LATEST = 500
"""So many new tickets one run of the job looks at."""
LOOK_BACK = timedelta(hours=2)
FOR_ONE = 3
TEXTS = 3000
"""So many open tickets are looked over for events by their words alone."""
PAGE = 20
SETTLE_MOST = 5000


def _open_ones(now: datetime, since: timedelta, most: int, simulated: bool) -> list[Ticket]:
    """The latest tickets that could join others: open, in no cluster, kept from nobody. One statement."""
    found = Ticket.objects.filter(cluster=None, same_as=None, secrecy="", recused=[]).exclude(
        state__in=w.CLOSED_STATES
    )
    latest = (one for one in found.order_by("-pk")[:most] if one.simulated == simulated)
    return [one for one in latest if one.opened_at >= now - since]


def do_suggest(
    *, now: datetime, book: Book, look_back: timedelta = LOOK_BACK, simulated: bool = False
) -> list[EventSuggestion]:
    """Suggest for new tickets which earlier ones may tell of the same event. At most nine statements.

    Tickets that have a suggestion already, and pairs that people ruled on, are left alone. Simulated
    tickets are looked at only by whoever plays them.
    """
    on = local_day(book, now)
    tickets = _open_ones(now, look_back, LATEST, simulated)
    done = set(
        EventSuggestion.objects.filter(ticket__in=[one.pk for one in tickets]).values_list(
            "ticket", flat=True
        )
    )
    fresh = [one for one in tickets if one.pk not in done]
    around = candidates(fresh, now - timedelta(days=float(book.rule("cluster.window_days", on))))
    likely: list[tuple[Ticket, Near]] = []
    for ticket in fresh:
        others = [one for one in around.get(ticket.pk, ()) if not one.secrecy and not one.recused]
        likely += [(ticket, near) for near in judged(ticket, others, book)]
    return _store(likely, now, book)


def _store(likely: Sequence[tuple[Ticket, Near]], now: datetime, book: Book) -> list[EventSuggestion]:
    """Store those above the bar of their category, the best three of each ticket, one for each cluster."""
    start = bar_rules(book, local_day(book, now)).start
    bar = bars([ticket.category_id or "" for ticket, _ in likely], start)
    ruled = rulings([(about(ticket), about(near.ticket)) for ticket, near in likely])
    kept: list[tuple[Ticket, Near]] = []
    seen: dict[int, set[int]] = {}
    for ticket, near in likely:
        into = seen.setdefault(ticket.pk, set())
        event = near.ticket.cluster or near.ticket.pk
        said = ruled.get((ticket.pk, near.ticket.pk))
        if (
            len(into) < FOR_ONE
            and event not in into
            and wanted(near.chance, bar[ticket.category_id or ""], said)
        ):
            into.add(event)
            kept.append((ticket, near))
    sizes = _sizes(near.ticket.cluster for _, near in kept)
    rows = [_row(ticket, near, sizes.get(near.ticket.cluster or 0, 1) + 1, now) for ticket, near in kept]
    EventSuggestion.objects.bulk_create(rows, ignore_conflicts=True)
    return rows


def _sizes(clusters: Iterable[int | None]) -> dict[int, int]:
    """How many people each cluster has. One statement, none for none."""
    wanted_ = {one for one in clusters if one is not None}
    if not wanted_:
        return {}
    counted = Ticket.objects.filter(cluster__in=wanted_).order_by().values_list("cluster")
    return {int(pk): n for pk, n in counted.annotate(n=Count("pk")) if pk is not None}


def _row(ticket: Ticket, near: Near, people: int, now: datetime) -> EventSuggestion:
    return EventSuggestion(
        ticket=ticket.pk,
        ticket_number=ticket.number,
        other=near.ticket.pk,
        other_number=near.ticket.number,
        category=ticket.category_id or "",
        district=ticket.district,
        chance=near.chance,
        reasons=near.reasons(people),
        made_at=now,
    )


def do_look_over(*, now: datetime, book: Book) -> list[EventSuggestion]:
    """Suggest events that only the words show: across streets, or under two categories. Few statements.

    The latest open tickets go through one stream in the order in which they came; of each event of
    several people the later ones are suggested with the one that stands for it.
    """
    days = timedelta(days=float(book.rule("cluster.window_days", local_day(book, now))))
    tickets = _open_ones(now, days, TEXTS, simulated=False)[::-1]
    by_id = {one.pk: one for one in tickets}
    stream = EventStream()
    stream.add(
        [Item(one.pk, one.opened_at.timestamp() / 86_400, signature(one.title, one.text)) for one in tickets]
    )
    likely = []
    for event in stream.events.values():
        if len(event.members) < 2:
            continue
        first = by_id[stream.medoid(event.id)]
        for later in (by_id[member] for member in event.members):
            if later.pk > first.pk and (later.requester is None or later.requester != first.requester):
                likely.append((later, _by_words(later, first, stream, book)))
    return _store([one for one in likely if not one[0].danger], now, book)


def _by_words(later: Ticket, first: Ticket, stream: EventStream, book: Book) -> Near:
    how = stream.between(later.pk, first.pk)
    here, there = (position(one.place_id or "", book) for one in (later, first))
    metres = None
    if here[0] is not None and here[1] is not None and there[0] is not None and there[1] is not None:
        metres = round(((here[0] - there[0]) ** 2 + (here[1] - there[1]) ** 2) ** 0.5)
    return Near(
        first,
        round(min(0.99, 0.5 + how), 4),
        how,
        metres,
        abs((later.opened_at - first.opened_at).total_seconds()) / 86_400,
        shared_words(f"{later.title}，{later.text}", f"{first.title}，{first.text}"),
    )


def listed(scope: Scope, size: int = PAGE, category: str = "") -> list[EventSuggestion]:
    """The open suggestions of a scope, the likest first, one for each ticket. One statement.

    A unit sees pairs that are wholly its own.
    """
    found = EventSuggestion.objects.filter(state=OPEN)
    if category:
        found = found.filter(category__startswith=category)
    if not scope.everything:
        mine = visible(scope).values("pk")
        found = found.filter(ticket__in=mine, other__in=mine)
    best: dict[int, EventSuggestion] = {}
    for one in found.order_by("-chance", "-id")[: size * FOR_ONE]:
        best.setdefault(one.ticket, one)
    return list(best.values())[:size]


def _claimed(pk: int, state: str, actor: Actor, now: datetime, note: str = "") -> EventSuggestion:
    """Decide on a suggestion: of two people at once the first decides. Raises ``ClusterRefused``."""
    changed: dict[str, Any] = {
        "state": state,
        "decided_by": actor.id,
        "decided_by_name": actor.name[:80],
        "decided_at": now,
        "note": masked_by_staff(note),
    }
    if not EventSuggestion.objects.filter(pk=pk, state=OPEN).update(**changed):
        raise ClusterRefused(_("Somebody has decided on this suggestion already"))
    return EventSuggestion.objects.get(pk=pk)


def do_accept(pk: int, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """It is one event: join the two, and remember it. All or nothing; few statements.

    Raises ``ClusterRefused`` and what the engine refuses; the suggestion stays open then.
    """
    with transaction.atomic():
        found = _claimed(pk, ACCEPTED, actor, now)
        ticket, other = _two(found)
        joined = _join(ticket, other, actor, now, book)
        do_rule(ticket, other, actor, together=True, now=now)
        EventSuggestion.objects.filter(state=OPEN, ticket=ticket.pk).update(state=SETTLED, decided_at=now)
    return joined


def _join(ticket: Ticket, other: Ticket, actor: Actor, now: datetime, book: Book) -> Ticket:
    """Join two tickets, whichever of them lies in a common matter already; two of these are merged."""
    if ticket.cluster is None:
        return do_link(ticket, other, actor, now=now, book=book)
    if other.cluster is None:
        return do_link(other, ticket, actor, now=now, book=book)
    if ticket.cluster != other.cluster:
        both = Cluster.objects.in_bulk([ticket.cluster, other.cluster])
        do_merge(both[other.cluster], both[ticket.cluster], _("Accepted as one event"), actor, now=now)
    return ticket


def do_decline(pk: int, note: str, actor: Actor, *, now: datetime) -> EventSuggestion:
    """It is not one event: nothing is joined, and it is not suggested again. At most six statements."""
    with transaction.atomic():
        found = _claimed(pk, DECLINED, actor, now, note)
        ticket, other = _two(found)
        do_rule(ticket, other, actor, together=False, now=now, note=note)
    return found


def _two(found: EventSuggestion) -> tuple[Ticket, Ticket]:
    rows = Ticket.objects.in_bulk([found.ticket, found.other])
    if len(rows) < 2:
        raise ClusterRefused(_("One of the two tickets is not there any more"))
    return rows[found.ticket], rows[found.other]


def do_settle(*, now: datetime) -> int:
    """Put aside open suggestions whose later ticket was closed or joined otherwise. Three statements."""
    waiting = EventSuggestion.objects.filter(state=OPEN)
    asked = list(waiting.values_list("ticket", flat=True)[:SETTLE_MOST])
    over = Ticket.objects.filter(pk__in=asked).filter(Q(state__in=w.CLOSED_STATES) | Q(cluster__isnull=False))
    gone = list(over.values_list("pk", flat=True))
    if not gone:
        return 0
    return EventSuggestion.objects.filter(state=OPEN, ticket__in=gone).update(state=SETTLED, decided_at=now)
