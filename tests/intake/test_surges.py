"""Topics that fill the lines: form, queue, and a feed of corrections that is the same whenever it is made."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from tests.tickets.stage import DISPATCHER, SEAT, STREET, stored, waiting_ticket

from jieban.city.book import Book
from jieban.dispatch.actions import Choice, do_dispatch
from jieban.dispatch.rules import DANGER_QUEUE, DISPATCH_QUEUE, SURGE_QUEUE, propose
from jieban.intake.actions import Request, do_take_in
from jieban.intake.amending import do_amend
from jieban.intake.feeds import as_csv, changes, do_make_feeds
from jieban.intake.models import SurgeFeed
from jieban.intake.surges import feed_spans, surge_named, surge_of
from jieban.reading.reader import Reader
from jieban.reading.result import Guess

ON = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jieban.intake.feeds.feed_folder", lambda: tmp_path / "feeds")


def of_cold_wave(city: Book, now: datetime, **columns: Any) -> Any:
    return waiting_ticket(city, now, surge="cold_wave", form="cold", **columns)


def test_a_request_belongs_to_the_topic_in_force_that_its_words_name(city: Book) -> None:
    found = surge_of(city, ON, "040101", "寒潮来了家里不热")
    assert found is not None
    assert found.code == "cold_wave"
    assert surge_of(city, ON, "", "疫情期间怎么办") is None  # that topic is over
    past = surge_of(city, date(2021, 11, 1), "", "疫情期间怎么办")
    assert past is not None
    assert past.code == "covid"


def test_a_request_of_the_topic_gets_its_form_and_where_unsure_its_queue(
    city: Book, reader: Reader, now: datetime
) -> None:
    request = Request(source="t", key="1", body="", channel="phone", text="寒潮来了，双井街道这边谁管一下")
    (outcome,) = do_take_in([request], SEAT, now=now, book=city, reader=reader)
    ticket = outcome.ticket_row
    assert ticket is not None
    assert (ticket.surge, ticket.form) == ("cold_wave", "cold")
    assert "cold.vulnerable" in ticket.missing
    why = ticket.proposal["why_queue"]
    assert (ticket.queue == SURGE_QUEUE) == (why == "surge")


def test_spans_lie_on_one_grid_and_none_is_unfinished(city: Book) -> None:
    surge = surge_named(city, "cold_wave")
    assert surge is not None
    began = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    spans = feed_spans(surge, None, began, datetime(2026, 11, 20, 13, 0, tzinfo=UTC))
    assert [(a.hour, b.hour) for a, b in spans] == [(0, 6), (6, 12)]
    assert feed_spans(surge, spans[-1][1], began, datetime(2026, 11, 20, 17, 59, tzinfo=UTC)) == []


def test_the_feed_tells_what_is_new_and_what_was_corrected(city: Book, now: datetime) -> None:
    surge = surge_named(city, "cold_wave")
    assert surge is not None
    first = of_cold_wave(city, now)
    later = now + timedelta(hours=7)
    do_amend(first, {"cold.vulnerable": "yes"}, DISPATCHER, now=later, book=city)
    do_dispatch(stored(first), Choice(STREET, "040102"), DISPATCHER, now=later, book=city)
    (new,) = changes(city, surge, now, now + timedelta(hours=6))
    assert (new["new"], new["state"], new["category"], new["corrections"]) == (True, "waiting", "040101", {})
    (changed,) = changes(city, surge, now + timedelta(hours=6), now + timedelta(hours=12))
    assert changed["state"] == "dispatched"
    assert changed["corrections"]["category"] == ["040101", "040102"]
    assert changed["corrections"]["answers"] == [{}, {"cold.vulnerable": "yes"}]
    assert list(changes(city, surge, now + timedelta(hours=12), now + timedelta(hours=18))) == []


def test_no_words_and_no_names_leave_with_the_feed(city: Book, now: datetime) -> None:
    surge = surge_named(city, "cold_wave")
    assert surge is not None
    of_cold_wave(city, now, text="王小明家里不热", answers={"wages.debtor": "某人", "cold.temperature": "12"})
    rows = list(changes(city, surge, now, now + timedelta(hours=6)))
    text = json.dumps(rows, ensure_ascii=False) + as_csv(rows)
    assert "王小明" not in text
    assert "某人" not in text
    assert rows[0]["answers"] == {"cold.temperature": "12"}
    assert next(csv.DictReader(io.StringIO(as_csv(rows))))["street"] == STREET


def test_feeds_are_made_once_and_a_broken_one_again(city: Book, now: datetime, tmp_path: Path) -> None:
    of_cold_wave(city, now)
    made = do_make_feeds(city, now=now + timedelta(hours=9))
    assert [one.rows for one in made] == [1, 0]  # that nothing changed is told too
    folder = tmp_path / "feeds"
    before = (folder / f"{made[0].file}.jsonl").read_text(encoding="utf-8")
    assert do_make_feeds(city, now=now + timedelta(hours=9)) == []
    SurgeFeed.objects.all().delete()  # a crash between the files and the row
    do_make_feeds(city, now=now + timedelta(hours=9, minutes=10))
    assert (folder / f"{made[0].file}.jsonl").read_text(encoding="utf-8") == before
    assert sorted(path.suffix for path in folder.iterdir()) == [".csv", ".csv", ".jsonl", ".jsonl"]


def test_a_feed_costs_the_same_number_of_statements_however_many_change(
    city: Book, now: datetime, django_assert_num_queries: Any
) -> None:
    surge = surge_named(city, "cold_wave")
    assert surge is not None
    for _ in range(5):
        of_cold_wave(city, now)
    with django_assert_num_queries(2):
        assert len(list(changes(city, surge, now, now + timedelta(hours=6)))) == 5


def test_the_command_writes_a_file_and_names_the_topics_there_are(
    city: Book, now: datetime, tmp_path: Path
) -> None:
    of_cold_wave(city, now)
    out = tmp_path / "x.csv"
    call_command("surge", "cold_wave", since=datetime(2026, 11, 20), out=out)
    assert out.read_text(encoding="utf-8").count("\n") == 2
    with pytest.raises(CommandError, match="cold_wave"):
        call_command("surge", "nothing")


def test_one_of_very_many_waits_in_the_queue_of_its_topic_when_the_matter_is_not_sure(
    city: Book, reader: Reader
) -> None:
    reading = reader.read("", "寒潮来了，双井街道暖气不热", on=ON)
    unsure = replace(reading, danger=False, categories=(Guess("040101", 0.3),))
    assert propose(unsure, city, ON, surge="cold_wave").queue == SURGE_QUEUE
    assert propose(unsure, city, ON).queue == DISPATCH_QUEUE
    sure = replace(reading, danger=False, categories=(Guess("040101", 0.95),))
    assert propose(sure, city, ON, surge="cold_wave").queue == ""
    assert propose(replace(unsure, danger=True), city, ON, surge="cold_wave").queue == DANGER_QUEUE
