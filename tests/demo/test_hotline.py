"""The hotline of the simulated city: common matters, names of places, and the counts of the night."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from jieban.city.book import Book
from jieban.city.naming_models import NameProposal
from jieban.city.pack import find_pack
from jieban.demo.samples import load_outbreaks
from jieban.demo.simulation import simulate
from jieban.dispatch.events.models import ACCEPTED, OPEN, EventSuggestion
from jieban.dispatch.models import DispatchFact, DispatchMonth
from jieban.tickets.models import Cluster, Ticket
from jieban.tickets.queries import differences


def test_every_event_of_the_pack_is_told_in_a_place_and_a_matter_of_the_city(city: Book) -> None:
    outbreaks = load_outbreaks(find_pack(city.identity.code))
    assert len(outbreaks) > 3
    for one in outbreaks:
        assert one.days_ago >= one.over_days
        for telling in one.tellings:
            assert telling.category in city.categories
            assert telling.street in city.places
            assert telling.text
    assert len({told.text for one in outbreaks for told in one.tellings}) == sum(
        len(one.tellings) for one in outbreaks
    )


def test_a_pack_without_events_has_none(tmp_path: Path) -> None:
    assert load_outbreaks(tmp_path) == []


@pytest.mark.django_db
def test_the_newcomer_finds_common_matters_names_and_figures(city: Book, now: datetime) -> None:
    simulate(city, days=8, per_day=10, seed=7, end=now)
    assert set(EventSuggestion.objects.values_list("state", flat=True)) >= {OPEN, ACCEPTED}
    members = Ticket.objects.exclude(cluster=None)
    assert Cluster.objects.filter(pk__in=members.values("cluster")).count() > 1
    assert all(one.simulated for one in members)
    joined = EventSuggestion.objects.filter(state=ACCEPTED)
    assert all(one.decided_at and one.decided_at < now - timedelta(hours=15) for one in joined)
    names = NameProposal.objects.all()
    assert {one.state for one in names} == {"proposed"}
    assert max(one.said for one in names) > 1
    assert DispatchFact.objects.exists()
    assert DispatchMonth.objects.filter(sent__gt=0).exists()
    assert list(differences()) == []
