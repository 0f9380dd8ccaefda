"""The same matter by the same caller at the same moment: one ticket is handled, the others are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from tests.tickets.stage import SEAT

from jieban.city.book import Book
from jieban.intake.actions import Request, do_take_in
from jieban.people.actions import Contact
from jieban.reading.reader import reader_for
from jieban.tickets import workflow as w
from jieban.tickets.models import Cluster, Ticket
from jieban.tickets.queries import differences

COLD = "双井街道富力城3号楼暖气不热，屋里才15度"


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Run the jobs at the same moment, each with a connection of its own; gives results or errors."""
    start, results = Barrier(len(jobs)), list[Any]()

    def run(job: Callable[[], Any]) -> None:
        start.wait()
        try:
            results.append(job())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def filing(key: str, phone: str, city: Book, now: datetime) -> Callable[[], Any]:
    reader = reader_for(city)
    request = Request("t", key, "", "phone", text=COLD, contact=Contact(phone))
    return lambda: do_take_in([request], SEAT, now=now, book=city, reader=reader)


@pytest.mark.django_db(transaction=True)
def test_art_11_six_calls_at_once_by_one_caller_are_one_open_ticket(live_city: Book, now: datetime) -> None:
    results = together(*[filing(str(n), "13812345678", live_city, now) for n in range(6)])
    assert not [one for one in results if isinstance(one, Exception)], results
    states = Counter(ticket.state for ticket in Ticket.objects.all())
    assert states[w.EXPLAINED] == 5
    (first,) = Ticket.objects.filter(same_as=None)
    assert set(Ticket.objects.exclude(pk=first.pk).values_list("same_as", flat=True)) == {first.pk}
    assert first.urged == 1, "the others came within the gap"
    assert sorted(Ticket.objects.values_list("nth_month", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert list(differences()) == []


@pytest.mark.django_db(transaction=True)
def test_six_people_at_once_break_nothing(live_city: Book, now: datetime) -> None:
    filing("0", "13800000000", live_city, now)()
    results = together(*[filing(str(n), f"1380000000{n}", live_city, now) for n in range(1, 7)])
    assert not [one for one in results if isinstance(one, Exception)], results
    assert not Ticket.objects.filter(state=w.EXPLAINED).exists()
    joined = set(Ticket.objects.values_list("cluster", flat=True))
    assert joined - {None} <= set(Cluster.objects.values_list("pk", flat=True))
    assert list(differences()) == []
