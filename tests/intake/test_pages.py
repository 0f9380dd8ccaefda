"""Filing on the web, from the first word to the slip, by people who press twice and go back."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import segno
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from PIL import Image
from pytest_django import DjangoAssertNumQueries
from tests.tickets.stage import STREET

from jieban.city.book import Book
from jieban.city.queries import book
from jieban.foundation import sealing
from jieban.intake import draft as drafts
from jieban.intake.models import Receipt
from jieban.intake.receipt_pages import receipt_of
from jieban.matters.attachments import path_of
from jieban.matters.models import Attachment
from jieban.matters.queries import timeline
from jieban.people.models import Requester, Words
from jieban.tickets.links import query_code
from jieban.tickets.models import Ticket

COLD = "朝阳区双井街道垂杨柳西里3号楼，暖气三天不热了，家里有八十岁的老人。"
GAS = "楼道里闻到很浓的煤气味，朝阳区双井街道垂杨柳西里3号楼。"
GPS = 0x8825

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture(autouse=True)
def _fresh(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    yield
    cache.clear()


def photo(colour: str = "red", name: str = "a.jpg") -> SimpleUploadedFile:
    """A photo as a telephone takes it: with the place in its EXIF."""
    picture = Image.new("RGB", (640, 480), colour)
    exif = Image.Exif()
    exif[0x010F] = "TelltalePhone"
    exif[GPS] = {1: "N", 2: (39.0, 54.0, 15.0)}
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif)
    return SimpleUploadedFile(name, file.getvalue(), "image/jpeg")


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def token_in(answer: Any) -> str:
    found = re.search(r'name="token" value="([^"]+)"', text_of(answer))
    assert found
    return found[1]


def walk(client: Client, text: str = COLD, phone: str = "13800001234") -> str:
    """Answer every question; gives the token that stands on the last page."""
    client.post("/file/", {"text": text})
    client.post("/file/where/", {"address": "垂杨柳西里3号楼", "district": "110105"})
    client.post("/file/street/", {"street": STREET})
    client.post("/file/photos/", {"go_on": "1"})
    client.post("/file/reach/", {"phone": phone, "name": "王女士"} if phone else {"anonymous": "1"})
    return token_in(client.get("/file/check/"))


def test_from_the_first_page_to_the_slip(client: Client) -> None:
    first = client.post("/file/", {"text": COLD})
    assert (first.status_code, first.headers["Location"]) == (302, "/file/where/")
    where = text_of(client.get("/file/where/"))
    assert "双井街道" in where, "what was understood is said"
    assert re.search(r'<option value="110105" selected>', where)
    assert (
        client.post("/file/where/", {"address": "", "district": "110105"}).headers["Location"]
        == "/file/street/"
    )
    assert re.search(rf'<option value="{STREET}" selected>', text_of(client.get("/file/street/")))
    assert client.post("/file/street/", {"street": STREET}).headers["Location"] == "/file/photos/"
    client.post("/file/photos/", {"photos": [photo("red"), photo("blue", "b.jpg")], "add": "1"})
    assert text_of(client.get("/file/photos/")).count("<img") == 2
    assert client.post("/file/photos/", {"go_on": "1"}).headers["Location"] == "/file/more/"
    assert client.post("/file/more/", {"skip": "1"}).headers["Location"] == "/file/reach/"
    assert (
        client.post("/file/reach/", {"phone": "138 0000 1234", "name": "王女士"}).headers["Location"]
        == "/file/check/"
    )
    check = client.get("/file/check/")
    assert COLD in text_of(check)
    assert "138 0000 1234" in text_of(check)
    sent = client.post("/file/check/", {"token": token_in(check)})
    slip = text_of(client.get(sent.headers["Location"]))
    ticket = Ticket.objects.get()
    code = query_code(ticket.pk)
    assert ticket.number in slip
    assert f"{code[:4]} {code[4:]}" in slip
    assert "小时内会有人联系您" in slip
    assert (ticket.channel, ticket.street, ticket.photos) == ("web", STREET, 2)
    assert [event.verb for event in timeline(ticket.pk)] == ["attach", "dispatch", "receive"]
    assert Requester.objects.count() == Words.objects.count() == 1


def test_photos_lose_what_they_would_tell_and_are_for_their_owner_only(
    client: Client, tmp_path: Path
) -> None:
    client.post("/file/", {"text": COLD})
    client.post("/file/photos/", {"photos": photo(), "add": "1"})
    token = walk(client)
    client.post("/file/check/", {"token": token})
    kept = Attachment.objects.get()
    stored = path_of(kept.sha256).read_bytes()
    assert b"TelltalePhone" not in stored
    assert not Image.open(io.BytesIO(stored)).getexif()
    assert not list((tmp_path / "drafts").iterdir()), "the draft's folder is gone"
    ticket = Ticket.objects.get()
    address = f"/my/{ticket.number}/photo/{kept.sha256}.jpg"
    mine = client.get(address)
    assert (mine.status_code, mine["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(mine.streaming_content) == stored  # type: ignore[attr-defined]
    assert Client().get(address).status_code == 404
    assert client.get(f"/my/{ticket.number}/photo/{'0' * 64}.jpg").status_code == 404


def test_pressing_twice_gives_one_ticket_and_the_same_slip(client: Client) -> None:
    token = walk(client)
    first = client.post("/file/check/", {"token": token})
    second = client.post("/file/check/", {"token": token})
    assert first.headers["Location"] == second.headers["Location"]
    assert Ticket.objects.count() == Receipt.objects.count() == 1
    assert client.get(second.headers["Location"]).status_code == 200


def test_two_requests_at_once_with_the_same_draft_are_one(client: Client) -> None:
    """The session that the second request reads does not yet know of the first."""
    token = walk(client)
    before = {**client.session}
    client.post("/file/check/", {"token": token})
    session = client.session
    session.clear()
    session.update(before)
    session.save()
    again = client.post("/file/check/", {"token": token})
    assert Ticket.objects.count() == 1
    assert Ticket.objects.get().number in text_of(client.get(again.headers["Location"]))


def test_the_next_request_is_another_one(client: Client) -> None:
    first = walk(client)
    client.post("/file/check/", {"token": first})
    assert COLD not in text_of(client.get("/file/")), "the draft is empty again"
    second = walk(client, text="小区路灯坏了一个月。")
    assert second != first
    client.post("/file/check/", {"token": second})
    assert Ticket.objects.count() == 2


def test_slip_of_somebody_else_is_not_shown(client: Client) -> None:
    token = walk(client)
    sent = client.post("/file/check/", {"token": token})
    assert Client().get(sent.headers["Location"]).status_code == 302


def test_anonymous_leaves_nothing_behind(client: Client) -> None:
    client.post("/file/check/", {"token": walk(client, phone="")})
    assert Ticket.objects.get().requester is None
    assert not Requester.objects.exists()


def test_danger_is_said_at_once_and_filing_goes_on(client: Client) -> None:
    client.post("/file/", {"text": GAS})
    page = text_of(client.get("/file/where/"))
    assert 'href="tel:119"' in page
    client.post("/file/check/", {"token": walk(client, text=GAS)})
    ticket = Ticket.objects.get()
    assert ticket.danger
    assert ticket.queue == "danger"


def test_empty_words_are_asked_for_again(client: Client) -> None:
    answer = client.post("/file/", {"text": "   "})
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'href="#id_text"' in page
    assert "请简单说说发生了什么事" in page
    assert "<title>有误：" in page.replace("\n", "")


def test_too_long_words_are_kept_and_counted(client: Client, city: Book) -> None:
    long = "暖气不热。" * 5000
    answer = client.post("/file/", {"text": long})
    assert answer.status_code == 422
    assert long in text_of(answer)
    assert "25000" in text_of(answer)


@pytest.mark.parametrize("phone", ["123", "abc", "138****1234", "99999999999999"])
def test_number_that_cannot_be_called_is_asked_for_again(client: Client, phone: str) -> None:
    client.post("/file/", {"text": COLD})
    answer = client.post("/file/reach/", {"phone": phone, "name": ""})
    assert answer.status_code == 422
    assert 'href="#id_phone"' in text_of(answer)
    assert phone in text_of(answer)


@pytest.mark.parametrize("step", ["where", "street", "photos", "reach", "check"])
def test_nobody_is_asked_the_second_question_first(client: Client, step: str) -> None:
    assert client.get(f"/file/{step}/").status_code == 302


def test_going_back_and_changing_keeps_the_rest(client: Client) -> None:
    walk(client)
    changed = client.post("/file/", {"text": "朝阳区双井街道垂杨柳西里，路灯不亮。"})
    assert changed.headers["Location"] == "/file/check/"
    page = text_of(client.get("/file/check/"))
    assert "路灯不亮" in page
    assert "13800001234" in page


def test_changing_the_district_forgets_the_street(client: Client) -> None:
    walk(client)
    client.post("/file/where/", {"address": "", "district": "110108"})
    client.post("/file/street/", {"street": ""})
    token = token_in(client.get("/file/check/"))
    client.post("/file/check/", {"token": token})
    ticket = Ticket.objects.get()
    assert (ticket.district, ticket.street) == ("110108", "")


def test_forged_street_is_refused(client: Client) -> None:
    client.post("/file/", {"text": COLD})
    client.post("/file/where/", {"address": "", "district": "110105"})
    assert client.post("/file/street/", {"street": "110108011"}).status_code == 422


def test_photos_beyond_the_number_and_other_files_are_refused_with_a_word(client: Client) -> None:
    client.post("/file/", {"text": COLD})
    colours = ["red", "blue", "green", "black", "white"]
    five = [photo(colour, f"{colour}.jpg") for colour in colours]
    answer = client.post("/file/photos/", {"photos": five, "add": "1"})
    assert answer.status_code == 422 or "最多收 4 张" in text_of(answer)
    assert text_of(client.get("/file/photos/")).count("<img") == 4
    client.post(
        "/file/photos/",
        {"remove": re.findall(r'name="remove" value="(\w+)"', text_of(client.get("/file/photos/")))[0]},
    )
    page = SimpleUploadedFile("x.jpg", b"<html><script>alert(1)</script>", "image/jpeg")
    refused = text_of(client.post("/file/photos/", {"photos": page, "add": "1"}))
    assert "不是照片" in refused
    assert text_of(client.get("/file/photos/")).count("<img") == 3


def test_clearing_leaves_nothing_for_the_next_person_at_the_device(client: Client, tmp_path: Path) -> None:
    filed = walk(client)
    slip = client.post("/file/check/", {"token": filed}).headers["Location"]
    assert 'action="/file/anew/" data-forget' in text_of(client.get(slip))
    client.post("/file/", {"text": GAS})
    client.post("/file/photos/", {"photos": photo(), "add": "1"})
    assert 'action="/file/anew/" data-forget' in text_of(client.get("/file/where/"))
    page = text_of(client.post("/file/anew/", follow=True))
    assert "已从这台设备上清除" in page
    assert GAS not in page
    assert "data-forget" not in page, "there is nothing to clear"
    assert client.get(f"/my/{Ticket.objects.get().number}/").status_code == 302
    assert client.get(slip).headers["Location"] == "/my/"
    assert not list((tmp_path / "drafts").iterdir())


def test_clearing_signs_nobody_out(client: Client, make_account: Any) -> None:
    client.force_login(make_account("dispatcher", unit="hotline"))
    client.post("/file/anew/")
    assert client.get("/desk/").status_code == 200


def test_draft_expires(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post("/file/", {"text": COLD})
    begun = time.time()
    monkeypatch.setattr("jieban.intake.draft.time.time", lambda: begun + drafts.DRAFT_SECONDS - 60)
    assert COLD in text_of(client.get("/file/"))
    monkeypatch.setattr("jieban.intake.draft.time.time", lambda: begun + drafts.DRAFT_SECONDS + 60)
    assert COLD not in text_of(client.get("/file/"))
    assert "draft" not in client.session


def test_link_on_the_slip_begins_with_the_public_address(client: Client, settings: Any) -> None:
    client.post("/file/check/", {"token": walk(client)})
    ticket, request = Ticket.objects.get(), RequestFactory().get("/")
    before = receipt_of(ticket, request, book(), ticket.opened_at)["qr"]
    settings.PUBLIC_URL = "https://12345.city.example"
    way = f"/my/?number={ticket.number}&code={query_code(ticket.pk)}"
    expected = segno.make(settings.PUBLIC_URL + way, micro=False).svg_data_uri(scale=4, border=1)
    assert receipt_of(ticket, request, book(), ticket.opened_at)["qr"] == expected != before


def test_draft_is_sealed_in_the_session(client: Client) -> None:
    walk(client)
    kept = repr(dict(client.session.items()))
    assert "暖气" not in kept
    assert "13800001234" not in kept


def test_after_the_session_is_lost_nothing_is_filed_twice_or_in_silence(client: Client) -> None:
    token = walk(client)
    stranger = Client()
    answer = stranger.post("/file/check/", {"token": token}, follow=True)
    assert "没有您的草稿" in text_of(answer)
    assert not Ticket.objects.exists()


def test_sql_statements_of_each_page(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session's read and write are among them; the look after the city, every two seconds, is not.

    Where the place is asked, two look for articles that answer; the knowledge base is empty here.
    """
    monkeypatch.setattr("jieban.city.queries.CHECK_SECONDS", 3600.0)
    token = walk(client)
    for step in ("", "where/", "street/", "photos/", "reach/"):
        with django_assert_max_num_queries(3 if step == "where/" else 2):
            client.get(f"/file/{step}")
    with django_assert_max_num_queries(5):
        client.post("/file/", {"text": COLD})
    with django_assert_max_num_queries(17):
        sent = client.post("/file/check/", {"token": token})
    with django_assert_max_num_queries(3):
        client.get(sent.headers["Location"])


def test_other_words_under_a_used_token_are_kept_and_offered_as_a_new_request(
    client: Client, city: Book
) -> None:
    token = walk(client)
    client.post("/file/photos/", {"photos": photo(), "add": "1"})
    kept = client.session["draft"]
    client.post("/file/check/", {"token": token})
    first = Ticket.objects.get()
    session = client.session  # a second window: its answers are still there, and differ by now
    session["draft"] = kept
    del session["filed"]
    session.save()
    client.post("/file/", {"text": COLD + "楼上还漏水。"})
    told = client.post("/file/check/", {"token": token})
    assert told.status_code == 422
    assert first.number in text_of(told)
    assert "楼上还漏水" in text_of(told)
    assert "作为新诉求提交" in text_of(told)
    assert Ticket.objects.count() == 1
    again = client.post("/file/check/", {"token": token_in(told)})
    assert again.status_code == 302
    assert Ticket.objects.count() == 2


def test_the_ticket_shows_no_flat_and_no_own_name_and_the_words_keep_them(client: Client) -> None:
    said = "朝阳区双井街道垂杨柳西里3号楼2单元501室，王女士家暖气三天不热了。"
    client.post("/file/check/", {"token": walk(client, text=said)})
    ticket = Ticket.objects.get()
    assert "垂杨柳西里3号楼*单元***室，王**家暖气" in ticket.text
    for hidden in ("501室", "2单元", "王女士"):
        assert hidden not in f"{ticket.title} {ticket.text} {ticket.address} {ticket.proposal}"
    assert sealing.unseal(Words.objects.get().text, "text") == said


def test_art_8_a_resident_may_ask_for_secrecy_and_speak_for_a_child(client: Client) -> None:
    walk(client)
    given = {"phone": "13800001234", "name": "王女士", "confidential": "1"}
    client.post("/file/reach/", {**given, "on_behalf": "family", "represented": "王小花", "minor": "1"})
    check = client.get("/file/check/")
    client.post("/file/check/", {"token": token_in(check)})
    ticket = Ticket.objects.get()
    assert (ticket.secrecy, ticket.speaks_for, ticket.minor) == ("confidential", "family", True)
    assert client.post("/file/reach/", {"on_behalf": "nobody"}).status_code in (302, 422)


def test_art_8_who_stays_anonymous_is_kept_nowhere(client: Client) -> None:
    token = walk(client, phone="")
    client.post("/file/check/", {"token": token})
    ticket = Ticket.objects.get()
    assert (ticket.secrecy, ticket.requester) == ("anonymous", None)
