"""Leaving a ticket out of the rates: who may ask, who decides, when it counts again (Art. 32)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import (
    CALLER,
    DISPATCHER,
    DISTRICT,
    STREET,
    SUPERVISOR,
    clerk,
    member,
    reviewer,
    stored,
    ticket_in,
)

from jieban.assessment.actions import do_count_month
from jieban.assessment.models import MonthCount
from jieban.assessment.tasks import count_ticket
from jieban.callback.actions import Answers, do_answers
from jieban.city.book import Book
from jieban.dispatch.passing import do_recall
from jieban.exclusion import workflow as x
from jieban.exclusion.actions import (
    Application,
    ExclusionRefused,
    do_appeal,
    do_apply,
    do_approve,
    do_endorse,
    do_overturn,
    do_refuse,
    do_revoke,
    do_uphold,
    do_withdraw,
)
from jieban.exclusion.kind import EXCLUSION
from jieban.exclusion.models import Exclusion
from jieban.exclusion.queries import by_number, counts, may_see, rows, shares
from jieban.exclusion.rules import excluded_until, may_decide, may_hear
from jieban.exclusion.tasks import follow, keep_out
from jieban.handling.actions import do_contact
from jieban.matters.attachments import NewFile, do_attach
from jieban.matters.queries import rebuilt, timeline
from jieban.matters.rules import Actor, NotYours, WrongState
from jieban.matters.tick import tick
from jieban.people.roles import Role
from jieban.tickets import workflow as w
from jieban.tickets.actions import say
from jieban.tickets.models import Ticket
from jieban.tickets.queries import Scope

pytestmark = pytest.mark.django_db

WORDS = "事发地在河北省廊坊市，已核实地址并附图。"
RULING = "经核实，理由成立，证据充分，同意剔除。"
NO = "证据不足，现场照片不能说明问题，不予剔除。"
CHIEF = member(Role.REVIEWER, DISTRICT)
OTHER_CHIEF = member(Role.LEADER, DISTRICT)
SERVICE = member(Role.REVIEWER, "city.city_services")
SECOND = member(Role.SUPERVISOR, name="second supervisor")


def closed_ticket(city: Book, now: datetime) -> Ticket:
    ticket = ticket_in(w.CALLBACK, city, now)
    return do_answers(ticket, Answers(True, "yes", "satisfied"), CALLER, now=now, book=city)


def applied(city: Book, now: datetime, code: str = "E6", actor: Actor | None = None) -> Exclusion:
    ticket = closed_ticket(city, now)
    given = Application(code, WORDS, "某平台" if code == "N1" else "", now + timedelta(days=30))
    return do_apply(ticket, given, actor or clerk(), now=now, book=city)


def evidence(exclusion: Exclusion, now: datetime) -> None:
    file = NewFile(b"jpeg", b"small", "e" * 64, 10, 10)
    do_attach(EXCLUSION, exclusion, [file], clerk(), now=now, most=4, counted_in="photos")


def ticket_of(exclusion: Exclusion) -> Ticket:
    return Ticket.objects.get(pk=exclusion.ticket)


def count_of(exclusion: Exclusion) -> tuple[int, int]:
    """(due, excluded) of the unit's month, counted by the job that follows."""
    count_ticket(matter=exclusion.ticket)
    row = MonthCount.objects.get(unit=STREET)
    return row.due, row.excluded


# --- who stands where: pure ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("applicant", "decider", "may"),
    [
        (STREET, DISTRICT, True),
        (STREET, "110108", False),
        (STREET, STREET, False),
        (STREET, "hotline", True),
        (STREET, "city.city_services", False),
        ("110105.housing", DISTRICT, True),
        (DISTRICT, "hotline", True),
        (DISTRICT, "city.city_services", True),
        (DISTRICT, STREET, False),
        ("ent.heating", "city.city_services", True),
        ("ent.heating", "city.housing", False),
        ("city.city_services", "hotline", False),
        ("city.city_services", "110000", True),
    ],
)
def test_art_32_an_exclusion_is_decided_on_another_level(
    applicant: str, decider: str, may: bool, city: Book
) -> None:
    assert may_decide(city.units[applicant], city.units[decider], applicant) is may


@pytest.mark.parametrize(
    ("hearer", "first", "may"),
    [
        ("hotline", 2, True),
        ("hotline", 3, False),
        ("city.city_services", 3, True),
        ("city.city_services", 4, False),
        ("110000", 4, True),
        ("110108", 1, False),
        (DISTRICT, 2, False),
    ],
)
def test_art_32_an_appeal_is_heard_higher_than_it_was_decided(
    hearer: str, first: int, may: bool, city: Book
) -> None:
    assert may_hear(city.units[STREET], city.units[hearer], STREET, first) is may


def test_a_ledger_ends_on_its_date_at_the_latest(city: Book, now: datetime) -> None:
    row = city.dated("exclusions", "H1", now.date())
    soon = now + timedelta(days=20)
    assert excluded_until(row, now, soon) == soon
    assert excluded_until(row, now, now + timedelta(days=900)) == now + timedelta(days=row.days)
    plain = city.dated("exclusions", "E6", now.date())
    assert excluded_until(plain, now, soon) == now + timedelta(days=plain.days)


# --- asking -------------------------------------------------------------------------------------


def test_art_32_the_unit_asks_and_the_ticket_tells_of_it(city: Book, now: datetime) -> None:
    exclusion = applied(city, now)
    assert (exclusion.state, exclusion.lead_id, exclusion.code) == (x.APPLIED, STREET, "E6")
    assert exclusion.due_at == now + timedelta(days=5)
    last = timeline(exclusion.ticket)[0]
    assert (last.verb, last.detail["exclusion"]) == ("ask_exclusion", exclusion.number)
    assert by_number(exclusion.number) == exclusion
    assert ticket_of(exclusion).exclusion == ""


@pytest.mark.parametrize("actor", [clerk("110108011"), SUPERVISOR, member(Role.CLERK, "hotline")])
def test_only_the_unit_that_leads_may_ask(actor: Actor, city: Book, now: datetime) -> None:
    with pytest.raises(NotYours):
        applied(city, now, actor=actor)
    assert not Exclusion.objects.exists()


def test_an_application_is_masked_and_needs_grounds(city: Book, now: datetime) -> None:
    ticket = closed_ticket(city, now)
    with pytest.raises(ExclusionRefused, match="10"):
        do_apply(ticket, Application("E6", "不归我们"), clerk(), now=now, book=city)
    with pytest.raises(ExclusionRefused):
        do_apply(ticket, Application("X9", WORDS), clerk(), now=now, book=city)
    given = Application("E6", WORDS + "居民电话13812345678")
    assert "13812345678" not in do_apply(ticket, given, clerk(), now=now, book=city).words


def test_rule_exclusion_apply_days_ends_seven_days_after_the_callback(city: Book, now: datetime) -> None:
    ticket = closed_ticket(city, now)
    later = now + timedelta(days=7, seconds=1)
    with pytest.raises(ExclusionRefused, match="7"):
        do_apply(ticket, Application("E6", WORDS), clerk(), now=later, book=city)
    assert do_apply(ticket, Application("E6", WORDS), clerk(), now=now + timedelta(days=7), book=city)


def test_one_open_application_for_a_ticket(city: Book, now: datetime) -> None:
    first = applied(city, now)
    with pytest.raises(ExclusionRefused):
        do_apply(ticket_of(first), Application("E4", WORDS), clerk(), now=now, book=city)
    do_withdraw(first, clerk(), now=now, book=city)
    assert do_apply(ticket_of(first), Application("E4", WORDS), clerk(), now=now, book=city)


def test_what_was_refused_is_appealed_not_asked_for_again(city: Book, now: datetime) -> None:
    first = applied(city, now)
    do_refuse(first, NO, CHIEF, now=now, book=city)
    with pytest.raises(ExclusionRefused, match=first.number):
        do_apply(ticket_of(first), Application("E6", WORDS), clerk(), now=now, book=city)
    assert do_apply(ticket_of(first), Application("E4", WORDS), clerk(), now=now, book=city)
    with pytest.raises(ExclusionRefused):  # and now the first cannot be appealed: one at a time
        do_appeal(first, WORDS, clerk(), now=now, book=city)


def test_a_platform_is_named_and_a_ledger_has_its_date(city: Book, now: datetime) -> None:
    ticket = closed_ticket(city, now)
    for bad in (
        Application("N1", WORDS),
        Application("H1", WORDS),
        Application("H1", WORDS, "", now),
    ):
        with pytest.raises(ExclusionRefused):
            do_apply(ticket, bad, clerk(), now=now, book=city)


def test_art_9_refused_contact_needs_three_on_record(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.SIGNED, city, now)
    for _ in range(2):
        do_contact(ticket, "refused", "", clerk(), now=now, book=city)
    do_contact(ticket, "no_answer", "", clerk(), now=now, book=city)
    with pytest.raises(ExclusionRefused, match="3"):
        do_apply(ticket, Application("E7", WORDS), clerk(), now=now, book=city)
    do_contact(ticket, "refused", "", clerk(), now=now, book=city)
    assert do_apply(ticket, Application("E7", WORDS), clerk(), now=now, book=city).contacts == 3


# --- deciding -----------------------------------------------------------------------------------


def test_approval_leaves_the_ticket_out_and_its_end_counts_it_again(city: Book, now: datetime) -> None:
    exclusion = applied(city, now)
    assert count_of(exclusion) == (1, 0)
    do_approve(exclusion, RULING, CHIEF, now=now, book=city)
    ticket = ticket_of(exclusion)
    assert (ticket.exclusion, ticket.exclusion_until) == ("E6", now + timedelta(days=365))
    assert count_of(exclusion) == (1, 1)
    assert tick(now + timedelta(days=364)) == 0
    assert tick(now + timedelta(days=365)) == 1
    exclusion.refresh_from_db()
    assert (exclusion.state, ticket_of(exclusion).exclusion) == (x.EXPIRED, "")
    assert count_of(exclusion) == (1, 0)


@pytest.mark.parametrize(
    "actor", [clerk(), reviewer(), member(Role.REVIEWER, "110108"), member(Role.LEADER, "110105.housing")]
)
def test_nobody_decides_on_his_own_or_a_neighbours_application(
    actor: Actor, city: Book, now: datetime
) -> None:
    exclusion = applied(city, now)
    for decide in (do_approve, do_refuse):
        with pytest.raises((NotYours, ExclusionRefused)):
            decide(exclusion, RULING, actor, now=now, book=city)
    assert Exclusion.objects.get(pk=exclusion.pk).state == x.APPLIED
    assert ticket_of(exclusion).exclusion == ""


def test_art_37_false_or_malicious_needs_evidence_and_two_persons(city: Book, now: datetime) -> None:
    exclusion = applied(city, now, "E5")
    with pytest.raises(ExclusionRefused):
        do_endorse(exclusion, RULING, CHIEF, now=now, book=city)  # no evidence yet
    evidence(exclusion, now)
    with pytest.raises(ExclusionRefused):
        do_approve(exclusion, RULING, CHIEF, now=now, book=city)  # nobody has agreed before
    do_endorse(exclusion, RULING, CHIEF, now=now, book=city)
    with pytest.raises(ExclusionRefused):
        do_approve(exclusion, RULING, CHIEF, now=now, book=city)  # the same person twice
    do_approve(exclusion, RULING, OTHER_CHIEF, now=now, book=city)
    assert ticket_of(exclusion).exclusion == "E5"


def test_an_ordinary_reason_needs_one_person(city: Book, now: datetime) -> None:
    with pytest.raises(ExclusionRefused):
        do_endorse(applied(city, now), RULING, CHIEF, now=now, book=city)


def test_a_ticket_that_went_to_another_unit_is_not_left_out_for_the_first(city: Book, now: datetime) -> None:
    exclusion = applied(city, now)
    Ticket.objects.filter(pk=exclusion.ticket).update(lead_id="110108011")
    with pytest.raises(ExclusionRefused):
        do_approve(exclusion, RULING, CHIEF, now=now, book=city)


# --- appeal, withdrawal, clocks -----------------------------------------------------------------


def test_art_32_an_overturned_refusal_leaves_the_ticket_out(city: Book, now: datetime) -> None:
    exclusion = applied(city, now)
    do_refuse(exclusion, NO, CHIEF, now=now, book=city)
    do_appeal(exclusion, WORDS, clerk(), now=now, book=city)
    with pytest.raises(ExclusionRefused):
        do_overturn(exclusion, RULING, OTHER_CHIEF, now=now, book=city)  # the same level
    do_overturn(exclusion, RULING, SUPERVISOR, now=now, book=city)
    assert (exclusion.state, ticket_of(exclusion).exclusion) == (x.OVERTURNED, "E6")
    assert count_of(exclusion) == (1, 1)


def test_art_32_the_hotline_does_not_hear_appeals_against_itself(city: Book, now: datetime) -> None:
    exclusion = applied(city, now)
    do_refuse(exclusion, NO, SUPERVISOR, now=now, book=city)
    do_appeal(exclusion, WORDS, clerk(), now=now, book=city)
    for actor in (SUPERVISOR, SECOND):
        with pytest.raises(ExclusionRefused):
            do_uphold(exclusion, NO, actor, now=now, book=city)
    do_uphold(exclusion, NO, SERVICE, now=now, book=city)
    assert (exclusion.state, ticket_of(exclusion).exclusion) == (x.UPHELD, "")
    with pytest.raises(WrongState):
        do_appeal(exclusion, WORDS, clerk(), now=now, book=city)


def test_a_malicious_demand_needs_two_on_appeal_too(city: Book, now: datetime) -> None:
    exclusion = applied(city, now, "E5")
    evidence(exclusion, now)
    do_refuse(exclusion, NO, CHIEF, now=now, book=city)
    do_appeal(exclusion, WORDS, clerk(), now=now, book=city)
    with pytest.raises(ExclusionRefused):
        do_overturn(exclusion, RULING, SUPERVISOR, now=now, book=city)
    do_endorse(exclusion, RULING, SECOND, now=now, book=city)
    assert exclusion.state == x.APPEALED
    do_overturn(exclusion, RULING, SUPERVISOR, now=now, book=city)
    assert ticket_of(exclusion).exclusion == "E5"


def test_rule_exclusion_appeal_days_a_refusal_without_appeal_stands(city: Book, now: datetime) -> None:
    exclusion = applied(city, now)
    do_refuse(exclusion, NO, CHIEF, now=now, book=city)
    assert tick(now + timedelta(days=4, hours=23)) == 0
    assert tick(now + timedelta(days=5)) == 1
    exclusion.refresh_from_db()
    assert (exclusion.state, exclusion.clock) == (x.FINAL, "")


def test_rule_exclusion_review_days_a_late_decision_is_marked_and_still_possible(
    city: Book, now: datetime
) -> None:
    exclusion = applied(city, now)
    then = now + timedelta(days=5)
    assert tick(then) == 1
    exclusion.refresh_from_db()
    assert (exclusion.state, exclusion.overdue) == (x.APPLIED, True)
    do_approve(exclusion, RULING, CHIEF, now=then, book=city)
    assert exclusion.overdue is False


@pytest.mark.parametrize("how", ["withdraw", "revoke"])
def test_an_approval_taken_back_counts_the_ticket_again(how: str, city: Book, now: datetime) -> None:
    exclusion = applied(city, now)
    do_approve(exclusion, RULING, SUPERVISOR, now=now, book=city)
    if how == "withdraw":
        do_withdraw(exclusion, clerk(), now=now, book=city)
    else:
        with pytest.raises(ExclusionRefused):
            do_revoke(exclusion, RULING, CHIEF, now=now, book=city)  # a lower level than approved
        do_revoke(exclusion, RULING, SECOND, now=now, book=city)
    assert (exclusion.state, ticket_of(exclusion).exclusion) == (x.WITHDRAWN, "")
    assert timeline(exclusion.ticket)[0].detail["why"] == how
    assert count_of(exclusion) == (1, 0)


# --- figures, lists, cost -----------------------------------------------------------------------


def test_the_share_left_out_is_told_by_group(city: Book, now: datetime) -> None:
    for code in ("E6", "N1", "H1"):
        do_approve(applied(city, now, code), RULING, CHIEF, now=now, book=city)
    closed_ticket(city, now)
    groups = {row.code: row.group for row in city.current("exclusions", now.date())}
    total, by_group = shares(now - timedelta(days=40), now + timedelta(days=40), groups)
    assert (total, by_group) == (4, {"exclude": 1, "ledger": 1, "uncounted": 1})
    do_count_month(ticket_of(Exclusion.objects.all()[0]).due_at.date(), now=now, book=city)  # type: ignore[union-attr]
    row = MonthCount.objects.get(unit=STREET)
    assert (row.due, row.excluded, row.counts.answered) == (4, 3, 1)


def test_everybody_finds_what_is_his_to_decide(city: Book, now: datetime) -> None:
    waiting, refused, appealed = (applied(city, now) for _ in range(3))
    do_refuse(refused, NO, CHIEF, now=now, book=city)
    do_refuse(appealed, NO, CHIEF, now=now, book=city)
    do_appeal(appealed, WORDS, clerk(), now=now, book=city)
    units = city.units
    seen: Callable[[str, str], set[int]] = lambda unit, view: {  # noqa: E731
        one.pk for one in rows(view, Scope(unit=unit), units[unit]).exclusions
    }
    assert seen(STREET, "mine") == {waiting.pk, refused.pk, appealed.pk}
    assert seen(STREET, "decide") == set()
    assert seen(DISTRICT, "decide") == {waiting.pk}
    assert seen(DISTRICT, "appeals") == set()
    assert seen("hotline", "decide") == {waiting.pk}
    assert seen("hotline", "appeals") == {appealed.pk}
    assert seen("city.city_services", "decide") == set()
    assert seen("city.city_services", "appeals") == {appealed.pk}
    assert seen("110108", "all") == set()
    assert counts(Scope(unit=DISTRICT), units[DISTRICT]) == {"decide": 1, "appeals": 0, "mine": 0}


def test_lists_are_paged_by_key_in_one_statement(city: Book, now: datetime) -> None:
    made = [applied(city, now).pk for _ in range(5)]
    unit = city.units[DISTRICT]
    with CaptureQueriesContext(connection) as captured:
        first = rows("decide", Scope(unit=DISTRICT), unit, size=3)
    assert len(captured) == 1
    second = rows("decide", Scope(unit=DISTRICT), unit, first.after, size=3)
    assert [one.pk for one in (*first.exclusions, *second.exclusions)] == made
    assert second.after == ""


def test_each_verb_costs_at_most_fifteen_statements(city: Book, now: datetime) -> None:
    ticket = closed_ticket(city, now)
    costs = {}
    with CaptureQueriesContext(connection) as captured:
        exclusion = do_apply(ticket, Application("E6", WORDS), clerk(), now=now, book=city)
    costs["apply"] = len(captured)
    with CaptureQueriesContext(connection) as captured:
        do_approve(exclusion, RULING, CHIEF, now=now, book=city)
    costs["approve"] = len(captured)
    assert max(costs.values()) <= 15, costs


def test_the_row_is_what_its_events_say(city: Book, now: datetime) -> None:
    exclusion = applied(city, now)
    do_refuse(exclusion, NO, CHIEF, now=now, book=city)
    do_appeal(exclusion, WORDS, clerk(), now=now, book=city)
    do_overturn(exclusion, RULING, SUPERVISOR, now=now, book=city)
    told = dict(rebuilt(EXCLUSION))
    assert told[exclusion.pk] == Exclusion.objects.get(pk=exclusion.pk).row()
    assert stored(ticket_of(exclusion)).exclusion == "E6"


# --- another lead, recusal ------------------------------------------------------------------------


@pytest.mark.parametrize(("approve", "after"), [(True, x.WITHDRAWN), (False, x.WITHDRAWN)])
def test_art_32_an_exclusion_does_not_follow_the_ticket_to_another_unit(
    approve: bool, after: str, city: Book, now: datetime
) -> None:
    ticket = ticket_in(w.SIGNED, city, now)
    exclusion = do_apply(ticket, Application("E6", WORDS), clerk(), now=now, book=city)
    if approve:
        do_approve(exclusion, RULING, CHIEF, now=now, book=city)
        assert stored(ticket).exclusion == "E6"
    do_recall(stored(ticket), "派错单位", DISPATCHER, now=now, book=city)
    follow(matter=ticket.pk)
    follow(matter=ticket.pk)
    exclusion.refresh_from_db()
    assert (exclusion.state, stored(ticket).exclusion) == (after, "")
    assert dict(rebuilt(EXCLUSION))[exclusion.pk] == exclusion.row()


def test_art_8_a_recused_unit_sees_no_application(city: Book, now: datetime) -> None:
    exclusion = applied(city, now)
    unit, scope = city.units[DISTRICT], Scope(unit=DISTRICT, district=DISTRICT)
    assert may_see(exclusion, scope, unit, DISTRICT)
    Ticket.objects.filter(pk=exclusion.ticket).update(recused=[DISTRICT])
    keep_out(matter=exclusion.ticket)
    exclusion.refresh_from_db()
    assert not may_see(exclusion, scope, unit, DISTRICT)
    assert rows("all", scope, unit).exclusions == []
    assert rows("mine", Scope(unit=STREET), city.units[STREET]).exclusions == [exclusion]


def test_art_9_a_refusal_that_the_hotline_relayed_counts_too(city: Book, now: datetime) -> None:
    ticket = ticket_in(w.SIGNED, city, now)
    for _ in range(3):
        say(ticket, "relay", CALLER, now, {}, {"outcome": "refused"}, book=city)
    assert do_apply(ticket, Application("E7", WORDS), clerk(), now=now, book=city).contacts == 3


def test_the_unit_is_told_when_its_exclusion_ends(city: Book, now: datetime) -> None:
    told = {row.event for row in city.tables["notice_templates"]}
    assert {"exclusion.revoke", "exclusion.expire", "exclusion.lapse"} <= told
    assert {"revoke", "expire", "lapse"} <= EXCLUSION.notices
