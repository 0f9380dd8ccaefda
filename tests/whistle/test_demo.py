"""The simulated city blows whistles, and leaves some in every state for a newcomer."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from jieban.city.book import Book
from jieban.demo.simulation import simulate
from jieban.matters.queries import rebuilt
from jieban.tickets.queries import differences
from jieban.whistle.kind import REPORT, WHISTLE
from jieban.whistle.models import ReportIn, Whistle


@pytest.mark.django_db
def test_the_demonstration_has_whistles_in_many_states(
    city: Book, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jieban.demo.whistling.SHARE", 1.0)
    simulate(city, days=8, per_day=20, seed=7, end=now)
    states = set(Whistle.objects.values_list("state", flat=True))
    assert {"blown", "done", "rated", "cancelled"} <= states
    reports = set(ReportIn.objects.values_list("state", flat=True))
    assert {"called", "acknowledged", "rated", "excused", "withdrawn"} <= reports
    assert all(Whistle.objects.values_list("simulated", flat=True))
    assert not ReportIn.objects.filter(clock_at__lt=now - timedelta(days=1)).exists()
    assert list(differences()) == []
    for kind in (WHISTLE, REPORT):
        told = dict(rebuilt(kind))
        assert all(told[row.pk] == row.row() for row in kind.model._default_manager.all())
