"""Several matters in one message: a person files the others, each once, with the requester of the first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.intake.test_repeats_together import together
from tests.tickets.stage import DISPATCHER, SEAT, STREET, clerk

from jieban.city.book import Book
from jieban.intake.actions import Request, do_take_in
from jieban.intake.parting import SplitRefused, do_split_off, filed_parts, open_parts
from jieban.intake.standing import Standing
from jieban.matters.actions import Overtaken
from jieban.matters.models import Event
from jieban.matters.rules import NotYours, WrongState
from jieban.people.actions import Contact
from jieban.people.queries import addresses_of
from jieban.reading.reader import Reader, reader_for
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences

LAMPS = "一、双井街道富力城3号楼门前的路灯全不亮，晚上没法走路。"
WAGES = "二、公司拖欠我三个月工资，老板不接电话。"


def first_of(city: Book, now: datetime, **given: Any) -> Ticket:
    given.setdefault("contact", Contact(phone="13812345678", email="a@example.org", language="en"))
    told = "有两件事。" + LAMPS + WAGES
    request = Request("t", "several", "b", "phone", text=told, **given)
    (outcome,) = do_take_in([request], SEAT, now=now, book=city, reader=reader_for(city))
    return Ticket.objects.get(pk=outcome.ticket)


def split(first: Ticket, city: Book, now: datetime, parts: dict[int, str], actor: Any = DISPATCHER) -> Ticket:
    return do_split_off(first, parts, actor, now=now, book=city, reader=reader_for(city))


def test_each_part_is_a_ticket_of_the_same_requester(city: Book, now: datetime) -> None:
    first = first_of(city, now)
    proposed = open_parts(first)
    assert list(proposed) == [2]
    assert "工资" in proposed[2]
    later = now + timedelta(hours=2)
    first = split(first, city, later, proposed)
    (filed,) = filed_parts(first)
    part = Ticket.objects.get(number=filed.number)
    assert (part.requester, part.channel, part.opened_at) == (first.requester, "phone", later)
    assert part.requester is not None
    assert part.state != "explained"
    assert part.same_as is None
    assert part.cluster is None
    assert part.category_id
    assert part.category_id != first.category_id, "what stays is read anew"
    assert part.proposal["split_from"] == {
        "number": first.number,
        "part": 2,
        "told_at": first.opened_at.isoformat(),
    }
    assert "maybe_same" not in part.proposal
    event = Event.objects.get(matter=first.pk, verb="split")
    assert event.detail == {"part": 2, "into": part.number}
    assert event.actor_id == DISPATCHER.id
    assert addresses_of([part.pk])[part.pk].email == "a@example.org"
    assert addresses_of([part.pk])[part.pk].phone == "13812345678"
    assert open_parts(first) == {}
    assert list(differences()) == []


def test_what_protects_the_first_protects_its_parts(city: Book, now: datetime) -> None:
    standing = Standing(secrecy="confidential", speaks_for="family", recused=(STREET,), minor=True)
    first = first_of(city, now, standing=standing)
    first = split(first, city, now, {2: WAGES})
    part = Ticket.objects.get(number=filed_parts(first)[0].number)
    assert (part.secrecy, part.speaks_for, part.recused, part.minor) == (
        "confidential",
        "family",
        [STREET],
        True,
    )


def test_an_anonymous_first_has_anonymous_parts(city: Book, now: datetime) -> None:
    first = first_of(city, now, standing=Standing(secrecy="anonymous"))
    first = split(first, city, now, {2: WAGES})
    part = Ticket.objects.get(number=filed_parts(first)[0].number)
    assert part.requester is None
    assert part.secrecy == "anonymous"


def test_pressed_twice_makes_nothing_twice(city: Book, now: datetime) -> None:
    first = first_of(city, now)
    again = Ticket.objects.get(pk=first.pk)
    first = split(first, city, now, {2: WAGES})
    split(again, city, now, {2: WAGES})
    split(first, city, now, {2: WAGES})
    assert Ticket.objects.count() == 2
    assert Event.objects.filter(verb="split").count() == 1
    with pytest.raises(SplitRefused, match=filed_parts(first)[0].number):
        split(first, city, now, {2: "电梯总坏，没人来修。"})


def test_who_was_overtaken_loses_nothing_half(city: Book, now: datetime) -> None:
    first = first_of(city, now)
    stale = Ticket.objects.get(pk=first.pk)
    split(first, city, now, {2: WAGES})
    with pytest.raises(Overtaken):
        split(stale, city, now, {3: "三、小区门口的垃圾桶三天没人清，臭得很。"})
    assert Ticket.objects.count() == 2, "a part without the event on the first is none"
    fresh = Ticket.objects.get(pk=first.pk)
    split(fresh, city, now, {3: "三、小区门口的垃圾桶三天没人清，臭得很。"})
    assert [one.part for one in filed_parts(Ticket.objects.get(pk=first.pk))] == [2, 3]


@pytest.mark.parametrize("parts", [{}, {2: " \u200b"}, {1: WAGES}, {7: WAGES}, {2: WAGES, 3: WAGES}])
def test_what_is_no_part_is_refused(city: Book, now: datetime, parts: dict[int, str]) -> None:
    first = first_of(city, now)
    with pytest.raises(SplitRefused):
        split(first, city, now, parts)
    assert Ticket.objects.count() == 1


def test_only_the_hotline_splits_and_only_what_is_open(city: Book, now: datetime) -> None:
    first = first_of(city, now)
    with pytest.raises(NotYours):
        split(first, city, now, {2: WAGES}, clerk())
    Ticket.objects.filter(pk=first.pk).update(state="closed", queue="", lead_id=STREET)
    with pytest.raises(WrongState):
        split(Ticket.objects.get(pk=first.pk), city, now, {2: WAGES})
    assert Ticket.objects.count() == 1


def test_numbers_in_a_part_are_masked(city: Book, now: datetime) -> None:
    first = split(first_of(city, now), city, now, {2: WAGES + "老板电话13912345678。"})
    part = Ticket.objects.get(number=filed_parts(first)[0].number)
    assert "13912345678" not in part.text + str(part.proposal)


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_file_each_part_once(live_city: Book, now: datetime) -> None:
    first = first_of(live_city, now)
    reader: Reader = reader_for(live_city)
    parts = {2: WAGES, 3: "三、小区门口的垃圾桶三天没人清，臭得很。"}

    def press(actor: Any) -> Callable[[], Any]:
        mine = Ticket.objects.get(pk=first.pk)
        return lambda: do_split_off(mine, parts, actor, now=now, book=live_city, reader=reader)

    results = together(press(DISPATCHER), press(SEAT))
    assert all(isinstance(one, Ticket | Overtaken) for one in results), results
    split(Ticket.objects.get(pk=first.pk), live_city, now, parts)
    assert Ticket.objects.count() == 3
    assert sorted(event.detail["part"] for event in Event.objects.filter(verb="split")) == [2, 3]
    assert list(differences()) == []
