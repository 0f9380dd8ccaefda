"""What follows when a new request is not the first of its matter: told and urged, asked about, or joined.

Same caller, same matter, nothing new (Art. 11 ¶3 (3)): the request keeps a record of its own, which ends
as explained; the first ticket is urged, or asked for once more where it is closed. Less sure: it goes its
way, and a person is asked. Other callers: one cluster, one lead unit, each his own call-back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.events import clusters
from jieban.dispatch.events.joining import About, rulings
from jieban.dispatch.rules import DANGER_QUEUE, Candidate, Proposal, copies
from jieban.dispatch.why.explain import name_of
from jieban.intake.looking import Arrival, Found
from jieban.intake.same import Hit, Told
from jieban.matters.actors import PLATFORM
from jieban.matters.many import do_advance_many
from jieban.matters.models import Event
from jieban.matters.rules import Actor, Step
from jieban.reading.result import Reason
from jieban.tickets import workflow as w
from jieban.tickets.actions import over
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Cluster, Ticket
from jieban.tickets.names import STATE_NAMES

BRANCH = "SAME_MATTER"
NOT_A_PERSON = frozenset({"sensor", "inspection", "grid", "forecast"})
"""Channels by which no person speaks: nobody is told, so nothing is merged."""
_ASKED_ABOUT = 3


@dataclass(slots=True)
class Course:
    """What happens to one new request beside the usual: columns, what the proposal keeps, and steps.

    ``first`` are steps before it is dispatched, ``ends`` the step that ends it instead, ``after`` steps
    that others of the batch cause.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    lead: str = ""
    first: list[Step] = field(default_factory=list)
    ends: Step | None = None
    after: list[Step] = field(default_factory=list)


@dataclass(slots=True)
class Settled:
    """The courses by place in the batch, and what is stored of others besides."""

    courses: dict[int, Course]
    clusters: list[Cluster] = field(default_factory=list)
    moves: list[tuple[Ticket, list[Step]]] = field(default_factory=list)


def settle(
    arrivals: Sequence[Arrival], found: Sequence[Found], actor: Actor, *, now: datetime, book: Book
) -> Settled:
    """Decide what becomes of new requests. At most three SQL statements, none when all are the first.

    Tickets that will be urged or joined are locked here, so that ``do_store`` finds them unchanged. What
    people parted is not pointed out again; without ``cluster.join_alone`` nothing is joined here.
    """
    _honour(arrivals, found, alone=bool(book.rule("cluster.join_alone", local_day(book, now))))
    stored = _locked(arrivals, found)
    urged_at = _last_urged(stored.values())
    work = _Settling(Settled({}), {one.told.id: one for one in arrivals}, stored, urged_at, actor, now, book)
    for arrival, around in zip(arrivals, found, strict=True):
        work.decide(arrival, around)
    return work.settled


def do_store(settled: Settled) -> None:
    """Store clusters and the steps of tickets that were there before. At most six SQL statements."""
    clusters.do_store(settled.clusters)
    if settled.moves:
        do_advance_many(TICKET, settled.moves)


def _honour(arrivals: Sequence[Arrival], found: Sequence[Found], *, alone: bool) -> None:
    """Leave out neighbours that people parted; none is sure where a person decides. One statement."""
    pairs = [
        (_about(arrival.told), _about(hit.earlier))
        for arrival, around in zip(arrivals, found, strict=True)
        for hit in around.near
    ]
    ruled = rulings(pairs) if pairs else {}
    for arrival, around in zip(arrivals, found, strict=True):
        kept = [hit for hit in around.near if ruled.get((arrival.told.id, hit.earlier.id)) is not False]
        around.near = kept if alone else [replace(hit, sure=False) for hit in kept]


def _about(told: Told) -> About:
    return About(told.id, told.category, told.place, told.street)


def _root(hit: Hit) -> int:
    return hit.earlier.same_as or hit.earlier.id


def merges(arrival: Arrival, around: Found) -> Hit | None:
    """The hit by which a request is surely the same matter, brought again by a person with nothing new."""
    if arrival.told.simulated or arrival.told.danger or not arrival.person:
        return None
    return next((hit for hit in around.same[:1] if hit.sure and not hit.earlier.simulated), None)


def _joins(around: Found) -> Hit | None:
    return next((hit for hit in around.near[:1] if hit.sure and not hit.earlier.simulated), None)


def _locked(arrivals: Sequence[Arrival], found: Sequence[Found]) -> dict[int, Ticket]:
    """The stored tickets that these requests will change, locked. One SQL statement, none for none."""
    new = {one.told.id for one in arrivals}
    wanted: set[int] = set()
    for arrival, around in zip(arrivals, found, strict=True):
        hit = merges(arrival, around)
        beside = None if hit else _joins(around)
        if hit:
            wanted.add(_root(hit))
        elif beside and not arrival.told.simulated:
            wanted.add(beside.earlier.id)
    if not wanted - new:
        return {}
    locked = Ticket.objects.select_for_update().filter(pk__in=wanted - new).order_by("pk")
    return {ticket.pk: ticket for ticket in locked}


def _last_urged(tickets: Any) -> dict[int, datetime]:
    """When tickets were urged last. One SQL statement, none where none was."""
    urged = [one.pk for one in tickets if one.urged]
    if not urged:
        return {}
    events = Event.objects.filter(matter__in=urged, verb="urge").order_by()
    return dict(events.values_list("matter").annotate(at=Max("at")))


@dataclass(slots=True)
class _Settling:
    """The decisions of one batch while they are made."""

    settled: Settled
    arrivals: Mapping[int, Arrival]
    stored: Mapping[int, Ticket]
    urged_at: dict[int, datetime]
    actor: Actor
    now: datetime
    book: Book
    steps: dict[int, list[Step]] = field(default_factory=dict)
    joined: dict[int, int] = field(default_factory=dict)

    def decide(self, arrival: Arrival, around: Found) -> None:
        course = self.settled.courses[arrival.index] = Course()
        course.columns = {"nth_month": around.nth_month, "nth_year": around.nth_year}
        hit = merges(arrival, around)
        if hit is not None and self._merge(arrival, course, hit):
            return
        if around.same:
            course.kept["maybe_same"] = [_asked(one) for one in around.same[:_ASKED_ABOUT]]
        beside = _joins(around)
        if beside is not None and self._join(arrival, course, beside):
            return
        if around.near:
            course.kept["maybe_near"] = [_asked(one) for one in around.near[:_ASKED_ABOUT]]

    def _merge(self, arrival: Arrival, course: Course, hit: Hit) -> bool:
        """End the new one as explained, and urge the first, or ask for it once more."""
        root = _root(hit)
        first = self.arrivals.get(root)
        ticket = self.stored.get(root)
        if first is None and ticket is None:
            return False
        known = ticket is not None and not ticket.secrecy and self.actor.kind != "requester"
        said = same_words(first.told.number if first else "", ticket, self.now, self.book, result=known)
        course.columns["same_as"] = root
        course.kept["same"] = {**_asked(hit), "number": first.told.number if first else ticket.number}  # type: ignore[union-attr]
        told = {"branch": BRANCH, "explanation": said, "queue": "", **over(self.now)}
        course.ends = Step("explain", PLATFORM, self.now, told, {"same_as": course.kept["same"]["number"]})
        step = self._again(root, ticket, arrival.told.number)
        if step is None:
            return True
        if ticket is None:
            self.settled.courses[first.index].after.append(step)  # type: ignore[union-attr]
        else:
            self._move(ticket, step)
        return True

    def _again(self, root: int, ticket: Ticket | None, number: str) -> Step | None:
        """The step by which the first ticket learns of it; None within ``urge.gap_hours`` of the last."""
        detail = {"again": number}
        if ticket is not None and ticket.state in w.CLOSED_STATES:
            if root in self.steps:
                return None
            marks = list(dict.fromkeys([*ticket.marks, "repeated"]))
            return Step("repeat", PLATFORM, self.now, {"marks": marks}, detail)
        gap = timedelta(hours=float(self.book.rule("urge.gap_hours", local_day(self.book, self.now))))
        last = self.urged_at.get(root)
        if last is not None and last + gap > self.now:
            return None
        self.urged_at[root] = self.now
        return Step("urge", PLATFORM, self.now, {"urged": (ticket.urged if ticket else 0) + 1}, detail)

    def _join(self, arrival: Arrival, course: Course, hit: Hit) -> bool:
        """Join the matter of a neighbour, whose cluster is made when there is none."""
        told, other = arrival.told, hit.earlier
        ticket, first = self.stored.get(other.id), self.arrivals.get(other.id)
        cluster = self.joined.get(other.id) or (ticket.cluster if ticket else None)
        if cluster is None:
            if ticket is not None and ticket.state in w.CLOSED_STATES:
                return False
            made = clusters.new_cluster(
                title=other.title or other.text,
                category=other.category,
                district=other.district,
                street=other.street,
                lead=(ticket.lead_id if ticket else "") or "",
                by=PLATFORM,
                now=self.now,
            )
            self.settled.clusters.append(made)
            cluster = made.pk
            step = clusters.link_step(cluster, PLATFORM, self.now, "alike")
            if ticket is not None:
                self._move(ticket, step)
            elif first is not None:
                self.settled.courses[first.index].first.append(step)
            else:
                return False
        self.joined[told.id] = self.joined[other.id] = cluster
        course.first.append(clusters.link_step(cluster, PLATFORM, self.now, "alike"))
        course.lead = (ticket.lead_id if ticket else "") or ""
        course.kept["cluster"] = {**_asked(hit), "lead": course.lead}
        return True

    def _move(self, ticket: Ticket, step: Step) -> None:
        steps = self.steps.get(ticket.pk)
        if steps is None:
            steps = self.steps[ticket.pk] = []
            self.settled.moves.append((ticket, steps))
        steps.append(step)


def _asked(hit: Hit) -> dict[str, Any]:
    """What is kept of a hit with the proposal: number, likeness, and what is new in the later one."""
    return {"number": hit.earlier.number, "likeness": hit.likeness, "news": list(hit.news)}


def led_by_cluster(proposal: Proposal, course: Course, book: Book, on: Any) -> Proposal:
    """The proposal of a request that joined a cluster: its lead unit leads this one too, with the reason.

    Danger still goes before a person; a unit that may not lead (any more) changes nothing.
    """
    unit = book.units.get(course.lead)
    if unit is None or not unit.can_lead or not unit.in_force(on) or proposal.queue == DANGER_QUEUE:
        return proposal
    best = next((one for one in proposal.candidates if one.unit == unit.code), None) or proposal.best
    if best is None:
        return proposal
    led = best if best.unit == unit.code else _for_unit(best, unit.code, book)
    number = str(course.kept["cluster"]["number"])
    others = tuple(one for one in proposal.candidates if one.unit != unit.code)
    return replace(
        proposal,
        candidates=(replace(led, confidence=1.0), *others),
        queue="",
        why_queue="",
        reasons=(*proposal.reasons, Reason("cluster", number, unit.code)),
    )


def _for_unit(best: Candidate, unit: str, book: Book) -> Candidate:
    return replace(best, unit=unit, row="", basis="", assist=(), copied_to=copies(book, book.units[unit]))


def same_words(number: str, ticket: Ticket | None, now: datetime, book: Book, *, result: bool = False) -> str:
    """What the caller is told of the matter that he brought before, in the city's own language.

    ``result``: tell the unit's reply too. Not to somebody on the web whose phone nobody has checked: he
    reads it with the number and code of the first ticket.
    """
    with override(settings.LANGUAGE_CODE):
        row = book.dated("branches", BRANCH, local_day(book, now))
        return f"{row.explanation}{standing_words(number, ticket, book, result=result)}"


def standing_words(number: str, ticket: Ticket | None, book: Book, *, result: bool) -> str:
    """Where a ticket stands, or how it ended, in a sentence or two for its requester."""
    if ticket is None:
        return _("Your request %(number)s has just been taken in and is on its way.") % {"number": number}
    told = {"number": ticket.number, "state": str(STATE_NAMES[ticket.state])}
    if ticket.state in w.CLOSED_STATES:
        reply = ticket.reply or ticket.explanation
        if result and reply:
            said = _("Your request %(number)s is finished. The result: %(result)s")
            return said % {**told, "result": reply}
        return _("Your request %(number)s is finished (%(state)s).") % told
    if ticket.lead_id:
        said = _("Your request %(number)s lies with %(unit)s now: %(state)s.")
        return said % {**told, "unit": name_of(book, ticket.lead_id)}
    return _("Your request %(number)s is open: %(state)s.") % told
