"""Two at once on oversight: each ticket has one open case for each trigger, whoever is first."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.exclusion.test_together import together
from tests.oversight.stage import CHIEF, DONE, WHY, case_on, changed, marks
from tests.tickets.stage import SUPERVISOR, clerk, stored, ticket_in

from jieban.city.book import Book
from jieban.matters.actions import Overtaken
from jieban.matters.rules import NotPossible
from jieban.matters.tick import tick
from jieban.oversight import workflow as o
from jieban.oversight.actions import do_accept, do_answer, do_not_enough, do_supervise
from jieban.oversight.models import Case
from jieban.oversight.tasks import scan_all
from jieban.tickets import workflow as w

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_scans_at_once_open_each_case_once(live_city: Book, now: datetime) -> None:
    tickets = [changed(ticket_in(w.HANDLING, live_city, now), urged=3, redone=3) for _ in range(6)]
    opened = together(*[lambda: scan_all(now, live_city)] * 3)
    opened.append(scan_all(now, live_city))  # what one found taken, the next scan opens
    assert sum(opened) == 12
    assert Case.objects.count() == 12
    assert all(stored(ticket).marks == ["problem", "supervised"] for ticket in tickets)


def test_two_people_at_once_open_one_case(live_city: Book, now: datetime) -> None:
    ticket = ticket_in(w.HANDLING, live_city, now)
    mine, yours = stored(ticket), stored(ticket)
    results = together(
        lambda: do_supervise(mine, "media", WHY, SUPERVISOR, now=now, book=live_city),
        lambda: do_supervise(yours, "media", WHY, CHIEF, now=now, book=live_city),
    )
    assert sum(isinstance(one, Case) for one in results) == 1, results
    assert sum(isinstance(one, Overtaken | NotPossible) for one in results) == 1, results
    assert Case.objects.count() == 1


def test_enough_and_not_enough_at_once_are_one_decision(live_city: Book, now: datetime) -> None:
    case = case_on(live_city, now)
    do_answer(case, DONE, clerk(), now=now)
    mine, yours = Case.objects.get(), Case.objects.get()
    results = together(
        lambda: do_accept(mine, "", SUPERVISOR, now=now, book=live_city),
        lambda: do_not_enough(yours, "没有写明时间。", CHIEF, now=now, book=live_city),
    )
    assert sum(isinstance(one, Overtaken) for one in results) == 1, results
    supervised = "supervised" in marks(case)
    assert supervised == (Case.objects.get().state != o.CLOSED)


def test_the_answer_and_its_clock_at_once_are_one_step(live_city: Book, now: datetime) -> None:
    case = case_on(live_city, now)
    then = now + timedelta(hours=120)
    mine = Case.objects.get()
    together(
        lambda: tick(then),
        lambda: do_answer(mine, DONE, clerk(), now=then),
        lambda: tick(then),
    )
    case.refresh_from_db()
    assert (case.state, case.step) in ((o.ANSWERED, "letter"), (o.OPENED, "talk_down"))
