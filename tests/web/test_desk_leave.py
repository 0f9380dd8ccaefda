"""The page of leaves: one's own, one's people's, the deputy, the end; and a unit's photos."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.tickets.stage import OTHER_STREET, STREET, stored, ticket_in

from jieban.city.book import Book
from jieban.matters.models import Attachment
from jieban.matters.queries import timeline
from jieban.people.models import Account, Delegation
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

PAGE = "/desk/leave/"


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def office(make_account: Callable[..., Any]) -> dict[str, Account]:
    return {
        role: make_account(role, unit=STREET, username=f"{role}-street")
        for role in ("clerk", "reviewer", "leader")
    }


def signed_in(account: Account) -> Client:
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(account)
    return client


def days(today: datetime, first: int = 0, last: int = 3) -> dict[str, str]:
    return {
        "begin": (today + timedelta(days=first)).date().isoformat(),
        "end": (today + timedelta(days=last)).date().isoformat(),
    }


def test_one_sets_ones_own_leave_and_deputy(city: Book, office: dict[str, Account], today: datetime) -> None:
    chief, clerk = office["reviewer"], office["clerk"]
    mine = signed_in(chief)
    page = mine.get(PAGE)
    assert [one[0] for one in page.context["form"].fields["who"].choices] == [str(chief.pk)]
    given = {"who": str(chief.pk), "deputy": str(clerk.pk), "reason": "年假", **days(today)}
    answer = mine.post(PAGE, given, follow=True)
    assert answer.status_code == 200
    assert "年假" in answer.content.decode()
    leave = Delegation.objects.get()
    assert (leave.to_account, leave.made_by) == (clerk, chief)
    deputy = signed_in(clerk).get(PAGE)
    assert [one.pk for one in deputy.context["stands_in_for"]] == [chief.pk]
    assert "reviewer-street" in signed_in(clerk).get("/desk/").content.decode()
    mine.post(f"{PAGE}{leave.pk}/end/")
    assert Delegation.objects.get().ended_at is not None
    assert signed_in(clerk).get(PAGE).context["stands_in_for"] == ()


def test_a_leader_sets_it_for_his_people_and_nobody_else(
    city: Book, office: dict[str, Account], make_account: Callable[..., Any], today: datetime
) -> None:
    given = {"who": str(office["clerk"].pk), "deputy": "", **days(today)}
    refused = signed_in(office["reviewer"]).post(PAGE, given)
    assert refused.status_code == 422
    stranger = make_account("leader", unit=OTHER_STREET, username="stranger")
    assert signed_in(stranger).post(PAGE, given).status_code == 422
    assert signed_in(office["leader"]).post(PAGE, given).status_code == 302
    leave = Delegation.objects.get()
    assert signed_in(stranger).post(f"{PAGE}{leave.pk}/end/").status_code == 404
    signed_in(office["reviewer"]).post(f"{PAGE}{leave.pk}/end/")
    assert Delegation.objects.get().ended_at is None


def test_what_was_typed_stays_when_it_is_refused(
    city: Book, office: dict[str, Account], today: datetime
) -> None:
    chief = office["reviewer"]
    given = {"who": str(chief.pk), "deputy": "", "reason": "年假", **days(today, 3, 1)}
    answer = signed_in(chief).post(PAGE, given)
    assert answer.status_code == 422
    assert "年假" in answer.content.decode()
    assert answer.context["refused"]


def test_the_only_reviewer_is_warned(city: Book, office: dict[str, Account], today: datetime) -> None:
    office["leader"].is_active = False
    Account.objects.filter(pk=office["leader"].pk).update(is_active=False)
    chief = office["reviewer"]
    given = {"who": str(chief.pk), "deputy": "", **days(today)}
    answer = signed_in(chief).post(PAGE, given, follow=True)
    assert [one.level_tag for one in answer.context["messages"]] == ["success", "warning"]


def photo(colour: str = "red") -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(data, "JPEG")
    return SimpleUploadedFile(f"{colour}.jpg", data.getvalue(), "image/jpeg")


def add(client: Client, ticket: Ticket, *photos: SimpleUploadedFile) -> Any:
    return client.post(f"/desk/tickets/{ticket.number}/photos/", {"photos": list(photos)}, follow=True)


def test_art_8_a_unit_adds_photos_to_its_ticket(
    city: Book, office: dict[str, Account], today: datetime
) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    clerk = signed_in(office["clerk"])
    assert "multipart/form-data" in clerk.get(f"/desk/tickets/{ticket.number}/").content.decode()
    add(clerk, ticket, photo(), photo("blue"))
    assert (stored(ticket).photos, Attachment.objects.filter(matter=ticket.pk).count()) == (2, 2)
    told = timeline(ticket.pk)[0]
    assert (told.verb, told.actor_unit) == ("enclose", STREET)
    bad = add(clerk, ticket, SimpleUploadedFile("a.jpg", b"no photo", "image/jpeg"))
    assert [one.level_tag for one in bad.context["messages"]] == ["warning"]
    assert stored(ticket).photos == 2


def test_nobody_adds_photos_to_another_units_ticket(
    city: Book, make_account: Callable[..., Any], today: datetime
) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    for unit in (OTHER_STREET, "110105"):
        client = signed_in(make_account("clerk", unit=unit, username=unit))
        assert add(client, ticket, photo()).status_code == 403
    assert not Attachment.objects.filter(matter=ticket.pk).exists()


def test_photos_need_the_token(city: Book, office: dict[str, Account], today: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, today)
    client = Client(enforce_csrf_checks=True)
    client.force_login(office["clerk"])
    assert add(client, ticket, photo()).status_code == 403
