"""Event clusters (聚类): several requesters, one matter, one lead unit (opinion 66 of 2025).

Each requester keeps his own ticket, limit and call-back; only the work and the answers are shared.
``link`` joins, ``unlink`` splits, ``do_tell_members`` gives one report or reply to all members.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.foundation.inserting import insert_rows
from jieban.matters.actions import Overtaken, series
from jieban.matters.many import do_advance_many
from jieban.matters.rules import Actor, NotPossible, Step
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets import workflow as w
from jieban.tickets.actions import advance, say
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Cluster, Ticket
from jieban.tickets.queries import Scope, visible

PAGE = 20
MOST_MEMBERS = 500
TITLE_CHARS = 300


class ClusterRefused(NotPossible):
    """The tickets cannot be joined or split like this; the message says why and what to do."""

    reason = "cluster_refused"


def new_cluster(
    *, title: str, category: str, district: str, street: str, lead: str, by: Actor, now: datetime, **more: Any
) -> Cluster:
    """A cluster about to be stored, with an id of its own. ``title`` must be masked already."""
    return Cluster(
        id=series.take(),
        title=title[:TITLE_CHARS],
        category_id=category or None,
        district=district,
        street=street,
        lead_id=lead or None,
        opened_at=now,
        opened_by=by.id,
        **more,
    )


def do_store(clusters: Sequence[Cluster]) -> None:
    """Store new clusters. One SQL statement, none for none."""
    insert_rows(Cluster, clusters)


def link_step(cluster: int, actor: Actor, now: datetime, why: str) -> Step:
    """The step by which a ticket joins a cluster; ``why`` is ``alike`` or ``person``."""
    return Step("link", actor, now, {"cluster": cluster}, {"why": why})


def do_link(ticket: Ticket, other: Ticket, actor: Actor, *, now: datetime, book: Book) -> Ticket:
    """Join a ticket with the matter of another one, whose cluster is made when there is none.

    At most seven SQL statements. Both must be open, of different requesters, and neither kept from the
    unit that leads the other. Raises ``ClusterRefused``, the refusals of the engine and ``Overtaken``.
    """
    if ticket.pk == other.pk:
        raise ClusterRefused(_("A ticket cannot be joined with itself; give another number"))
    if ticket.cluster is not None:
        raise ClusterRefused(_("This ticket belongs to a common matter already; take it out first"))
    if ticket.requester is not None and ticket.requester == other.requester:
        raise ClusterRefused(_("Both tickets are the same requester's: urge the earlier one instead"))
    if ticket.simulated != other.simulated:
        raise ClusterRefused(_("A simulated ticket and a real one are never joined"))
    if other.cluster is None and other.state in w.CLOSED_STATES:
        raise ClusterRefused(_("The other ticket is closed; join an open one"))
    _check_recused(ticket, other)
    with transaction.atomic(savepoint=False):
        moves = [(ticket, (link_step(other.cluster or 0, actor, now, "person"),))]
        if other.cluster is None:
            made = new_cluster(
                title=other.title,
                category=other.category_id or "",
                district=other.district,
                street=other.street,
                lead=other.lead_id or ticket.lead_id or "",
                by=actor,
                now=now,
                simulated=other.simulated,
            )
            do_store([made])
            moves = [(one, (link_step(made.pk, actor, now, "person"),)) for one in (ticket, other)]
        do_advance_many(TICKET, moves)
    return Ticket.objects.get(pk=ticket.pk)


def _check_recused(ticket: Ticket, other: Ticket) -> None:
    """A unit that must keep out of a matter does not get it through a neighbour's ticket."""
    for one, leads in ((ticket, other.lead_id), (other, ticket.lead_id)):
        if leads and leads in one.recused:
            raise ClusterRefused(
                _("One of the tickets must be kept from the unit that leads the other; leave them apart")
            )


def do_unlink(ticket: Ticket, why: str, actor: Actor, *, now: datetime) -> Ticket:
    """Take a ticket out of its cluster. Two SQL statements. Raises ``ClusterRefused``."""
    if ticket.cluster is None:
        raise ClusterRefused(_("This ticket belongs to no common matter"))
    if not why.strip():
        raise ClusterRefused(_("Write in a sentence why it is another matter"))
    detail = {"note": masked_by_staff(why), "left": ticket.cluster}
    return advance(ticket, Step("unlink", actor, now, {"cluster": None}, detail))


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one member when all were told: empty ``refused`` means it was done."""

    number: str
    refused: str = ""


def do_tell_members(
    members: Sequence[Ticket],
    do: Callable[[Ticket], Ticket],
    words_of: Callable[[NotPossible], str] = str,
) -> list[Told]:
    """Do the same for each member of a cluster, each in a transaction of its own, and say what was refused.

    A member that is not the actor's, in another state, or changed a moment before is left as it is.
    ``words_of`` says a refusal to people.
    """
    told = []
    for member in members:
        try:
            with transaction.atomic():
                do(member)
        except Overtaken as error:
            told.append(Told(member.number, str(error)))
        except NotPossible as error:
            told.append(Told(member.number, words_of(error)))
        else:
            told.append(Told(member.number))
    return told


def do_report_to_all(
    members: Sequence[Ticket],
    note: str,
    actor: Actor,
    *,
    now: datetime,
    book: Book,
    words_of: Callable[[NotPossible], str] = str,
) -> list[Told]:
    """One report of progress for all members (Art. 15); each requester reads it in his own ticket."""
    if not note.strip():
        raise ClusterRefused(_("Write in a sentence what was done; every requester will read it"))
    detail = {"note": masked_by_staff(note), "common": True}
    return do_tell_members(
        members, lambda one: say(one, "progress", actor, now, {}, detail, book=book), words_of
    )


def members(scope: Scope, cluster: int) -> list[Ticket]:
    """The members of a cluster within a scope, by their limit. One SQL statement."""
    return list(visible(scope).filter(cluster=cluster).order_by("due_at", "pk")[:MOST_MEMBERS])


def left_out(scope: Scope, cluster: int, shown: int) -> int:
    """How many members stand beyond ``MOST_MEMBERS``. One SQL statement where it is full, else none."""
    if shown < MOST_MEMBERS:
        return 0
    return max(0, visible(scope).filter(cluster=cluster).count() - shown)


def others_of(ticket: Ticket) -> int:
    """How many others report the same matter. One SQL statement, none without a cluster."""
    if ticket.cluster is None:
        return 0
    return Ticket.objects.filter(cluster=ticket.cluster).exclude(pk=ticket.pk).count()


def cluster_at(scope: Scope, pk: int) -> Cluster | None:
    """The cluster, when one of its members lies in the scope. One SQL statement."""
    seen = visible(scope).filter(cluster=pk).values("cluster")[:1]
    return _titled(scope).filter(pk=pk, pk__in=seen).first()


def _titled(scope: Scope) -> QuerySet[Cluster]:
    """Clusters with ``seen_title``: the title of the first member in the scope, never another's."""
    first = visible(scope).filter(cluster=OuterRef("pk")).order_by("pk").values("title")[:1]
    return Cluster.objects.annotate(seen_title=Coalesce(Subquery(first), Value("")))


@dataclass(frozen=True, slots=True)
class Listed:
    """A cluster of the list, with how many members it has and how many of them are open."""

    cluster: Cluster
    members: int
    open: int


def listed(scope: Scope, before: int = 0, size: int = PAGE) -> tuple[list[Listed], int]:
    """The clusters of a scope, newest first, and the key of the next page (0 on the last).

    Two SQL statements, however many clusters there are. A unit counts the members that it may see.
    """
    clusters = _titled(scope)
    if not scope.everything:
        clusters = clusters.filter(pk__in=visible(scope).exclude(cluster=None).values("cluster"))
    if before:
        clusters = clusters.filter(pk__lt=before)
    found = list(clusters.order_by("-pk")[: size + 1])
    more, found = len(found) > size, found[:size]
    counted = visible(scope).filter(cluster__in=[one.pk for one in found]).order_by().values_list("cluster")
    counts = {
        pk: (total, open_)
        for pk, total, open_ in counted.annotate(
            total=Count("pk"), open=Count("pk", filter=~Q(state__in=w.CLOSED_STATES))
        )
    }
    rows = [Listed(one, *counts.get(one.pk, (0, 0))) for one in found]
    return rows, found[-1].pk if more else 0
