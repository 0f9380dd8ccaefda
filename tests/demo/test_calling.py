"""The simulated city calls back: some rate before they are asked, some are asked a second time."""

from __future__ import annotations

from datetime import datetime

import pytest

from jieban.city.book import Book
from jieban.demo.simulation import simulate
from jieban.matters.models import Event
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences


@pytest.mark.django_db
def test_the_demonstration_has_every_way_of_answering(
    city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jieban.callback.actions._draw", lambda ticket: 0.0)
    simulate(city, days=12, per_day=30, seed=7, end=now)
    assert {"agreed", "differs", "due"} <= set(Ticket.objects.values_list("checked", flat=True))
    assert Ticket.objects.filter(self_rated=True, visit_result="reached").exists()
    closing = Event.objects.filter(kind="ticket", verb="close").values_list("detail__by", flat=True)
    assert {"phone", "rated"} <= set(closing)
    outcomes = Event.objects.filter(verb="visit").values_list("detail__outcome", flat=True)
    assert {"no_answer", "busy"} <= set(outcomes)
    denied = Ticket.objects.filter(solved="no", self_rated=False)
    assert denied
    assert all(ticket.reasons for ticket in denied)
    assert list(differences()) == []
