"""Between units on the desk: asking, answering, settling, consulting, passing on, teaching the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.tickets.stage import (
    DISTRICT,
    GROUND,
    HEATING,
    OTHER_STREET,
    STREET,
    clerk,
    stored,
    ticket_in,
    waiting_ticket,
)

from jieban.city.book import Book
from jieban.city.models import CatalogueRow
from jieban.city.queries import forget_book
from jieban.dispatch.models import APPROVED, CatalogueProposal
from jieban.handling.actions import do_object
from jieban.subtickets import workflow as s
from jieban.subtickets.models import SubTicket
from jieban.subtickets.queries import of_ticket
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

MARKET = f"{DISTRICT}.market"
OFFICE = f"{STREET}.office.citycare"


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def enter(make_account: Callable[..., Any]) -> Callable[..., Client]:
    def sign_in(*roles: str, unit: str = STREET, name: str = "", language: str = "zh-hans") -> Client:
        client = Client(headers={"Accept-Language": language})
        client.force_login(make_account(*roles, unit=unit, username=name or f"{'-'.join(roles)}@{unit}"))
        return client

    return sign_in


def text(answer: Any) -> str:
    return str(answer.content.decode())


def say(client: Client, ticket: Ticket, verb: str, **given: Any) -> Any:
    data = {"version": str(stored(ticket).version), **given}
    return client.post(f"/desk/tickets/{ticket.number}/{verb}/", data, follow=True)


def answer(client: Client, sub: SubTicket, verb: str, **given: Any) -> Any:
    sub.refresh_from_db()
    data = {"version": str(sub.version), **given}
    return client.post(f"/desk/asked/{sub.number}/{verb}/", data, follow=True)


def offered(page: Any) -> list[str]:
    return [one["verb"].name for one in page.context["verbs"]]


def test_from_asking_to_accepting_in_clicks(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    lead, heating = enter("clerk"), enter("clerk", unit=HEATING)
    assert {"ask", "ask_inner", "escalate"} <= set(offered(lead.get(f"/desk/tickets/{ticket.number}/")))
    done = say(lead, ticket, "ask", other=city.units[HEATING].name, words="请查管网压力")
    assert done.status_code == 200, text(done)
    (sub,) = of_ticket(ticket.pk)
    assert sub.lead_id == HEATING
    assert sub.number in text(heating.get("/desk/asked/"))
    page = heating.get(f"/desk/asked/{sub.number}/")
    assert offered(page) == ["give", "sign", "interim", "refuse"]
    assert "请查管网压力" in text(page)
    assert "家里暖气不热" in text(page)
    answer(heating, sub, "sign")
    answer(heating, sub, "interim", words="已派人")
    assert "已派人" in text(lead.get(f"/desk/tickets/{ticket.number}/"))
    empty = answer(heating, sub, "give", result="")
    assert empty.status_code == 422
    answer(heating, sub, "give", result="压力已调高")
    shown = lead.get(f"/desk/asked/{sub.number}/")
    assert offered(shown) == ["settle", "withdraw"]
    assert "压力已调高" in text(lead.get(f"/desk/tickets/{ticket.number}/"))
    answer(lead, sub, "settle", decision="accept")
    sub.refresh_from_db()
    assert sub.state == s.ACCEPTED
    assert offered(lead.get(f"/desk/asked/{sub.number}/")) == []


def test_what_came_back_is_sent_back_or_the_request_withdrawn(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    lead, office = enter("clerk"), enter("clerk", unit=OFFICE)
    say(lead, ticket, "ask_inner", units=[OFFICE], words="请到现场", hours="5")
    (sub,) = of_ticket(ticket.pk)
    assert sub.purpose == s.INTERNAL
    answer(office, sub, "refuse", reasons="缺少钥匙")
    refused = answer(lead, sub, "settle", decision="send_back", words="")
    assert refused.status_code == 422
    answer(lead, sub, "settle", decision="send_back", words="钥匙在物业")
    sub.refresh_from_db()
    assert sub.state == s.SIGNED
    answer(lead, sub, "withdraw")
    sub.refresh_from_db()
    assert sub.state == s.WITHDRAWN


def test_a_slow_click_is_told_who_was_faster(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    say(enter("clerk"), ticket, "ask", other=city.units[HEATING].name, words="请查管网压力")
    (sub,) = of_ticket(ticket.pk)
    heating = enter("clerk", unit=HEATING)
    answer(heating, sub, "sign")
    late = heating.post(f"/desk/asked/{sub.number}/give/", {"version": "1", "result": "已查"})
    assert late.status_code == 409
    assert "已查" in text(late)


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        ("clerk", OTHER_STREET, 403),
        ("leader", DISTRICT, 200),
        ("leader", "110108", 403),
        ("auditor", "city.city_services", 200),
        ("dispatcher", "hotline", 200),
        ("caller", "hotline", 403),
    ],
)
def test_who_may_open_a_sub_ticket(
    role: str, unit: str, status: int, enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    say(enter("clerk"), ticket, "ask", other=city.units[HEATING].name, words="请查管网压力")
    (sub,) = of_ticket(ticket.pk)
    client = enter(role, unit=unit)
    assert client.get(f"/desk/asked/{sub.number}/").status_code == status
    assert client.get("/desk/asked/1/").status_code in (404, 403)
    if status == 200:
        assert answer(client, sub, "give", result="替别人答").status_code == 403


def test_a_unit_is_found_by_enough_of_its_name(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    lead = enter("clerk")
    for typed, said in (("月球", "没有这个名称的单位"), ("消防救援", "消防救援")):
        refused = say(lead, ticket, "ask", other=typed, words="请协助")
        assert refused.status_code == 422
        assert said in text(refused)
    assert say(lead, ticket, "ask", words="请协助").status_code == 422
    assert not of_ticket(ticket.pk)


def test_consulting_from_the_desk(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = waiting_ticket(city, today)
    desk = enter("dispatcher", unit="hotline")
    assert "consult" in offered(desk.get(f"/desk/tickets/{ticket.number}/"))
    say(
        desk,
        ticket,
        "consult",
        other=city.units[STREET].name,
        another=city.units[HEATING].name,
        words="归谁？",
    )
    subs = {sub.lead_id: sub for sub in of_ticket(ticket.pk)}
    assert set(subs) == {STREET, HEATING}
    unit = enter("clerk")
    page = unit.get(f"/desk/asked/{subs[STREET].number}/")
    assert "家里暖气不热" in text(page)
    unsaid = answer(unit, subs[STREET], "give", result="不归我们")
    assert unsaid.status_code == 422
    answer(
        unit,
        subs[STREET],
        "give",
        stance="theirs",
        other=city.units[HEATING].name,
        result="目录规定归供热企业",
    )
    shown = desk.get(f"/desk/tickets/{ticket.number}/")
    assert "目录规定归供热企业" in text(shown)
    assert offered(shown)[:2] == ["decide", "conclude"]
    say(desk, ticket, "decide", unit=HEATING, ruling="按目录办理")
    after = stored(ticket)
    assert (after.state, after.lead_id) == (w.DISPATCHED, HEATING)
    assert "目录规定归供热企业" in text(desk.get(f"/desk/tickets/{ticket.number}/")), "the minutes stay"


def test_a_district_passes_on_and_the_hotline_calls_back(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.DISPATCHED, city, today, DISTRICT)
    district, hotline = enter("clerk", unit=DISTRICT), enter("dispatcher", unit="hotline")
    assert "pass_on" in offered(district.get(f"/desk/tickets/{ticket.number}/"))
    wrong = say(district, ticket, "pass_on", other=city.units[OTHER_STREET].name)
    assert wrong.status_code == 422
    say(district, ticket, "pass_on", other=city.units[STREET].name, note="请核实")
    assert stored(ticket).lead_id == STREET
    assert "pass_on" not in offered(enter("clerk").get(f"/desk/tickets/{ticket.number}/"))
    say(hotline, ticket, "recall", reason="派错了")
    assert stored(ticket).state == w.WAITING


def test_a_fast_ruling_sends_it_on_and_teaches(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.DISPATCHED, city, today)
    do_object(ticket, GROUND, clerk(), now=today, book=city, why="function", named=MARKET)
    chief = enter("supervisor", unit="hotline")
    page = chief.get(f"/desk/tickets/{ticket.number}/")
    assert city.units[MARKET].name in text(page)
    say(chief, ticket, "rule", decision="yes", ruling="归市场监管部门", unit=MARKET, teach="on")
    after = stored(ticket)
    assert (after.state, after.lead_id) == (w.DISPATCHED, MARKET)
    made = CatalogueProposal.objects.get()
    assert (made.lead, made.basis) == ("district:market", "归市场监管部门")
    assert "/desk/catalogue/" in text(chief.get("/desk/"))
    assert chief.post(f"/desk/catalogue/{made.pk}/", {"decision": "approve"}).status_code == 403
    owner = enter("rule_owner", unit="city.city_services")
    shown = owner.get("/desk/catalogue/")
    assert "归市场监管部门" in text(shown)
    assert "近 30 天" in text(shown)
    assert owner.post(f"/desk/catalogue/{made.pk}/", {"decision": "reject"}).status_code == 422
    try:
        owner.post(f"/desk/catalogue/{made.pk}/", {"decision": "approve", "note": "同意"}, follow=True)
        made.refresh_from_db()
        assert made.state == APPROVED
        assert CatalogueRow.objects.filter(lead="district:market", category="040101", by_hand=True).exists()
    finally:
        forget_book()
    assert owner.post("/desk/catalogue/999999/", {"decision": "approve"}).status_code == 404


def test_a_manual_dispatch_that_differs_offers_the_lesson(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.DISPATCHED, city, today, MARKET)
    desk = enter("dispatcher", unit="hotline")
    assert desk.get(f"/desk/tickets/{ticket.number}/").context.get("lesson")
    desk.post(f"/desk/catalogue/propose/{ticket.number}/", {"basis": "裁定"}, follow=True)
    assert CatalogueProposal.objects.count() == 1
    auditor = enter("auditor", unit="city.city_services")
    assert auditor.get("/desk/catalogue/").status_code == 200
    assert auditor.post(f"/desk/catalogue/propose/{ticket.number}/", {"basis": "x"}).status_code == 403


def test_dual_dispatch_from_the_desk(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = waiting_ticket(city, today)
    desk = enter("dispatcher", unit="hotline")
    data = {"version": str(ticket.version), "unit": STREET, "industry": MARKET}
    desk.post(f"/desk/dispatch/{ticket.number}/send/", data, follow=True)
    assert stored(ticket).industry == MARKET
    assert [sub.lead_id for sub in of_ticket(ticket.pk)] == [MARKET]
    assert enter("clerk", unit=MARKET).get(f"/desk/tickets/{ticket.number}/").status_code == 200


def test_the_lists_cost_little(
    enter: Callable[..., Client], city: Book, today: datetime, django_assert_max_num_queries: Any
) -> None:
    lead = enter("clerk")
    for _ in range(3):
        ticket = ticket_in(w.HANDLING, city, today)
        say(lead, ticket, "ask", other=city.units[HEATING].name, words="请查管网压力")
    lead.get("/desk/asked/")
    with django_assert_max_num_queries(6):
        lead.get("/desk/asked/")


def test_whoever_asked_gives_more_time_but_not_beyond_the_ticket(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    lead = enter("clerk")
    say(lead, ticket, "ask", other=MARKET, words="请核实。", hours="2")
    (sub,) = of_ticket(ticket.pk)
    first = sub.due_at
    assert "prolong" in offered(lead.get(f"/desk/asked/{sub.number}/"))
    answer(lead, sub, "prolong", hours="5")
    sub.refresh_from_db()
    assert first is not None
    assert sub.due_at is not None
    assert sub.due_at > first
    answer(lead, sub, "prolong", hours="700")
    sub.refresh_from_db()
    assert sub.due_at == stored(ticket).due_at
    assert answer(lead, sub, "prolong", hours="700").status_code == 422
