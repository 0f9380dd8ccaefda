"""Two at once on an exclusion: one wins, the other is told; the ticket and the exclusion never part."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from tests.exclusion.test_exclusion import CHIEF, NO, RULING, WORDS, applied, closed_ticket
from tests.tickets.stage import SUPERVISOR, clerk, reviewer

from jieban.city.book import Book
from jieban.exclusion import workflow as x
from jieban.exclusion.actions import Application, do_apply, do_approve, do_refuse, do_withdraw
from jieban.exclusion.models import Exclusion
from jieban.matters.actions import Overtaken
from jieban.matters.rules import NotPossible
from jieban.matters.tick import tick
from jieban.tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do all at the same moment, each on a connection of its own; gives results or the errors."""
    start = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(index: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[index] = act()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def in_step(exclusion: Exclusion) -> bool:
    """Whether ticket and exclusion tell the same."""
    fresh = Exclusion.objects.get(pk=exclusion.pk)
    return (fresh.state in x.IN_FORCE) == bool(Ticket.objects.get(pk=fresh.ticket).exclusion)


def test_of_two_reviewers_at_once_one_decides(live_city: Book, now: datetime) -> None:
    for _ in range(5):
        mine = applied(live_city, now)
        yours = Exclusion.objects.get(pk=mine.pk)
        results = together(
            lambda: do_approve(mine, RULING, CHIEF, now=now, book=live_city),  # noqa: B023
            lambda: do_refuse(yours, NO, SUPERVISOR, now=now, book=live_city),  # noqa: B023
        )
        assert sum(isinstance(one, Exclusion) for one in results) == 1, results
        assert sum(isinstance(one, Overtaken) for one in results) == 1, results
        assert in_step(mine)


def test_two_of_a_unit_apply_at_once_and_there_is_one_application(live_city: Book, now: datetime) -> None:
    ticket = closed_ticket(live_city, now)
    other = Ticket.objects.get(pk=ticket.pk)
    given = Application("E6", WORDS)
    results = together(
        lambda: do_apply(ticket, given, clerk(), now=now, book=live_city),
        lambda: do_apply(other, given, reviewer(), now=now, book=live_city),
    )
    assert Exclusion.objects.count() == 1
    assert sum(isinstance(one, Overtaken | NotPossible) for one in results) == 1, results


def test_the_end_and_a_withdrawal_at_once_count_the_ticket_once(live_city: Book, now: datetime) -> None:
    exclusion = applied(live_city, now)
    do_approve(exclusion, RULING, CHIEF, now=now, book=live_city)
    fresh = Exclusion.objects.get(pk=exclusion.pk)
    then = now + timedelta(days=400)
    together(
        lambda: tick(then),
        lambda: do_withdraw(fresh, clerk(), now=then, book=live_city),
        lambda: tick(then),
    )
    tick(then)
    assert in_step(exclusion)
    assert Exclusion.objects.get(pk=exclusion.pk).state in (x.EXPIRED, x.WITHDRAWN)
