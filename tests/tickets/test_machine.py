"""Anybody says anything at any time: after each step the invariants of the house hold.

A hypothesis state machine: random verbs by random people at random moments on a few tickets of Beijing.
A refusal must leave everything as it was; whatever is taken must keep the seven invariants (HOUSE.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.tickets.at_random import NEXT, PEOPLE, SAY, UNITS
from tests.tickets.stage import GROUND, REPLY, SEAT

from jieban.city.book import Book
from jieban.dispatch.rules import CONSULT_QUEUE, QUEUES
from jieban.intake.actions import Request, do_take_in
from jieban.intake.following import do_urge
from jieban.matters import actors
from jieban.matters.actions import Overtaken
from jieban.matters.kinds import all_kinds
from jieban.matters.models import Event, Notice
from jieban.matters.queries import rebuilt
from jieban.matters.rules import Actor, NotPossible
from jieban.matters.tick import tick
from jieban.people.actions import Contact
from jieban.people.models import Requester, Words
from jieban.reading.reader import Reader
from jieban.subtickets import workflow as sub
from jieban.subtickets.models import SubTicket
from jieban.tickets import workflow
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences

PHONE = "13912345678"
TEXTS = (
    f"朝阳区双井街道暖气不热，打我电话{PHONE}",
    f"路灯坏了好几天，联系 139-1234-5678，我叫王小明，电话{PHONE}",
    "双井街道闻到煤气味，有人晕倒了",
    "想问一下公积金怎么提取",
)
NOTES = ("", "已联系", f"拨打{PHONE}无人接听", "+86 139 1234 5678 说明天再打")
WORDS = st.sampled_from((*NOTES, GROUND, REPLY, REPLY + PHONE))

WORDY = {"reply": REPLY, "object": GROUND, "pause": GROUND}
"""Verbs whose words have a least length."""


class TicketMachine(RuleBasedStateMachine):
    """The city at random."""

    book: Book
    reader: Reader
    begin: datetime

    def __init__(self) -> None:
        super().__init__()
        self.now = self.begin
        self.count = 0
        self.histories: dict[int, int] = {}
        self.savepoint = transaction.savepoint_create()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @initialize(text=st.sampled_from(TEXTS))
    def first(self, text: str) -> None:
        self.file(text)

    @rule(text=st.sampled_from(TEXTS))
    def file(self, text: str) -> None:
        self.count += 1
        contact = Contact(phone=PHONE, name="王小明")
        request = Request("machine", str(self.count), "", "call", text=text, address=PHONE, contact=contact)
        (outcome,) = do_take_in([request], SEAT, now=self.now, book=self.book, reader=self.reader)
        assert outcome.result == "accepted"

    @rule(hours=st.floats(0.01, 200))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def the_clock_rings(self) -> None:
        tick(self.now)

    @rule(which=st.integers(0, 9), choice=st.integers(0, 9), unit=st.sampled_from(UNITS), words=WORDS)
    def usual_step(self, which: int, choice: int, unit: str, words: str) -> None:
        ticket = self._ticket(which)
        steps = NEXT.get(ticket.state, ())
        if steps:
            verb, who = steps[choice % len(steps)]
            self._say(ticket, verb, who(ticket), WORDY.get(verb, "") + words, unit)

    @rule(
        which=st.integers(0, 9),
        verb=st.sampled_from(sorted(SAY)),
        actor=st.sampled_from(PEOPLE),
        words=WORDS,
        unit=st.sampled_from(UNITS),
    )
    def anything(self, which: int, verb: str, actor: Actor, words: str, unit: str) -> None:
        self._say(self._ticket(which), verb, actor, words, unit)

    @rule(
        which=st.integers(0, 9),
        verb=st.sampled_from(["yes", "no", "urge", "rate", "revise"]),
        words=WORDS,
        own=st.booleans(),
    )
    def the_requester_speaks(self, which: int, verb: str, words: str, own: bool) -> None:
        ticket = self._ticket(which)
        taken = self._say(ticket, verb, actors.requester(ticket.number if own else "1"), words, "")
        assert own or not taken, "nobody speaks on another's ticket"

    @rule(which=st.integers(0, 9), words=WORDS)
    def somebody_acts_on_an_old_page(self, which: int, words: str) -> None:
        ticket = self._ticket(which)
        ticket.version -= 1
        with pytest.raises((Overtaken, NotPossible)), transaction.atomic():
            do_urge(ticket, words, SEAT, now=self.now, book=self.book)

    def _ticket(self, which: int) -> Ticket:
        tickets = list(Ticket.objects.order_by("pk"))
        return tickets[which % len(tickets)]

    def _say(self, ticket: Ticket, verb: str, actor: Actor, words: str, unit: str) -> bool:
        before = Ticket.objects.get(pk=ticket.pk).row()
        try:
            with transaction.atomic():
                SAY[verb](ticket, actor, self.now, self.book, words, unit)
        except (NotPossible, Overtaken):
            assert Ticket.objects.get(pk=ticket.pk).row() == before
            return False
        return True

    @invariant()
    def each_ticket_has_one_holder_and_a_deadline(self) -> None:
        for ticket in Ticket.objects.all():
            if ticket.state in workflow.CLOSED_STATES:
                assert ticket.closed_at is not None
                assert (ticket.clock, ticket.clock_at) == ("", None)
                continue
            assert bool(ticket.lead_id) is not bool(ticket.queue), ticket.state
            assert ticket.queue in ("", CONSULT_QUEUE, *QUEUES)
            assert ticket.due_at is not None
            assert ticket.clock in TICKET.clocks
            assert ticket.clock_at is not None, "an open ticket that nothing will ever ring for"

    @invariant()
    def every_accepted_request_has_its_ticket(self) -> None:
        assert Ticket.objects.count() == self.count
        assert Words.objects.count() == self.count

    @invariant()
    def rows_are_what_their_events_say(self) -> None:
        assert list(differences()) == []

    @invariant()
    def every_matter_of_every_kind_is_what_its_events_say(self) -> None:
        for kind in all_kinds():
            rows = {row.pk: row.row() for row in kind.model._default_manager.all()}
            assert rows == dict(rebuilt(kind)), kind.name
            for row in rows.values():
                if row["state"] not in kind.workflow.closed:
                    assert row["due_at"] is not None, f"an open {kind.name} without a deadline"

    @invariant()
    def nothing_is_asked_for_a_ticket_that_is_over(self) -> None:
        over = Ticket.objects.filter(state__in=workflow.CLOSED_STATES).values_list("pk", flat=True)
        left = SubTicket.objects.filter(ticket__in=list(over)).exclude(state__in=sub.CLOSED_STATES)
        assert not left.exists()

    @invariant()
    def whoever_must_be_told_stands_in_the_outbox(self) -> None:
        told = set(Notice.objects.values_list("matter", "seq"))
        for kind in all_kinds():
            events = Event.objects.filter(kind=kind.name, verb__in=kind.notices)
            assert set(events.values_list("matter", "seq")) <= told

    @invariant()
    def every_event_is_a_line_of_the_table(self) -> None:
        tables = {kind.name: kind.workflow for kind in all_kinds()}
        for event in Event.objects.all():
            line = tables[event.kind].transition(event.state_from, event.verb)
            assert event.state_to == (line.to or event.state_from)
            assert line.roles & set(event.actor_roles), f"{event.actor_name} said {event.verb}"

    @invariant()
    def histories_only_grow(self) -> None:
        now = dict(Event.objects.order_by("matter", "seq").values_list("matter", "seq"))
        assert all(now.get(matter, 0) >= length for matter, length in self.histories.items())
        assert sum(now.values()) == Event.objects.count(), "no gap, no twin"
        self.histories = now

    @invariant()
    def no_community_leads_and_streets_have_their_district_told(self) -> None:
        for ticket in Ticket.objects.exclude(lead=None):
            unit = self.book.units[ticket.lead_id or ""]
            assert unit.can_lead
            if unit.kind == "street":
                assert unit.parent in ticket.copied_to or unit.parent in ticket.recused

    @invariant()
    def nothing_personal_is_outside_people(self) -> None:
        rows = [ticket.row() for ticket in Ticket.objects.all()]
        events = list(Event.objects.values("changes", "detail", "actor_name"))
        told = json.dumps([rows, events], default=str, ensure_ascii=False)
        bare = told.replace(" ", "").replace("-", "")
        assert PHONE not in bare
        assert "王小明" not in told
        assert Requester.objects.count() <= 1, "the same person is one requester"


@pytest.fixture
def stage(city: Book, reader: Reader, now: datetime) -> Iterator[type[TicketMachine]]:
    machine = type("Machine", (TicketMachine,), {"book": city, "reader": reader, "begin": now})
    yield machine
    assert connection.in_atomic_block, "the machine undoes what it did"


@pytest.mark.slow
def test_the_invariants_hold_whatever_anybody_does(stage: type[TicketMachine]) -> None:
    run_state_machine_as_test(
        stage,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # shrinking would take minutes; forty steps can be read
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_database_itself_refuses_two_holders_and_none(city: Book, now: datetime) -> None:
    from tests.tickets.stage import ticket_in

    ticket = ticket_in(workflow.SIGNED, city, now)
    for broken in ({"lead_id": None}, {"queue": "dispatch"}, {"due_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Ticket.objects.filter(pk=ticket.pk).update(**broken)
