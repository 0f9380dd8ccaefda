"""The only readers of more than one ticket of the call-back: whom to call, whom to ask a second time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from jieban.callback.rules import LATER
from jieban.matters.rules import Actor
from jieban.people.models import Account
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.tickets.queries import Scope, visible

SOME = 20


def _of_others(scope: Scope, actor: Actor) -> QuerySet[Ticket]:
    """What somebody may ask about: never his own unit's tickets, nor those from which he must keep out."""
    mine = [actor.id, *({actor.unit, *actor.units} - {""})]
    return visible(scope).exclude(lead_id__in=mine).exclude(recused__overlap=mine)


def to_call(scope: Scope, actor: Actor, *, now: datetime, gap: timedelta) -> QuerySet[Ticket]:
    """Those who may be called now; who agreed on a time stands in ``agreed``. To be paged by the limit."""
    tickets = _of_others(scope, actor).filter(state=w.CALLBACK).exclude(visit_result=LATER)
    return tickets.filter(Q(visited_at__isnull=True) | Q(visited_at__lte=now - gap))


def agreed(scope: Scope, actor: Actor) -> list[Ticket]:
    """Those who asked to be called later, by the time agreed on. One SQL statement."""
    tickets = _of_others(scope, actor).filter(state=w.CALLBACK, visit_result=LATER)
    return list(tickets.defer("text", "proposal", "reply").order_by("visited_at")[:SOME])


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many are to be asked: in all, tried a short while ago, and with a time agreed on."""

    total: int
    resting: int
    agreed: int


def waiting(scope: Scope, actor: Actor, *, now: datetime, gap: timedelta) -> Waiting:
    """How many are to be asked. One SQL statement."""
    later = Q(visit_result=LATER)
    counted = (
        _of_others(scope, actor)
        .filter(state=w.CALLBACK)
        .aggregate(
            total=Count("pk"),
            resting=Count("pk", filter=Q(visited_at__gt=now - gap) & ~later),
            agreed=Count("pk", filter=later),
        )
    )
    return Waiting(**counted)


def to_check(scope: Scope, actor: Actor) -> list[Ticket]:
    """Closed tickets drawn for the second check that this person did not ask about himself, latest first.

    One SQL statement.
    """
    tickets = _of_others(scope, actor).filter(checked="due", state=w.CLOSED).exclude(asked_by=actor.id)
    return list(tickets.defer("text", "proposal", "reply").order_by("-closed_at")[:SOME])


@dataclass(frozen=True, slots=True)
class Agreement:
    """What second checks found of one interviewer; ``share`` of those reached in percent."""

    asked_by: str
    name: str
    agreed: int
    differs: int
    unreached: int
    due: int

    @property
    def share(self) -> int | None:
        """How many in a hundred gave the same answers again; None where nobody was reached."""
        reached = self.agreed + self.differs
        return round(100 * self.agreed / reached) if reached else None


def agreement(scope: Scope, since: datetime) -> list[Agreement]:
    """The second checks of tickets closed since then, by interviewer, most differences first.

    Two SQL statements.
    """
    tickets = visible(scope).exclude(checked="").filter(closed_at__gte=since).order_by()
    found = [
        (str(row["asked_by"]), row)
        for row in tickets.values("asked_by").annotate(
            agreed_=Count("pk", filter=Q(checked="agreed")),
            differs=Count("pk", filter=Q(checked="differs")),
            unreached=Count("pk", filter=Q(checked="unreached")),
            due=Count("pk", filter=Q(checked="due")),
        )
    ]
    names = _names(asked_by for asked_by, _ in found)
    table = [
        Agreement(
            asked_by, names.get(asked_by, ""), row["agreed_"], row["differs"], row["unreached"], row["due"]
        )
        for asked_by, row in found
    ]
    return sorted(table, key=lambda one: (-one.differs, one.asked_by))


def differing(scope: Scope, since: datetime, asked_by: str = "") -> list[Ticket]:
    """The latest tickets whose second answers differ; of one interviewer, or of all. One SQL statement."""
    tickets = visible(scope).filter(checked="differs", closed_at__gte=since)
    if asked_by:
        tickets = tickets.filter(asked_by=asked_by)
    return list(tickets.defer("text", "proposal", "reply").order_by("-closed_at")[:SOME])


def _names(actors: Iterable[str]) -> dict[str, str]:
    """The names of members of staff by the id that they act under. One SQL statement."""
    keys = [key for kind, _, key in (actor.partition(":") for actor in actors) if kind == "account"]
    accounts = Account.objects.filter(pk__in=[int(key) for key in keys if key.isdigit()])
    return {f"account:{account.pk}": str(account) for account in accounts}
