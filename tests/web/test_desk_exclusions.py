"""The pages of exclusion: a unit asks, another level decides, the unit appeals; nobody sees a stranger's."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from tests.exclusion.test_exclusion import CHIEF, NO, RULING, WORDS, applied, closed_ticket
from tests.tickets.stage import DISTRICT, OTHER_STREET, STREET

from jieban.city.book import Book
from jieban.exclusion import workflow as x
from jieban.exclusion.actions import do_approve, do_refuse
from jieban.exclusion.models import Exclusion
from jieban.tickets.models import Ticket

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


def at(exclusion: Exclusion, tail: str = "") -> str:
    return f"/desk/exclusions/{exclusion.number}/{tail}"


def say(client: Client, exclusion: Exclusion, verb: str, **given: str) -> Any:
    version = str(Exclusion.objects.get(pk=exclusion.pk).version)
    return client.post(at(exclusion, f"{verb}/"), {"version": version, **given}, follow=True)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def offered(answer: Any) -> list[str]:
    return [one["verb"].name for one in answer.context["panels"]]


def test_from_the_ticket_to_the_decision_and_the_appeal(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    ticket = closed_ticket(city, today)
    clerk, chief, hotline = (
        enter("clerk"),
        enter("reviewer", unit=DISTRICT),
        enter("supervisor", unit="hotline"),
    )
    given = {"version": str(ticket.version), "code": "E6", "words": WORDS}
    assert "审核" in text(clerk.post(f"/desk/tickets/{ticket.number}/exclusion/", given, follow=True))
    exclusion = Exclusion.objects.get()
    assert WORDS in text(clerk.get("/desk/exclusions/?view=mine"))
    assert WORDS in text(chief.get("/desk/exclusions/"))
    assert offered(chief.get(at(exclusion))) == ["decide"]
    assert offered(clerk.get(at(exclusion))) == ["withdraw"]
    say(chief, exclusion, "decide", ruling=NO, decision="no")
    assert offered(clerk.get(at(exclusion))) == ["appeal", "withdraw"]
    say(clerk, exclusion, "appeal", words=WORDS)
    assert offered(chief.get(at(exclusion))) == []
    assert WORDS in text(hotline.get("/desk/exclusions/?view=appeals"))
    assert offered(hotline.get(at(exclusion))) == ["hear"]
    say(hotline, exclusion, "hear", ruling=RULING, decision="yes")
    assert Exclusion.objects.get().state == x.OVERTURNED
    assert Ticket.objects.get(pk=ticket.pk).exclusion == "E6"
    assert "事发地不在本市" in text(clerk.get(f"/desk/tickets/{ticket.number}/"))


def test_a_short_ground_is_refused_with_what_was_typed(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    exclusion = applied(city, today)
    answer = say(enter("reviewer", unit=DISTRICT), exclusion, "decide", ruling="不行", decision="no")
    assert answer.status_code == 422
    assert "不行" in text(answer)
    assert Exclusion.objects.get().state == x.APPLIED


def test_who_was_overtaken_is_told(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    exclusion = applied(city, today)
    do_refuse(Exclusion.objects.get(), NO, CHIEF, now=today, book=city)
    client = enter("leader", unit=DISTRICT)
    answer = client.post(at(exclusion, "decide/"), {"version": "1", "ruling": RULING, "decision": "yes"})
    assert answer.status_code == 409
    assert CHIEF.name in text(answer)


@pytest.mark.parametrize(
    ("roles", "unit", "status"),
    [
        (("clerk",), STREET, 200),
        (("clerk",), OTHER_STREET, 403),
        (("reviewer",), "110108", 403),
        (("reviewer",), DISTRICT, 200),
        (("auditor",), "", 200),
        (("supervisor",), "hotline", 200),
        (("seat",), "hotline", 403),
    ],
)
def test_an_application_is_seen_by_its_unit_and_those_above(
    roles: tuple[str, ...], unit: str, status: int, enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    exclusion = applied(city, today)
    assert enter(*roles, unit=unit).get(at(exclusion)).status_code == status


def test_nobody_says_what_his_page_does_not_offer(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    exclusion = applied(city, today)
    for client, verb in (
        (enter("clerk"), "decide"),
        (enter("auditor", unit=""), "decide"),
        (enter("reviewer", unit=DISTRICT), "withdraw"),
    ):
        assert say(client, exclusion, verb, ruling=RULING, decision="yes").status_code == 403
    assert enter("leader", unit=DISTRICT).get(at(exclusion, "no-such/")).status_code == 405
    assert Exclusion.objects.get().state == x.APPLIED


def test_evidence_is_added_and_shown_to_those_who_decide(
    enter: Callable[..., Client], city: Book, today: datetime, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    exclusion = applied(city, today, "E5")
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "JPEG")
    chief = enter("reviewer", unit=DISTRICT)
    assert offered(chief.get(at(exclusion))) == ["agree"]

    def add(client: Client) -> Any:
        file = SimpleUploadedFile("proof.jpg", picture.getvalue(), "image/jpeg")
        return client.post(at(exclusion, "evidence/"), {"photos": file})

    assert add(enter("clerk")).status_code == 302
    assert Exclusion.objects.get().photos == 1
    assert add(chief).status_code == 403
    page = chief.get(at(exclusion))
    photo = next(iter(page.context["photos"]))
    assert chief.get(at(exclusion, f"{photo.sha256}.jpg")).status_code == 200
    assert enter("reviewer", unit="110108").get(at(exclusion, f"{photo.sha256}.jpg")).status_code == 403
    say(chief, exclusion, "agree", ruling=RULING, decision="first")
    assert Exclusion.objects.get().state == x.ENDORSED
    assert offered(enter("leader", unit=DISTRICT).get(at(exclusion))) == ["decide"]


def test_the_share_left_out_stands_on_the_page(
    enter: Callable[..., Client], city: Book, today: datetime
) -> None:
    exclusion = applied(city, today)
    do_approve(exclusion, RULING, CHIEF, now=today, book=city)
    Ticket.objects.filter(pk=exclusion.ticket).update(due_at=today)
    page = text(enter("auditor", unit="").get("/desk/exclusions/?view=all"))
    assert "100" in page


def test_pages_cost_few_statements(enter: Callable[..., Client], city: Book, today: datetime) -> None:
    exclusions = [applied(city, today) for _ in range(3)]
    client = enter("supervisor", unit="hotline")
    client.get("/desk/exclusions/")
    for address in ("/desk/exclusions/", at(exclusions[0])):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        assert len(captured) <= 7, [one["sql"][:90] for one in captured]
