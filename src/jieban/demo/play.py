"""Sixty days of a city, played through the real actions with a clock of their own.

Nothing is written past the actions: every simulated ticket has the events that a real one has, and is
marked ``simulated``. The same seed on the same pack gives the same city.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from zoneinfo import ZoneInfo

from django.db import transaction

from jieban.callback.actions import Answers, do_answers, do_limit_reached, do_visit
from jieban.callback.checking import do_second_check
from jieban.callback.rating import do_rate
from jieban.callback.rules import ATTEMPTS, calling_hours
from jieban.city.book import Book
from jieban.demo.hotline import Hotline
from jieban.demo.people import (
    CALLER,
    CHECKER,
    DISPATCHER,
    OBJECTIONS,
    REPLIES,
    RULER,
    answers_of,
    clerk_of,
    drift,
    habits_of,
    reviewer_of,
)
from jieban.demo.samples import Outbreak, Sample, vary
from jieban.demo.whistling import Whistling
from jieban.dispatch.actions import Choice, do_answer, do_dispatch, do_rule_on_objection
from jieban.dispatch.rules import DANGER_QUEUE, candidate_for, local_day, place_at
from jieban.handling.actions import do_contact, do_object, do_reply, do_review, do_sign
from jieban.intake.actions import Request, do_take_in
from jieban.matters.actors import PLATFORM, requester
from jieban.people.actions import Contact
from jieban.reading.reader import Reader
from jieban.tickets import workflow
from jieban.tickets.models import Ticket

HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 14, 16, 15, 12, 10, 11, 13, 13, 12, 11, 10, 9, 8, 6, 4, 2)
"""How a day's requests spread over its hours, by share."""
STEPS_PER_TRANSACTION = 150
TRIES = 12
"""How often another sample is looked at for one that can be told again elsewhere."""
LAST_SHIFT = timedelta(hours=16)
"""In the last hours of the play the desks are left as a newcomer finds them: with work on them."""


@dataclass
class Tally:
    """What the play did, for the summary."""

    requests: int = 0
    verbs: int = 0


@dataclass
class City:
    """The stage: book, reader, samples, the desk that is left open, seed, and what happens next."""

    book: Book
    reader: Reader
    samples: list[Sample]
    desk: list[Sample]
    seed: int
    end: datetime
    outbreaks: list[Outbreak] = field(default_factory=list)
    chance: random.Random = field(init=False)
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self._agenda: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self._order = count()
        self._streets = [place for place in self.book.places.values() if place.level == "street"]
        self.chance.shuffle(self._streets)  # some streets are busy, most are not
        self._habits = {code: habits_of(code, self.seed) for code in self.book.units}
        self._begin = self.end
        self._whistles = Whistling(self.book, self.seed, self._at, self.end - LAST_SHIFT)
        self._hotline = Hotline(self.book, self.reader, self.seed, self.end - LAST_SHIFT)

    def play(self, days: int, per_day: int, progress: Callable[[float], None] = lambda share: None) -> Tally:
        """Play ``days`` up to ``end`` with about ``per_day`` requests a day."""
        self._begin = self.end - timedelta(days=days)
        for moment, sample in self._arrivals(days, per_day):
            self._at(moment, partial(self._arrive, sample))
        for sample in self.desk:
            self._at(self.end - LAST_SHIFT * self.chance.random() ** 2 / 4, partial(self._arrive, sample))
        self._plan_hotline(days)
        while self._agenda and self._agenda[0][0] <= self.end:
            with transaction.atomic():
                for _ in range(STEPS_PER_TRANSACTION):
                    if not self._agenda or self._agenda[0][0] > self.end:
                        break
                    moment, _, act = heapq.heappop(self._agenda)
                    act(moment)
            if self._agenda:
                progress((self._agenda[0][0] - self._begin) / (self.end - self._begin))
        self._hotline.round(self.end)
        self.tally.verbs += self._whistles.verbs + self._hotline.verbs
        return self.tally

    def _plan_hotline(self, days: int) -> None:
        """What many people tell of within a few days, and the hotline's round every morning and evening."""
        for one in (one for one in self.outbreaks if one.days_ago <= days):
            for number, sample in enumerate(one.tellings):
                ago = one.days_ago - one.over_days * number / len(one.tellings)
                self._at(self.end - timedelta(days=ago), partial(self._tell, one.id, sample))
        for half in range(2 * days - 1, 0, -1):
            act = self._hotline.day if half % 2 else self._hotline.round
            self._at(self.end - timedelta(days=half / 2), act)

    def _arrivals(self, days: int, per_day: int) -> list[tuple[datetime, Sample]]:
        zone = ZoneInfo(self.book.identity.timezone)
        moments = []
        for day in range(days + 1):
            start = (self._begin + timedelta(days=day)).astimezone(zone)
            weekday = 0.8 if start.weekday() >= 5 else 1.05
            wave = 1 + 0.15 * math.sin(day / 5)
            for _ in range(max(1, round(per_day * weekday * wave * self.chance.uniform(0.85, 1.15)))):
                hour = self.chance.choices(range(24), HOURS)[0]
                midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
                moments.append(midnight + timedelta(hours=hour, seconds=self.chance.randrange(3600)))
        moments = sorted(moment for moment in moments if self._begin <= moment < self.end)
        told = self.samples[: len(moments)] + self._retold(len(moments) - len(self.samples))
        self.chance.shuffle(told)
        return list(zip(moments, told, strict=True))

    def _retold(self, wanted: int) -> list[Sample]:
        """The samples told again by others, in streets that are busy to different degrees."""
        weights = [1 / (rank + 10) for rank in range(len(self._streets))]
        told: list[Sample] = []
        for _ in range(wanted * TRIES):
            if len(told) >= wanted:
                break
            (street,) = self.chance.choices(self._streets, weights)
            other = vary(self.chance.choice(self.samples), street, self.chance, self.book, self.reader)
            if other is not None:
                told.append(other)
        return told + self.chance.choices(self.samples, k=max(0, wanted - len(told)))

    def _at(self, moment: datetime, act: Callable[[datetime], object]) -> None:
        heapq.heappush(self._agenda, (moment, next(self._order), act))

    def _later(self, now: datetime, hours: float, act: Callable[[datetime], object]) -> None:
        self._at(now + timedelta(hours=max(hours, 0.02) * self.chance.uniform(0.6, 1.6)), act)

    def _tell(self, event: str, sample: Sample, now: datetime) -> None:
        self._hotline.told(event, self._arrive(sample, now))

    def _arrive(self, sample: Sample, now: datetime) -> int:
        """A request comes in; gives the id of its ticket."""
        number = next(self._order)
        caller = f"1380000{self.chance.randrange(10000):04d}"
        request = Request(
            source="simulation",
            key=f"{self.seed}:{self.end:%Y%m%d%H%M}:{number}",
            body="",
            channel=sample.channel,
            title=sample.title,
            text=sample.text,
            occurred_at=now,
            contact=Contact(phone=caller, name="模拟诉求人"),
            simulated=True,
        )
        (outcome,) = do_take_in([request], PLATFORM, now=now, book=self.book, reader=self.reader)
        self.tally.requests += 1
        self.tally.verbs += 2
        ticket = outcome.ticket_row
        assert ticket is not None
        if ticket.state == workflow.WAITING:
            wait = 0.1 if ticket.queue == DANGER_QUEUE else 0.6
            self._later(now, wait, lambda then: self._decide(ticket, sample, then))
        else:
            self._sent(ticket, sample, now)
        return ticket.pk

    def _decide(self, ticket: Ticket, sample: Sample, now: datetime) -> None:
        """A dispatcher decides, knowing what a good one would know."""
        self._look_again(ticket)
        if not sample.category or self._leave_for_the_newcomer(now):
            return
        if sample.demand_type == "CONSULT" and self.chance.random() < 0.6:
            do_answer(ticket, "已按知识库答复，您对答复表示清楚。", DISPATCHER, now=now)
            self.tally.verbs += 1
            return
        unit, category, place = self._truth(sample, now)
        if unit is None or unit in ticket.objected_by:
            candidates = [one["unit"] for one in ticket.proposal["candidates"]]
            unit = next((code for code in candidates if code not in ticket.objected_by), None)
        if unit is None:
            unit = self.chance.choice(self._streets).code
            place = unit
        self._hotline.name(ticket, place, now)
        do_dispatch(ticket, Choice(unit, category, place), DISPATCHER, now=now, book=self.book)
        self.tally.verbs += 1
        self._sent(ticket, sample, now)

    def _truth(self, sample: Sample, now: datetime) -> tuple[str | None, str, str]:
        """The unit that the label means: (unit, category, place)."""
        where = sample.street or sample.district
        if sample.unit in self.book.units and self.book.units[sample.unit].can_lead:
            return sample.unit, sample.category, where
        place = place_at(self.book, where)
        found = candidate_for(self.book, sample.category, place, local_day(self.book, now))
        return (found.unit if found else None), sample.category, where

    def _sent(self, ticket: Ticket, sample: Sample, now: datetime) -> None:
        assert ticket.due_at is not None
        round_ = ticket.redone
        self._at(ticket.due_at, lambda then: self._limit(ticket, round_, sample, then))
        span = (ticket.due_at - now).total_seconds() / 3600
        self._later(now, min(3.0, span * 0.1), lambda then: self._receive(ticket, sample, span, then))

    def _receive(self, ticket: Ticket, sample: Sample, span: float, now: datetime) -> None:
        """The unit signs, or objects when the ticket went wrong."""
        self._look_again(ticket)
        if ticket.state != workflow.DISPATCHED or ticket.lead_id is None:
            return
        clerk = clerk_of(self.book.units[ticket.lead_id])
        right = self._truth(sample, now)[0] if sample.category else None
        wrong = right is not None and right != ticket.lead_id
        if wrong and ticket.lead_id not in ticket.heard and self.chance.random() < 0.7:
            do_object(ticket, self.chance.choice(OBJECTIONS), clerk, now=now, book=self.book)
            self.tally.verbs += 1
            self._later(now, 3, lambda then: self._rule(ticket, sample, span, then))
            return
        do_sign(ticket, clerk, now=now, book=self.book)
        self.tally.verbs += 1
        self._later(now, min(8.0, span * 0.1), lambda then: self._call(ticket, span, then))

    def _look_again(self, ticket: Ticket) -> None:
        """A whistle's results come to the ticket from others, so does joining: see them before acting."""
        if ticket.whistled or ticket.pk in self._hotline.joined:
            ticket.refresh_from_db()

    def _leave_for_the_newcomer(self, now: datetime) -> bool:
        return now > self.end - LAST_SHIFT and self.chance.random() < 0.8

    def _rule(self, ticket: Ticket, sample: Sample, span: float, now: datetime) -> None:
        self._look_again(ticket)
        if ticket.state != workflow.OBJECTED or self._leave_for_the_newcomer(now):
            return
        accept = self.chance.random() < 0.75
        do_rule_on_objection(ticket, accept, "按派单目录裁定。", RULER, now=now, book=self.book)
        self.tally.verbs += 1
        if accept:
            self._later(now, 0.5, lambda then: self._decide(ticket, sample, then))
        else:
            self._later(now, 2, lambda then: self._call(ticket, span, then))

    def _call(self, ticket: Ticket, span: float, now: datetime) -> None:
        self._look_again(ticket)
        if ticket.state not in (workflow.SIGNED, workflow.HANDLING) or ticket.lead_id is None:
            return
        unit = self.book.units[ticket.lead_id]
        habits = drift(self._habits[unit.code], (now - self._begin).days)
        reached = self.chance.random() < habits.care or ticket.contacted_at is not None
        do_contact(ticket, "reached" if reached else "no_answer", "", clerk_of(unit), now=now, book=self.book)
        self.tally.verbs += 1
        if not reached:
            self._later(now, 4, lambda then: self._call(ticket, span, then))
            return
        self._whistles.maybe(ticket, now)
        if self.chance.random() < habits.late:
            return  # this unit lets the limit pass
        self._later(now, span * habits.pace, lambda then: self._answer(ticket, then))

    def _answer(self, ticket: Ticket, now: datetime) -> None:
        self._look_again(ticket)
        if ticket.state != workflow.HANDLING or ticket.lead_id is None:
            return
        clerk = clerk_of(self.book.units[ticket.lead_id])
        do_reply(ticket, self.chance.choice(REPLIES), clerk, now=now, book=self.book)
        self.tally.verbs += 1
        self._later(now, 1.5, lambda then: self._review(ticket, then))

    def _review(self, ticket: Ticket, now: datetime) -> None:
        self._look_again(ticket)
        if ticket.state != workflow.REPLIED or ticket.lead_id is None:
            return
        boss = reviewer_of(self.book.units[ticket.lead_id])
        good = self.chance.random() < 0.93
        do_review(ticket, good, "" if good else "请补充处理结果和时间。", boss, now=now, book=self.book)
        self.tally.verbs += 1
        if not good:
            self._later(now, 3, lambda then: self._answer(ticket, then))
        elif self.chance.random() < 0.08:
            self._later(now, 5, lambda then: self._rate(ticket, then))

    def _rate(self, ticket: Ticket, now: datetime) -> None:
        """Some requesters do not wait to be asked."""
        self._look_again(ticket)
        if ticket.state != workflow.SUBMITTED or ticket.lead_id is None:
            return
        habits = drift(self._habits[ticket.lead_id], (now - self._begin).days)
        answers = answers_of(habits, False, False, self.chance)
        do_rate(ticket, answers, requester(ticket.number), now=now, book=self.book)
        self.tally.verbs += 1

    def _limit(self, ticket: Ticket, round_: int, sample: Sample, now: datetime) -> None:
        """The limit is reached: the hotline asks (unless a redo or a new unit has moved the limit)."""
        self._look_again(ticket)
        if ticket.state not in workflow.AT_THE_UNIT or ticket.redone != round_ or ticket.due_at != now:
            return
        do_limit_reached(ticket, PLATFORM, now=now, book=self.book)
        self.tally.verbs += 1
        if ticket.state == workflow.DISPATCHED:  # who had rated it said that it is not solved
            self._sent(ticket, sample, now)
            return
        self._later(now, 20, lambda then: self._ask(ticket, sample, then))

    def _ask(self, ticket: Ticket, sample: Sample, now: datetime) -> None:
        self._look_again(ticket)
        if ticket.state != workflow.CALLBACK or ticket.lead_id is None:
            return
        if not calling_hours(self.book, now).allow(now):
            self._later(now, 3, lambda then: self._ask(ticket, sample, then))
            return
        self.tally.verbs += 1
        if self.chance.random() < 0.18:
            outcome = self.chance.choice(ATTEMPTS)
            do_visit(ticket, "", CALLER, now=now, book=self.book, outcome=outcome)
            self._later(now, 12, lambda then: self._ask(ticket, sample, then))
            return
        habits = drift(self._habits[ticket.lead_id], (now - self._begin).days)
        hard = sample.tier == "T4"
        answers = answers_of(habits, ticket.overdue, hard, self.chance)
        do_answers(ticket, answers, CALLER, now=now, book=self.book)
        if ticket.state == workflow.DISPATCHED:
            self._sent(ticket, sample, now)
        if ticket.checked == "due":
            self._at(now + timedelta(days=1), lambda then: self._check(ticket, answers, then))

    def _check(self, ticket: Ticket, first: Answers, now: datetime) -> None:
        """Another interviewer asks the same, a day later; a few say it a little differently then.

        Which tickets are drawn is the installation's secret, so nothing here may move the chance.
        """
        ticket.refresh_from_db()
        if ticket.checked != "due":
            return
        self.tally.verbs += 1
        wavers = ticket.pk % 9 == 0 and first.satisfied == "satisfied"
        said = replace(first, satisfied="basic") if wavers else first
        do_second_check(ticket, said, CHECKER, now=now, book=self.book)
