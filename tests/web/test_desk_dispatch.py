"""The dispatcher's desk: the next ticket, one key to agree, two dispatchers who reach for the same one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import (
    COLD_ROOM,
    COMMUNITY,
    GROUND,
    HEATING,
    STREET,
    clerk,
    stored,
    ticket_in,
    waiting_ticket,
)

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.queries import book
from jieban.dispatch.actions import DispatchRefused, do_rule_on_objection
from jieban.dispatch.rules import Proposal, candidate_for, place_at
from jieban.handling.actions import do_object
from jieban.matters.actors import staff
from jieban.matters.models import Event
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

DESK = "/desk/dispatch/"
MOST = 6


@pytest.fixture(autouse=True)
def _nobody_holds_anything() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def dispatcher(make_account: Callable[..., Any]) -> Client:
    return signed_in(make_account("dispatcher", unit="hotline", username="老周"))


@pytest.fixture
def colleague(make_account: Callable[..., Any]) -> Client:
    return signed_in(make_account("dispatcher", unit="hotline", username="小吴"))


def signed_in(account: Any) -> Client:
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(account)
    return client


def unsure(city: Book, now: datetime) -> Ticket:
    """A cold room in Shuangjing of which the platform was not sure enough."""
    day = local_day(city, now)
    candidate = candidate_for(city, COLD_ROOM, place_at(city, STREET), day, 0.41)
    assert candidate is not None
    reasons = [{"kind": "keyword", "quote": "暖气", "points_to": COLD_ROOM}]
    proposal = Proposal((candidate,), "dispatch", "unsure", (), candidate.tier).as_json()
    return waiting_ticket(city, now, proposal={**proposal, "reasons": reasons, "alarm_tier": ""})


def send(client: Client, ticket: Ticket, unit: str, **more: str) -> Any:
    data = {"unit": unit, "version": str(ticket.version), **more}
    return client.post(f"{DESK}{ticket.number}/send/", data, follow=True)


def words(answer: Any) -> str:
    return str(answer.content.decode())


def test_danger_comes_first_then_what_a_unit_returned(
    dispatcher: Client, city: Book, today: datetime
) -> None:
    waiting_ticket(city, today - timedelta(hours=9), text="地点不明", queue="place")
    waiting_ticket(city, today - timedelta(hours=8), text="平常的")
    returned = waiting_ticket(city, today, text="退回来的", queue="returned")
    danger = waiting_ticket(city, today, text="有人落水", queue="danger", danger=True)
    shown = dispatcher.get(DESK)
    assert shown.context["ticket"].number == danger.number
    assert "可能有人有危险" in words(shown)
    after = send(dispatcher, danger, STREET)
    assert after.context["ticket"].number == returned.number
    assert "已派给" in words(after)
    assert "派错了" in words(after)


def test_the_words_that_carried_the_proposal_are_marked(
    dispatcher: Client, city: Book, today: datetime
) -> None:
    ticket = waiting_ticket(
        city,
        today,
        text="暖气<b>不热</b>，双井",
        proposal={
            "reasons": [{"kind": "keyword", "quote": "暖气", "points_to": "040101"}],
            "candidates": [],
            "alarm_tier": "",
        },
    )
    shown = words(dispatcher.get(f"{DESK}{ticket.number}/"))
    assert '<mark class="carries carries--keyword" title="公共服务 / 供暖 / 暖气不热">暖气</mark>' in shown
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown


def test_the_proposal_is_confirmed_with_its_reasons(dispatcher: Client, city: Book, today: datetime) -> None:
    ticket = unsure(city, today)
    shown = dispatcher.get(DESK)
    best = shown.context["best"]
    assert "把握不大 41%" in words(shown)
    assert "平台把握不够，没有自动派出" in words(shown)
    assert city.units[best.unit].name in words(shown)
    send(dispatcher, ticket, best.unit, category=best.category)
    after = stored(ticket)
    assert (after.state, after.lead_id) == (w.DISPATCHED, best.unit)
    assert after.dispatched_by.startswith("account:")


def test_whoever_dispatched_does_not_rule(
    make_account: Callable[..., Any], city: Book, today: datetime
) -> None:
    account = make_account("dispatcher", "supervisor", unit="hotline")
    ticket = waiting_ticket(city, today)
    send(signed_in(account), ticket, STREET)
    objected = do_object(stored(ticket), GROUND, clerk(), now=today, book=city)
    page = words(signed_in(account).get(f"/desk/tickets/{ticket.number}/"))
    assert "这一单是您派的，异议由别人裁定" in page
    with pytest.raises(DispatchRefused):
        do_rule_on_objection(objected, True, "同意", staff(account), now=today, book=city)


def test_two_dispatchers_at_once(dispatcher: Client, colleague: Client, city: Book, today: datetime) -> None:
    first = waiting_ticket(city, today, text="两个人都看着的")
    second = waiting_ticket(city, today + timedelta(minutes=1), text="下一单在等")
    assert send(dispatcher, first, STREET).status_code == 200
    late = send(colleague, first, HEATING)
    assert "老周抢先了一步" in words(late)
    assert "“派单”" in words(late)
    assert late.context["ticket"].number == second.number
    assert stored(first).lead_id == STREET
    assert Event.objects.filter(matter=first.pk, verb="dispatch").count() == 1


def test_two_dispatchers_are_shown_different_tickets(
    dispatcher: Client, colleague: Client, city: Book, today: datetime
) -> None:
    waiting_ticket(city, today, text="先来的")
    waiting_ticket(city, today + timedelta(minutes=1), text="后来的")
    one, other = dispatcher.get(DESK).context["ticket"], colleague.get(DESK).context["ticket"]
    assert one.number != other.number
    assert dispatcher.get(DESK).context["ticket"].number == one.number


def test_a_unit_may_be_searched_by_name(dispatcher: Client, city: Book, today: datetime) -> None:
    ticket = waiting_ticket(city, today)
    shown = dispatcher.get(f"{DESK}{ticket.number}/?q=热力")
    assert HEATING in [unit.code for unit in shown.context["units"]]
    assert "没有这个名称的单位" in words(dispatcher.get(f"{DESK}{ticket.number}/?q=月球"))
    near = dispatcher.get(f"{DESK}{ticket.number}/?q=消防救援").context["units"]
    assert near[0].name.startswith("朝阳区")
    send(dispatcher, ticket, HEATING)
    assert stored(ticket).lead_id == HEATING


def test_another_matter_or_place_gives_another_proposal(
    dispatcher: Client, city: Book, today: datetime
) -> None:
    ticket = waiting_ticket(city, today, category_id=None, place_id=None, district="", street="")
    empty = dispatcher.get(f"{DESK}{ticket.number}/")
    assert empty.context["best"] is None
    assert "没有建议的单位" in words(empty)
    found = dispatcher.get(f"{DESK}{ticket.number}/?c=暖气不热").context["matters"]
    assert found[0].code == COLD_ROOM
    shown = dispatcher.get(f"{DESK}{ticket.number}/?category=040101&district=110105&street={STREET}")
    best, chosen = shown.context["best"], shown.context["chosen"]
    assert best is not None
    assert "人工选定" in words(shown)
    send(dispatcher, ticket, best.unit, category="040101", place=chosen.place)
    after = stored(ticket)
    assert (after.category_id, after.street, after.lead_id) == ("040101", STREET, best.unit)


def test_a_street_of_another_district_is_passed_over(dispatcher: Client, city: Book, today: datetime) -> None:
    ticket = waiting_ticket(city, today)
    shown = dispatcher.get(f"{DESK}{ticket.number}/?category=040101&district=110108&street={STREET}")
    assert shown.context["chosen"].place == "110108"


def test_what_may_not_be_is_refused_with_the_article(dispatcher: Client, city: Book, today: datetime) -> None:
    ticket = waiting_ticket(city, today)
    refused = send(dispatcher, ticket, COMMUNITY)
    assert refused.status_code == 422
    assert "只能协办，不能主办（《接诉即办工作条例》第17条）" in words(refused)
    assert stored(ticket).state == w.WAITING


def test_answer_at_once_and_explain(dispatcher: Client, city: Book, today: datetime) -> None:
    asked, secret = waiting_ticket(city, today), waiting_ticket(city, today)
    empty = dispatcher.post(f"{DESK}{asked.number}/answer/", {"version": asked.version})
    assert empty.status_code == 422
    assert "这里还没填" in words(empty)
    dispatcher.post(
        f"{DESK}{asked.number}/answer/", {"version": asked.version, "explanation": "周一至周五都办理。"}
    )
    assert stored(asked).state == w.ANSWERED
    dispatcher.post(
        f"{DESK}{secret.number}/explain/", {"version": secret.version, "branch": "SECRET", "explanation": ""}
    )
    after = stored(secret)
    assert (after.state, after.branch) == (w.EXPLAINED, "SECRET")
    assert after.explanation == next(
        row.explanation for row in city.tables["branches"] if row.code == "SECRET"
    )


def test_put_aside_and_take_up_again(dispatcher: Client, city: Book, today: datetime) -> None:
    first, second = waiting_ticket(city, today), waiting_ticket(city, today + timedelta(minutes=1))
    shown = dispatcher.get(DESK)
    assert shown.context["ticket"].number == first.number
    after = dispatcher.get(shown.context["skip_address"])
    assert after.context["ticket"].number == second.number
    left = send(dispatcher, second, STREET, skip=first.number)
    assert "只剩您放一放的了" in words(left)
    assert "没有等着派的诉求" not in words(left)
    assert dispatcher.get(DESK).context["ticket"].number == first.number


def test_nobody_waits(dispatcher: Client, city: Book, today: datetime) -> None:
    assert "没有等着派的诉求" in words(dispatcher.get(DESK))
    gone = ticket_in(w.DISPATCHED, city, today)
    assert dispatcher.get(f"{DESK}{gone.number}/", follow=True).redirect_chain


def test_what_it_costs(dispatcher: Client, city: Book, today: datetime) -> None:
    for n in range(15):
        unsure(city, today + timedelta(seconds=n))
    dispatcher.get(DESK)
    book()
    with CaptureQueriesContext(connection) as captured:
        dispatcher.get(DESK)
    assert len(captured) <= MOST
