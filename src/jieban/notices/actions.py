"""The writers of notices: from the outbox to messages, and what people do with those.

``do_spread`` turns outbox rows into deliveries and messages at desks, in one transaction and without
the network; ``sending`` sends them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.foundation import sealing
from jieban.foundation.inserting import insert_rows
from jieban.matters.models import Notice
from jieban.notices import rules
from jieban.notices.models import DEAD, MERGED, NEW, UNSET, Delivery, Inbox
from jieban.notices.queries import Source, forget_unread, sources
from jieban.notices.rules import Wanted
from jieban.notices.words import message
from jieban.people.models import Account
from jieban.people.queries import Address, Mailbox, addresses_of, mailboxes_of

BATCH = 500
PROBLEM_CHARS = 200
INBOX_LOCK = 0x6A62_0001
"""Whoever adds messages holds this lock until he commits, so that their ids come in the order of commits
and a read mark never passes over one that is not there yet."""
_log = logging.getLogger(__name__)


def do_spread(now: datetime, book: Book) -> int:
    """Make the messages of up to ``BATCH`` outbox rows that are due; gives how many rows were taken.

    At most a dozen SQL statements however many rows there are, and one for each kind of matter among
    them. Rows that another worker holds are passed over. A row from which nothing can be made is tried
    again later, and given up in the end; it holds up no other.
    """
    with transaction.atomic():
        due = Notice.objects.select_for_update(skip_locked=True).filter(state=NEW, next_at__lte=now)
        notices = list(due.order_by("next_at", "id")[:BATCH])
        if notices:
            _Spread(notices, now, book).write()
    return len(notices)


class _Spread:
    """One batch of outbox rows on its way to messages."""

    def __init__(self, notices: Sequence[Notice], now: datetime, book: Book) -> None:
        self.now, self.book = now, book
        self.found = sources(notices)
        self.stale: list[Notice] = []
        self.failed: list[Notice] = []
        self.wanted: list[tuple[Source, list[Wanted]]] = []
        for notice in notices:
            self._sort(notice)

    def _sort(self, notice: Notice) -> None:
        source = self.found.get(notice.pk)
        if source is None:
            self._fail(notice, LookupError(f"no event {notice.seq} of a {notice.kind}"))
            return
        try:
            if rules.is_stale(source.told, self.book, self.now):
                self.stale.append(notice)
            else:
                self.wanted.append((source, rules.wanted(source.told, self.book, self.now)))
        except Exception as error:
            self._fail(notice, error)

    def _fail(self, notice: Notice, error: Exception) -> None:
        _log.error("no message can be made of %s: %s", notice, error)
        notice.tries += 1
        notice.problem = f"{type(error).__name__}: {error}"[:PROBLEM_CHARS]
        again = rules.next_try(notice.tries, self.now, self.book)
        notice.state, notice.next_at = (NEW, again) if again else (DEAD, self.now)
        self.failed.append(notice)

    def write(self) -> None:
        """Store the messages and mark the rows."""
        addresses = addresses_of({source.matter.pk for source, one in self._each() if _to_requester(one)})
        boxes = _by_unit(
            mailboxes_of({unit for _, one in self._each() if _is_mail(one) for unit in one.units})
        )
        deliveries: list[Delivery] = []
        inbox: list[Inbox] = []
        done = []
        for source, messages in self.wanted:
            try:
                sent, shown = self._made(source, messages, addresses.get(source.matter.pk), boxes)
            except Exception as error:
                self._fail(source.notice, error)
                continue
            deliveries += sent
            inbox += shown
            done.append(source.notice.pk)
        _gather(deliveries)
        insert_rows(Delivery, deliveries, once=True)
        Notice.objects.filter(pk__in=done).update(state="done", problem="")
        if self.stale:
            keys = [notice.pk for notice in self.stale]
            Notice.objects.filter(pk__in=keys).update(state="done", problem="stale")
        if self.failed:
            Notice.objects.bulk_update(self.failed, ["tries", "state", "next_at", "problem"])
        if inbox:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INBOX_LOCK])
            insert_rows(Inbox, inbox, once=True)

    def _each(self) -> Iterator[tuple[Source, Wanted]]:
        return ((source, one) for source, messages in self.wanted for one in messages)

    def _made(
        self,
        source: Source,
        messages: Iterable[Wanted],
        address: Address | None,
        boxes: dict[str, list[Mailbox]],
    ) -> tuple[list[Delivery], list[Inbox]]:
        sent: list[Delivery] = []
        shown: dict[str, Inbox] = {}
        for one in messages:
            if one.template.medium == rules.DESK:
                for unit in one.units:
                    shown.setdefault(unit, self._at_desk(source, one, unit))
            elif source.matter.simulated:
                continue  # a played person or unit is written to by nobody
            elif _to_requester(one):
                sent += self._for_requester(source, one, address)
            else:
                sent += [self._mail(source, one, box) for unit in one.units for box in boxes.get(unit, ())]
        return sent, list(shown.values())

    def _at_desk(self, source: Source, one: Wanted, unit: str) -> Inbox:
        chinese, english = (
            message(one, source.matter, source.told, self.book, language).text for language in ("", "en")
        )
        return Inbox(
            unit=unit,
            notice=source.notice.pk,
            kind=source.notice.kind,
            matter=source.notice.matter,
            number=source.told.number,
            page=source.told.page,
            verb=source.notice.verb,
            audience=one.template.audience,
            text=chinese,
            text_en=english if english != chinese else "",
            urgent=one.template.urgent,
            at=source.notice.at,
        )

    def _for_requester(self, source: Source, one: Wanted, address: Address | None) -> list[Delivery]:
        if address is None:
            return []
        where = address.phone if one.template.medium == rules.SMS else address.email
        if not where:
            return []
        who = f"requester:{address.requester}" if address.requester else f"matter:{source.matter.pk}"
        when = rules.not_before(source.notice.at, self.now, one.template.urgent, self.book)
        return [self._delivery(source, one, who, address.language, when)]

    def _mail(self, source: Source, one: Wanted, box: Mailbox) -> Delivery:
        return self._delivery(source, one, f"account:{box.account}", box.language, self.now)

    def _delivery(
        self, source: Source, one: Wanted, recipient: str, language: str, when: datetime
    ) -> Delivery:
        words = message(one, source.matter, source.told, self.book, language)
        return Delivery(
            cause=f"notice:{source.notice.pk}",
            kind=source.notice.kind,
            matter=source.notice.matter,
            number=source.told.number,
            verb=source.notice.verb,
            audience=one.template.audience,
            medium=one.template.medium,
            recipient=recipient,
            subject=words.subject,
            text=sealing.seal(words.text, "text"),
            urgent=one.template.urgent,
            next_at=when,
            at=source.notice.at,
        )


def _to_requester(one: Wanted) -> bool:
    return one.template.audience == rules.REQUESTER


def _is_mail(one: Wanted) -> bool:
    return bool(one.units) and one.template.medium == rules.EMAIL


def _by_unit(boxes: Iterable[Mailbox]) -> dict[str, list[Mailbox]]:
    grouped: dict[str, list[Mailbox]] = {}
    for box in boxes:
        grouped.setdefault(box.unit, []).append(box)
    return grouped


def _gather(deliveries: Sequence[Delivery]) -> None:
    """Of several messages of one matter to one requester, send the latest alone (``notice.gather_minutes``).

    Among the new ones, and with those that still wait. One SQL statement, none when there is nothing to
    gather. What is urgent is neither gathered nor takes the place of another.
    """
    latest: dict[tuple[str, int, str], Delivery] = {}
    for one in sorted(deliveries, key=lambda each: (each.at, each.cause)):
        if one.audience != rules.REQUESTER or one.urgent:
            continue
        key = (one.recipient, one.matter or 0, one.medium)
        if key in latest:
            latest[key].state, latest[key].text = MERGED, b""
        latest[key] = one
    if not latest:
        return
    kept = list(latest.values())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notices_delivery AS old SET state = %s, text = ''
            FROM unnest(%s::varchar[], %s::bigint[], %s::varchar[], %s::timestamptz[])
                AS new (recipient, matter, medium, at)
            WHERE old.state = 'new' AND old.tries = 0 AND NOT old.urgent AND old.matter = new.matter
                AND old.recipient = new.recipient AND old.medium = new.medium AND old.at <= new.at
            """,
            [
                MERGED,
                [one.recipient for one in kept],
                [one.matter for one in kept],
                [one.medium for one in kept],
                [one.at for one in kept],
            ],
        )


def do_try_again(keys: Sequence[int] | None, *, now: datetime) -> int:
    """Let deliveries that were given up, or had no gateway, be tried once more; gives how many.

    ``keys`` None means all of them, the outbox rows that were given up included. Two SQL statements.
    """
    rows = Delivery.objects.filter(state__in=(UNSET, DEAD)).exclude(problem="stale")
    fresh = {"state": NEW, "tries": 0, "next_at": now, "problem": ""}
    if keys is not None:
        return rows.filter(pk__in=keys).update(**fresh)
    return rows.update(**fresh) + Notice.objects.filter(state=DEAD).update(**fresh)


def do_mark_read(account: Account, upto: int) -> None:
    """An account has read its unit's messages up to this one. One SQL statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO notices_readmark AS mark (account_id, upto) VALUES (%s, %s)
            ON CONFLICT (account_id) DO UPDATE SET upto = greatest(mark.upto, excluded.upto)
            """,
            [account.pk, upto],
        )
    forget_unread(account.pk)


def do_forget_old(now: datetime, book: Book) -> int:
    """Remove what is older than ``notice.keep_days``: deliveries, messages, finished outbox rows.

    Three SQL statements.
    """
    before = now - timedelta(days=float(book.rule("notice.keep_days", local_day(book, now))))
    removed = Delivery.objects.filter(at__lt=before).exclude(state=NEW).delete()[0]
    removed += Inbox.objects.filter(at__lt=before).delete()[0]
    return removed + Notice.objects.filter(at__lt=before).exclude(state=NEW).delete()[0]
