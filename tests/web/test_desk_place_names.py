"""A place that nobody knows: the dispatcher is told which words to ask about, and what he says is learned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from tests.tickets.stage import STREET, waiting_ticket

from jieban.city.book import Book
from jieban.city.naming_models import NameProposal
from jieban.city.queries import book, forget_book
from jieban.tickets.models import Ticket
from jieban.web.desk import place_names

SAID = "枫桥渡小区"


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def dispatcher(make_account: Callable[..., Any]) -> Client:
    return signed_in(make_account("dispatcher", unit="hotline", username="老周"))


@pytest.fixture
def owner(make_account: Callable[..., Any]) -> Client:
    return signed_in(make_account("rule_owner", unit="hotline", username="老郑"))


@pytest.fixture(autouse=True)
def _unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is read speaks of a place that the city does not know."""
    reader = SimpleNamespace(read=lambda *_, **__: SimpleNamespace(unknown_place=SAID))
    monkeypatch.setattr(place_names, "reader_at_hand", lambda _: reader)


def signed_in(account: Any) -> Client:
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(account)
    return client


def nowhere(city: Book, now: datetime) -> Ticket:
    return waiting_ticket(
        city, now, text=f"{SAID}停水三天", queue="place", district="", street="", place_id=None,
        proposal={"why_queue": "no_place", "reasons": [], "candidates": [], "alarm_tier": ""},
    )  # fmt: skip


def words(answer: Any) -> str:
    return str(answer.content.decode())


def placed(client: Client, ticket: Ticket, place: str = STREET) -> Any:
    data = {"unit": STREET, "version": str(ticket.version), "category": "040101", "place": place}
    return client.post(f"/desk/dispatch/{ticket.number}/send/", data, follow=True)


def test_the_dispatcher_sees_which_words_to_ask_about(
    dispatcher: Client, city: Book, today: datetime
) -> None:
    ticket = nowhere(city, today)
    assert f"请问“{SAID}”在哪个区、哪个街道" in words(dispatcher.get(f"/desk/dispatch/{ticket.number}/"))


def test_a_place_that_a_person_chose_is_proposed(dispatcher: Client, city: Book, today: datetime) -> None:
    after = placed(dispatcher, nowhere(city, today))
    made = NameProposal.objects.get()
    assert (made.name, made.place, made.kind, made.state) == (SAID, STREET, "estate", "proposed")
    assert SAID in words(after)
    listed = words(dispatcher.get("/desk/names/"))
    assert SAID in listed
    assert "由别人决定" in listed


def test_without_a_place_nothing_is_proposed(dispatcher: Client, city: Book, today: datetime) -> None:
    placed(dispatcher, nowhere(city, today), place="")
    assert not NameProposal.objects.exists()


def test_the_owner_approves_and_the_name_is_known(
    dispatcher: Client, owner: Client, city: Book, today: datetime
) -> None:
    placed(dispatcher, nowhere(city, today))
    made = NameProposal.objects.get()
    refused = dispatcher.post(f"/desk/names/{made.pk}/", {"decision": "approve"})
    assert refused.status_code == 403
    assert owner.post(f"/desk/names/{made.pk}/", {"decision": "perhaps"}).status_code == 422
    try:
        done = owner.post(f"/desk/names/{made.pk}/", {"decision": "approve"}, follow=True)
        assert "以后这个叫法都认得" in words(done)
        forget_book()
        assert any(row.name == SAID and row.place == STREET for row in book().tables["place_names"])
        again = owner.post(f"/desk/names/{made.pk}/", {"decision": "reject"})
        assert "已经有人决定过了" in words(again)
    finally:
        forget_book()


def test_the_owner_rejects(dispatcher: Client, owner: Client, city: Book, today: datetime) -> None:
    placed(dispatcher, nowhere(city, today))
    made = NameProposal.objects.get()
    owner.post(f"/desk/names/{made.pk}/", {"decision": "reject"})
    made.refresh_from_db()
    assert (made.state, made.decided_by_name) == ("rejected", "老郑")
    assert owner.post("/desk/names/999999/", {"decision": "reject"}).status_code == 404
