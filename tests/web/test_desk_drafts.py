"""Drafts on the pages: offered where a model is set up, edited and sent by people, told in the story."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.drafting.server import Stub, house_with_model
from tests.tickets.stage import OTHER_STREET, STREET, stored, ticket_in, waiting_ticket

from jieban.city.book import Book
from jieban.city.queries import book
from jieban.drafting.models import Draft
from jieban.drafting.tasks import write
from jieban.knowledge.actions import Draft as Article
from jieban.knowledge.actions import do_write
from jieban.knowledge.kinds import LAW
from jieban.matters.actors import PLATFORM
from jieban.matters.models import Event
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

MOST = 6
BASIS = "供热办法第十条 暖气不热"
SENTENCE = "采暖期内室温不得低于十八摄氏度，供热单位应当上门测温。"


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    with house_with_model(monkeypatch) as running:
        yield running


@pytest.fixture
def enter(make_account: Callable[..., Any]) -> Callable[..., Client]:
    def sign_in(*roles: str, unit: str = STREET) -> Client:
        client = Client(headers={"Accept-Language": "zh-hans"})
        client.force_login(make_account(*roles, unit=unit))
        return client

    return sign_in


def at(ticket: Ticket, tail: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/{tail}"


def asked(client: Client, ticket: Ticket, kind: str) -> Draft:
    assert client.post(at(ticket, "drafts/ask/"), {"kind": kind}).status_code == 302
    draft = Draft.objects.latest("pk")
    assert "正在起草" in client.get(at(ticket, "drafts/")).content.decode()
    write(draft.pk)
    draft.refresh_from_db()
    return draft


def cold(city: Book, today: datetime) -> Ticket:
    do_write(Article("heat", LAW, SENTENCE, title=BASIS), PLATFORM, now=today)
    return ticket_in(w.HANDLING, city, today, text="家里暖气不热，室温只有十四度")


@pytest.mark.django_db
def test_nothing_is_offered_and_nothing_costs_more_without_a_model(
    enter: Callable[..., Client], city: Book, today: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket, client = ticket_in(w.HANDLING, city, today), enter("clerk")
    client.get(at(ticket))
    book()
    costs = []
    for address in ("", "https://model.example/v1"):
        monkeypatch.setenv("JIEBAN_MODEL_URL", address)
        monkeypatch.setenv("JIEBAN_MODEL_NAME", "m")
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(at(ticket))
        costs.append(len(captured))
        assert ('id="helper"' in answer.content.decode()) is bool(address)
    assert costs[0] == costs[1] <= MOST
    monkeypatch.setenv("JIEBAN_MODEL_URL", "")
    assert client.post(at(ticket, "drafts/ask/"), {"kind": "reply"}).status_code == 403
    assert client.get(at(ticket, "drafts/")).status_code == 200


@pytest.mark.django_db
def test_a_reply_begins_from_a_draft_and_is_a_persons_own(
    stub: Stub, enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket, client = cold(city, today), enter("clerk")
    stub.answer = lambda _: {
        "sentences": [
            {"text": SENTENCE, "cites": [1]},
            {"text": "您可获赔五万元<script>alert(1)</script>。", "cites": [9]},
        ]
    }
    draft = asked(client, ticket, "reply")
    shown = client.get(at(ticket, "drafts/")).content.decode()
    assert "引用了不存在的出处" in shown
    assert "alert(1)</script>" not in shown
    page = client.get(at(ticket), {"draft": draft.pk}).content.decode()
    assert f'name="draft" value="{draft.pk}"' in page
    assert SENTENCE in page
    assert BASIS in page
    assert "五万" not in page
    given = {"version": str(stored(ticket).version), "reply": f"已上门。{SENTENCE}", "outcome": "solved"}
    short = client.post(at(ticket, "reply/"), {**given, "reply": "好", "draft": draft.pk})
    assert short.status_code == 422
    assert f'name="draft" value="{draft.pk}"' in short.content.decode(), "a second try keeps the draft"
    draft.refresh_from_db()
    assert draft.state == "ready", "what was refused used nothing"
    told = client.post(at(ticket, "reply/"), {**given, "draft": draft.pk}, follow=True).content.decode()
    assert "由草拟助手起草" in told
    draft.refresh_from_db()
    assert (draft.state, stored(ticket).state) == ("used", w.REPLIED)
    assert Event.objects.get(matter=ticket.pk, verb="reply").detail["drafted"] == str(draft.pk)


@pytest.mark.django_db
def test_a_draft_of_another_ticket_is_nobodys(
    stub: Stub, enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket, client = cold(city, today), enter("clerk")
    stub.answer = lambda _: {"sentences": [{"text": SENTENCE, "cites": [1]}]}
    draft = asked(client, ticket, "reply")
    other = ticket_in(w.HANDLING, city, today)
    for posted in (str(draft.pk), "9" * 30, "x", "-1"):
        assert 'name="draft"' not in client.get(at(other), {"draft": posted}).content.decode()
    given = {"version": str(stored(other).version), "reply": SENTENCE, "outcome": "solved"}
    assert client.post(at(other, "reply/"), {**given, "draft": draft.pk}).status_code == 302
    assert "drafted" not in Event.objects.get(matter=other.pk, verb="reply").detail
    draft.refresh_from_db()
    assert draft.state == "ready"
    stranger = enter("reviewer", unit=OTHER_STREET)
    assert stranger.get(at(ticket, "drafts/")).status_code == 403
    assert stranger.post(at(ticket, f"drafts/{draft.pk}/"), {"decision": "discard"}).status_code == 403
    assert client.post(at(ticket, f"drafts/{draft.pk}/"), {"decision": "used"}).status_code == 404
    client.post(at(ticket, f"drafts/{draft.pk}/"), {"decision": "discard"})
    draft.refresh_from_db()
    assert draft.state == "discarded"


@pytest.mark.django_db
def test_a_record_is_completed_from_a_draft(
    stub: Stub, enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = waiting_ticket(city, today, text="工地拖欠工资，一共欠了12个人", category_id="0801")
    client = enter("dispatcher", unit="hotline")
    field = {"field": "wages.people", "value": "12", "quote": "一共欠了12个人"}
    stub.answer = lambda _: {"fields": [field, {**field, "field": "wages.project", "value": "市长"}]}
    draft = asked(client, ticket, "slots")
    assert list(draft.result["fields"]) == ["wages.people"]
    form = client.get(at(ticket), {"draft": draft.pk}).context["begun"]
    assert (form.verb, form.initial["wages.people"]) == ("amend", "12")
    answers = {"version": str(stored(ticket).version), "wages.people": "13", "draft": str(draft.pk)}
    told = client.post(at(ticket, "amend/"), answers, follow=True).content.decode()
    assert stored(ticket).answers["wages.people"] == "13", "the person's word counts"
    assert "由草拟助手" in told


@pytest.mark.django_db
def test_a_summary_was_of_use_and_a_failure_is_told(
    stub: Stub, enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket, client = waiting_ticket(city, today), enter("seat", unit="hotline")
    stub.answer = lambda _: {"summary": "家里暖气不热", "facts": []}
    draft = asked(client, ticket, "summary")
    before = Event.objects.count()
    client.post(at(ticket, f"drafts/{draft.pk}/"), {"decision": "used"})
    draft.refresh_from_db()
    assert (draft.state, Event.objects.count()) == ("used", before)
    stub.status = 500
    asked(client, ticket, "summary")
    shown = client.get(at(ticket, "drafts/")).content.decode()
    assert "草拟助手出了故障" in shown
    assert "其他一切照常" in shown
