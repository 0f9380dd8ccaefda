"""The published rates: ranked by answers alone, honest about few answers and about simulation."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.conftest import NOON

from jieban.assessment.models import MonthCount
from jieban.city.book import Book
from jieban.city.loading import touch
from jieban.city.models import Rule, Scheme

GOOD, FAIR, FEW, FAR = "110105016", "110105017", "110105018", "110108011"


def counted(unit: str, now: datetime, *, month: date = date(2026, 10, 1), **more: Any) -> MonthCount:
    """A unit's month; twenty answered, all of them content, unless told otherwise."""
    first: dict[str, Any] = dict.fromkeys(
        (
            "excluded",
            "unreached",
            "contacted",
            "solved",
            "partly",
            "satisfied",
            "basic",
            "overdue",
            "simulated",
        ),
        0,
    )
    columns = {**first, "due": 20, "contacted": 20, "solved": 20, "satisfied": 20, **more}
    return MonthCount.objects.create(unit_id=unit, month=month, counted_at=now, **columns)


@pytest.fixture
def a_month(city: Book, now: datetime) -> None:
    counted(GOOD, now)
    counted(FAIR, now, solved=10, due=25, excluded=5)
    counted(FEW, now, due=3, contacted=3, solved=3, satisfied=3)
    counted(FAR, now, solved=15)
    counted(FAIR, now, month=date(2026, 9, 1))


def page(client: Client, **asked: str) -> str:
    answer = client.get("/rates/", asked)
    assert answer.status_code == 200
    return str(answer.content.decode())


def rows(client: Client, **asked: str) -> list[dict[str, str]]:
    answer = client.get("/rates/rates.csv", asked)
    assert answer["Content-Type"].startswith("text/csv")
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.usefixtures("a_month")
def test_best_first_and_too_few_last(client: Client) -> None:
    told = rows(client)
    assert [row["名次"] for row in told] == ["1", "2", "3", ""]
    assert told[0]["街道、乡镇"] == "双井街道"
    assert told[0]["区"] == "朝阳区"
    assert (told[0]["综合分"], told[2]["综合分"]) == ("100.00", "82.50")
    assert told[3]["综合分"] == told[3]["解决率 %"] == ""
    assert told[3]["有效回访"] == "3"
    assert "数据不足" in page(client)


@pytest.mark.usefixtures("a_month")
def test_excluded_share_and_change_stand_beside_the_rate(client: Client) -> None:
    (fair,) = [row for row in rows(client) if row["名次"] == "3"]
    assert fair["剔除占比 %"] == "20.00"
    assert fair["比上月"] == "-17.50"
    assert "▼ 17.5" in page(client)


@pytest.mark.usefixtures("a_month")
def test_district_keeps_the_place_in_the_city(client: Client) -> None:
    told = rows(client, district="110108")
    assert [(row["名次"], row["区"]) for row in told] == [("2", "海淀区")]
    assert "双井街道" not in page(client, district="110108")


@pytest.mark.usefixtures("a_month")
def test_month_is_chosen_by_its_name_and_nonsense_gives_the_latest(client: Client) -> None:
    assert rows(client, month="2026-09")[0]["月份"] == "2026-09"
    assert rows(client, month="never", district="nowhere")[0]["月份"] == "2026-10"


@pytest.mark.usefixtures("a_month")
def test_simulated_figures_say_so(client: Client) -> None:
    assert "模拟数据" not in page(client)
    MonthCount.objects.filter(unit_id=GOOD).update(simulated=1)
    assert "模拟数据" in page(client)
    assert rows(client)[0]["备注"] == "模拟数据"
    assert "模拟数据" not in page(client, district="110108"), "the rows shown there are real"


@pytest.mark.usefixtures("a_month")
def test_no_raw_code_is_shown(client: Client) -> None:
    shown = page(client)
    assert f">{GOOD}<" not in shown
    assert "demo_30_35_35" not in shown
    assert "演示" in shown


@pytest.mark.usefixtures("a_month")
def test_the_threshold_is_the_one_of_the_month_shown(client: Client) -> None:
    Rule.objects.filter(code="assessment.min_visits").update(valid_to=date(2026, 11, 1))
    before = Rule.objects.get(code="assessment.min_visits")
    before.pk, before.value, before.valid_from, before.valid_to = None, 3, date(2026, 11, 1), None
    before.save()
    touch()
    assert [row["名次"] for row in rows(client)] == ["1", "2", "3", ""], "October keeps its own rule"
    counted(GOOD, NOON, month=date(2026, 11, 1), due=3, contacted=3, solved=3, satisfied=3)
    assert [row["名次"] for row in rows(client, month="2026-11")] == ["1"]


@pytest.mark.usefixtures("a_month")
def test_a_month_without_a_scheme_says_so(client: Client) -> None:
    Scheme.objects.update(valid_from=date(2026, 11, 1))
    touch()
    assert "没有有效的考评方案" in page(client)
    assert rows(client) == []


@pytest.mark.usefixtures("city")
def test_without_answers_the_page_says_so(client: Client) -> None:
    assert "还没有回访结果" in page(client)
    assert rows(client) == []


@pytest.mark.usefixtures("a_month")
def test_sql_statements(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    page(client)
    with django_assert_num_queries(3):
        page(client)
    with django_assert_num_queries(3):
        rows(client)
