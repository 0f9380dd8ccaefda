"""From the outbox to people: what is sent once, what waits, what is given up, and what a crash leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from tests.notices.servers import SMS_KEY, MailServer, SmsServer, mail_server, sms_server
from tests.tickets.stage import DISPATCHER, HEATING, STREET, clerk, ticket_in, waiting_ticket

from jieban.city.book import Book
from jieban.dispatch.actions import Choice, do_dispatch
from jieban.foundation import sealing
from jieban.foundation.inserting import insert_rows
from jieban.handling.actions import do_progress
from jieban.matters.models import Notice
from jieban.notices import actions, sending
from jieban.notices.actions import do_forget_old, do_spread, do_try_again
from jieban.notices.digest import do_digest
from jieban.notices.models import DEAD, MERGED, NEW, SENT, UNSET, Delivery, Inbox
from jieban.notices.sending import LEASE, NO_ADDRESS, deliver
from jieban.people.actions import Contact, Kept, do_forget_requester, do_keep_words, do_remember_requesters
from jieban.people.models import Account
from jieban.tickets import workflow as w
from jieban.tickets.links import query_code
from jieban.tickets.models import Ticket

LATER = timedelta(minutes=6)
PHONE, MAIL = "13812345678", "wang@example.com"


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as server:
        monkeypatch.setenv("JIEBAN_SMTP_URL", server.url)
        monkeypatch.setenv("JIEBAN_MAIL_FROM", "12345@city.example")
        yield server


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmsServer]:
    with sms_server() as server:
        monkeypatch.setenv("JIEBAN_SMS_URL", server.url)
        monkeypatch.setenv("JIEBAN_SMS_KEY", SMS_KEY)
        yield server


def of(ticket: Ticket, now: datetime, phone: str = PHONE, email: str = MAIL, language: str = "") -> Ticket:
    """Give the ticket a requester with these addresses."""
    (requester,) = do_remember_requesters([Contact(phone, "王小明")], now=now)
    do_keep_words([Kept(ticket.pk, requester, "", "原话", "", email, language)], now=now)
    return ticket


def sent_off(book: Book, now: datetime, unit: str = HEATING, **columns: Any) -> Ticket:
    """A ticket with a requester that has just been dispatched."""
    ticket = of(waiting_ticket(book, now, **columns), now)
    return do_dispatch(ticket, Choice(unit), DISPATCHER, now=now, book=book)


def states(**fitting: Any) -> list[str]:
    return list(Delivery.objects.filter(**fitting).order_by("id").values_list("state", flat=True))


@pytest.mark.django_db
def test_a_dispatch_reaches_requester_and_unit(
    city: Book, now: datetime, mails: MailServer, texts: SmsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIEBAN_PUBLIC_URL", "https://12345.city.example")
    ticket = sent_off(city, now)
    assert deliver(now + LATER).sent == 2
    (post,) = texts.posts
    assert post.signed
    assert post.body["to"] == PHONE
    code = query_code(ticket.pk)
    for part in (ticket.number, "热力集团", code, f"https://12345.city.example/my/?number={ticket.number}"):
        assert part in post.body["text"]
    (mail,) = mails.mails
    assert mail["To"] == MAIL
    assert mail["Subject"] == f"您的诉求 {ticket.number}：已交给承办单位"
    row = Inbox.objects.get(unit=HEATING)
    assert ticket.number in row.text
    assert ticket.number in row.text_en
    assert deliver(now + LATER).sent == 0, "what was sent is not sent again"


@pytest.mark.django_db
def test_what_is_stored_of_a_message_is_sealed_without_an_address_and_ends_with_it(
    city: Book, now: datetime, texts: SmsServer
) -> None:
    sent_off(city, now)
    do_spread(now, city)
    row = Delivery.objects.get(medium="sms")
    assert "address" not in vars(row), "the phone stays with people"
    assert PHONE not in sealing.unseal(row.text, "text")
    deliver(now + LATER)
    row.refresh_from_db()
    assert (row.state, bytes(row.text), row.receipt, row.sent_at) == (SENT, b"", "r1", now + LATER)


@pytest.mark.django_db
def test_whoever_became_unknown_meanwhile_is_not_written_to(
    city: Book, now: datetime, texts: SmsServer
) -> None:
    ticket = sent_off(city, now)
    do_spread(now, city)
    do_forget_requester(ticket.pk)
    assert deliver(now + LATER).sent == 0
    row = Delivery.objects.get(medium="sms")
    assert (row.state, row.problem) == (DEAD, NO_ADDRESS)
    assert texts.posts == []


@pytest.mark.django_db
def test_english_for_whoever_filed_in_english(city: Book, now: datetime, mails: MailServer) -> None:
    ticket = of(waiting_ticket(city, now), now, phone="", email=MAIL, language="en")
    do_dispatch(ticket, Choice(HEATING), DISPATCHER, now=now, book=city)
    deliver(now + LATER)
    assert mails.mails[0]["Subject"] == f"Your request {ticket.number}: it is with a unit"


@pytest.mark.django_db
@pytest.mark.parametrize("secrecy", ["anonymous", "confidential"])
def test_art_8_secrecy(secrecy: str, city: Book, now: datetime, mails: MailServer, texts: SmsServer) -> None:
    ticket = sent_off(city, now, secrecy=secrecy)
    deliver(now + LATER)
    if secrecy == "anonymous":
        assert not mails.mails
        assert not texts.posts
        return
    told = [texts.posts[0].body["text"], mails.mails[0].get_content(), mails.mails[0]["Subject"]]
    assert all(ticket.number in words for words in told)
    assert not any("热力集团" in words or query_code(ticket.pk) in words for words in told)


@pytest.mark.django_db
def test_without_a_gateway_messages_are_kept_and_can_be_sent_later(
    city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent_off(city, now)
    assert deliver(now + LATER).sent == 0
    assert states() == [UNSET, UNSET]
    with sms_server() as server:
        monkeypatch.setenv("JIEBAN_SMS_URL", server.url)
        monkeypatch.setenv("JIEBAN_SMS_KEY", SMS_KEY)
        assert do_try_again(None, now=now + LATER) == 2
        assert deliver(now + LATER).sent == 1
        assert len(server.posts) == 1


@pytest.mark.django_db
def test_a_played_ticket_writes_to_nobody(city: Book, now: datetime, mails: MailServer) -> None:
    sent_off(city, now, simulated=True)
    deliver(now + LATER)
    assert not Delivery.objects.exists()
    assert Inbox.objects.filter(unit=HEATING).exists()


@pytest.mark.django_db
def test_news_within_minutes_is_one_message(city: Book, now: datetime, texts: SmsServer) -> None:
    ticket = of(ticket_in(w.SIGNED, city, now), now)
    do_spread(now, city)
    do_progress(ticket, "师傅已经出发", clerk(), now=now + timedelta(minutes=2), book=city)
    assert deliver(now + timedelta(minutes=2)).sent == 0
    assert deliver(now + timedelta(minutes=8)).sent == 1
    assert "师傅已经出发" in texts.posts[0].body["text"]
    assert states(medium="sms") == [MERGED, SENT]


@pytest.mark.django_db
def test_quiet_hours_wait_for_the_morning_and_urgent_words_do_not(
    city: Book, now: datetime, texts: SmsServer
) -> None:
    night = now + timedelta(hours=11)  # 23:00 in Beijing
    ticket = sent_off(city, night)
    assert deliver(night + LATER).sent == 0
    Notice.objects.filter(matter=ticket.pk).update(state="new", verb="hand_over")
    Delivery.objects.all().delete()
    assert deliver(night + LATER).sent == 1
    Notice.objects.filter(matter=ticket.pk).update(state="new", verb="dispatch")
    Delivery.objects.all().delete()
    morning = night + timedelta(hours=9)
    assert deliver(morning - timedelta(seconds=1)).sent == 0
    assert deliver(morning).sent == 1


@pytest.mark.django_db
def test_a_gateway_that_is_down_costs_one_try_and_comes_back(
    city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sms_server() as server:
        address = server.url
    for _ in range(3):
        sent_off(city, now)
    monkeypatch.setenv("JIEBAN_SMS_URL", address)
    monkeypatch.setenv("JIEBAN_SMS_KEY", SMS_KEY)
    at = now + LATER
    deliver(at)
    rows = Delivery.objects.filter(medium="sms")
    assert sorted(rows.values_list("tries", flat=True)) == [0, 0, 1]
    assert set(rows.values_list("state", flat=True)) == {NEW}
    assert "gateway does not answer" in rows.get(tries=1).problem
    with sms_server() as server:
        monkeypatch.setenv("JIEBAN_SMS_URL", server.url)
        assert deliver(at + timedelta(minutes=4)).sent == 0, "not before its time"
        assert deliver(at + timedelta(minutes=5)).sent == 3
        assert len(server.posts) == 3


@pytest.mark.django_db
def test_a_message_that_always_fails_is_given_up_and_can_be_tried_again(
    city: Book, now: datetime, texts: SmsServer
) -> None:
    sent_off(city, now)
    texts.status = 500
    at = now + LATER
    for _ in range(20):
        deliver(at)
        at += timedelta(hours=1, minutes=30)
    assert states(medium="sms") == [DEAD]
    assert len(texts.posts) == int(city.rule("notice.max_tries", now.date()))
    assert len({post.body["id"] for post in texts.posts}) == 1
    texts.status = 200
    row = Delivery.objects.get(medium="sms")
    assert do_try_again([row.pk], now=at) == 1
    assert deliver(at).sent == 1


@pytest.mark.django_db
def test_an_address_that_does_not_exist_is_given_up_at_once(
    city: Book, now: datetime, mails: MailServer
) -> None:
    mails.refuse = lambda words: "550 no such user"
    sent_off(city, now)
    deliver(now + LATER)
    row = Delivery.objects.get(medium="email")
    assert (row.state, row.tries) == (DEAD, 1)
    assert MAIL not in row.problem


class Killed(BaseException):
    """As if the process had been killed."""


@pytest.mark.django_db
def test_a_worker_killed_between_sending_and_marking_repeats_one_message_under_its_key(
    city: Book, now: datetime, texts: SmsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        sent_off(city, now)
    marks = []

    def die_at_second(row: Delivery, **columns: object) -> None:
        marks.append(row.pk)
        if len(marks) == 2:
            raise Killed
        mark(row, **columns)

    mark = sending._mark
    monkeypatch.setattr(sending, "_mark", die_at_second)
    with pytest.raises(Killed):
        deliver(now + LATER)
    monkeypatch.undo()
    monkeypatch.setenv("JIEBAN_SMS_URL", texts.url)
    monkeypatch.setenv("JIEBAN_SMS_KEY", SMS_KEY)
    assert deliver(now + LATER + LEASE - timedelta(seconds=1)).sent == 0, "the lease still runs"
    assert deliver(now + LATER + LEASE).sent == 2
    ids = [post.body["id"] for post in texts.posts]
    assert len(ids) == 4
    assert len(set(ids)) == 3
    assert ids.count(ids[0]) == 1, "what was marked as sent is not sent again"
    assert ids.count(ids[1]) == 2


@pytest.mark.django_db
def test_a_worker_killed_while_spreading_leaves_the_outbox_as_it_was(
    city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent_off(city, now)

    def die_at_the_last(model: type[Model], *rows: Any, **options: Any) -> None:
        if model is Inbox:
            raise Killed
        insert_rows(model, *rows, **options)

    monkeypatch.setattr(actions, "insert_rows", die_at_the_last)
    with pytest.raises(Killed):
        do_spread(now, city)
    monkeypatch.undo()
    assert not Delivery.objects.exists()
    assert set(Notice.objects.values_list("state", flat=True)) == {"new"}
    do_spread(now, city)
    assert Delivery.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_each_message_once(live_city: Book, now: datetime, texts: SmsServer) -> None:
    for number in range(40):
        ticket = of(waiting_ticket(live_city, now), now, phone=f"139000000{number:02d}", email="")
        do_dispatch(ticket, Choice(HEATING), DISPATCHER, now=now, book=live_city)
    gate = Barrier(4)

    def work() -> None:
        gate.wait()
        deliver(now + LATER)
        connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    deliver(now + LATER)
    assert sorted(post.body["to"] for post in texts.posts) == [f"139000000{n:02d}" for n in range(40)]
    assert states() == [SENT] * 40
    assert Inbox.objects.filter(unit=HEATING).count() == 40


@contextmanager
def counted() -> Iterator[list[int]]:
    found: list[int] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found.append(len(captured))


@pytest.mark.django_db
def test_spreading_costs_the_same_for_one_and_for_a_hundred(
    city: Book, now: datetime, make_account: Callable[..., Account]
) -> None:
    Account.objects.filter(pk=make_account("clerk", unit=HEATING).pk).update(email="clerk@example.com")
    costs = {}
    for size in (1, 100):
        for _ in range(size):
            sent_off(city, now)
        with counted() as count:
            assert do_spread(now, city) == size
        costs[size] = count[0]
    assert costs[1] == costs[100] <= 14


@pytest.mark.django_db
def test_catching_up_after_an_outage_floods_nobody(city: Book, now: datetime, texts: SmsServer) -> None:
    ticket = sent_off(city, now)
    first = Notice.objects.get(matter=ticket.pk)
    columns = (
        "kind, {}, state_from, state_to, at, actor_kind, actor_id, actor_name, actor_unit, actor_roles,"
        " changes, detail"
    )
    with connection.cursor() as cursor:  # 10,000 events of one ticket, as a worker finds them after a week
        cursor.execute(
            f"INSERT INTO matters_event ({columns.format('matter, seq, verb')})"
            f" SELECT {columns.format('matter, seq + n, verb')}"
            " FROM matters_event, generate_series(1, 10000) AS n WHERE matter = %s AND seq = %s",
            [ticket.pk, first.seq],
        )
        cursor.execute(
            "INSERT INTO matters_notice (kind, matter, seq, verb, at, state, tries, next_at, problem)"
            " SELECT kind, matter, seq + n, verb, at, state, tries, next_at, problem"
            " FROM matters_notice, generate_series(1, 10000) AS n WHERE matter = %s",
            [ticket.pk],
        )
    week = now + timedelta(days=7)
    assert deliver(week).spread == 10_001
    assert not texts.posts
    assert not Delivery.objects.exists()
    assert not Inbox.objects.exists()
    assert set(Notice.objects.values_list("state", "problem")) == {("done", "stale")}


@pytest.mark.django_db
def test_a_message_that_has_waited_too_long_is_not_sent(city: Book, now: datetime, texts: SmsServer) -> None:
    sent_off(city, now)
    do_spread(now, city)
    deliver(now + timedelta(days=3))
    assert not texts.posts
    assert Delivery.objects.get(medium="sms").problem == "stale"


@pytest.mark.django_db
def test_a_row_of_which_nothing_can_be_made_holds_up_no_other(
    city: Book, now: datetime, texts: SmsServer
) -> None:
    sent_off(city, now)
    Notice.objects.create(kind="unknown", matter=1, seq=1, verb="x", at=now, next_at=now)
    at = now + LATER
    assert deliver(at).sent == 1
    for _ in range(10):
        at += timedelta(hours=6)
        deliver(at)
    broken = Notice.objects.get(kind="unknown")
    assert (broken.state, broken.problem) == (DEAD, "LookupError: no event 1 of a unknown")
    assert do_try_again(None, now=at) == 2  # the e-mail without a gateway, and this one


@pytest.mark.django_db
def test_the_digest_holds_counts_and_numbers_and_comes_once_a_day(
    city: Book, now: datetime, mails: MailServer, make_account: Callable[..., Account]
) -> None:
    account = make_account("clerk", unit=STREET)
    Account.objects.filter(pk=account.pk).update(email="clerk@example.com")
    late = ticket_in(w.SIGNED, city, now - timedelta(days=9), text="王小明家的暖气不热")
    ticket_in(w.DISPATCHED, city, now)
    eight = now.replace(hour=0, minute=5)  # 8:05 in Beijing
    assert do_digest(eight - timedelta(minutes=10), city) == 0
    with counted() as count:
        assert do_digest(eight, city) == 1
    assert count[0] <= 5
    assert do_digest(eight + timedelta(minutes=10), city) == 0
    deliver(eight)
    (mail,) = mails.mails
    words = mail["Subject"] + mail.get_content()
    assert late.number in words
    assert "王小明" not in words
    assert "暖气" not in words


@pytest.mark.django_db
def test_old_messages_end(city: Book, now: datetime, texts: SmsServer) -> None:
    sent_off(city, now)
    deliver(now + LATER)
    assert do_forget_old(now + timedelta(days=89), city) == 0
    assert do_forget_old(now + timedelta(days=91), city) >= 3
    assert not Inbox.objects.exists()


@pytest.mark.django_db
def test_a_setting_that_cannot_be_read_stops_no_worker_and_loses_nothing(
    city: Book, now: datetime, texts: SmsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIEBAN_SMTP_URL", "no address")
    sent_off(city, now)
    assert deliver(now + LATER).sent == 0
    assert states() == [UNSET, UNSET]
    monkeypatch.delenv("JIEBAN_SMTP_URL")
    do_try_again(None, now=now + LATER)
    assert deliver(now + LATER).sent == 1
