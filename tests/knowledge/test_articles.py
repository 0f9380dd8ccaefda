"""Articles: versions stay, rows are refused with reasons, and what is written is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jieban.city.book import Book
from jieban.foundation import env
from jieban.knowledge import queries
from jieban.knowledge import search as search_room
from jieban.knowledge.actions import Draft, Overtaken, Unfit, do_check, do_withdraw, do_write
from jieban.knowledge.guides import load_guides
from jieban.knowledge.kinds import FAQ, GUIDE, REPLY
from jieban.knowledge.loading import load_rows, load_statute
from jieban.knowledge.models import Article, Check
from jieban.knowledge.search import search, stale_before, suggestions
from jieban.knowledge.statutes import read_statute
from jieban.matters.actors import PLATFORM

TODAY = date(2026, 11, 20)
LAMP = Draft(
    "lamp", GUIDE, "路灯不亮请写明灯杆编号，城管部门三天内修。", question="路灯坏了找谁", checked_at=TODAY
)


def write(draft: Draft, now: datetime, seen: int | None = None) -> Article | None:
    return do_write(draft, PLATFORM, now=now, seen=seen)


def changed(draft: Draft, **more: Any) -> Draft:
    return replace(draft, **more)


@pytest.mark.django_db
def test_a_change_is_a_new_version_and_the_old_one_stays(now: datetime) -> None:
    write(LAMP, now)
    assert write(LAMP, now) is None
    second = write(changed(LAMP, body="路灯不亮请打热线。"), now)
    assert second is not None
    assert [(one.version, one.current) for one in queries.versions("lamp")] == [(2, True), (1, False)]
    assert queries.versions("lamp")[1].body == LAMP.body


@pytest.mark.django_db
def test_who_comes_second_is_told(now: datetime) -> None:
    write(LAMP, now)
    write(changed(LAMP, body="甲"), now, seen=1)
    with pytest.raises(Overtaken):
        write(changed(LAMP, body="乙"), now, seen=1)
    assert queries.versions("lamp")[0].body == "甲"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"body": " \u200b "}, "body"),
        ({"kind": "poem"}, "kind"),
        ({"code": ""}, "code"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"title": "长" * 301}, "title"),
        ({"valid_from": TODAY, "valid_to": TODAY}, "valid_to"),
    ],
)
def test_what_cannot_be_an_article_is_refused_with_its_field(
    more: dict[str, Any], field: str, now: datetime
) -> None:
    with pytest.raises(Unfit) as refused:
        write(changed(LAMP, **more), now)
    assert refused.value.field == field
    assert not Article.objects.exists()


@pytest.mark.django_db
def test_a_withdrawn_article_is_not_found_and_keeps_its_versions(now: datetime, city: Book) -> None:
    article = write(LAMP, now)
    assert article is not None
    assert search("路灯坏了", book=city, on=TODAY)
    do_withdraw(article, PLATFORM, now=now)
    assert search("路灯坏了", book=city, on=TODAY) == []
    assert len(queries.versions("lamp")) == 2
    assert not queries.newest().exists()
    back = write(LAMP, now)
    assert back is not None
    assert back.version == 3


@pytest.mark.django_db
def test_checking_makes_it_fresh_and_is_remembered(now: datetime, city: Book) -> None:
    article = write(changed(LAMP, checked_at=TODAY - timedelta(days=400)), now)
    assert article is not None
    (found,) = search("路灯", book=city, on=TODAY)
    assert found.stale
    assert queries.counts(stale_before(city, TODAY)) == (1, 1)
    do_check(article, PLATFORM, on=TODAY)
    (found,) = search("路灯", book=city, on=TODAY)
    assert not found.stale
    assert Check.objects.get().by == PLATFORM.id
    assert queries.stale_by_unit(stale_before(city, TODAY)) == {}


@pytest.mark.django_db
def test_only_what_is_in_force_is_found(now: datetime, city: Book) -> None:
    write(changed(LAMP, valid_from=TODAY, valid_to=TODAY + timedelta(days=1)), now)
    assert search("路灯", book=city, on=TODAY - timedelta(days=1)) == []
    assert len(search("路灯", book=city, on=TODAY)) == 1
    assert search("路灯", book=city, on=TODAY + timedelta(days=1)) == []


@pytest.mark.django_db
def test_an_earlier_reply_is_for_staff_alone(now: datetime, city: Book) -> None:
    write(changed(LAMP, kind=REPLY), now)
    assert search("路灯坏了找谁", book=city, on=TODAY)
    assert suggestions("路灯坏了找谁", book=city, on=TODAY) == []


@pytest.mark.django_db
def test_a_search_takes_two_statements(now: datetime, city: Book) -> None:
    write(LAMP, now)
    search("路灯", book=city, on=TODAY)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        search("路灯坏了", book=city, on=TODAY)
    assert len(asked) == 2


@pytest.mark.django_db
def test_the_passage_is_marked(now: datetime, city: Book) -> None:
    write(changed(LAMP, body="先看看天气。" * 40 + "灯杆编号写在灯杆上。" + "再看看天气。" * 40), now)
    (found,) = search("燈桿編號在哪裡", book=city, on=TODAY)
    marked = "".join(part.text for part in found.passage.parts if part.hit)
    assert "灯杆编号" in marked
    assert found.passage.cut_before
    assert found.passage.cut_after


@pytest.mark.django_db
def test_rows_become_articles_once_and_bad_ones_are_told(now: datetime) -> None:
    columns = {"question": "q", "answer": "a", "checked": "day"}
    rows: list[tuple[int, dict[str, str]]] = [
        (2, {"q": "路灯", "a": "找城管。", "day": "2026-11-01"}),
        (3, {"q": "公园", "a": ""}),
        (4, {"q": "水表", "a": "找水务。", "day": "前天"}),
    ]
    first = load_rows(rows, columns, kind=FAQ, actor=PLATFORM, now=now)
    assert first.as_json() == {"read": 3, "new": 1, "changed": 0, "unchanged": 0, "refused": 2}
    assert [(one.number, one.field) for one in first.refused] == [(3, "body"), (4, "checked")]
    again = load_rows(rows, columns, kind=FAQ, actor=PLATFORM, now=now)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)


@pytest.mark.django_db
def test_a_statute_is_found_by_its_article(now: datetime, city: Book) -> None:
    text = (
        "# 路灯条例\n\n第一条 路灯归城管。\n\n第二条 坏了三日内修好。\n\n第三条 本条例自2020年1月1日起施行。"
    )
    report = load_statute(read_statute(text), source="", actor=PLATFORM, now=now)
    assert report.new == 3
    found = search("路灯坏了几日内修好", book=city, on=TODAY)[0].article
    assert (found.title, found.valid_from) == ("路灯条例 第二条", date(2020, 1, 1))


@pytest.mark.django_db
def test_the_guides_of_the_pack_answer_common_questions(now: datetime, city: Book) -> None:
    report = load_guides(city, PLATFORM, now=now)
    assert report.refused == []
    assert report.new == queries.newest().filter(demonstration=True).count() >= 20
    for question, code in (
        ("暖气不热室温不够", "heating-cold"),
        ("健身卡要退，商家不退", "prepaid-refund"),
        ("老闆拖欠工資", "wages"),
        ("80岁老人每个月有多少补贴", "elder-allowance"),
    ):
        assert suggestions(question, book=city, on=TODAY)[0].article.code == code
    assert suggestions("楼上半夜唱歌", book=city, on=TODAY) == []
    assert load_guides(city, PLATFORM, now=now).unchanged == report.new


@pytest.mark.django_db
def test_a_large_collection_is_asked_through_tantivy(
    now: datetime, city: Book, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(search_room, "EXACT_UP_TO", 0)
    monkeypatch.setattr(env, "home", lambda: tmp_path)
    write(LAMP, now)
    write(changed(LAMP, code="pool", body="游泳馆周一闭馆。", question="游泳馆哪天休息"), now)
    assert search("游泳馆哪天不开", book=city, on=TODAY)[0].article.code == "pool"
    assert len(list((tmp_path / "knowledge").glob("index-*"))) == 1
    write(changed(LAMP, code="park", body="公园六点开门。", question="公园几点开"), now)
    assert search("公园几点开门", book=city, on=TODAY)[0].article.code == "park"
    assert len(list((tmp_path / "knowledge").glob("index-*"))) == 1


@pytest.mark.django_db
def test_an_old_index_does_not_show_what_was_withdrawn(
    now: datetime, city: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = write(LAMP, now)
    assert article is not None
    assert search("路灯坏了", book=city, on=TODAY)
    monkeypatch.setattr(search_room, "AT_ONCE", 0)
    renewed: list[object] = []
    monkeypatch.setattr(search_room, "Thread", lambda **given: Waiting(renewed))
    do_withdraw(article, PLATFORM, now=now)
    assert search("路灯坏了", book=city, on=TODAY) == []
    assert len(renewed) == 1
    search_room._lock.release()


class Waiting:
    """A thread that is told to begin and does not yet."""

    def __init__(self, begun: list[object]) -> None:
        self._begun = begun

    def start(self) -> None:
        self._begun.append(self)


@pytest.mark.django_db
def test_a_long_story_is_offered_the_answer_it_asks_for(now: datetime, city: Book) -> None:
    load_guides(city, PLATFORM, now=now)
    story = "我家在五楼，孩子刚满月，从上周三开始暖气不热，家里室温不够十六度，物业说不归他管，应该找谁？"
    assert suggestions(story, book=city, on=TODAY)[0].article.code == "heating-cold"
    other = "楼下饭馆油烟直往我家窗户里灌，衣服都不敢晾，老人咳嗽，跟老板说了三回都不改，麻烦来看一看。"
    assert suggestions(other, book=city, on=TODAY) == []
