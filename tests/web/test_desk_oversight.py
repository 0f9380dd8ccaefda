"""The pages of oversight: from the ticket up the ladder, the unit's answer, the talk, the inspection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.oversight.stage import CHIEF, DONE, WHY, changed
from tests.tickets.stage import DISTRICT, OTHER_STREET, STREET, SUPERVISOR, clerk, stored, ticket_in

from jieban.city.book import Book
from jieban.oversight import workflow as o
from jieban.oversight.actions import do_answer, do_mark, do_supervise
from jieban.oversight.models import Case
from jieban.tickets import workflow as w

pytestmark = pytest.mark.django_db


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def enter(make_account: Callable[..., Any]) -> Callable[..., Client]:
    def sign_in(*roles: str, unit: str = STREET, language: str = "zh-hans") -> Client:
        client = Client(headers={"Accept-Language": language})
        client.force_login(make_account(*roles, unit=unit, username=f"{'-'.join(roles)}@{unit}"))
        return client

    return sign_in


def at(case: Case, tail: str = "") -> str:
    return f"/desk/oversight/{case.number}/{tail}"


def say(client: Client, case: Case, verb: str, **given: Any) -> Any:
    version = str(Case.objects.get(pk=case.pk).version)
    return client.post(at(case, f"{verb}/"), {"version": version, **given}, follow=True)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def offered(answer: Any) -> list[str]:
    return [one["verb"].name for one in answer.context["panels"]]


def case_on(city: Book, now: datetime, trigger: str = "media") -> Case:
    return do_supervise(ticket_in(w.HANDLING, city, now), trigger, WHY, SUPERVISOR, now=now, book=city)


def test_from_the_ticket_to_the_end(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    hotline, unit = enter("supervisor", unit="hotline"), enter("clerk")
    page = hotline.get(f"/desk/tickets/{ticket.number}/")
    assert "supervise" in [one["verb"].name for one in page.context["verbs"]]
    given = {"version": str(ticket.version), "trigger": "media", "words": WHY}
    hotline.post(f"/desk/tickets/{ticket.number}/supervise/", given, follow=True)
    case = Case.objects.get()
    assert stored(ticket).marks == ["supervised"]
    assert "媒体曝光" in text(unit.get(f"/desk/tickets/{ticket.number}/"))
    assert WHY in text(unit.get("/desk/oversight/"))
    assert offered(unit.get(at(case))) == ["answer"]
    say(unit, case, "answer", words=DONE)
    assert offered(hotline.get(at(case))) == ["judge", "talk", "mark", "close"]
    assert DONE in text(hotline.get(at(case)))
    say(hotline, case, "judge", words="请写明时间。", decision="no")
    case.refresh_from_db()
    assert (case.state, case.step) == (o.OPENED, "talk_down")
    say(unit, case, "answer", words=DONE)
    assert say(hotline, case, "judge", words="", decision="yes").status_code == 422  # no talk yet
    say(hotline, case, "talk", day="2026-01-05", who="街道办事处主任", result="限期整改。")
    say(hotline, case, "judge", words="", decision="yes")
    case.refresh_from_db()
    assert case.state == o.CLOSED
    assert stored(ticket).marks == []


def test_art_35_acts_are_marked_and_the_inspection_finds_them(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    case = case_on(city, today)
    say(enter("leader", unit=DISTRICT), case, "mark", acts=["rude", "faking"], words="有录音为证。")
    case.refresh_from_db()
    assert case.wrongs == ["rude", "faking"]
    inspector = enter("auditor", unit="")
    assert case.number in text(inspector.get("/desk/oversight/?view=wrongs"))
    assert offered(inspector.get(at(case))) == []


def test_a_unit_as_a_whole_is_put_under_supervision(enter: Callable[..., Client], city: Book) -> None:
    chief = enter("leader", unit=DISTRICT)
    given = {"unit": STREET, "trigger": "tail", "words": "连续两月排名末位。"}
    chief.post("/desk/oversight/open/", given)
    assert Case.objects.get().lead_id == STREET
    assert chief.post("/desk/oversight/open/", given).status_code == 422
    assert chief.post("/desk/oversight/open/", {**given, "unit": OTHER_STREET}).status_code == 422
    assert enter("clerk").post("/desk/oversight/open/", given).status_code == 403


def test_the_ladder_is_counted_by_rung(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    for trigger in ("urged", "urged", "media"):
        case_on(city, today, trigger)
    do_answer(Case.objects.order_by("pk")[0], DONE, clerk(), now=today)
    page = enter("supervisor", unit="hotline").get("/desk/oversight/")
    counted = {str(link.words): link.count for link in page.context["links"]}
    assert [counted[name] for name in ("电话催办", "书面督办", "督办函", "约谈")] == [2, 0, 1, 0]
    assert len(enter("clerk").get("/desk/oversight/?step=letter").context["rows"]) == 1
    assert len(enter("clerk").get("/desk/oversight/?view=answered").context["rows"]) == 1


def test_long_unresolved_and_come_again(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    old = changed(ticket_in(w.HANDLING, city, today), opened_at=today - timedelta(days=61))
    redone = changed(ticket_in(w.HANDLING, city, today), redone=2)
    ticket_in(w.HANDLING, city, today)
    client = enter("supervisor", unit="hotline")

    def numbers(sort: str) -> list[str]:
        page = client.get(f"/desk/oversight/long/?sort={sort}")
        return [ticket.number for ticket in page.context["page"]["tickets"]]

    assert numbers("opened") == [old.number, redone.number]
    assert numbers("redone") == [redone.number, old.number]
    assert enter("clerk", unit=OTHER_STREET).get("/desk/oversight/long/").context["page"]["tickets"] == []


@pytest.mark.parametrize(
    ("roles", "unit", "status"),
    [
        (("clerk",), STREET, 200),
        (("clerk",), OTHER_STREET, 403),
        (("leader",), DISTRICT, 200),
        (("leader",), "110108", 403),
        (("leader",), "110000", 200),
        (("auditor",), "", 200),
        (("dispatcher",), "hotline", 403),
    ],
)
def test_a_case_is_seen_by_its_unit_and_those_above(
    roles: tuple[str, ...], unit: str, status: int, enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    assert enter(*roles, unit=unit).get(at(case_on(city, today))).status_code == status


def test_nobody_says_what_his_page_does_not_offer(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    case = case_on(city, today)
    tries = (
        (enter("clerk"), "close"),
        (enter("leader"), "close"),
        (enter("auditor", unit=""), "close"),
        (enter("supervisor", unit="hotline"), "answer"),
        (enter("leader", unit="city.housing"), "close"),
    )
    for client, verb in tries:
        assert say(client, case, verb, words=WHY).status_code == 403
    assert Case.objects.get().state == o.OPENED


def test_pages_cost_few_statements(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    cases = [case_on(city, today) for _ in range(3)]
    do_mark(cases[0], ["leak"], "泄露诉求人电话。", CHIEF, now=today, book=city)
    client = enter("supervisor", unit="hotline")
    client.get("/desk/oversight/")
    for address in ("/desk/oversight/", "/desk/oversight/long/", at(cases[0])):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        assert len(captured) <= 7, [one["sql"][:90] for one in captured]
