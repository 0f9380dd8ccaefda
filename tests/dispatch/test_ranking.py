"""Ranking: candidates from four sources, honest thresholds, files that cannot be trusted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jieban.city.book import Book
from jieban.city.pack import book_from_files
from jieban.dispatch.ranker.effects import Past
from jieban.dispatch.ranker.gathering import COLUMNS, NOBODY, gather, measures, where_of
from jieban.dispatch.ranker.leads import Leads, train_leads
from jieban.dispatch.ranker.learned import (
    BadDispatchModel,
    Learned,
    read_leads,
    read_settled,
    write_leads,
    write_settled,
)
from jieban.dispatch.ranker.ranking import NEVER, HeldOut, Settled, lower_bound, threshold_for, thresholds
from jieban.dispatch.rules import PLACE_QUEUE, local_day, place_at, propose
from jieban.reading.matter.samples import Sample
from jieban.reading.result import Guess, Reading

SHUANGJING = "110105016"
COLD, STALLS, SUBWAY = "040101", "020401", "050205"


@pytest.fixture(scope="module")
def book() -> Book:
    return book_from_files("beijing")


def read(book: Book, *guesses: tuple[str, float], text: str = "", place: str = SHUANGJING) -> Reading:
    """A reading with these guesses at the matter, made by hand."""
    found = tuple(Guess(code, sure) for code, sure in guesses)
    return Reading(
        demand_type="HELP",
        category=found[0].code,
        confidence=found[0].confidence,
        categories=found,
        tier="",
        danger=False,
        call="",
        place=place_at(book, place) if place else None,
        places=(),
        title="",
        text=text,
        address="",
        phones=(),
        secrets=(),
        reasons=(),
    )


def settled(held_out: HeldOut | None = None, **weights: float) -> Settled:
    """Learned numbers that believe in the matter, and in nothing else unless a test says so."""
    given = {"share": 1.0, **weights}
    sure = held_out or HeldOut(("0401",) * 200, (0.9,) * 200, (True,) * 200)
    return Settled(
        np.array([given.get(name, 0.0) for name in COLUMNS]),
        np.array([0.0, 1.0, 0.0, 0.0]),
        sure,
        {"04": 1.0},
        {"top1": 0.9},
    )


def today(book: Book, now: Any) -> Any:
    return local_day(book, now)


def test_a_unit_named_in_the_words_leads_where_the_duty_is_its(book: Book, now: Any) -> None:
    line_four = read(book, (SUBWAY, 0.9), text="4号线车厢空调太冷", place="")
    other = read(book, (SUBWAY, 0.9), text="地铁车厢空调太冷", place="")
    on = today(book, now)
    assert [one.unit for one in propose(line_four, book, on).candidates][:1] == ["ent.metro_jinggang"]
    assert [one.unit for one in propose(other, book, on).candidates][:1] != ["ent.metro_jinggang"]


def test_a_name_of_another_matter_changes_nothing(book: Book, now: Any) -> None:
    plain, named = read(book, (COLD, 0.9)), read(book, (COLD, 0.9), text="4号线旁边的小区暖气不热")
    on = today(book, now)
    assert propose(named, book, on).candidates == propose(plain, book, on).candidates


def test_the_name_that_chose_the_unit_is_told_among_the_reasons(book: Book, now: Any) -> None:
    proposal = propose(read(book, (SUBWAY, 0.9), text="4号线太挤", place=""), book, today(book, now))
    assert [(one.kind, one.quote) for one in proposal.reasons] == [("named", "4号线")]


def test_without_a_model_the_order_of_the_catalogue_stays(book: Book, now: Any) -> None:
    reading = read(book, (COLD, 0.6), (STALLS, 0.3))
    proposal = propose(reading, book, today(book, now))
    assert proposal.needed is None
    assert [one.confidence for one in proposal.candidates] == [0.6, 0.3]


def test_with_a_model_the_same_candidates_are_weighed(book: Book, now: Any) -> None:
    reading = read(book, (COLD, 0.5), (STALLS, 0.4))
    by_share = propose(reading, book, today(book, now), learned=Learned(settled(), None))
    streets = propose(reading, book, today(book, now), learned=Learned(settled(street=5.0), None))
    assert by_share.candidates[0].unit != streets.candidates[0].unit
    assert streets.candidates[0].unit == SHUANGJING


def test_a_proposal_is_the_same_however_often_it_is_made(book: Book, now: Any) -> None:
    reading = read(book, (COLD, 0.5), (STALLS, 0.4))
    made = {
        json.dumps(propose(reading, book, today(book, now), learned=Learned(settled(), None)).as_json())
        for _ in range(3)
    }
    assert len(made) == 1


def test_where_no_place_is_known_asking_for_it_may_come_first(book: Book, now: Any) -> None:
    reading = read(book, (STALLS, 0.9), place="")
    assert NOBODY in [one.code for one in gather(reading, book, today(book, now))]
    proposal = propose(reading, book, today(book, now), learned=Learned(settled(), None))
    assert proposal.queue == PLACE_QUEUE
    assert all(one.unit for one in proposal.candidates)


def test_units_of_history_become_candidates(book: Book, now: Any) -> None:
    reading = read(book, (COLD, 0.9))
    on = today(book, now)
    found = gather(reading, book, on, known=["110105.urban_management", "no such unit"])
    assert "110105.urban_management" in [one.code for one in found]
    assert measures(found, where_of(reading.place)).shape == (len(found), len(COLUMNS))


def test_a_unit_that_took_such_matters_there_rises(book: Book, now: Any) -> None:
    reading = read(book, (COLD, 0.9))
    past = {"110105.urban_management": Past(400, 0, today(book, now))}
    history = {(COLD[:4], SHUANGJING): past}
    learned = Learned(settled(), None)
    before = propose(reading, book, today(book, now), learned=learned)
    after = propose(reading, book, today(book, now), learned=learned, history=history)
    sure = {one.unit: one.confidence for one in after.candidates}
    assert "110105.urban_management" not in [one.unit for one in before.candidates[:1]]
    assert sure["110105.urban_management"] > 0
    assert [effect.kind for effect in after.learned] == ["taken"]


def test_thresholds_keep_the_stated_precision_with_a_bound() -> None:
    sure = tuple(0.99 if n < 150 else 0.6 for n in range(300))
    right = tuple(n < 150 or n % 3 == 0 for n in range(300))
    found = thresholds(HeldOut(("0101",) * 300, sure, right), 0.97)
    assert found[""] == 0.99
    assert lower_bound(150, 150) >= 0.97


def test_too_few_cases_never_promise_a_precision() -> None:
    found = thresholds(HeldOut(("0101",) * 10, (0.99,) * 10, (True,) * 10), 0.97)
    assert found == {"": NEVER}


def test_a_category_that_is_plainly_worse_gets_its_own_threshold() -> None:
    codes = ("0101",) * 300 + ("0202",) * 30
    right = (True,) * 300 + (False,) * 12 + (True,) * 18
    found = thresholds(HeldOut(codes, (0.95,) * 330, right), 0.9)
    assert threshold_for(found, "010101") == 0.95
    assert threshold_for(found, "020201") == NEVER


def test_a_small_category_takes_the_threshold_of_the_one_above() -> None:
    found = thresholds(HeldOut(("0101",) * 300 + ("0301",) * 3, (0.9,) * 303, (True,) * 303), 0.95)
    assert threshold_for(found, "030101") == found[""] == 0.9


def test_settled_numbers_survive_their_file(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    write_settled(path, settled(street=0.25))
    again = read_settled(path)
    assert again.weights.tolist() == settled(street=0.25).weights.tolist()
    assert again.held_out == settled().held_out


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"share": 1.0', '"share": NaN'),
        lambda text: text.replace('"share": 1.0', '"share": 1e300'),
        lambda text: text.replace('"street"', '"strange"'),
        lambda text: text.replace("0.9,", "90,", 1),
        lambda text: "[]",
    ],
)
def test_a_damaged_file_of_numbers_is_refused(tmp_path: Path, harm: Any) -> None:
    path = tmp_path / "model.json"
    write_settled(path, settled())
    path.write_text(harm(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(BadDispatchModel):
        read_settled(path)


def samples(book: Book) -> list[Sample]:
    told = [
        ("暖气不热屋里冷", "ent.heating"),
        ("饭馆后厨有蟑螂", "110105.market"),
        ("楼下占道摆摊", SHUANGJING),
    ]
    return [
        Sample(str(n), "plain", "", f"{text}{n}", {"unit": unit}) for n in range(30) for text, unit in told
    ]


def test_the_words_alone_tell_what_kind_of_unit_is_meant(book: Book, now: Any) -> None:
    leads = train_leads(book, samples(book), today(book, now))
    assert leads is not None
    found = leads.scores("", "家里暖气一点不热")
    assert max(found, key=lambda form: found[form]) == "unit:ent.heating"


def test_leads_survive_their_file_and_a_damaged_one_is_refused(book: Book, now: Any, tmp_path: Path) -> None:
    leads = train_leads(book, samples(book), today(book, now))
    assert leads is not None
    path = tmp_path / "leads.npz"
    write_leads(path, leads)
    again = read_leads(path)
    assert again.measured("", "暖气不热").tolist() == leads.measured("", "暖气不热").tolist()
    write_leads(path, replace(leads, idf=leads.idf[:-1]))
    with pytest.raises(BadDispatchModel):
        read_leads(path)
    path.write_bytes(b"PK" + bytes(1000))
    with pytest.raises(BadDispatchModel):
        read_leads(path)


def test_any_text_can_be_scored(book: Book) -> None:
    leads = Leads(("street", "district"), np.array([5]), np.ones(1, np.float32),
                  np.ones((1, 2), np.float32), np.zeros(2, np.float32))  # fmt: skip
    for text in ("", "\0", "暖" * 100_000, "\u200b" * 1000):
        assert np.isfinite(leads.measured("", text)).all()
