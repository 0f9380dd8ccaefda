"""What a connected system may read: its unit's tickets in full, or the city without what is confidential."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from tests.tickets.stage import DISTRICT, OTHER_STREET, STREET, ticket_in

from jieban.city.book import Book
from jieban.foundation.errors import OperatorError
from jieban.people.actions import do_make_api_key
from jieban.tickets import workflow
from jieban.tickets.models import Ticket

URL = "/api/v1/tickets"


@pytest.fixture
def get(client: Client, city: Book, now: datetime) -> Callable[..., Any]:
    """Ask as the system of a unit, or of none."""
    keys: dict[str, str] = {}

    def fetch(path: str = "", unit: str = "", **query: Any) -> Any:
        if unit not in keys:
            keys[unit] = do_make_api_key(f"of {unit}", now=now, unit=unit)
        return client.get(URL + path, query, headers={"X-API-Key": keys[unit]})

    return fetch


def _numbers(answer: Any) -> list[str]:
    return [one["number"] for one in answer.json()["tickets"]]


def test_the_key_of_a_unit_reads_what_the_unit_sees(
    get: Callable[..., Any], city: Book, now: datetime
) -> None:
    mine = ticket_in(workflow.DISPATCHED, city, now, district=DISTRICT)
    other = ticket_in(workflow.DISPATCHED, city, now, OTHER_STREET, district="110108", copied_to=[])
    assert _numbers(get(unit=STREET)) == [mine.number]
    assert get(f"/{mine.number}", unit=STREET).status_code == 200
    assert get(f"/{other.number}", unit=STREET).status_code == 404
    assert _numbers(get(unit=DISTRICT)) == [mine.number], "a district sees its territory"
    assert set(_numbers(get())) == {mine.number, other.number}


def test_a_unit_that_is_recused_reads_nothing_of_it(
    get: Callable[..., Any], city: Book, now: datetime
) -> None:
    ticket = ticket_in(workflow.DISPATCHED, city, now)
    Ticket.objects.filter(pk=ticket.pk).update(recused=[STREET], lead_id=OTHER_STREET, assist=[STREET])
    assert _numbers(get(unit=STREET)) == []
    assert get(f"/{ticket.number}", unit=STREET).status_code == 404


def test_words_told_in_confidence_are_for_the_units_alone(
    get: Callable[..., Any], city: Book, now: datetime
) -> None:
    ticket = ticket_in(workflow.DISPATCHED, city, now)
    Ticket.objects.filter(pk=ticket.pk).update(
        secrecy="confidential", title="某单位欠薪", text="某单位欠薪两个月", answers={"wages.amount": "9000"}
    )
    for answer in (get(f"/{ticket.number}").json(), get().json()["tickets"][0]):
        assert answer["secrecy"] == "confidential"
        assert (answer["title"], answer["text"], answer["answers"]) == ("", "", {})
    assert get(f"/{ticket.number}", unit=STREET).json()["text"] == "某单位欠薪两个月"


def test_art_28_a_unit_gets_its_tickets_with_their_ratings(
    get: Callable[..., Any], city: Book, now: datetime
) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    Ticket.objects.filter(pk=ticket.pk).update(
        state=workflow.CLOSED,
        visit_result="reached",
        contacted=True,
        solved="no",
        satisfied="dissatisfied",
        reasons=["S1"],
    )
    for answer in (
        get(f"/{ticket.number}", unit=STREET).json(),
        get(unit=STREET, open="false").json()["tickets"][0],
    ):
        assert answer["visit_result"] == "reached"
        assert (answer["contacted"], answer["solved"], answer["satisfied"]) == (True, "no", "dissatisfied")
        assert answer["reasons"] == ["S1"]


def test_the_command_takes_a_unit_that_exists(city: Book, client: Client, now: datetime) -> None:
    out = StringIO()
    call_command("api_key", "street", "--unit", STREET, stdout=out)
    key = out.getvalue().split()[1]
    ticket_in(workflow.DISPATCHED, city, now, OTHER_STREET)
    assert _numbers(client.get(URL, headers={"X-API-Key": key})) == []
    with pytest.raises(OperatorError):
        call_command("api_key", "nobody", "--unit", "no.such", stdout=out)
