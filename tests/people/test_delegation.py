"""Leave and who stands in (Ordinance Art. 5: people with duties, present or stood in for)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import OTHER_STREET, STREET, ticket_in

from jieban.city.book import Book
from jieban.handling.actions import do_contact, do_review
from jieban.matters.actors import staff
from jieban.matters.queries import timeline
from jieban.matters.rules import NotYours
from jieban.people.leave import (
    LeaveRefused,
    do_end_leave,
    do_set_leave,
    leaves_to_come,
    nobody_reviews,
)
from jieban.people.models import Account, Delegation
from jieban.people.roles import Role
from jieban.tickets import workflow

DAY = timedelta(days=1)

type Make = Callable[..., Any]


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def office(make_account: Make) -> tuple[Account, Account]:
    """A reviewer and a clerk of one street."""
    return (
        make_account("reviewer", unit=STREET, username="李某"),
        make_account("clerk", unit=STREET, username="王某"),
    )


def fresh(account: Account) -> Account:
    """The account as the next request has it."""
    return Account.objects.get(pk=account.pk)


def away(absent: Account, deputy: Account | None, today: datetime, days: int = 3) -> Delegation:
    return do_set_leave(absent, deputy, today - DAY / 2, today + days * DAY, "年假", absent, now=today)


def test_art_5_a_deputy_holds_the_roles_of_who_is_away(
    city: Book, office: tuple[Account, Account], today: datetime
) -> None:
    chief, clerk = office
    ticket = ticket_in(workflow.REPLIED, city, today)
    with pytest.raises(NotYours):
        do_review(ticket, True, "", staff(clerk), now=today, book=city)
    away(chief, clerk, today)
    deputy = fresh(clerk)
    assert deputy.role_set == {Role.CLERK, Role.REVIEWER}
    assert deputy.own_roles == {Role.CLERK}
    do_review(ticket, True, "", staff(deputy), now=today, book=city)
    told = timeline(ticket.pk)[0]
    assert (told.actor_name, told.actor_id) == ("王某（代李某）", f"account:{clerk.pk}")
    assert told.detail["on_behalf_of"] == f"account:{chief.pk}"


def test_what_he_may_do_himself_he_does_in_his_own_name(
    city: Book, office: tuple[Account, Account], today: datetime
) -> None:
    chief, clerk = office
    away(chief, clerk, today)
    ticket = ticket_in(workflow.SIGNED, city, today)
    do_contact(ticket, "reached", "", staff(fresh(clerk)), now=today, book=city)
    told = timeline(ticket.pk)[0]
    assert told.actor_name == "王某"
    assert "on_behalf_of" not in told.detail


def test_his_powers_end_with_the_period(city: Book, office: tuple[Account, Account], today: datetime) -> None:
    chief, clerk = office
    leave = away(chief, clerk, today)
    for change in ({"to_at": today - DAY / 4}, {"to_at": today + DAY, "from_at": today + DAY / 2}):
        Delegation.objects.filter(pk=leave.pk).update(**change)
        assert fresh(clerk).role_set == {Role.CLERK}
    ticket = ticket_in(workflow.REPLIED, city, today)
    with pytest.raises(NotYours):
        do_review(ticket, True, "", staff(fresh(clerk)), now=today, book=city)


def test_his_powers_end_when_it_is_ended(office: tuple[Account, Account], today: datetime) -> None:
    chief, clerk = office
    leave = away(chief, clerk, today)
    assert do_end_leave(leave, chief, now=today)
    assert fresh(clerk).role_set == {Role.CLERK}
    assert not do_end_leave(leave, chief, now=today)
    with pytest.raises(LeaveRefused):
        do_end_leave(leave, clerk, now=today)


def test_nobody_stands_in_for_who_must_keep_out(
    city: Book, office: tuple[Account, Account], today: datetime
) -> None:
    chief, clerk = office
    away(chief, clerk, today)
    ticket = ticket_in(workflow.REPLIED, city, today, recused=[f"account:{chief.pk}"])
    with pytest.raises(NotYours):
        do_review(ticket, True, "", staff(fresh(clerk)), now=today, book=city)


def test_the_installation_is_not_lent(make_account: Make, today: datetime) -> None:
    admin = make_account("admin", unit="hotline")
    seat = make_account("seat", unit="hotline")
    away(admin, seat, today)
    assert fresh(seat).role_set == {Role.SEAT}


def test_roles_that_are_lent_are_not_lent_on(
    make_account: Make, office: tuple[Account, Account], today: datetime
) -> None:
    chief, clerk = office
    third = make_account("clerk", unit=STREET, username="赵某")
    away(chief, clerk, today)
    away(clerk, third, today)
    assert fresh(third).role_set == {Role.CLERK}


def test_a_leader_sets_the_leave_of_his_people(
    make_account: Make, office: tuple[Account, Account], today: datetime
) -> None:
    chief, clerk = office
    leader = make_account("leader", unit=STREET)
    stranger = make_account("leader", unit=OTHER_STREET, username="stranger")
    for nobody in (clerk, stranger):
        with pytest.raises(LeaveRefused):
            do_set_leave(chief, clerk, today, today + DAY, "", nobody, now=today)
    leave = do_set_leave(chief, clerk, today, today + DAY, "", leader, now=today)
    assert leaves_to_come(clerk, today) == [leave]
    assert leaves_to_come(stranger, today) == []


def test_a_deputy_is_of_the_unit_and_there(
    make_account: Make, office: tuple[Account, Account], today: datetime
) -> None:
    chief, clerk = office
    other = make_account("reviewer", unit=OTHER_STREET, username="other")
    for nobody in (chief, other):
        with pytest.raises(LeaveRefused):
            away(chief, nobody, today)
    away(clerk, None, today)
    with pytest.raises(LeaveRefused, match="王某"):
        away(chief, clerk, today)


@pytest.mark.parametrize(("begin", "end"), [(1, 1), (2, 1), (-3, -1)])
def test_a_leave_has_its_days(begin: int, end: int, office: tuple[Account, Account], today: datetime) -> None:
    chief, _clerk = office
    with pytest.raises(LeaveRefused):
        do_set_leave(chief, None, today + begin * DAY, today + end * DAY, "", chief, now=today)


def test_two_leaves_of_one_person_do_not_overlap(office: tuple[Account, Account], today: datetime) -> None:
    chief, clerk = office
    away(chief, clerk, today)
    with pytest.raises(LeaveRefused):
        do_set_leave(chief, None, today + DAY, today + 9 * DAY, "", chief, now=today)
    do_set_leave(chief, None, today + 3 * DAY, today + 9 * DAY, "", chief, now=today)


def test_the_database_refuses_what_makes_no_sense(office: tuple[Account, Account], today: datetime) -> None:
    chief, _clerk = office
    leave = away(chief, None, today)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.filter(pk=leave.pk).update(to_account=chief)


def test_the_only_reviewer_is_told(
    make_account: Make, office: tuple[Account, Account], today: datetime
) -> None:
    chief, clerk = office
    days = (today, today + DAY)
    assert nobody_reviews(chief, *days)
    assert not nobody_reviews(clerk, *days)
    second = make_account("reviewer", unit=STREET, username="second")
    assert not nobody_reviews(chief, *days)
    away(second, None, today)
    assert nobody_reviews(chief, *days)


def test_pages_know_the_deputy_without_another_statement(
    city: Book, office: tuple[Account, Account], make_account: Make, today: datetime
) -> None:
    caller = make_account("caller", unit="hotline", username="caller")
    seat = make_account("seat", unit="hotline", username="seat")
    client = Client()
    client.force_login(seat)
    assert client.get("/desk/calls/").status_code == 403
    with CaptureQueriesContext(connection) as before:
        client.get("/desk/tickets/")
    away(caller, seat, today)
    assert client.get("/desk/calls/").status_code == 200
    with CaptureQueriesContext(connection) as after:
        client.get("/desk/tickets/")
    assert len(after) <= len(before)
    Delegation.objects.update(ended_at=today)
    assert client.get("/desk/calls/").status_code == 403
