"""What runs by itself: the look at a ticket after an event, the scan of all, and the clock of a case."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from procrastinate.contrib.django import app

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.queries import book
from jieban.matters.actions import Overtaken
from jieban.matters.actors import PLATFORM
from jieban.matters.models import Event
from jieban.matters.rules import NotPossible
from jieban.oversight import queries, rules
from jieban.oversight.actions import (
    do_end_solved,
    do_follow,
    do_keep_out,
    do_late,
    do_supervise,
    do_supervise_unit,
)
from jieban.oversight.models import Case
from jieban.tickets import workflow as t
from jieban.tickets.models import Ticket
from jieban.whistle.queries import neglected

BATCH = 200
"""How many tickets one scan opens at most for each trigger; the next scan goes on."""
_log = logging.getLogger(__name__)


@app.task(name="oversight.look", queue="work", retry=5)
def look(matter: int) -> None:
    """Look at a ticket after an event (redone, passed on, called back, instructed); twice does no harm."""
    look_at(Ticket.objects.get(pk=matter), datetime.now(UTC), book())


@app.task(name="oversight.refused_whistle", queue="work", retry=5)
def refused_whistle(matter: int) -> None:
    """A unit was ordered to report in to a whistle that it had refused (Street-office Ordinance Art. 44).

    ``matter`` is the report-in; its events and those of its whistle tell of the unit and the ticket.
    """
    report = _told(matter)
    tickets = _told(report.get("whistle") or 0).get("tickets") or [0]
    ticket = Ticket.objects.filter(pk=tickets[0], state__in=t.OPEN).first()
    now, city = datetime.now(UTC), book()
    for trigger in city.current("oversight_triggers", local_day(city, now)):
        if trigger.measure != "whistle_refused" or not report.get("lead_id"):
            continue
        if ticket is None:
            do_supervise_unit(report["lead_id"], trigger.code, "", PLATFORM, now=now, book=city)
        elif rules.is_new(trigger, 1, queries.earlier_of(ticket.pk), now):
            unit = str(report["lead_id"])
            do_supervise(ticket, trigger.code, "", PLATFORM, now=now, book=city, measured=1, unit=unit)


def _told(matter: int) -> dict[str, Any]:
    """The columns of a matter as its events tell them. One SQL statement."""
    told: dict[str, Any] = {}
    for event in Event.objects.filter(matter=matter).order_by("seq"):
        told |= event.changes
    return told


@app.periodic(cron="*/10 * * * *")
@app.task(name="oversight.scan", queueing_lock="oversight_scan", queue="work")
def scan(timestamp: int) -> None:
    """Find what has come to need supervision, each ten minutes."""
    scan_all(datetime.now(UTC), book())


def look_at(ticket: Ticket, now: datetime, city: Book) -> list[Case]:
    """Open a case for each trigger that newly fires for a ticket. Two SQL statements, seven more a case."""
    if ticket.state not in t.OPEN:
        return []
    instructed = queries.instructions(ticket.pk)
    facts = rules.facts_of(ticket.row(), now, instruction=instructed)
    fired = rules.firing(facts, city.current("oversight_triggers", local_day(city, now)))
    earlier = queries.earlier_of(ticket.pk)
    cases = []
    for trigger, value in fired:
        if rules.is_new(trigger, value, earlier, now):
            cases.append(do_supervise(ticket, trigger.code, "", PLATFORM, now=now, book=city, measured=value))
    return cases


def scan_all(now: datetime, city: Book, *, size: int = BATCH) -> int:
    """Open what the triggers find, end what was solved meanwhile; gives how many were opened.

    One SQL statement for each trigger and one for what was solved, whatever the size of the city; then
    seven for each case. Two workers at once open each case once: the other one is refused.
    """
    opened = 0
    for trigger in city.current("oversight_triggers", local_day(city, now)):
        for ticket, measured in queries.fired(trigger, now, size):
            value = measured or getattr(rules.facts_of(ticket.row(), now), trigger.measure)
            opened += _supervise(ticket, trigger.code, value, now, city)
    for case in queries.solved_meanwhile(size):
        _close(case, now, city)
    return opened + _neglects(now, city)


def _neglects(now: datetime, city: Book) -> int:
    """Units that refused or came late to whistles again and again (Street-office Ordinance Art. 44)."""
    rows = [
        row
        for row in city.current("oversight_triggers", local_day(city, now))
        if row.measure == "whistle_neglected"
    ]
    opened = 0
    for one in neglected(now, book=city) if rows else ():
        for row in rows:
            if one.times >= row.threshold and queries.neglect_is_new(one.unit, row.code, one.last_at):
                opened += _supervise_unit(one.unit, row.code, one.times, now, city)
    return opened


def _supervise_unit(unit: str, trigger: str, times: int, now: datetime, city: Book) -> bool:
    try:
        do_supervise_unit(unit, trigger, "", PLATFORM, now=now, book=city, measured=times)
    except NotPossible:
        return False
    return True


def _supervise(ticket: Ticket, trigger: str, value: int, now: datetime, city: Book) -> bool:
    """Open a case unless somebody was first; the next scan looks again."""
    try:
        do_supervise(
            Ticket.objects.get(pk=ticket.pk), trigger, "", PLATFORM, now=now, book=city, measured=value
        )
    except (NotPossible, Overtaken):
        return False
    return True


def _close(case: Case, now: datetime, city: Book) -> None:
    try:
        do_end_solved(case, now=now, book=city)
    except (NotPossible, Overtaken):
        _log.info("%s was changed by somebody else while it was to be ended", case.number)


@app.task(name="oversight.follow", queue="work", retry=5)
def follow(matter: int) -> None:
    """A ticket has another lead: its open cases are answered by whoever leads it now."""
    do_follow(Ticket.objects.get(pk=matter), now=datetime.now(UTC), book=book())


@app.task(name="oversight.keep_out", queue="work", retry=5)
def keep_out(matter: int) -> None:
    """Who must keep out of a ticket was decided anew: so it is for its cases (Art. 8)."""
    do_keep_out(Ticket.objects.get(pk=matter), now=datetime.now(UTC), book=book())


def unanswered(cases: Sequence[Case], now: datetime) -> None:
    """Raise cases whose unit has not answered in the hours of the rung."""
    for case in cases:
        do_late(case, PLATFORM, now=now, book=book())
