"""The knowledge base on pages: asked by residents, offered while filing, answered with at the desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from tests.tickets.stage import stored, waiting_ticket

from jieban.city.book import Book
from jieban.knowledge.guides import load_guides
from jieban.knowledge.kinds import REPLY
from jieban.knowledge.models import Article, Check
from jieban.knowledge.queries import newest, versions
from jieban.matters.actors import PLATFORM
from jieban.matters.queries import timeline
from jieban.reading.reader import Reader
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket

pytestmark = pytest.mark.django_db
QUESTION = "请问居住证和社保要满足什么条件才能积分落户"


@pytest.fixture(autouse=True)
def _guides(city: Book) -> None:
    load_guides(city, PLATFORM, now=datetime.now(UTC))


@pytest.fixture
def signed_in(make_account: Callable[..., Any]) -> Callable[..., Client]:
    def enter(role: str, unit: str = "hotline") -> Client:
        client = Client(headers={"Accept-Language": "zh-hans"})
        client.force_login(make_account(role, unit=unit))
        return client

    return enter


def one(code: str) -> Article:
    return Article.objects.get(code=code, current=True)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_anybody_may_look_an_answer_up() -> None:
    page = text(Client().get("/knowledge/", {"q": "暖氣不熱找誰"}))
    assert one("heating-cold").name in page
    assert "<mark>" in page
    whole = Client().get(f"/knowledge/{one('heating-cold').pk}/")
    assert "24小时" in text(whole)


def test_a_question_is_shown_as_text_and_never_run() -> None:
    page = text(Client().get("/knowledge/", {"q": "<script>alert(1)</script>暖气"}))
    assert "<script>alert" not in page


def test_an_earlier_reply_is_not_for_everybody() -> None:
    article = one("wages")
    Article.objects.filter(pk=article.pk).update(kind=REPLY)
    assert Client().get(f"/knowledge/{article.pk}/").status_code == 404
    assert article.name not in text(Client().get("/knowledge/", {"q": article.question}))


def test_an_older_version_leads_to_the_newest(signed_in: Callable[..., Client]) -> None:
    article = one("wages")
    _edit(signed_in("rule_owner"), article, body="新的说法。")
    assert "新的说法。" in text(Client().get(f"/knowledge/{article.pk}/"))


def test_filing_offers_answers_and_goes_on_without_them() -> None:
    client = Client()
    client.post("/file/", {"text": "请问公租房怎么申请，去哪里申请"})
    page = text(client.get("/file/where/"))
    assert one("public-rental").name in page
    assert client.post("/file/where/", {"address": "双井", "district": ""}).status_code == 302


def test_filing_offers_nothing_to_danger() -> None:
    client = Client()
    client.post("/file/", {"text": "小区停水停电停气怎么办，现在楼里着火了有人困在里面"})
    assert "suggested-title" not in text(client.get("/file/where/"))


def test_a_ticket_is_answered_with_an_article(signed_in: Callable[..., Client], city: Book) -> None:
    ticket = waiting_ticket(city, datetime.now(UTC), text=QUESTION, title=QUESTION)
    client, article = signed_in("dispatcher"), one("points-hukou")
    page = text(client.get(f"/desk/knowledge/for/{ticket.number}/"))
    assert article.name in page
    assert "<textarea" in page
    data = {"version": str(stored(ticket).version), "explanation": "要满足四个条件。"}
    client.post(f"/desk/knowledge/for/{ticket.number}/{article.pk}/", data)
    after = stored(ticket)
    assert (after.state, after.explanation) == (w.ANSWERED, "要满足四个条件。")
    event = next(each for each in timeline(ticket.pk) if each.verb == "answer")
    assert event.detail["cited"] == f"points-hukou@{article.version}"
    assert "points-hukou@1" in text(client.get(f"/desk/tickets/{ticket.number}/"))


def test_who_may_not_answer_sees_the_articles_without_the_button(
    signed_in: Callable[..., Client], city: Book
) -> None:
    ticket = waiting_ticket(city, datetime.now(UTC), text=QUESTION)
    client = signed_in("auditor")
    page = text(client.get(f"/desk/knowledge/for/{ticket.number}/"))
    assert one("points-hukou").name in page
    assert "<textarea" not in page
    data = {"version": str(stored(ticket).version), "explanation": "不行"}
    address = f"/desk/knowledge/for/{ticket.number}/{one('points-hukou').pk}/"
    assert client.post(address, data).status_code == 403
    assert stored(ticket).state == w.WAITING


def test_who_was_overtaken_is_told(signed_in: Callable[..., Client], city: Book) -> None:
    ticket = waiting_ticket(city, datetime.now(UTC), text=QUESTION)
    address = f"/desk/knowledge/for/{ticket.number}/{one('points-hukou').pk}/"
    answer = signed_in("dispatcher").post(address, {"version": "0", "explanation": "晚了"})
    assert answer.status_code == 409
    assert stored(ticket).state == w.WAITING


def test_the_seat_answers_while_the_caller_waits(signed_in: Callable[..., Client], reader: Reader) -> None:
    client = signed_in("seat")
    given = {"text": QUESTION, "phone": "13812345678", "token": "a" * 32}
    side = text(client.post("/desk/take-in/understood/", given))
    assert one("points-hukou").name in side
    assert 'name="answer_with"' in side
    answer = client.post("/desk/take-in/", {**given, "answer_with": str(one("points-hukou").pk)}, follow=True)
    ticket = Ticket.objects.get()
    assert ticket.state == w.ANSWERED
    assert "九项指标" in ticket.explanation
    assert "九项指标" in text(answer)
    event = next(each for each in timeline(ticket.pk) if each.verb == "answer")
    assert event.detail["cited"] == "points-hukou@1"
    assert "dispatch" not in {each.verb for each in timeline(ticket.pk)}


def test_danger_is_never_ended_by_an_answer(signed_in: Callable[..., Client], reader: Reader) -> None:
    given = {"text": "双井街道富力城3号楼着火了，有人困在里面", "phone": "13812345678", "token": "b" * 32}
    given["answer_with"] = str(one("utility-out").pk)
    signed_in("seat").post("/desk/take-in/", given)
    assert Ticket.objects.get().state != w.ANSWERED


def _edit(client: Client, article: Article, **given: str) -> Any:
    data = {"seen": str(article.version), "kind": article.kind, "title": article.title, "unit": article.unit}
    data |= {"question": article.question, "body": article.body, "source": article.source, **given}
    return client.post(f"/desk/knowledge/{article.pk}/edit/", data, follow=True)


def test_the_rule_owner_writes_versions(signed_in: Callable[..., Client]) -> None:
    client, article = signed_in("rule_owner"), one("wages")
    page = text(_edit(client, article, body="带上合同去投诉。"))
    assert "带上合同去投诉。" in page
    assert [each.version for each in versions("wages")] == [2, 1]
    assert _edit(client, article, body="迟到的说法").status_code == 409
    assert one("wages").body == "带上合同去投诉。"


def test_a_unit_writes_its_own_articles_alone(signed_in: Callable[..., Client]) -> None:
    client = signed_in("reviewer", "city.human_resources")
    assert _edit(client, one("wages"), body="人社的新说法。").status_code == 200
    assert one("wages").body == "人社的新说法。"
    assert _edit(client, one("heating-cold"), body="不归我管").status_code == 403
    assert _edit(client, one("wages"), body="给别人", unit="city.urban_management").status_code == 422


def test_checking_and_withdrawing(signed_in: Callable[..., Client]) -> None:
    client, article = signed_in("rule_owner"), one("points-hukou")
    assert article.name in text(client.get("/desk/knowledge/", {"stale": "1"}))
    client.post(f"/desk/knowledge/{article.pk}/check/")
    assert Check.objects.filter(article=article).count() == 1
    assert article.name not in text(client.get("/desk/knowledge/", {"stale": "1"}))
    client.post(f"/desk/knowledge/{article.pk}/withdraw/")
    assert not newest().filter(code="points-hukou").exists()
    assert len(versions("points-hukou")) == 2


def test_a_new_article_is_found_at_once(signed_in: Callable[..., Client]) -> None:
    given = {
        "seen": "0",
        "code": "lamp",
        "kind": "guide",
        "body": "路灯不亮请写明灯杆编号。",
        "question": "路灯坏了",
    }
    answer = signed_in("supervisor").post("/desk/knowledge/new/", given)
    assert answer.status_code == 302
    assert "灯杆编号" in text(Client().get("/knowledge/", {"q": "路灯坏了找谁"}))
    again = signed_in("rule_owner").post("/desk/knowledge/new/", given)
    assert again.status_code == 409


def test_the_list_goes_on_by_code(signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jieban.knowledge.queries.PAGE", 10)
    client = signed_in("clerk", "110105016")
    first = text(client.get("/desk/knowledge/"))
    rows = list(newest().order_by("code"))
    assert rows[9].name in first
    assert rows[10].name not in first
    assert rows[10].name in text(client.get("/desk/knowledge/", {"after": rows[9].code}))
    assert all(row.code not in first for row in rows[:9]), "a code tells nobody anything"
