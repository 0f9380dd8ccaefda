"""The admin: for administrator and rule owner, to look at for the auditor; history is only looked at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from tests.tickets.stage import STREET, ticket_in

from jieban.city.book import Book
from jieban.city.models import CatalogueRow, LimitTier
from jieban.matters.models import Event
from jieban.people.actions import do_make_api_key
from jieban.people.models import Account, ApiKey
from jieban.people.roles import STAFF_ROLES, Role
from jieban.tickets import workflow as w

HISTORY = ("tickets/ticket", "matters/event", "matters/attachment", "intake/receipt", "people/unmasking")


@pytest.fixture
def enter(make_account: Callable[..., Any]) -> Callable[..., Client]:
    def sign_in(*roles: str) -> Client:
        client = Client(headers={"Accept-Language": "zh-hans"})
        client.force_login(make_account(*roles))
        return client

    return sign_in


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_the_door_opens_to_three_roles(role: Role, enter: Callable[..., Client], city: Book) -> None:
    expected = 200 if role in (Role.ADMIN, Role.RULE_OWNER, Role.AUDITOR) else 403
    assert enter(role).get("/admin/", follow=True).status_code == expected


def test_strangers_are_sent_to_the_one_door(db: None) -> None:
    answer = Client().get("/admin/tickets/ticket/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/sign-in/?next=/admin/tickets/ticket/")


def test_it_speaks_both_languages(enter: Callable[..., Client], city: Book) -> None:
    client = enter("admin")
    assert "接办：城市数据与账号" in client.get("/admin/").content.decode()
    english = client.get("/admin/", headers={"Accept-Language": "en"}).content.decode()
    assert "Jieban: city data and accounts" in english


@pytest.mark.parametrize("table", [*HISTORY, "assessment/monthcount"])
def test_history_is_only_looked_at(table: str, enter: Callable[..., Client], city: Book) -> None:
    ticket_in(w.SIGNED, city, datetime.now(UTC))
    client = enter("admin")
    assert client.get(f"/admin/{table}/").status_code == 200
    assert client.get(f"/admin/{table}/add/").status_code == 403
    model = next(
        model for model in admin.site._registry if f"{model._meta.label_lower}" == table.replace("/", ".")
    )
    row = model._default_manager.first()
    if row is not None:
        assert client.get(f"/admin/{table}/{row.pk}/change/").status_code == 200
        assert client.post(f"/admin/{table}/{row.pk}/change/", {}).status_code == 403
        assert client.post(f"/admin/{table}/{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_events_cannot_be_wiped_out(enter: Callable[..., Client], city: Book) -> None:
    ticket = ticket_in(w.SIGNED, city, datetime.now(UTC))
    client, events = enter("admin"), Event.objects.filter(matter=ticket.pk)
    chosen = [event.pk for event in events]
    client.post(
        "/admin/matters/event/", {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    )
    assert events.count() == len(chosen)


def test_an_account_gets_its_roles_by_check_boxes(enter: Callable[..., Client], city: Book) -> None:
    client = enter("admin")
    assert "话务员" in client.get("/admin/people/account/add/").content.decode()
    given = {
        "username": "new.clerk",
        "first_name": "新来的",
        "roles": ["clerk", "reviewer"],
        "unit": STREET,
        "usable_password": "true",
        "password1": "a very long word",
        "password2": "a very long word",
    }
    made = client.post("/admin/people/account/add/", given)
    assert made.status_code == 302, made.content.decode()[:4000]
    account = Account.objects.get(username="new.clerk")
    assert (account.roles, account.unit_id, account.is_staff) == (["clerk", "reviewer"], STREET, False)
    change = {
        "username": "new.clerk",
        "first_name": "新来的",
        "roles": ["rule_owner"],
        "unit": "",
        "is_active": "on",
    }
    assert client.post(f"/admin/people/account/{account.pk}/change/", change).status_code == 302
    account.refresh_from_db()
    assert (account.roles, account.is_staff) == (["rule_owner"], True)


def test_a_key_can_be_ended(enter: Callable[..., Client], city: Book) -> None:
    do_make_api_key("neighbour", now=datetime.now(UTC))
    key = ApiKey.objects.get()
    client = enter("admin")
    assert key.key_hash not in client.get(f"/admin/people/apikey/{key.pk}/change/").content.decode()
    client.post(f"/admin/people/apikey/{key.pk}/change/", {})
    key.refresh_from_db()
    assert key.active is False


def test_the_rule_owner_keeps_the_citys_data_only(enter: Callable[..., Client], city: Book) -> None:
    client = enter("rule_owner")
    assert client.get("/admin/city/limittier/").status_code == 200
    assert client.get("/admin/city/limittier/add/").status_code == 200
    for table in (*HISTORY, "people/account", "people/apikey"):
        assert client.get(f"/admin/{table}/").status_code == 403, table


def typed(client: Client, address: str, **changed: str) -> dict[str, str]:
    """What the form at this address would send, with these answers changed."""
    form = client.get(address).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    plain = {
        name: "|".join(value) if isinstance(value, (list, tuple)) else value for name, value in values.items()
    }
    return {name: str(value) for name, value in plain.items() if value is not None} | changed


def test_a_row_that_the_city_could_not_work_with_is_refused(enter: Callable[..., Client], city: Book) -> None:
    row = CatalogueRow.objects.filter(lead="street").first()
    assert row is not None
    client, address = enter("rule_owner"), f"/admin/city/cataloguerow/{row.pk}/change/"
    refused = client.post(address, typed(client, address, lead="distrcit"))
    assert refused.status_code == 200
    assert "names no unit" in str(refused.context["adminform"].form.errors["lead"])
    row.refresh_from_db()
    assert row.lead == "street"
    taken = client.post(address, typed(client, address, lead="district"))
    assert taken.status_code == 302, taken.context["adminform"].form.errors
    row.refresh_from_db()
    assert (row.lead, row.by_hand) == ("district", True)


def test_a_new_row_is_tried_before_it_is_kept(enter: Callable[..., Client], city: Book) -> None:
    client = enter("rule_owner")
    given = {"code": "NEW1", "name": "x", "unit": "hour", "amount": "8", "calendar": "nowhere",
             "first_contact_hours": "1", "sign_in_hours": "1", "warn_hours": "1",
             "valid_from": "2026-01-01", "status": "practice"}  # fmt: skip
    refused = client.post("/admin/city/limittier/add/", given)
    assert "calendar" in refused.context["adminform"].form.errors
    assert not LimitTier.objects.filter(code="NEW1").exists()
    client.post("/admin/city/limittier/add/", {**given, "calendar": "working"})
    kept = LimitTier.objects.filter(code="NEW1").first()
    assert kept is not None
    assert kept.position > 0


def test_the_auditor_looks_and_changes_nothing(enter: Callable[..., Client], city: Book) -> None:
    ticket = ticket_in(w.SIGNED, city, datetime.now(UTC))
    client = enter("auditor")
    event, tier = Event.objects.filter(matter=ticket.pk).first(), LimitTier.objects.first()
    assert event is not None
    assert tier is not None
    for seen in ("matters/event", "people/unmasking", "city/limittier", f"matters/event/{event.pk}/change"):
        assert client.get(f"/admin/{seen}/").status_code == 200, seen
    for closed in ("people/account", "people/apikey", "city/limittier/add"):
        assert client.get(f"/admin/{closed}/").status_code == 403, closed
    assert client.post(f"/admin/city/limittier/{tier.pk}/change/", {"name": "x"}).status_code == 403
