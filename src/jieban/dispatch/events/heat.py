"""Common matters by how hot they are, with what a person must see of each; their split and merge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from jieban.city.book import Book
from jieban.dispatch.events.clusters import ClusterRefused, do_unlink, link_step
from jieban.dispatch.events.joining import do_rule
from jieban.dispatch.events.near import extent
from jieban.matters.many import do_advance_many
from jieban.matters.rules import Actor, Step
from jieban.reading.likeness.heat import DAYS, Heat, heat_of, spark_points
from jieban.reading.privacy.notes import masked_by_staff
from jieban.tickets import workflow as w
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Cluster, Ticket
from jieban.tickets.queries import Scope, visible

MOST = 20_000
"""So many members of hot clusters are looked at; the latest."""
PAGE = 20
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Hot:
    """A common matter of the list, with its heat and where it lies."""

    cluster: Cluster
    title: str
    heat: Heat
    members: int
    first: datetime
    latest: datetime
    streets: tuple[str, ...]
    metres: int | None

    @property
    def spark(self) -> str:
        """The points of its line over the last four weeks."""
        return spark_points(self.heat.by_day)


def hottest(scope: Scope, *, now: datetime, book: Book, size: int = PAGE) -> list[Hot]:
    """The common matters of the last four weeks in a scope, the hottest first. Two SQL statements.

    A unit counts the members that it may see, and reads the title of the first of them.
    """
    found = (
        visible(scope)
        .filter(cluster__isnull=False, opened_at__gte=now - timedelta(days=DAYS))
        .order_by("-pk")
        .only("pk", "cluster", "title", "opened_at", "requester", "urged", "street", "place_id")[:MOST]
    )
    grouped: dict[int, list[Ticket]] = {}
    for one in found:
        grouped.setdefault(one.cluster or 0, []).append(one)
    heats = {pk: _heat(members, now) for pk, members in grouped.items()}
    first = sorted(heats, key=lambda pk: (-heats[pk].value, -pk))[:size]
    clusters = Cluster.objects.in_bulk(first)
    return [_hot(clusters[pk], grouped[pk][::-1], heats[pk], book) for pk in first if pk in clusters]


def _heat(members: Sequence[Ticket], now: datetime) -> Heat:
    ages = [(now - one.opened_at).total_seconds() / 86_400 for one in members]
    return heat_of(ages, [one.requester for one in members], sum(one.urged for one in members))


def _hot(cluster: Cluster, members: Sequence[Ticket], heat: Heat, book: Book) -> Hot:
    return Hot(
        cluster,
        next((one.title for one in members if one.title), ""),
        heat,
        len(members),
        min(one.opened_at for one in members),
        max(one.opened_at for one in members),
        tuple(sorted({one.street for one in members if one.street})),
        extent([one.place_id for one in members if one.place_id], book),
    )


def heat_now(cluster: Cluster, members: Sequence[Ticket], *, now: datetime, book: Book) -> Hot | None:
    """The heat of one common matter from the members that are shown; None without any."""
    return _hot(cluster, members, _heat(members, now), book) if members else None


def do_split(
    members: Sequence[Ticket], gone: Sequence[Ticket], why: str, actor: Actor, *, now: datetime
) -> list[Ticket]:
    """Take some members out of a common matter, and remember that they are another one.

    ``members`` are all that the actor may see. Raises ``ClusterRefused`` and the engine's
    refusals; all or none.
    """
    if not gone:
        raise ClusterRefused(_("Choose the tickets that are another matter"))
    if len(gone) > MOST_AT_ONCE:
        raise ClusterRefused(_("Take out at most %(n)s tickets at once") % {"n": MOST_AT_ONCE})
    out = {one.pk for one in gone}
    stays = [one for one in members if one.pk not in out]
    with transaction.atomic():
        split = [do_unlink(one, why, actor, now=now) for one in gone]
        if stays:
            for one in gone:
                do_rule(one, stays[0], actor, together=False, now=now, note=why)
    return split


def do_merge(kept: Cluster, gone: Cluster, why: str, actor: Actor, *, now: datetime) -> int:
    """Put all open members of one common matter into another; gives how many. All or none.

    Closed members stay where they are, since what was told to their requesters holds. Raises
    ``ClusterRefused`` and the engine's refusals.
    """
    if kept.pk == gone.pk:
        raise ClusterRefused(_("A common matter cannot be merged with itself"))
    if kept.simulated != gone.simulated:
        raise ClusterRefused(_("A simulated matter and a real one are never merged"))
    if not why.strip():
        raise ClusterRefused(_("Write in a sentence why the two are one matter"))
    moving = list(Ticket.objects.filter(cluster=gone.pk).order_by("pk")[: MOST_AT_ONCE + 1])
    into = Ticket.objects.filter(cluster=kept.pk).order_by("pk").first()
    moving = [one for one in moving if one.state not in w.CLOSED_STATES]
    if not moving or into is None:
        raise ClusterRefused(_("There is no open ticket to move"))
    if len(moving) > MOST_AT_ONCE:
        raise ClusterRefused(_("More than %(n)s tickets: move them in parts") % {"n": MOST_AT_ONCE})
    if any(kept.lead_id and kept.lead_id in one.recused for one in moving):
        raise ClusterRefused(
            _("One of the tickets must be kept from the unit that leads the other; leave them apart")
        )
    note = masked_by_staff(why)
    with transaction.atomic():
        do_advance_many(
            TICKET,
            [
                (
                    one,
                    (
                        Step("unlink", actor, now, {"cluster": None}, {"note": note, "left": gone.pk}),
                        link_step(kept.pk, actor, now, "person"),
                    ),
                )
                for one in moving
            ],
        )
        do_rule(moving[0], into, actor, together=True, now=now, note=why)
    return len(moving)
