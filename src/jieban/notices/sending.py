"""Sending: deliveries that are due go out, each by one worker at a time, outside of every transaction.

1. ``_claim`` takes a batch: it moves ``next_at`` on by the lease and counts the try, in one statement;
   a row that another worker holds is passed over. Then nothing is locked any more.
2. Each message is sent, and marked as soon as the gateway has given its receipt.
3. A worker that dies between the two leaves one message that is sent again after the lease, under the
   same key, by which a gateway that remembers keys tells it from a new one. What is marked as sent is
   never sent again.
4. A gateway that does not answer is asked once in a batch; the others of that medium wait without
   losing a try.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby

from jieban.city.book import Book
from jieban.city.queries import book as city_book
from jieban.foundation import sealing
from jieban.foundation.errors import SettingError
from jieban.notices import rules
from jieban.notices.actions import BATCH, do_spread
from jieban.notices.gateways import Down, Failed, Gateway, Refused, gateways
from jieban.notices.models import DEAD, NEW, SENT, UNSET, Delivery
from jieban.people.queries import addresses_of, emails_of

MEDIA = (rules.SMS, rules.EMAIL)
CLAIM = 50
LEASE = timedelta(minutes=10)
"""How long a batch belongs to the worker that took it."""
WORK_SECONDS = 300.0
"""After so long a worker gives back what it has not sent: well before its lease ends."""

NO_ADDRESS = "nobody can be reached there any more"

type Gateways = Mapping[str, Gateway | None]
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Report:
    """What became of a round: outbox rows taken, messages sent, messages that were not."""

    spread: int = 0
    sent: int = 0
    unsent: int = 0


def deliver(
    now: datetime, *, ways: Callable[[], Gateways] = gateways, book: Book | None = None, most: int = 20_000
) -> Report:
    """Bring out what is due at ``now`` (aware): from the outbox to messages, and from here to people.

    One cheap SQL statement for the outbox and for each medium where nothing is due.
    """
    report = Report()
    while report.spread < most:
        taken = do_spread(now, book or city_book())
        report.spread += taken
        if taken < BATCH:
            break
    out = cache(lambda: _ways(ways))  # asked for only when there is something to send
    for medium in MEDIA:
        while report.sent + report.unsent < most:
            batch = do_send(medium, _Way(medium, out), now, book or city_book())
            report.sent += batch.sent
            report.unsent += batch.taken - batch.sent
            if batch.taken < CLAIM or batch.down:
                break
    return report


@dataclass(frozen=True, slots=True)
class _Way:
    """The gateway of a medium, once it is asked for."""

    medium: str
    out: Callable[[], Gateways]

    def __call__(self) -> Gateway | None:
        return self.out().get(self.medium)


def _ways(ways: Callable[[], Gateways]) -> Gateways:
    try:
        return ways()
    except SettingError as error:
        _log.error("notices cannot be sent: %s", error)
        return {}


@dataclass(slots=True)
class Batch:
    """How many messages were taken and sent; ``down``: the gateway does not answer, or time is up."""

    taken: int = 0
    sent: int = 0
    down: bool = False


def do_send(medium: str, way: Callable[[], Gateway | None], now: datetime, book: Book) -> Batch:
    """Send up to ``CLAIM`` deliveries of a medium that are due, by the gateway that ``way`` gives.

    One SQL statement to take them, two at most for their addresses, one for each message to tell what
    became of it; where there is no
    gateway, one for all: they are kept, and shown to the administrator.
    """
    claimed = _claim(medium, now)
    if not claimed:
        return Batch()
    gateway = way()
    if gateway is None:
        keys = [row.pk for row in claimed]
        Delivery.objects.filter(pk__in=keys, state=NEW).update(state=UNSET, problem="", tries=0)
        return Batch(len(claimed))
    to = _addresses(claimed, medium)
    with gateway:
        return _send_all(claimed, to, gateway, now, book)


def _claim(medium: str, now: datetime) -> list[Delivery]:
    """Take a batch, the oldest first. One SQL statement, in a transaction of its own."""
    rows = Delivery.objects.raw(
        """
        UPDATE notices_delivery SET tries = tries + 1, next_at = %s WHERE id IN (
            SELECT id FROM notices_delivery WHERE state = 'new' AND medium = %s AND next_at <= %s
            ORDER BY next_at, id LIMIT %s FOR UPDATE SKIP LOCKED
        ) RETURNING *
        """,
        [now + LEASE, medium, now, CLAIM],
    )
    return sorted(rows, key=lambda one: one.pk)


def _addresses(claimed: list[Delivery], medium: str) -> dict[int, str]:
    """Where each of these is sent, as ``people`` knows it now. One SQL statement for requesters, one for
    staff; nothing for somebody who has no address any more."""
    found: dict[int, str] = {}
    told = {row.pk: row.matter for row in claimed if row.audience == rules.REQUESTER and row.matter}
    if told:
        known = addresses_of(set(told.values()))
        for pk, matter in told.items():
            one = known.get(matter)
            if one is not None:
                found[pk] = one.phone if medium == rules.SMS else one.email
    staff = {row.pk: int(row.recipient.partition(":")[2]) for row in claimed if row.pk not in told}
    if staff:
        boxes = emails_of(set(staff.values()))
        found |= {pk: boxes.get(account, "") for pk, account in staff.items()}
    return found


def _send_all(
    claimed: list[Delivery], to: dict[int, str], gateway: Gateway, now: datetime, book: Book
) -> Batch:
    batch = Batch(len(claimed))
    ends = time.monotonic() + WORK_SECONDS
    for position, row in enumerate(claimed):
        if time.monotonic() > ends:
            _give_back(claimed[position:], now)
            batch.down = True
            break
        try:
            batch.sent += _send_one(row, to.get(row.pk, ""), gateway, now, book)
        except Down as error:
            _log.warning("notices by %s wait: %s", row.medium, error)
            _try_later(row, str(error), now, book)
            _give_back(claimed[position + 1 :], rules.next_try(1, now, book) or now)
            batch.down = True
            break
    return batch


def _send_one(row: Delivery, address: str, gateway: Gateway, now: datetime, book: Book) -> bool:
    """Send one message and mark it. Raises ``Down``."""
    if rules.too_old(row.at, book, now):
        _mark(row, state=DEAD, problem="stale", text=b"")
        return False
    if not address:
        _mark(row, state=DEAD, problem=NO_ADDRESS)
        return False
    try:
        text = sealing.unseal(row.text, "text")
        receipt = gateway.send(key_of(row), address, row.subject, text)
    except (Refused, sealing.CannotUnseal) as error:
        _mark(row, state=DEAD, problem=str(error)[:200])
        return False
    except Failed as error:
        _try_later(row, str(error), now, book)
        return False
    _mark(row, state=SENT, receipt=receipt[:200], sent_at=now, problem="", text=b"")
    return True


def key_of(row: Delivery) -> str:
    """The name of a message for gateways, the same at each try."""
    return sealing.fingerprint(f"{row.cause}\0{row.recipient}\0{row.medium}", "delivery")[:32]


def _try_later(row: Delivery, problem: str, now: datetime, book: Book) -> None:
    again = rules.next_try(row.tries, now, book)
    if again is None:
        _mark(row, state=DEAD, problem=problem[:200])
        return
    if row.audience == rules.REQUESTER and not row.urgent:
        again = rules.awake(again, book)
    _mark(row, next_at=again, problem=problem[:200])


def _give_back(rows: list[Delivery], again: datetime) -> None:
    """Let others be tried later without having lost a try. One SQL statement, or none."""
    by_tries = sorted(rows, key=lambda one: one.tries)
    for tries, same in groupby(by_tries, key=lambda one: one.tries):
        waiting = Delivery.objects.filter(pk__in=[one.pk for one in same], state=NEW)
        waiting.update(tries=tries - 1, next_at=again)


def _mark(row: Delivery, **columns: object) -> None:
    Delivery.objects.filter(pk=row.pk).exclude(state=SENT).update(**columns)
