"""Dispatch (Ordinance Art. 11 to 13): who may be given a ticket, by whom, with which clock and copies."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import translation
from tests.tickets.stage import (
    CALLER,
    COLD_ROOM,
    COMMUNITY,
    DISPATCHER,
    DISTRICT,
    GROUND,
    HEATING,
    OTHER_STREET,
    SEAT,
    STREET,
    SUPERVISOR,
    clerk,
    reviewer,
    stored,
    ticket_in,
    waiting_ticket,
)

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.actions import (
    BY_OTHER_VERBS,
    Choice,
    DispatchRefused,
    do_answer,
    do_dispatch,
    do_explain,
    do_mark_late,
    do_rule_on_objection,
    first_steps,
)
from jieban.dispatch.rules import (
    DANGER_QUEUE,
    RETURNED_QUEUE,
    candidate_for,
    place_at,
    propose,
)
from jieban.handling.actions import HandlingRefused, do_contact, do_object, do_reply, do_sign
from jieban.matters.actors import PLATFORM
from jieban.matters.queries import timeline
from jieban.matters.rules import Incomplete, NotYours, WrongState
from jieban.reading.result import Guess, Reading
from jieban.tickets import workflow
from jieban.tickets.models import Ticket


def dispatch(ticket: Ticket, choice: Choice, book: Book, now: datetime) -> Ticket:
    return do_dispatch(ticket, choice, DISPATCHER, now=now, book=book)


def test_dispatch_gives_one_unit_a_tier_and_a_clock(city: Book, now: datetime) -> None:
    ticket = dispatch(waiting_ticket(city, now), Choice(HEATING), city, now)
    assert (ticket.state, ticket.lead_id, ticket.queue) == (workflow.DISPATCHED, HEATING, "")
    assert ticket.tier == "T2"
    assert ticket.due_at == now + timedelta(hours=24)
    assert (ticket.clock, ticket.clock_at) == ("sign", now + timedelta(hours=2)), "the first thing due"
    assert ticket.catalogue_row, "a unit that the catalogue names is given with its row"


def test_art_12_a_ticket_sent_to_a_street_is_copied_to_its_district(city: Book, now: datetime) -> None:
    ticket = dispatch(waiting_ticket(city, now), Choice(STREET), city, now)
    assert ticket.copied_to == [DISTRICT]


def test_a_ticket_sent_to_another_kind_of_unit_is_copied_to_nobody(city: Book, now: datetime) -> None:
    assert dispatch(waiting_ticket(city, now), Choice(HEATING), city, now).copied_to == []


@pytest.mark.parametrize("unit", [COMMUNITY, "hotline", "110000"])
def test_art_17_a_community_the_hotline_and_the_city_can_never_lead(
    unit: str, city: Book, now: datetime
) -> None:
    ticket = waiting_ticket(city, now)
    with pytest.raises(DispatchRefused, match="17"):
        dispatch(ticket, Choice(unit), city, now)
    assert stored(ticket).state == workflow.WAITING


def test_art_17_no_row_of_the_catalogue_gives_a_community_a_ticket(city: Book, now: datetime) -> None:
    on = local_day(city, now)
    led = {
        found.unit
        for category in city.categories
        if (found := candidate_for(city, category, place_at(city, COMMUNITY), on))
    }
    assert led
    assert not [unit for unit in led if not city.units[unit].can_lead]


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        (Choice("no.such.unit"), "unit"),
        (Choice(STREET, category="nonsense"), "category"),
        (Choice(STREET, place="000000"), "place"),
        (Choice(STREET, tier="T9"), "limit"),
    ],
)
def test_a_code_that_the_city_does_not_have_is_refused(
    choice: Choice, says: str, city: Book, now: datetime
) -> None:
    ticket = waiting_ticket(city, now)
    with pytest.raises(DispatchRefused, match=says), translation.override("en"):
        dispatch(ticket, choice, city, now)
    assert stored(ticket).version == 2


def test_a_dispatcher_may_correct_category_place_and_tier(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now, category_id="010101", place_id=None, district="", street="")
    dispatch(ticket, Choice(STREET, COLD_ROOM, STREET, "T1", "在双井"), city, now)
    assert (ticket.category_id, ticket.place_id, ticket.district) == (COLD_ROOM, STREET, DISTRICT)
    assert (ticket.tier, ticket.due_at) == ("T1", now + timedelta(hours=2))
    assert timeline(ticket.pk)[0].detail == {"note": "在双井"}


def test_an_alarm_makes_the_limit_shorter_than_the_catalogue_says(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now, alarm_tier="T1")
    assert dispatch(ticket, Choice(HEATING), city, now).tier == "T1"


@pytest.mark.parametrize("actor", [SEAT, CALLER, clerk(), reviewer()], ids=lambda actor: actor.name)
def test_only_a_dispatcher_dispatches(actor: object, city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    with pytest.raises(NotYours):
        do_dispatch(ticket, Choice(STREET), actor, now=now, book=city)  # type: ignore[arg-type]


def test_what_is_with_a_unit_is_not_dispatched_again(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.SIGNED, city, now)
    with pytest.raises(WrongState):
        dispatch(ticket, Choice(OTHER_STREET), city, now)


def test_art_11_a_question_is_answered_at_once(city: Book, now: datetime) -> None:
    ticket = do_answer(waiting_ticket(city, now), "  供暖从十一月十五日开始。 ", SEAT, now=now)
    assert (ticket.state, ticket.explanation) == (workflow.ANSWERED, "供暖从十一月十五日开始。")
    assert (ticket.closed_at, ticket.clock, ticket.clock_at, ticket.queue) == (now, "", None, "")


def test_art_11_an_answer_without_words_is_none(city: Book, now: datetime) -> None:
    with pytest.raises(Incomplete) as caught:
        do_answer(waiting_ticket(city, now), "  ", SEAT, now=now)
    assert caught.value.column == "explanation"


def test_art_11_each_of_the_branches_is_explained(city: Book, now: datetime) -> None:
    for row in city.current("branches", local_day(city, now)):
        if row.code in BY_OTHER_VERBS:
            continue
        ticket = waiting_ticket(city, now)
        do_explain(ticket, row.code, row.explanation, DISPATCHER, now=now, book=city)
        assert (ticket.state, ticket.branch) == (workflow.EXPLAINED, row.code)


@pytest.mark.parametrize("branch", BY_OTHER_VERBS)
def test_art_11_what_has_a_verb_of_its_own_is_not_merely_explained(
    branch: str, city: Book, now: datetime
) -> None:
    ticket = waiting_ticket(city, now)
    with pytest.raises(DispatchRefused, match="11"):
        do_explain(ticket, branch, "已转110。", DISPATCHER, now=now, book=city)
    assert stored(ticket).state == workflow.WAITING


def test_art_11_outside_the_functions_the_unit_named_gets_a_copy(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    do_explain(ticket, "OUTSIDE_FUNCTION", "请协商。", DISPATCHER, now=now, book=city, copied_to=DISTRICT)
    assert stored(ticket).copied_to == [DISTRICT]
    barred = waiting_ticket(city, now, recused=[DISTRICT])
    with pytest.raises(DispatchRefused, match="8"):
        do_explain(barred, "OUTSIDE_FUNCTION", "x", DISPATCHER, now=now, book=city, copied_to=DISTRICT)


def test_art_11_a_branch_that_the_law_does_not_have_is_refused(city: Book, now: datetime) -> None:
    with pytest.raises(DispatchRefused, match="11"):
        do_explain(waiting_ticket(city, now), "BOTHERSOME", "x", DISPATCHER, now=now, book=city)


def test_art_12_an_accepted_objection_puts_the_ticket_before_a_dispatcher_again(
    city: Book, now: datetime
) -> None:
    ticket = ticket_in(workflow.OBJECTED, city, now)
    do_rule_on_objection(ticket, True, "应由供热企业办理", SUPERVISOR, now=now, book=city)
    assert (ticket.state, ticket.queue, ticket.lead_id) == (workflow.WAITING, RETURNED_QUEUE, None)
    assert ticket.objected_by == [STREET]
    with pytest.raises(DispatchRefused, match="12"):
        dispatch(ticket, Choice(STREET), city, now)
    assert dispatch(ticket, Choice(HEATING), city, now).lead_id == HEATING


def test_art_12_a_rejected_objection_leaves_unit_and_clock_as_they_were(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.OBJECTED, city, now)
    limit = ticket.due_at
    do_rule_on_objection(ticket, False, "本单位职责", SUPERVISOR, now=now + timedelta(hours=3), book=city)
    assert (ticket.state, ticket.lead_id, ticket.due_at) == (workflow.SIGNED, STREET, limit)


def test_art_12_a_unit_objects_once(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.OBJECTED, city, now)
    do_rule_on_objection(ticket, False, "本单位职责", SUPERVISOR, now=now, book=city)
    with pytest.raises(HandlingRefused, match="12"):
        do_object(ticket, GROUND, clerk(), now=now, book=city)


def test_art_12_whoever_dispatched_does_not_rule_on_the_objection(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.OBJECTED, city, now)
    for accept in (True, False):
        with pytest.raises(DispatchRefused, match="12"):
            do_rule_on_objection(ticket, accept, "x", DISPATCHER, now=now, book=city)
    assert stored(ticket).state == workflow.OBJECTED


def test_what_the_first_unit_did_does_not_count_for_the_second(city: Book, now: datetime) -> None:
    """Redone, then objected to: the next unit must reach the requester itself (Art. 15)."""
    ticket = ticket_in(workflow.SIGNED, city, now)
    ticket.contacted_at = now  # as after a round that was sent back to be done again
    Ticket.objects.filter(pk=ticket.pk).update(contacted_at=now)
    do_object(ticket, GROUND, clerk(), now=now, book=city)
    do_rule_on_objection(ticket, True, "", SUPERVISOR, now=now, book=city)
    dispatch(ticket, Choice(HEATING), city, now)
    after = stored(ticket)
    assert after.signed_at is None
    assert after.contacted_at is None
    do_sign(ticket, clerk(HEATING), now=now, book=city)
    do_contact(ticket, "no_answer", "", clerk(HEATING), now=now, book=city)
    with pytest.raises(HandlingRefused, match="15"):
        do_reply(ticket, "已处理" * 20, clerk(HEATING), now=now, book=city)


def test_a_ticket_that_waited_too_long_is_marked_and_again_each_day(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    later = now + timedelta(hours=2)
    do_mark_late(ticket, PLATFORM, now=later, book=city)
    assert (ticket.overdue, ticket.state) == (True, workflow.WAITING)
    assert ticket.clock_at == later + timedelta(days=1)


def test_danger_waits_minutes_not_hours(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now, DANGER_QUEUE)
    assert ticket.due_at == now + timedelta(minutes=10)


def _reading(city: Book, **parts: object) -> Reading:
    from jieban.reading.reader import reader_for

    return replace(reader_for(city).read("", "双井街道暖气不热"), **parts)  # type: ignore[arg-type]


def _queue_of(city: Book, now: datetime, **parts: object) -> tuple[str, str]:
    proposal = propose(_reading(city, **parts), city, local_day(city, now))
    return proposal.queue, proposal.why_queue


def test_danger_is_never_sent_without_a_person(city: Book, now: datetime) -> None:
    assert _queue_of(city, now, danger=True) == (DANGER_QUEUE, "danger")


def test_an_unsure_reading_waits_for_a_dispatcher(city: Book, now: datetime) -> None:
    unsure = tuple(replace(one, confidence=0.2) for one in _reading(city).categories[:1])
    assert _queue_of(city, now, danger=False, categories=unsure) == ("dispatch", "unsure")


def test_two_units_too_near_to_each_other_are_left_to_a_person(city: Book, now: datetime) -> None:
    first = _reading(city).categories[0].code
    at, on = place_at(city, STREET), local_day(city, now)
    lead = candidate_for(city, first, at, on)
    assert lead is not None
    second = next(
        code
        for code in city.categories
        if (other := candidate_for(city, code, at, on)) and other.unit != lead.unit
    )
    near = (Guess(first, 0.9), Guess(second, 0.8))
    clear = (Guess(first, 0.9), Guess(second, 0.1))
    assert _queue_of(city, now, danger=False, category=first, categories=near) == ("dispatch", "unsure")
    assert _queue_of(city, now, danger=False, category=first, categories=clear) == ("", "")


def test_a_sure_reading_is_sent_with_its_reasons(city: Book, now: datetime) -> None:
    sure = tuple(replace(one, confidence=0.99) for one in _reading(city).categories[:1])
    proposal = propose(_reading(city, danger=False, categories=sure), city, local_day(city, now))
    (step,) = first_steps(proposal, city, PLATFORM, now)
    assert step.verb == "dispatch"
    assert step.changes["lead_id"] == proposal.best.unit if proposal.best else None
    assert proposal.reasons


def test_a_reading_that_names_nothing_waits_in_a_named_queue(city: Book, now: datetime) -> None:
    proposal = propose(_reading(city, danger=False, category="", categories=()), city, local_day(city, now))
    (step,) = first_steps(proposal, city, PLATFORM, now)
    assert (step.verb, step.changes["queue"]) == ("queue", "dispatch")


def test_a_losing_dispatcher_changes_nothing_even_with_a_good_choice(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    late = stored(ticket)
    dispatch(ticket, Choice(HEATING), city, now)
    with pytest.raises(Exception, match=DISPATCHER.name), transaction.atomic():
        do_dispatch(late, Choice(STREET), SUPERVISOR, now=now, book=city)
    assert stored(ticket).lead_id == HEATING
