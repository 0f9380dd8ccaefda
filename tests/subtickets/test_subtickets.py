"""Who may see a sub-ticket and say its verbs; its lists; its law."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from tests.tickets.stage import DISPATCHER, DISTRICT, HEATING, OTHER_STREET, STREET, clerk, member

from jieban.city.book import Book
from jieban.city.units import superiors
from jieban.matters.rules import NotYours, WrongState
from jieban.people.roles import Role
from jieban.subtickets import workflow as w
from jieban.subtickets.actions import (
    Ask,
    Asking,
    AskRefused,
    do_accept,
    do_end_all,
    do_give,
    do_interim,
    do_keep_out,
    do_prolong,
    do_refuse,
    do_send,
    do_send_many,
    do_sign,
    do_withdraw,
)
from jieban.subtickets.models import SubTicket
from jieban.subtickets.queries import by_number, inbox, of_ticket, outbox
from jieban.subtickets.rules import answer_by, may_see

DAY = timedelta(days=1)


def sent(city: Book, now: datetime, unit: str = HEATING, recused: tuple[str, ...] = ()) -> SubTicket:
    asking = Asking(77, "77", STREET, recused)
    (sub,) = do_send(asking, [Ask(unit, w.ASSIST, "请查管网", now + DAY)], clerk(), now=now, book=city)
    return sub


def test_a_sub_ticket_has_a_holder_a_clock_and_a_number(city: Book, now: datetime) -> None:
    sub = sent(city, now)
    assert (sub.state, sub.lead_id, sub.clock, sub.clock_at) == (w.SENT, HEATING, "asked", now + DAY)
    found = by_number(sub.number)
    assert found is not None
    assert found.row() == sub.row()
    assert by_number("none\0") is None


def test_only_the_unit_asked_answers_and_only_the_asker_settles(city: Book, now: datetime) -> None:
    sub = sent(city, now)
    with pytest.raises(NotYours):
        do_sign(sub, clerk(STREET), now=now)
    with pytest.raises(NotYours):
        do_withdraw(sub, clerk(HEATING), now=now)
    with pytest.raises(WrongState):
        do_accept(sub, clerk(STREET), now=now)
    do_sign(sub, clerk(HEATING), now=now)
    do_interim(sub, "已派人", clerk(HEATING), now=now)
    do_prolong(sub, now + 2 * DAY, clerk(STREET), now=now)
    do_refuse(sub, "自管管网", clerk(HEATING), now=now)
    do_accept(sub, clerk(STREET), now=now)
    assert (sub.state, sub.closed_at) == (w.ACCEPTED, now)


@pytest.mark.parametrize("unit", ["none.such"])
def test_who_does_not_exist_is_not_asked(unit: str, city: Book, now: datetime) -> None:
    with pytest.raises(AskRefused):
        sent(city, now, unit)
    with pytest.raises(AskRefused):
        sent(city, now, recused=(HEATING,))
    assert not of_ticket(77)


def test_only_an_opinion_has_a_stance(city: Book, now: datetime) -> None:
    sub = sent(city, now)
    do_give(sub, "已处理", clerk(HEATING), now=now, stance="ours", points_to=STREET)
    assert (sub.stance, sub.points_to) == ("", "")


@pytest.mark.parametrize(
    ("role", "unit", "everything", "seen"),
    [
        (Role.CLERK, STREET, False, True),
        (Role.CLERK, HEATING, False, True),
        (Role.CLERK, OTHER_STREET, False, False),
        (Role.LEADER, DISTRICT, False, True),
        (Role.LEADER, "110108", False, False),
        (Role.AUDITOR, "city.city_services", True, True),
        (Role.DISPATCHER, "hotline", True, True),
        (Role.CLERK, "", False, False),
    ],
)
def test_who_may_see_it(
    role: Role, unit: str, everything: bool, seen: bool, city: Book, now: datetime
) -> None:
    sub = sent(city, now)
    assert may_see(sub.row(), member(role, unit), city, everything=everything) is seen


def test_a_recused_unit_or_person_never_sees_it(city: Book, now: datetime) -> None:
    sub = sent(city, now, recused=(DISTRICT, DISPATCHER.id))
    assert not may_see(sub.row(), member(Role.LEADER, DISTRICT), city, everything=False)
    assert not may_see(sub.row(), DISPATCHER, city, everything=True)


def test_art_8_who_is_recused_later_loses_what_was_asked_of_him(city: Book, now: datetime) -> None:
    asking = Asking(88, "88", STREET)
    asks = [Ask(unit, w.ASSIST, "请查管网", now + DAY) for unit in (HEATING, OTHER_STREET)]
    do_send(asking, asks, clerk(), now=now, book=city)
    do_keep_out(88, [HEATING], now=now)
    gone, stays = of_ticket(88)
    assert (gone.state, stays.state) == (w.WITHDRAWN, w.SENT)
    assert not may_see(gone.row(), clerk(HEATING), city, everything=False)
    assert not may_see(stays.row(), clerk(HEATING), city, everything=False)
    assert may_see(stays.row(), clerk(OTHER_STREET), city, everything=False)
    versions = [sub.version for sub in of_ticket(88)]
    do_keep_out(88, [HEATING], now=now)
    assert [sub.version for sub in of_ticket(88)] == versions, "said once"


def test_lists_go_by_the_clock_and_are_paged_by_key(city: Book, now: datetime) -> None:
    for hours in (5, 3, 4):
        ask = Ask(HEATING, w.ASSIST, "请查管网", now + timedelta(hours=hours))
        do_send(Asking(hours, str(hours), STREET), [ask], clerk(), now=now, book=city)
    first = inbox([HEATING], size=2)
    assert [sub.ticket for sub in first.rows] == [3, 4]
    rest = inbox([HEATING], first.after, size=2)
    assert ([sub.ticket for sub in rest.rows], rest.after) == ([5], "")
    assert [sub.ticket for sub in outbox([STREET]).rows] == [3, 4, 5]
    assert not inbox([STREET]).rows
    assert len(inbox([HEATING], "nonsense").rows) == 3


def test_many_at_once_cost_what_one_costs(
    city: Book, now: datetime, django_assert_max_num_queries: object
) -> None:
    ask = Ask(HEATING, w.ASSIST, "请查管网", now + DAY)
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        do_send_many([(Asking(n, str(n), STREET), ask) for n in range(20)], clerk(), now=now, book=city)
    for _ in range(9):
        do_send(Asking(500, "500", STREET), [ask], clerk(), now=now, book=city)
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        assert do_end_all(500, now=now) == 9
    assert {sub.state for sub in of_ticket(500)} == {w.WITHDRAWN}


def test_answers_lie_within_the_tickets_limit(now: datetime) -> None:
    assert answer_by(None, now + DAY, None) == now + DAY
    assert answer_by(now + 3 * DAY, now + DAY, now + 2 * DAY) == now + 2 * DAY


def test_those_above_an_office_are_street_district_and_city(city: Book) -> None:
    assert [unit.code for unit in superiors(city, f"{STREET}.office.citycare")] == [
        STREET,
        DISTRICT,
        "110000",
    ]


def test_every_verb_and_state_has_a_name_and_a_source() -> None:
    assert set(w.VERB_NAMES) == {line.verb for line in w.TABLE}
    assert set(w.STATE_NAMES) == w.WORKFLOW.states
    assert all(re.search(r"Art\. \d+", line.source) for line in w.TABLE)
    assert set(w.PURPOSE_NAMES) == set(w.PURPOSES)
