"""Names that requesters use for places: proposed by one person, approved by another, then understood."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jieban.city.book import Book
from jieban.city.models import PlaceName
from jieban.city.naming import (
    Decider,
    NameRefused,
    do_approve_name,
    do_propose_name,
    do_reject_name,
    name_proposals,
    namesakes,
)
from jieban.city.queries import book, forget_book

NOW = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
ONE, OTHER = Decider("s:1", "老周"), Decider("s:2", "老郑")
STREET, DISTRICT = "110105026", "110105"
NEW = "东风里花房小区"


def test_a_name_is_proposed_once_and_counts_how_often_it_is_said(city: Book) -> None:
    made = do_propose_name(NEW, STREET, "estate", ONE, ticket="A1", now=NOW, book=city)
    again = do_propose_name(NEW, STREET, "estate", OTHER, ticket="A2", now=NOW, book=city)
    assert (again.pk, again.said, again.ticket_number) == (made.pk, 2, "A2")
    assert [one.name for one in name_proposals()] == [NEW]


def test_too_wide_or_known_is_no_lesson(city: Book) -> None:
    with pytest.raises(NameRefused, match="too_wide"):
        do_propose_name(NEW, DISTRICT, "estate", ONE, ticket="A1", now=NOW, book=city)
    row = next(row for row in city.tables["place_names"] if row.place == STREET and len(row.name) >= 3)
    with pytest.raises(NameRefused, match="known"):
        do_propose_name(row.name, STREET, row.kind, ONE, ticket="A1", now=NOW, book=city)


def test_whoever_proposed_does_not_decide(city: Book) -> None:
    made = do_propose_name(NEW, STREET, "estate", ONE, ticket="A1", now=NOW, book=city)
    with pytest.raises(NameRefused, match="own"):
        do_approve_name(made, ONE, now=NOW, book=city)
    do_reject_name(made, OTHER, now=NOW)
    with pytest.raises(NameRefused, match="decided"):
        do_approve_name(made, OTHER, now=NOW, book=city)
    assert not PlaceName.objects.filter(name=NEW).exists()


def test_an_approved_name_is_in_the_book(city: Book) -> None:
    made = do_propose_name(NEW, STREET, "estate", ONE, ticket="A1", now=NOW, book=city)
    row = do_approve_name(made, OTHER, now=NOW, book=city)
    assert (row.by_hand, row.kind, row.place, made.state) == (True, "estate", STREET, "approved")
    forget_book()
    assert any(one.name == NEW for one in book().tables["place_names"])


def test_namesakes_are_told(city: Book) -> None:
    name = next(p.name for p in city.places.values() if p.level == "community")
    found = namesakes([name, NEW], city, NOW.date())
    assert found[name]
    assert found[NEW] == []
