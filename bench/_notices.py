"""The inside of the bench of notices: runs as a process of its own, within the bench's home."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from bench._tick import _be_worker, _seed
from jieban.foundation import database

KEY = "a key for the bench alone"
FIRST = 1_000_000_000


def main(tickets: int, stale: int) -> None:
    """Fill, spread, send, catch up, and print what was measured."""
    url = database.database_url()
    _seed()
    now = datetime.now(UTC)
    _people(tickets, now)
    with psycopg.connect(url, autocommit=True) as link:
        link.execute("UPDATE matters_notice SET state = 'done'")
        link.execute(_TICKETS, {"size": tickets, "first": FIRST})
        link.execute(_OUTBOX, {"first": FIRST, "events": 1, "tickets": tickets, "at": now, "from": 1})
        link.execute("VACUUM ANALYZE")
    told: dict[str, Any] = {**_spread(now), **_send(tickets, now + timedelta(minutes=10))}
    with psycopg.connect(url, autocommit=True) as link:
        many = {"first": FIRST, "events": -(-stale // tickets), "tickets": tickets, "from": 10}
        link.execute(_OUTBOX, {**many, "at": now - timedelta(days=7)})
        link.execute("VACUUM ANALYZE")
    told |= _catch_up(now)
    with psycopg.connect(url, autocommit=True) as link:
        begin = time.perf_counter()
        count = link.execute("UPDATE matters_notice SET problem = 'bare' WHERE problem = 'stale'").rowcount
        told["bare_update_per_s"] = round(count / (time.perf_counter() - begin))
    print(json.dumps(told))


def _people(tickets: int, now: datetime) -> None:
    from jieban.people.actions import Contact, Kept, do_keep_words, do_remember_requesters

    for begin in range(0, tickets, 1000):
        numbers = range(begin, min(begin + 1000, tickets))
        known = do_remember_requesters([Contact(f"138{n:08d}") for n in numbers], now=now)
        mail = "p{}@example.com"
        rows = [
            Kept(FIRST + n + 1, who, "", "", "", mail.format(n))
            for n, who in zip(numbers, known, strict=True)
        ]
        do_keep_words(rows, now=now)


def _spread(now: datetime) -> dict[str, Any]:
    from jieban.city.queries import book
    from jieban.notices.actions import do_spread
    from jieban.notices.models import Delivery

    taken = 0
    begin = time.perf_counter()
    while some := do_spread(now, book()):
        taken += some
    seconds = time.perf_counter() - begin
    return {
        "outbox_rows_per_s": round(taken / seconds),
        "messages_made_per_s": round(Delivery.objects.count() / seconds),
    }


def _send(tickets: int, now: datetime) -> dict[str, Any]:
    from jieban.city.queries import book
    from jieban.notices.models import SENT, Delivery
    from jieban.notices.sending import deliver

    context = multiprocessing.get_context("spawn")
    ports = context.Queue()
    servers = context.Process(target=_serve, args=(ports,), daemon=True)
    servers.start()
    mail, sms = ports.get()
    Delivery.objects.update(next_at=now)  # whatever the hour at which the bench runs
    book()
    rates = {}
    for medium in ("sms", "email"):
        for name in ("JIEBAN_SMTP_URL", "JIEBAN_SMS_URL"):
            os.environ.pop(name, None)
        os.environ.update({"JIEBAN_MAIL_FROM": "12345@city.example", "JIEBAN_SMS_KEY": KEY})
        if medium == "sms":
            os.environ["JIEBAN_SMS_URL"] = f"http://127.0.0.1:{sms}/"
        else:
            Delivery.objects.filter(medium="email").update(state="new", next_at=now, tries=0)
            os.environ["JIEBAN_SMTP_URL"] = f"smtp://127.0.0.1:{mail}?tls=none"
        begin = time.perf_counter()
        report = deliver(now)
        rates[f"{medium}_per_s"] = round(report.sent / (time.perf_counter() - begin))
    assert Delivery.objects.filter(state=SENT).count() == 2 * tickets
    servers.kill()
    return rates


def _serve(ports: Any) -> None:
    sys.path.insert(0, os.getcwd())
    _be_worker()
    from tests.notices.servers import mail_server, sms_server

    with mail_server() as mail, sms_server() as sms:
        ports.put((mail.server_address[1], int(sms.url.split(":")[2].split("/")[0])))
        time.sleep(3600)


def _catch_up(now: datetime) -> dict[str, Any]:
    from jieban.notices.models import NEW, Delivery
    from jieban.notices.sending import deliver

    begin = time.perf_counter()
    report = deliver(now, most=10_000_000)
    seconds = time.perf_counter() - begin
    return {
        "stale_per_s": round(report.spread / seconds),
        "stale_sent": report.sent + Delivery.objects.filter(state=NEW).count(),
    }


_TICKETS = """
INSERT INTO tickets_ticket
SELECT copy.* FROM generate_series(1, %(size)s) AS n
JOIN tickets_ticket t ON t.id = (SELECT min(id) FROM tickets_ticket)
CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object(
    'id', %(first)s + n, 'number', 'B' || n, 'external_id', '', 'simulated', false)) AS copy
"""

_OUTBOX = """
WITH event AS (SELECT * FROM matters_event WHERE verb = 'dispatch' ORDER BY id LIMIT 1),
told AS (
    INSERT INTO matters_event (kind, matter, seq, verb, state_from, state_to, at, actor_kind, actor_id,
        actor_name, actor_unit, actor_roles, changes, detail)
    SELECT kind, %(first)s + n, %(from)s + m, verb, state_from, state_to, %(at)s, actor_kind, actor_id,
        actor_name, actor_unit, actor_roles, changes, detail
    FROM event, generate_series(1, %(tickets)s) AS n, generate_series(1, %(events)s) AS m
    RETURNING kind, matter, seq, verb, at)
INSERT INTO matters_notice (kind, matter, seq, verb, at, state, tries, next_at, problem)
SELECT kind, matter, seq, verb, at, 'new', 0, at, '' FROM told
"""

if __name__ == "__main__":
    _be_worker()
    main(*map(int, sys.argv[1:]))
