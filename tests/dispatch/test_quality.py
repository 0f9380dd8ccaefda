"""The report: drift, calibration, success by unit and month, at three statements however many tickets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import numpy as np
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import HEATING, STREET

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.dispatch.models import DispatchFact, DispatchMonth
from jieban.dispatch.quality import CategoryShare, calibration_gap, drift, reliability, report
from jieban.dispatch.ranker.gathering import COLUMNS
from jieban.dispatch.ranker.learned import Learned
from jieban.dispatch.ranker.ranking import HeldOut, Settled


def fact(month: date, unit: str = STREET, **more: Any) -> DispatchFact:
    told: dict[str, Any] = {
        "category": "04",
        "bin": 9,
        "agreed": True,
        "alone": True,
        "first": True,
        "n": 10,
        "said": 9.5,
    }
    return DispatchFact(month=month, unit=unit, **(told | more))


def learned(shares: dict[str, float]) -> Learned:
    evidence = HeldOut(("0401",) * 200, (0.9,) * 200, (True,) * 200)
    settled = Settled(np.zeros(len(COLUMNS)), np.zeros(4), evidence, shares, {"made_on": "2026-11-01"})
    return Learned(settled, None)


def test_bins_tell_what_was_said_and_what_was_right() -> None:
    bins = reliability([(9, True, 9, 8.6), (9, False, 1, 0.9), (3, False, 10, 3.5), (10, True, 50, 0.0)])
    assert [(one.count, one.said, one.right) for one in bins] == [(10, 0.35, 0.0), (10, 0.95, 0.9)]
    assert calibration_gap(bins) == 0.2
    assert calibration_gap(()) == 0.0


def test_the_same_mix_has_no_drift_and_another_one_has() -> None:
    same = [CategoryShare("01", 0.5, 0.5, 5), CategoryShare("04", 0.5, 0.5, 5)]
    other = [CategoryShare("01", 0.9, 0.5, 9), CategoryShare("04", 0.1, 0.5, 1)]
    gone = [CategoryShare("01", 1.0, 0.0, 9)]
    assert drift(same) == 0
    assert 0 < drift(other) < drift(gone)


def test_a_month_tells_success_by_unit_and_how_much_went_alone(city: Book, now: datetime) -> None:
    month = local_day(city, now).replace(day=1)
    DispatchFact.objects.bulk_create(
        [
            fact(month, n=60, said=57.0),
            fact(month, agreed=False, alone=False, first=False, n=20, said=19.0),
            fact(month, HEATING, alone=False, bin=5, n=20, said=11.0),
        ]
    )
    DispatchMonth.objects.create(category="0401", place=STREET, unit=STREET, month=month, returned=20)
    found = report(city, learned({"04": 1.0}), month)
    (only,) = found.months
    assert (only.count, only.alone, only.first_success, only.agreed) == (100, 0.6, 0.8, 0.8)
    assert [(one.unit, one.count, one.first_success, one.returned) for one in found.units] == [
        (STREET, 80, 0.75, 20),
        (HEATING, 20, 1.0, 0),
    ]
    assert found.standing == "steady"
    assert found.as_json()["calibration"]["bins"][-1]["right"] == 0.75


def test_without_a_model_the_report_says_so(city: Book, now: datetime) -> None:
    found = report(city, None, local_day(city, now))
    assert found.drift is None
    assert not found.notes
    assert not found.months


def test_the_report_costs_three_statements(city: Book, now: datetime) -> None:
    month = local_day(city, now).replace(day=1)
    DispatchFact.objects.bulk_create([fact(month, f"{n:06d}") for n in range(120)])
    with CaptureQueriesContext(connection) as captured:
        report(city, learned({"04": 1.0}), month)
    assert len(captured) == 3


def test_the_page_shows_the_figures_to_those_who_may(
    city: Book, make_account: Callable[..., Any], now: datetime
) -> None:
    month = date(2026, 3, 1)
    DispatchFact.objects.bulk_create([fact(month, n=60, said=57.0), fact(month, first=False, n=20)])
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(make_account("supervisor", unit="hotline"))
    shown = client.get("/desk/quality/dispatch/?month=2026-03")
    words = shown.content.decode()
    assert shown.status_code == 200
    assert "75.0%" in words
    assert "<svg" in words
    assert client.get("/desk/quality/dispatch/?month=nonsense").status_code == 200
    client.force_login(make_account("clerk", unit=STREET))
    assert client.get("/desk/quality/dispatch/").status_code == 403


def test_the_command_prints_the_same_report(city: Book, capsys: Any) -> None:
    DispatchFact.objects.bulk_create([fact(date(2026, 3, 1))])
    call_command("dispatch_report", "--month", "2026-03", "--json")
    assert '"count": 10' in capsys.readouterr().out
