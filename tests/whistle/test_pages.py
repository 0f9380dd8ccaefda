"""The desks of a whistle: a street blows, units report in with one click, the district rules, both rate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import clerk, stored
from tests.whistle.stage import (
    DISTRICT,
    ENFORCEMENT,
    GAS,
    HOUSING,
    MARKS,
    OTHER_DISTRICT,
    OTHER_HOUSING,
    SAID,
    STREET,
    TRIED,
    WORDS,
    again,
    blown,
    in_work,
    report_in,
)

from jieban.city.book import Book
from jieban.city.queries import book
from jieban.whistle.models import ReportIn, Whistle
from jieban.whistle.queries import reports_of
from jieban.whistle.rating import do_rate_street, do_rate_unit

pytestmark = pytest.mark.django_db
MOST = 8


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def enter(make_account: Callable[..., Any]) -> Callable[..., Client]:
    def sign_in(*roles: str, unit: str = STREET, language: str = "zh-hans") -> Client:
        client = Client(headers={"Accept-Language": language})
        client.force_login(make_account(*roles, unit=unit, username=f"{'-'.join(roles)}.{unit}.{language}"))
        return client

    return sign_in


def text(answer: Any) -> str:
    return str(answer.content.decode())


def at(report: ReportIn, verb: str) -> str:
    return f"/desk/whistles/{report.whistle_number}/{report.number}/{verb}/"


def say(client: Client, report: ReportIn, verb: str, **given: str) -> Any:
    return client.post(at(report, verb), {"version": str(again(report).version), **given}, follow=True)


def offered(answer: Any) -> list[str]:
    return [one["act"].name for group in answer.context["groups"] for one in group["acts"]]


BLOW = {"kind": "routine", "units": [HOUSING], "others": "燃气集团", "words": WORDS, "tried": TRIED}


def test_a_street_blows_from_its_ticket(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = in_work(city, today)
    client = enter("clerk")
    page = text(client.get(f"/desk/tickets/{ticket.number}/"))
    assert "综合执法哨" in page
    given = {**BLOW, "version": str(stored(ticket).version), "decision": ""}
    answer = client.post(f"/desk/tickets/{ticket.number}/whistle/", given, follow=True)
    whistle = Whistle.objects.get()
    assert whistle.called == [HOUSING, GAS]
    assert whistle.number in text(answer)
    assert stored(ticket).whistled == 1


def test_a_street_blows_for_key_work(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    ticket = in_work(city, today)
    client = enter("reviewer")
    given = {**BLOW, "subject": "背街小巷整治", "numbers": ticket.number}
    answer = client.post("/desk/whistles/new/", given, follow=True)
    assert answer.status_code == 200
    whistle = Whistle.objects.get()
    assert (whistle.subject, whistle.ticket_numbers) == ("背街小巷整治", [ticket.number])
    assert "背街小巷整治" in text(client.get("/desk/whistles/"))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"others": "天上"}, "天上"),
        ({"others": "委员会"}, "委员会"),
        ({"tried": ""}, "tried"),
        ({"numbers": "1234"}, "1234"),
        ({"units": [], "others": ""}, "error-summary"),
    ],
)
def test_what_is_wrong_with_a_blow_is_said_and_the_words_are_kept(
    change: dict[str, Any], word: str, enter: Callable[..., Client], city: Book
) -> None:
    answer = enter("clerk").post("/desk/whistles/new/", {**BLOW, "subject": "整治", **change})
    assert answer.status_code == 422
    assert word in text(answer)
    assert WORDS in text(answer)
    assert not Whistle.objects.exists()


def test_others_are_told_that_streets_whistle(enter: Callable[..., Client], city: Book) -> None:
    client = enter("clerk", unit=HOUSING)
    assert "form" not in text(client.get("/desk/whistles/new/")).split("<main")[1].split("</main>")[0]
    assert client.post("/desk/whistles/new/", BLOW).status_code == 403


@pytest.mark.parametrize(
    ("state", "role", "unit", "acts"),
    [
        ("called", "clerk", HOUSING, ["acknowledge", "arrive"]),
        ("called", "reviewer", HOUSING, ["acknowledge", "arrive", "refuse"]),
        ("acting", "clerk", HOUSING, ["act", "give"]),
        ("called", "clerk", STREET, ["withdraw", "log", "cancel"]),
        ("refused", "leader", DISTRICT, ["rule"]),
        ("refused", "clerk", DISTRICT, []),
        ("result", "clerk", HOUSING, ["rate_street"]),
        ("result", "clerk", STREET, ["rate_unit"]),
        ("called", "supervisor", "hotline", []),
        ("called", "auditor", "hotline", []),
    ],
)
def test_each_is_offered_what_is_his(
    state: str,
    role: str,
    unit: str,
    acts: list[str],
    enter: Callable[..., Client],
    city: Book,
    today: datetime,
) -> None:
    report = report_in(state, city, today, HOUSING)
    assert offered(enter(role, unit=unit).get(f"/desk/whistles/{report.whistle_number}/")) == acts


def test_a_stranger_sees_nothing(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    report = report_in("called", city, today, HOUSING)
    client = enter("clerk", unit=GAS)
    assert client.get(f"/desk/whistles/{report.whistle_number}/").status_code == 403
    assert say(client, report, "acknowledge", decision="").status_code == 403
    assert client.get("/desk/whistles/9999/").status_code == 404


def test_a_unit_goes_from_call_to_rating_in_a_few_clicks(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    report = report_in("called", city, today, HOUSING)
    unit, street = enter("clerk", unit=HOUSING), enter("clerk")
    assert report.subject in text(unit.get("/desk/whistles/"))
    say(unit, report, "acknowledge", decision="")
    say(unit, report, "arrive", decision="", who="李副局长", level="deputy_head")
    say(unit, report, "act", decision="", note="清理完毕一半")
    answer = say(unit, report, "give", decision="", solved="yes", result="全部清理")
    assert again(report).state == "result"
    assert "全部清理" in text(answer)
    answer = say(unit, report, "rate_street", decision="", necessity="90", preparation="77", unnecessary="no")
    assert "准备情况 77" not in text(street.get(f"/desk/whistles/{report.whistle_number}/")), (
        "blind until both rated"
    )
    answer = say(street, report, "rate_unit", decision="", timeliness="100", attendance="90", effect="80")
    assert again(report).state == "rated"
    assert "准备情况 77" in text(answer)


def test_the_first_page_of_a_unit_rings(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    report = report_in("called", city, today, GAS, kind="emergency")
    client = enter("clerk", unit=GAS)
    assert report.subject in text(client.get("/desk/"))
    say(client, report, "arrive", decision="", who="抢修队长", level="staff")
    assert report.subject not in text(client.get("/desk/"))


def test_the_district_rules(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    report = report_in("refused", city, today, HOUSING)
    client = enter("leader", unit=DISTRICT)
    assert report.subject in text(client.get("/desk/whistles/refusals/"))
    answer = say(client, report, "rule", decision="accept", note="")
    assert answer.status_code == 422
    say(client, report, "rule", decision="order", note="属你局职责")
    assert again(report).state == "called"


def test_another_district_joins(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    report = report_in("joining", city, today, OTHER_HOUSING)
    client = enter("leader", unit=OTHER_DISTRICT)
    assert report.subject in text(client.get("/desk/whistles/refusals/"))
    say(client, report, "join", decision="join", note="")
    assert again(report).state == "called"


def test_an_old_page_is_told_who_was_first(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    report = report_in("called", city, today, HOUSING)
    client = enter("clerk", unit=HOUSING)
    old = {"version": str(report.version), "decision": ""}
    say(client, report, "acknowledge", decision="")
    answer = client.post(at(report, "acknowledge"), old)
    assert answer.status_code == 409
    assert "已应哨" in text(answer) or "acknowledge" in text(answer)


def test_the_street_logs_and_calls_off(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    whistle = blown(city, today, HOUSING)
    client = enter("clerk")
    for verb, note in (("log", "已清理三处"), ("cancel", "现场已自行解决")):
        given = {"version": str(again(whistle).version), "decision": "", "note": note}
        answer = client.post(f"/desk/whistles/{whistle.number}/{verb}/", given, follow=True)
        assert note in text(answer)
    assert again(whistle).state == "cancelled"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_speaks_both_languages(
    language: str, enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    report = report_in("result", city, today, HOUSING)
    do_rate_unit(report, MARKS, clerk(), now=today)
    do_rate_street(report, SAID, clerk(HOUSING), now=today)
    report_in("refused", city, today, ENFORCEMENT)
    report_in("called", city, today, GAS, kind="emergency")
    clients = [
        enter("clerk", language=language),
        enter("leader", unit=DISTRICT, language=language),
        enter("supervisor", unit="hotline", language=language),
        enter("reviewer", unit=HOUSING, language=language),
    ]
    pages = ["", "?side=called", "?side=watched", "new/", "refusals/", "figures/", "figures/?month=2026-x"]
    pages += [f"figures/counted/?unit={HOUSING}&what=unit_rated", f"{report.whistle_number}/"]
    for client in clients:
        for page in pages:
            answer = client.get(f"/desk/whistles/{page}")
            assert answer.status_code == 200, page
            heading = text(answer).split("<h1")[1].split("</h1>")[0]
            assert any("一" <= char <= "鿿" for char in heading) or language == "en", page
    assert "Emergency whistle" in text(clients[0].get("/desk/whistles/")) or language != "en"


def test_a_page_costs_the_same_however_many_units(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    client = enter("clerk")
    client.get("/desk/whistles/")
    costs = set()
    for units in ((HOUSING,), (HOUSING, ENFORCEMENT, GAS, "city.water")):
        whistle = blown(city, today, *units)
        for address in (f"/desk/whistles/{whistle.number}/", "/desk/whistles/", "/desk/whistles/figures/"):
            book()
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            assert len(captured) <= MOST, address
            costs.add((address.split("/")[-2] if "figures" in address else address[:15], len(captured)))
    assert len(reports_of(whistle.pk)) == 4
