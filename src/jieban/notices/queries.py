"""The only readers of more than one row of the outbox, of deliveries and of messages."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db import connection
from django.db.models import Count

from jieban.matters.kinds import all_kinds, kind_named
from jieban.matters.models import Event, Matter, Notice
from jieban.notices.models import DEAD, NEW, UNSET, Delivery, Inbox
from jieban.notices.rules import Told
from jieban.people.models import Account
from jieban.tickets import workflow
from jieban.tickets.models import Ticket

PAGE = 30
MOST_UNREAD = 100
UNREAD_SECONDS = 10.0
"""How long a process goes on with the number of unread messages that it has counted."""


@dataclass(frozen=True, slots=True)
class Source:
    """What an outbox row is about: its matter as it is now, and the event."""

    notice: Notice
    matter: Matter
    told: Told


def sources(notices: Sequence[Notice]) -> dict[int, Source]:
    """The matters and events of outbox rows, by the id of the row; a row of an unknown kind is left out.

    One SQL statement, and one for each kind of matter among them.
    """
    events = _events(notices)
    by_kind: dict[str, set[int]] = defaultdict(set)
    for notice in notices:
        by_kind[notice.kind].add(notice.matter)
    matters: dict[tuple[str, int], Matter] = {}
    for kind, keys in by_kind.items():
        try:
            model = kind_named(kind).model
        except KeyError:
            continue
        matters.update({(kind, one.pk): one for one in model._default_manager.filter(pk__in=keys)})
    found = {}
    for notice in notices:
        event = events.get((notice.matter, notice.seq))
        matter = matters.get((notice.kind, notice.matter))
        if event is not None and matter is not None:
            told = Told(notice.kind, notice.verb, notice.at, event.changes, event.detail, matter.row())
            found[notice.pk] = Source(notice, matter, told)
    return found


def _events(notices: Sequence[Notice]) -> dict[tuple[int, int], Event]:
    keys = [[one.matter for one in notices], [one.seq for one in notices]]
    rows = Event.objects.raw(
        "SELECT * FROM matters_event WHERE (matter, seq) IN (SELECT * FROM unnest(%s::bigint[], %s::int[]))",
        keys,
    )
    return {(event.matter, event.seq): event for event in rows}


def messages(unit: str, after: str = "") -> tuple[list[Inbox], str]:
    """A page of a unit's messages, newest first, and the key of the next. One SQL statement.

    Those of matters that the unit may not see now are left out; so a page may be shorter, never dearer.
    """
    last = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 2**63 - 1
    rows = Inbox.objects.raw(
        f"""
        SELECT m.*, ({_hidden()}) AS hidden FROM (
            SELECT * FROM notices_inbox WHERE unit = %s AND id < %s ORDER BY id DESC LIMIT %s) AS m
        ORDER BY m.id DESC
        """,
        [unit, last, PAGE + 1],
    )
    found = list(rows)
    shown = [row for row in found[:PAGE] if not vars(row)["hidden"]]
    return shown, str(found[PAGE - 1].pk) if len(found) > PAGE else ""


@cache
def _hidden() -> str:
    """The SQL condition of a message ``m`` whose matter its unit may not see now.

    The unit must keep out (回避), or it was told as the lead or with a copy, and has no part in the ticket
    any more (``tickets.queries.visible``). What it was told on losing the ticket it may go on reading.
    """
    recused = [
        f"m.kind = '{kind.name}' AND EXISTS (SELECT 1 FROM {kind.model._meta.db_table} AS k"
        " WHERE k.id = m.matter AND m.unit = ANY(k.recused))"
        for kind in all_kinds()
        if any(column.name == "recused" for column in kind.model._meta.fields)
    ]
    lost = (
        f"m.kind = 'ticket' AND m.audience IN ('lead', 'copied') AND EXISTS (SELECT 1"
        f" FROM {Ticket._meta.db_table} AS k WHERE k.id = m.matter AND m.unit <> coalesce(k.lead_id, '')"
        " AND m.unit <> k.district AND m.unit <> ALL(k.assist || k.copied_to))"
    )
    return " OR ".join([*recused, lost])


_counted: dict[int, tuple[float, int]] = {}


def unread(account: Account) -> int:
    """How many messages of his unit an account has not read, of the next 100; those that it may not see
    now are not counted.

    One SQL statement, none within ten seconds.
    """
    if not account.unit_id:
        return 0
    until, count = _counted.get(account.pk, (0.0, 0))
    if time.monotonic() < until:
        return count
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*) FROM (
                SELECT * FROM notices_inbox WHERE unit = %s AND id > coalesce(
                    (SELECT upto FROM notices_readmark WHERE account_id = %s), 0)
                ORDER BY id LIMIT %s) AS m
            WHERE NOT ({_hidden()})
            """,
            [account.unit_id, account.pk, MOST_UNREAD],
        )
        count = int(cursor.fetchone()[0])
    if len(_counted) > 10_000:
        _counted.clear()
    _counted[account.pk] = (time.monotonic() + UNREAD_SECONDS, count)
    return count


def forget_unread(account: int | None = None) -> None:
    """Let the next call of ``unread`` count: for one account, or for all."""
    if account is None:
        _counted.clear()
    _counted.pop(account or 0, None)


def read_upto(account: Account) -> int:
    """Up to which message the account has read. One SQL statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT upto FROM notices_readmark WHERE account_id = %s", [account.pk])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def undone(after: str = "") -> tuple[list[Delivery], str]:
    """A page of deliveries that were given up or have no gateway, newest first. One SQL statement."""
    rows = Delivery.objects.filter(state__in=(UNSET, DEAD)).order_by("-id").defer("text")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def stuck() -> list[Notice]:
    """Outbox rows from which no message could be made, the newest first. One SQL statement."""
    return list(Notice.objects.filter(state=DEAD).order_by("-id")[:PAGE])


def states_since(moment: datetime) -> list[tuple[str, str, int]]:
    """Medium, state, and how many deliveries since ``moment``. One SQL statement."""
    rows = Delivery.objects.filter(at__gte=moment).values_list("medium", "state").annotate(count=Count("pk"))
    return [(medium, state, count) for medium, state, count in rows.order_by("medium", "state")]


def waiting() -> int:
    """How many outbox rows and deliveries wait. Two SQL statements."""
    return Notice.objects.filter(state=NEW).count() + Delivery.objects.filter(state=NEW).count()


@dataclass(frozen=True, slots=True)
class Day:
    """What a unit has before it: counts, and the numbers of what is overdue."""

    unit: str
    overdue: int
    today: int
    new: int
    overdue_numbers: tuple[str, ...]


def days_of(units: Collection[str], now: datetime, midnight: datetime, since: datetime) -> list[Day]:
    """What these units have before them until ``midnight``; new is what came since ``since``.

    One SQL statement for all. A unit with nothing before it is left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT lead_id, count(*) FILTER (WHERE due_at <= %(now)s),
                count(*) FILTER (WHERE due_at > %(now)s AND due_at <= %(midnight)s),
                count(*) FILTER (WHERE dispatched_at > %(since)s),
                (array_agg(number ORDER BY due_at) FILTER (WHERE due_at <= %(now)s))[1:10]
            FROM {Ticket._meta.db_table}
            WHERE lead_id = ANY(%(units)s) AND NOT (state = ANY(%(closed)s)) AND state = ANY(%(held)s)
            GROUP BY lead_id ORDER BY lead_id
            """,
            {
                "now": now,
                "midnight": midnight,
                "since": since,
                "units": list(units),
                "closed": list(workflow.CLOSED_STATES),
                "held": list(workflow.AT_THE_UNIT),
            },
        )
        rows = cursor.fetchall()
    days = [Day(unit, late, today, new, tuple(numbers or ())) for unit, late, today, new, numbers in rows]
    return [day for day in days if day.overdue or day.today or day.new]
