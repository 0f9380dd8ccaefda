"""Requesters are known again by their phone, however written, and by nothing that many people share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from jieban.foundation import sealing
from jieban.people.actions import (
    Contact,
    Kept,
    do_keep_words,
    do_make_api_key,
    do_remember_requesters,
    do_revoke_api_key,
    do_unmask,
    identity_of,
)
from jieban.people.masking import mask_name, mask_phone
from jieban.people.models import Account, ApiKey, Requester, Unmasking, Words
from jieban.people.phones import read_phone
from jieban.people.queries import api_key


@pytest.mark.parametrize(
    "written",
    ["13812345678", "+8613812345678", "8613812345678", "138 1234 5678", "138-1234-5678", "+86 138-1234-5678"],
)
def test_a_phone_is_the_same_however_it_is_written(written: str) -> None:
    assert read_phone(written) == ("13812345678", True)
    assert identity_of(Contact(phone=written)) == identity_of(Contact(phone="13812345678"))


@pytest.mark.parametrize("written", ["138****5678", "", "110", "12345678901234567", "电话", "138123456"])
def test_what_is_no_whole_phone_identifies_nobody(written: str) -> None:
    assert not read_phone(written)[1]
    assert identity_of(Contact(phone=written)) is None


def test_a_phone_in_the_column_of_the_person_is_the_same_person() -> None:
    assert identity_of(Contact(key="phone:13812345678")) == identity_of(Contact(phone="13812345678"))
    assert identity_of(Contact(key="requester:13812345678")) != identity_of(Contact(phone="13812345678"))


def test_the_same_person_is_remembered_once(db: None, now: datetime) -> None:
    contacts = [Contact("13812345678"), Contact("+86 13812345678"), Contact(), Contact(key="requester:7")]
    first = do_remember_requesters(contacts, now=now)
    assert first[0] == first[1]
    assert first[2] is None
    assert first[3] not in (None, first[0])
    assert do_remember_requesters(contacts, now=now) == first
    assert Requester.objects.count() == 2


def test_somebody_with_a_masked_phone_is_remembered_for_this_ticket_alone(db: None, now: datetime) -> None:
    one, two = (do_remember_requesters([Contact("138****5678", "王")], now=now)[0] for _ in range(2))
    assert one is not None
    assert one != two
    assert sealing.unseal(Requester.objects.get(pk=one).phone, "phone") == "138****5678"


def test_many_requesters_are_remembered_by_one_statement(
    db: None, now: datetime, django_assert_num_queries: Callable[..., Any]
) -> None:
    with django_assert_num_queries(1):
        ids = do_remember_requesters([Contact(f"1380000{n:04d}") for n in range(200)], now=now)
    assert len(set(ids)) == 200
    with django_assert_num_queries(0):
        assert do_remember_requesters([Contact()] * 3, now=now) == [None] * 3


def test_nothing_personal_lies_open_in_the_tables(db: None, now: datetime) -> None:
    do_remember_requesters([Contact("13812345678", "王小明")], now=now)
    do_keep_words([Kept(7, None, "标题", "我的电话13812345678", "双井")], now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text || w::text FROM people_requester r, people_words w")
        (row,) = cursor.fetchone()
    for secret in ("13812345678", b"13812345678".hex(), "王小明", "王小明".encode().hex(), "双井"):
        assert secret not in row


@pytest.mark.django_db(transaction=True)
def test_the_same_new_person_met_by_eight_at_once_is_one(live_city: object, now: datetime) -> None:
    ids: list[int | None] = []
    start = threading.Barrier(8)

    def meet() -> None:
        start.wait()
        contacts = [Contact(f"1390000000{n}") for n in range(5)]
        ids.extend(do_remember_requesters(contacts, now=now))
        connection.close()

    threads = [threading.Thread(target=meet) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 40
    assert len(set(ids)) == 5


def test_unmasking_shows_all_and_is_recorded_first(
    city: object, now: datetime, make_account: Callable[..., Account]
) -> None:
    (requester,) = do_remember_requesters([Contact("13812345678", "王小明")], now=now)
    do_keep_words([Kept(7, requester, "标题", "原话", "双井")], now=now)
    account = make_account("caller")
    told = do_unmask(account, "2611200000018", 7, requester, "回访", now=now)
    assert told == {
        "phone": "13812345678",
        "name": "王小明",
        "email": "",
        "represented": "",
        "title": "标题",
        "text": "原话",
        "address": "双井",
    }
    record = Unmasking.objects.get()
    assert (record.account, record.requester_id, record.matter) == (account, requester, "2611200000018")
    assert (record.reason, record.at) == ("回访", now)


def test_nothing_is_shown_when_the_look_cannot_be_recorded(
    city: object, now: datetime, make_account: Callable[..., Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise IntegrityError("no room for the record")

    monkeypatch.setattr(Unmasking.objects, "create", refuse)
    with pytest.raises(IntegrityError, match="record"):
        do_unmask(make_account("caller"), "1", 7, None, "x", now=now)


@pytest.mark.parametrize(
    "statement", ["UPDATE people_unmasking SET reason = ''", "DELETE FROM people_unmasking"]
)
def test_the_record_of_an_unmasking_stays(
    statement: str, city: object, now: datetime, make_account: Callable[..., Account]
) -> None:
    do_unmask(make_account("caller"), "1", 7, None, "回访", now=now)
    with pytest.raises(IntegrityError, match="history"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Unmasking.objects.get().reason == "回访"


def test_a_long_reason_is_kept_as_far_as_it_fits(
    city: object, now: datetime, make_account: Callable[..., Account]
) -> None:
    do_unmask(make_account("caller"), "1", 7, None, "长" * 500, now=now)
    assert Unmasking.objects.get().reason == "长" * 200


def test_words_are_written_once(db: None, now: datetime) -> None:
    do_keep_words([Kept(7, None, "", "one", "")], now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        do_keep_words([Kept(7, None, "", "two", "")], now=now)
    assert sealing.unseal(Words.objects.get(pk=7).text, "text") == "one"


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13812345678", "138****5678"), ("010-65123456", "010****3456"), ("12345", "****45"), ("", "")],
)
def test_a_masked_phone_shows_too_little_to_be_called(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("name", "shown"), [("王小明", "王**"), ("欧阳小小明", "欧**"), ("李", "李"), ("", "")]
)
def test_a_masked_name_shows_the_family_name(name: str, shown: str) -> None:
    assert mask_name(name) == shown


def test_an_api_key_works_until_it_is_revoked(db: None, now: datetime) -> None:
    key = do_make_api_key("open311", now=now, channel="app")
    found = api_key(key)
    assert found is not None
    assert (found.name, found.channel) == ("open311", "app")
    assert do_revoke_api_key("open311") == 1
    assert api_key(key) is None
    assert do_revoke_api_key("open311") == 0


def test_only_the_hash_of_an_api_key_is_kept(db: None, now: datetime) -> None:
    key = do_make_api_key("open311", now=now)
    assert key not in str(ApiKey.objects.values().get())
    assert api_key(key + "x") is None
    assert api_key("") is None
