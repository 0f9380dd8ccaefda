"""The rules of notices by example, and the templates of both packs against them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.city.book import Book
from jieban.city.check import check_pack
from jieban.city.law import NOTICE_SUBJECT_WORDS, NOTICE_WORDS, NoticeTemplate
from jieban.city.pack import book_from_files
from jieban.matters.kinds import all_kinds
from jieban.notices import rules
from jieban.notices.rules import Told, Wanted
from jieban.notices.words import message
from jieban.tickets.models import Ticket

ROOT = Path(__file__).parents[2]
PACKS = ("beijing", "xining-chengzhong")
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
STREET, DISTRICT = "110105016", "110105"


@pytest.fixture(scope="module")
def book() -> Book:
    return book_from_files(ROOT / "data" / "beijing")


def told(verb: str, *, changes: Any = None, detail: Any = None, kind: str = "ticket", **row: Any) -> Told:
    first = {
        "number": "2611200000018",
        "state": "dispatched",
        "lead_id": STREET,
        "copied_to": [DISTRICT],
        "recused": [],
        "secrecy": "",
        "due_at": NOON + timedelta(days=1),
    }
    return Told(kind, verb, NOON, changes or {}, detail or {}, {**first, **row})


def heard(one: Told, book: Book) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(w.template.audience, w.template.medium, w.units) for w in rules.wanted(one, book, NOON)}


@pytest.mark.parametrize("pack", PACKS)
def test_templates_can_be_filled_in(pack: str) -> None:
    found = [one for one in check_pack(ROOT / "data" / pack) if one.file == "notice_templates.csv"]
    assert not found


@pytest.mark.parametrize("pack", PACKS)
def test_each_template_is_for_a_verb_that_leaves_a_notice(pack: str, db: None) -> None:
    known = {f"{kind.name}.{verb}" for kind in all_kinds() for verb in kind.notices}
    events = {row.event for row in book_from_files(ROOT / "data" / pack).tables["notice_templates"]}
    bare = {".".join(event.split(".")[:2]) for event in events if not event.endswith(".neutral")}
    assert bare <= known


def test_each_notice_is_heard_by_somebody_in_beijing(book: Book, db: None) -> None:
    events = {row.event for row in book.tables["notice_templates"]}
    verbs = {f"{kind.name}.{verb}" for kind in all_kinds() for verb in kind.notices}
    silent = {verb for verb in verbs if not any(f"{event}.".startswith(f"{verb}.") for event in events)}
    assert not silent


PERSONAL = {
    "number": "2611200000018",
    "unit": "双井街道",
    "due": "11月21日12:00",
    "state": "办理中",
    "code": "CODE-OF-HIS",
    "url": "https://x.example/LINK-OF-HIS",
    "words": "王小明 13812345678",
}


@pytest.mark.parametrize("pack", PACKS)
def test_no_subject_holds_anything_personal(pack: str) -> None:
    for row in book_from_files(ROOT / "data" / pack).tables["notice_templates"]:
        for subject in (row.subject, row.subject_en):
            filled = rules.fill(subject, PERSONAL, 100)
            assert not any(PERSONAL[name] in filled for name in ("code", "url", "words")), row.code


@given(st.text(alphabet="{}abnumberwodsl!:.[0]_", max_size=40))
def test_whatever_a_template_holds_it_is_filled_or_found(text: str) -> None:
    """A text passes the check, and is then filled in without an error; or the check finds it."""
    from jieban.city.checks.notices import _check_words
    from jieban.city.checks.sheet import Sheet

    sheet = Sheet(book=None, on=NOON.date())  # type: ignore[arg-type]
    for known in (NOTICE_WORDS, NOTICE_SUBJECT_WORDS):
        _check_words(sheet, 2, "text", text, known)
    if not sheet.findings:
        filled = rules.fill(text, PERSONAL, 100)
        assert not any(PERSONAL[name] in filled for name in ("code", "url", "words"))


@given(st.text(max_size=50))
def test_what_is_filled_in_is_never_read_as_a_template(words: str) -> None:
    assert rules.fill("说：{words}", {**PERSONAL, "words": words}, 100) == f"说：{words}"


def test_dispatch_is_told_to_requester_unit_and_district(book: Book) -> None:
    assert heard(told("dispatch"), book) == {
        ("requester", "sms", ()),
        ("requester", "email", ()),
        ("lead", "desk", (STREET,)),
        ("copied", "desk", (DISTRICT,)),
    }


def test_art_8_an_anonymous_requester_is_told_nothing_a_confidential_one_nothing_of_the_matter(
    book: Book,
) -> None:
    assert all(
        audience != "requester" for audience, _, _ in heard(told("dispatch", secrecy="anonymous"), book)
    )
    neutral = [
        one.template
        for one in rules.wanted(told("dispatch", secrecy="confidential"), book, NOON)
        if one.template.audience == "requester"
    ]
    assert {one.event for one in neutral} == {"ticket.neutral"}
    values = rules.neutral({name: name.upper() for name in NOTICE_WORDS})
    filled = "".join(rules.fill(one.text, values, 100) for one in neutral)
    assert "NUMBER" in filled
    assert not any(word.upper() in filled for word in ("unit", "words", "state", "code", "due"))


def test_art_8_who_has_answered_is_not_asked_again(book: Book) -> None:
    asked = heard(told("expire", state="callback"), book)
    assert {audience for audience, _medium, _units in asked} == {"requester", "lead"}
    for one in (told("expire", detail={"asks": False}), told("expire", state="closed")):
        assert {audience for audience, _medium, _units in heard(one, book)} == {"lead"}


def test_art_8_a_recused_unit_is_told_nothing(book: Book) -> None:
    units = {unit for _, _, them in heard(told("dispatch", recused=[DISTRICT]), book) for unit in them}
    assert units == {STREET}


def test_a_unit_whose_objection_is_accepted_hears_of_it(book: Book) -> None:
    changes = {"lead_id": None, "objected_by": ["dept.x", STREET]}
    assert ("sender", "desk", (STREET,)) in heard(
        told("accept_objection", changes=changes, lead_id=None), book
    )


def test_a_reminder_says_the_most_pressing(book: Book) -> None:
    of = rules.wanted(told("remind", detail={"of": ["contact", "sign"]}), book, NOON)
    assert {one.template.event for one in of} == {"ticket.remind.contact"}


def test_stale(book: Book) -> None:
    hours = float(book.rule("notice.max_age_hours", NOON.date()))
    assert not rules.is_stale(told("dispatch"), book, NOON + timedelta(hours=hours))
    assert rules.is_stale(told("dispatch"), book, NOON + timedelta(hours=hours, seconds=1))
    assert rules.is_stale(told("remind", detail={"passed": True}), book, NOON)
    assert rules.is_stale(told("remind", due_at=NOON), book, NOON)
    assert not rules.is_stale(told("remind"), book, NOON)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-20T21:59+08:00", "2026-11-20T21:59+08:00"),
        ("2026-11-20T22:00+08:00", "2026-11-21T08:00+08:00"),
        ("2026-11-20T23:30+08:00", "2026-11-21T08:00+08:00"),
        ("2026-11-21T03:00+08:00", "2026-11-21T08:00+08:00"),
        ("2026-11-21T08:00+08:00", "2026-11-21T08:00+08:00"),
    ],
)
def test_quiet_hours(at: str, until: str, book: Book) -> None:
    assert rules.awake(datetime.fromisoformat(at), book) == datetime.fromisoformat(until)
    moment = datetime.fromisoformat(at)
    assert rules.not_before(moment, moment, True, book) == moment


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)))
def test_nobody_is_disturbed_at_night(at: datetime) -> None:
    book = book_from_files(ROOT / "data" / "beijing")
    moment = rules.not_before(at, at, False, book)
    assert at <= moment <= at + timedelta(hours=11)
    assert 8 <= (moment + timedelta(hours=8)).hour < 22
    assert rules.awake(moment, book) == moment


def test_tries_come_later_and_later_and_end(book: Book) -> None:
    moments = [rules.next_try(tries, NOON, book) for tries in range(1, 9)]
    assert moments[-1] is None
    waits = [moment - NOON for moment in moments if moment]
    assert waits[0] == timedelta(minutes=5)
    assert all(later == 2 * earlier for earlier, later in pairwise(waits))


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (told("progress", detail={"note": "已派人查看"}), "已派人查看"),
        (told("approve_reply", reply="修好了"), "修好了"),
        (told("shelve", changes={"shelf_plan": "明年改造"}), "明年改造"),
        (told("pause", detail={"ground": "等检测"}), "等检测"),
        (told("dispatch"), ""),
    ],
)
def test_what_was_said(one: Told, words: str, book: Book) -> None:
    assert rules.said(one, book, False) == words


def test_words_are_cut_for_text_messages(book: Book) -> None:
    filled = rules.fill("{words}", {**PERSONAL, "words": "长" * 500}, rules.WORDS_CHARS["sms"])
    assert len(filled) == 120
    assert filled.endswith("…")


def test_dates_are_those_of_the_event(book: Book) -> None:
    until = NOON + timedelta(days=40)
    one = told("shelve", changes={"shelved_until": until.isoformat()})
    assert rules.fillings(one, book, False, {}, {})["due"] == "12月30日12:00"
    assert rules.fillings(one, book, True, {}, {})["due"] == "30 December, 12:00"


def test_a_unit_that_is_asked_hears_who_asks_and_who_asked_hears_whom(book: Book) -> None:
    one = told("send", kind="subticket", sender_id=DISTRICT, ticket_number="2611200000026", words="请协助")
    asked = rules.fillings(one, book, False, {}, {}, "lead")
    assert asked["unit"] == book.units[DISTRICT].name
    assert rules.fillings(one, book, False, {}, {}, "sender")["unit"] == book.units[STREET].name
    assert (asked["number"], one.page, asked["words"]) == ("2611200000026", "ticket", "请协助")


def test_what_belongs_to_a_whistle_bears_its_number(book: Book) -> None:
    one = told("call", kind="report", whistle_number="2611200000034", subject="占道经营", sender_id=STREET)
    assert (one.number, one.page, rules.said(one, book, False)) == ("2611200000034", "whistle", "占道经营")


def test_the_state_is_told_in_the_readers_language(book: Book, db: None) -> None:
    ticket = Ticket(id=1, number="2611200000018", state="handling")
    one = told("dispatch", state="handling")
    row = NoticeTemplate(
        valid_from=NOON.date(), source="own", status="demonstration", code="x", event="ticket.dispatch",
        audience="lead", medium="desk", text="{state}", text_en="{state}", urgent=False,
    )  # fmt: skip
    assert message(Wanted(row, (STREET,)), ticket, one, book, "en").text == "being handled"
    assert message(Wanted(row, (STREET,)), ticket, one, book, "").text == "办理中"


def test_a_unit_that_a_ticket_is_taken_from_reads_why(book: Book) -> None:
    one = told("recall", detail={"note": "派错了", "from": STREET}, lead_id=None, copied_to=[])
    assert heard(one, book) == {("former", "desk", (STREET,))}
    assert rules.fillings(one, book, False, {}, {})["words"] == "派错了"


def test_the_lead_hears_of_new_facts_and_the_requester_of_the_line_that_took_over(book: Book) -> None:
    for verb in ("amend", "attach"):
        assert heard(told(verb), book) == {("lead", "desk", (STREET,))}
        assert heard(told(verb, lead_id=None), book) == set()
    taken = told("acknowledge", handed_to="119", lead_id=None, copied_to=[])
    assert {who for who, _, _ in heard(taken, book)} == {"requester"}
    assert "消防" in rules.fillings(taken, book, False, {}, {})["unit"]


def test_art_11_a_copy_for_supervision_is_told(book: Book) -> None:
    one = told("explain", lead_id=None, explanation="请协商")
    assert ("copied", "desk", (DISTRICT,)) in heard(one, book)
    nobody = heard(told("explain", lead_id=None, copied_to=[]), book)
    assert "copied" not in {who for who, _, _ in nobody}
