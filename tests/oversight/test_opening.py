"""What comes under supervision, and by which trigger (Art. 5, 24)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.oversight.stage import (
    CHIEF,
    MAYOR,
    WHY,
    case_on,
    changed,
    marks,
    ticket_of,
    triggers,
)
from tests.tickets.stage import (
    CALLER,
    DISPATCHER,
    DISTRICT,
    SEAT,
    STREET,
    SUPERVISOR,
    clerk,
    member,
    reviewer,
    stored,
    ticket_in,
)
from tests.whistle.stage import ENFORCEMENT, report_in

from jieban.callback.actions import Answers, do_answers
from jieban.city.book import Book
from jieban.matters.queries import timeline
from jieban.matters.rules import Actor, NotYours, Step, WrongState
from jieban.oversight import rules
from jieban.oversight import workflow as o
from jieban.oversight.actions import (
    OversightRefused,
    do_supervise,
    do_supervise_unit,
)
from jieban.oversight.models import Case
from jieban.oversight.rules import Earlier, Facts, facts_of, firing, is_new, may_oversee
from jieban.oversight.tasks import look, look_at, refused_whistle
from jieban.people.roles import Role
from jieban.tickets import workflow as w
from jieban.tickets.actions import advance
from jieban.whistle.joining import do_rule

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (Facts(), []),
        (Facts(overdue_hours=23), []),
        (Facts(overdue_hours=24), ["overdue"]),
        (Facts(redone=3), ["redone"]),
        (Facts(passed=3, redone=2), ["passed"]),
        (Facts(urged_count=4), ["urged"]),
        (Facts(same_requester_repeat=3), ["repeat"]),
        (Facts(cluster_unsolved=5), ["cluster"]),
        (Facts(refused_sign=48), ["refused"]),
        (Facts(whistle_refused=1), ["whistle"]),
        (Facts(media=1), ["media"]),
        (Facts(instruction=1), ["instruction"]),
        (Facts(stale_days=60), ["stale"]),
        (Facts(tail_rank=1), ["tail"]),
        (Facts(overdue_hours=99, redone=3, stale_days=99), ["overdue", "redone", "stale"]),
    ],
)
def test_rule_oversight_triggers_fire_from_their_threshold(
    facts: Facts, codes: list[str], city: Book, now: datetime
) -> None:
    assert [trigger.code for trigger, _ in firing(facts, triggers(city, now).values())] == codes


def test_what_was_settled_is_not_opened_again_until_it_grows(city: Book, now: datetime) -> None:
    rows = triggers(city, now)
    redone, overdue = rows["redone"], rows["overdue"]
    settled = [
        Earlier("redone", o.CLOSED, 3, now),
        Earlier("overdue", o.CLOSED, 24, now - timedelta(hours=23)),
    ]
    assert not is_new(redone, 3, settled, now)
    assert is_new(redone, 4, settled, now)
    assert not is_new(redone, 9, [Earlier("redone", o.OPENED, 3, None)], now)
    assert not is_new(overdue, 60, settled, now)
    assert is_new(overdue, 60, settled, now + timedelta(hours=1))
    assert is_new(rows["stale"], 60, settled, now)


@pytest.mark.parametrize(
    ("overseer", "unit", "may"),
    [
        (DISTRICT, STREET, True),
        ("110108", STREET, False),
        (STREET, STREET, False),
        ("hotline", STREET, True),
        ("hotline", DISTRICT, True),
        ("110000", DISTRICT, True),
        ("city.housing", "ent.heating", False),
        (STREET, "110105.housing", False),
    ],
)
def test_jinan_art_28_supervision_is_graded(overseer: str, unit: str, may: bool, city: Book) -> None:
    assert may_oversee(city.units[overseer], city.units[unit]) is may


def test_the_facts_of_a_ticket(city: Book, now: datetime) -> None:
    row = ticket_in(w.DISPATCHED, city, now).row()
    assert facts_of(row, now) == Facts()
    later = row["due_at"] + timedelta(hours=30, minutes=59)
    assert facts_of(row, later).overdue_hours == 30
    assert facts_of({**row, "submitted_at": now}, later).overdue_hours == 0
    assert facts_of({**row, "state": w.SHELVED}, later).overdue_hours == 0
    moved = facts_of({**row, "passed": 2, "objected_by": ["a", "b"]}, now)
    assert moved.passed == 2, "an accepted objection is counted in passed already"


# --- opening ------------------------------------------------------------------------------------


def test_art_5_the_hotline_puts_a_ticket_under_supervision(city: Book, now: datetime) -> None:
    case = case_on(city, now)
    assert (case.state, case.lead_id, case.step, case.rung) == (o.OPENED, STREET, "letter", 3)
    assert case.due_at == now + timedelta(hours=120)
    assert marks(case) == ["supervised"]
    event = timeline(case.ticket or 0)[0]
    assert (event.verb, event.detail["case"], event.detail["trigger"]) == ("supervise", case.number, "media")


def test_the_ticket_keeps_its_own_clock(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, now)
    before = (ticket.clock, ticket.clock_at, ticket.due_at)
    do_supervise(ticket, "media", WHY, SUPERVISOR, now=now, book=city)
    assert (ticket.clock, ticket.clock_at, ticket.due_at) == before


@pytest.mark.parametrize("actor", [clerk(), reviewer(), DISPATCHER, SEAT])
def test_who_does_not_oversee_opens_nothing(actor: Actor, city: Book, now: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, now)
    with pytest.raises((NotYours, OversightRefused)):
        do_supervise(ticket, "media", WHY, actor, now=now, book=city)
    assert not Case.objects.exists()
    assert stored(ticket).marks == []


def test_a_leader_supervises_the_level_below_alone(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, now)
    for stranger in (member(Role.LEADER, STREET), member(Role.LEADER, "110108")):
        with pytest.raises(OversightRefused):
            do_supervise(ticket, "media", WHY, stranger, now=now, book=city)
    assert do_supervise(ticket, "media", WHY, CHIEF, now=now, book=city)


def test_one_open_case_for_each_trigger(city: Book, now: datetime) -> None:
    case = case_on(city, now)
    ticket = ticket_of(case)
    with pytest.raises(OversightRefused):
        do_supervise(ticket, "media", WHY, SUPERVISOR, now=now, book=city)
    assert do_supervise(stored(ticket), "stale", WHY, SUPERVISOR, now=now, book=city)
    assert stored(ticket).marks == ["supervised"]


def test_what_is_closed_is_not_put_under_supervision(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.CALLBACK, city, now)
    do_answers(ticket, Answers(True, "yes", "satisfied"), CALLER, now=now, book=city)
    with pytest.raises(WrongState):
        do_supervise(ticket, "media", WHY, SUPERVISOR, now=now, book=city)


@pytest.mark.parametrize(("column", "trigger"), [("redone", "redone"), ("passed", "passed")])
def test_bayannur_three_times_makes_a_problem_ticket_for_the_territory(
    column: str, trigger: str, city: Book, now: datetime
) -> None:
    ticket = changed(ticket_in(w.HANDLING, city, now), **{column: 2})
    assert look_at(ticket, now, city) == []
    (case,) = look_at(changed(ticket, **{column: 3}), now, city)
    assert (case.trigger, case.problem, case.lead_id, case.measured) == (trigger, True, DISTRICT, 3)
    assert marks(case) == ["problem", "supervised"]
    assert look_at(stored(ticket), now, city) == []


def test_a_problem_ticket_of_no_known_territory_goes_to_the_service_department(city: Book) -> None:
    row: dict[str, Any] = {"lead_id": None, "district": "", "state": w.HANDLING, "recused": []}
    assert rules.answers_for(row, True, city.units) == "city.city_services"
    assert rules.answers_for({**row, "lead_id": STREET, "district": DISTRICT}, False, city.units) == STREET


def test_art_24_an_instruction_of_a_leader_opens_a_case_once(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, now)
    advance(ticket, Step("instruct", MAYOR, now, {"marks": ["instructed"]}, {"note": "请尽快解决"}))
    assert ProcrastinateJob.objects.filter(task_name="oversight.look").count() == 1
    look(matter=ticket.pk)
    look(matter=ticket.pk)
    case = Case.objects.get(trigger="instruction")
    assert (case.step, case.measured) == ("written", 1)
    assert marks(case) == ["instructed", "supervised"]


def test_street_office_ordinance_art_44_a_refused_whistle(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.HANDLING, city, now)
    for tickets in ((ticket,), ()):
        report = report_in("refused", city, now, ENFORCEMENT, tickets=tickets)
        do_rule(report, False, "属你单位职责，立即到场。", CHIEF, now=now, book=city)
        refused_whistle(matter=report.pk)
    queued = ProcrastinateJob.objects.filter(task_name="oversight.refused_whistle")
    assert queued.count() == 2
    of_ticket, of_unit = Case.objects.filter(trigger="whistle").order_by("pk")
    assert (of_ticket.ticket, of_ticket.lead_id) == (ticket.pk, ENFORCEMENT)
    assert (of_unit.ticket, of_unit.lead_id) == (None, ENFORCEMENT)


def test_a_unit_may_be_supervised_without_a_ticket(city: Book, now: datetime) -> None:
    case = do_supervise_unit(STREET, "tail", "连续两月排名末位。", CHIEF, now=now, book=city)
    assert (case.ticket, case.step) == (None, "talk_down")
    with pytest.raises(OversightRefused):
        do_supervise_unit(STREET, "tail", "连续两月排名末位。", SUPERVISOR, now=now, book=city)
    with pytest.raises(OversightRefused):
        do_supervise_unit("110105016064", "tail", WHY, SUPERVISOR, now=now, book=city)
