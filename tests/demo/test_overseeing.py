"""The simulated city shows oversight and exclusion in several states."""

from __future__ import annotations

from datetime import datetime

import pytest

from jieban.city.book import Book
from jieban.demo.simulation import simulate
from jieban.exclusion.kind import EXCLUSION
from jieban.exclusion.models import Exclusion
from jieban.matters.kinds import Kind
from jieban.matters.queries import rebuilt
from jieban.oversight.kind import OVERSIGHT
from jieban.oversight.models import Case
from jieban.tickets.models import Ticket


@pytest.mark.django_db
def test_the_demonstration_has_cases_and_applications(city: Book, now: datetime) -> None:
    simulate(city, days=12, per_day=40, seed=7, end=now)
    cases, exclusions = Case.objects.all(), Exclusion.objects.all()
    assert {"opened", "answered"} <= set(cases.values_list("state", flat=True))
    assert {"applied", "approved"} <= set(exclusions.values_list("state", flat=True))
    assert all(row.simulated for row in (*cases, *exclusions))
    left_out = Ticket.objects.exclude(exclusion="").count()
    assert left_out == exclusions.filter(state__in=("approved", "overturned")).count()
    kinds: tuple[Kind, ...] = (OVERSIGHT, EXCLUSION)
    for kind in kinds:
        told = dict(rebuilt(kind))
        assert all(told[row.pk] == row.row() for row in kind.model._default_manager.all())
