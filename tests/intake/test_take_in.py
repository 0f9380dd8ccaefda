"""Taking in a file by the command: every row ends as accepted, duplicate or rejected, and nothing is lost."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.db import DataError
from tests.intake.tables import written

from jieban.city.book import Book, MissingRule
from jieban.city.catalogue import BadSelector
from jieban.foundation import sealing
from jieban.foundation.errors import OperatorError
from jieban.intake import take_in as taking_in
from jieban.intake.actions import do_take_in
from jieban.matters.models import Event
from jieban.people.models import Requester, Words
from jieban.reading.reader import Reader
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

Take = Callable[..., dict[str, int]]


@pytest.fixture
def take(city: Book, reader: Reader, tmp_path: Path) -> Take:
    """Take a file in by the command; gives the counts, which always add up."""

    def command(path: Path, *words: str) -> dict[str, int]:
        out = io.StringIO()
        call_command("take_in", str(path), "--json", *words, stdout=out)
        counts: dict[str, int] = json.loads(out.getvalue())
        assert counts["read"] == counts["accepted"] + counts["duplicate"] + counts["rejected"]
        assert counts["accepted"] == counts["dispatched"] + counts["waiting"] + counts["repeated"]
        return counts

    return command


def rejected(path: Path) -> list[dict[str, str]]:
    with path.with_name(f"{path.stem}.rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def lines(path: Path, *rows: str) -> Path:
    return written(path, "\n".join(rows) + "\n")


@pytest.fixture
def three(tmp_path: Path) -> Path:
    return lines(
        tmp_path / "three.csv",
        "title,text,time,phone",
        "路灯,双井街道路灯坏了,2026-11-01 08:00,13812345678",
        "暖气,双井街道暖气不热,2026-11-02 09:00,13812345678",
        "垃圾,中关村街道垃圾没人清,2026-11-03,",
    )


def test_rows_become_tickets_with_history_and_sealed_words(take: Take, three: Path) -> None:
    assert take(three)["accepted"] == 3
    assert (Ticket.objects.count(), Words.objects.count(), Requester.objects.count()) == (3, 3, 1)
    assert set(Ticket.objects.values_list("channel", flat=True)) == {"file"}
    assert list(differences()) == []


def test_the_same_file_twice_adds_nothing(take: Take, three: Path) -> None:
    take(three)
    assert take(three) == {
        "read": 3, "accepted": 0, "duplicate": 3, "rejected": 0, "dispatched": 0, "waiting": 0, "repeated": 0
    }  # fmt: skip
    assert Ticket.objects.count() == 3


def test_a_longer_file_adds_only_what_is_new(take: Take, three: Path) -> None:
    take(three)
    with three.open("a", encoding="utf-8") as file:
        file.write("井盖,双井街道井盖没了,2026-11-04,\n")
    counts = take(three)
    assert (counts["accepted"], counts["duplicate"]) == (1, 3)


def test_the_same_matter_at_two_addresses_is_two_requests(take: Take, tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.csv",
        "text,address",
        "路灯坏了,双井街道1号",
        "路灯坏了,双井街道2号",
        "路灯坏了,双井街道1号",
    )
    counts = take(path)
    assert (counts["accepted"], counts["duplicate"], counts["rejected"]) == (2, 1, 0)


@pytest.mark.parametrize("batch", [1, 200])
def test_a_number_with_other_content_is_rejected_not_swallowed(
    batch: int, take: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_in, "BATCH", batch)
    path = lines(tmp_path / "a.csv", "external_id,text", "A1,路灯坏了", "A1,暖气不热", "A1,路灯坏了")
    counts = take(path)
    assert (counts["accepted"], counts["duplicate"], counts["rejected"]) == (1, 1, 1)
    (row,) = rejected(path)
    assert (row["text"], row["_field"]) == ("暖气不热", "external_id")


def test_numbers_of_two_sources_do_not_collide(take: Take, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.csv", "external_id,text", "A1,路灯坏了")
    assert take(path, "--source", "north")["accepted"] == 1
    assert take(path, "--source", "south")["accepted"] == 1
    assert take(path, "--source", "south")["duplicate"] == 1


def test_columns_are_mapped_by_words(take: Take, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.csv", "甲,乙,丙", "路灯,双井街道路灯坏了,13812345678")
    assert take(path, "--map", "title=甲", "--map", "text=乙,phone=丙")["accepted"] == 1
    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.text) == ("路灯", "双井街道路灯坏了")
    assert Requester.objects.count() == 1


def test_an_unknown_column_is_refused_with_a_suggestion(take: Take, three: Path) -> None:
    with pytest.raises(OperatorError) as caught:
        take(three, "--map", "title=titel")
    assert "titel" in str(caught.value)
    assert "title" in caught.value.remedy + caught.value.what.replace("titel", "")
    assert not Ticket.objects.exists()


def test_an_unknown_field_is_refused_with_those_that_are(take: Take, three: Path) -> None:
    with pytest.raises(OperatorError, match="texxt"):
        take(three, "--map", "texxt=text")


BAD_FILES: dict[str, tuple[str, bytes]] = {
    "empty": ("a.csv", b""),
    "only a header": ("a.csv", b"\n\n"),
    "broken workbook": ("a.xlsx", b"PK\x03\x04 not a workbook"),
    "text as workbook": ("a.xlsx", b"title,text\n1,2\n"),
    "broken parquet": ("a.parquet", b"PAR1" + b"\x00" * 50 + b"PAR1"),
    "a picture": ("a.csv", b"\x89PNG\r\n\x1a\n" + b"\x00\xff" * 500),
    "a program": ("a.exe", b"MZ" + b"\x00" * 200),
}


@pytest.mark.parametrize(("name", "content"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_that_is_none_is_refused_with_a_remedy(
    name: str, content: bytes, take: Take, tmp_path: Path
) -> None:
    with pytest.raises(OperatorError) as caught:
        take(written(tmp_path / name, content))
    assert caught.value.remedy
    assert not Ticket.objects.exists()


def test_a_file_that_is_not_there_is_told(take: Take, tmp_path: Path) -> None:
    with pytest.raises(OperatorError) as caught:
        take(tmp_path / "gone.csv")
    assert "gone.csv" in str(caught.value)


def test_a_zip_bomb_is_refused(take: Take, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["text"])
    book.save(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b"0" * 300_000_000)
    assert path.stat().st_size < 2_000_000
    with pytest.raises(OperatorError) as caught:
        take(path)
    assert caught.value.remedy


BAD_ROWS = {
    "nothing said": ('"","2026-11-01"', "text"),
    "only spaces": ('"  ","\u200b"', "text"),
    "a megabyte": ('"' + "冷" * 350_000 + '",""', "text"),
    "a date that is none": ('"路灯坏了","2026-02-30"', "time"),
    "a date to come": ('"路灯坏了","2999-01-01"', "time"),
    "words for a date": ('"路灯坏了","前天"', "time"),
}


@pytest.mark.parametrize(("row", "field"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_is_kept_with_its_reason_and_its_neighbours_go_in(
    row: str, field: str, take: Take, tmp_path: Path
) -> None:
    path = lines(tmp_path / "a.csv", "text,time", "路灯坏了,2026-11-01", row, "暖气不热,2026-11-02")
    counts = take(path)
    assert (counts["accepted"], counts["rejected"]) == (2, 1)
    (kept,) = rejected(path)
    assert (kept["_row"], kept["_field"]) == ("3", field)
    assert kept["_reason"]
    assert kept["_remedy"]
    assert kept["text"] == next(csv.reader([row]))[0], "nothing of the row is lost"


def test_a_mended_reject_file_goes_in(take: Take, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.csv", "text,time", "路灯坏了,2026-02-30", "暖气不热,2026-11-02")
    take(path)
    rejects = tmp_path / "a.rejected.csv"
    rejects.write_text(rejects.read_text("utf-8").replace("2026-02-30", "2026-02-28"), "utf-8")
    counts = take(rejects)
    assert (counts["read"], counts["accepted"], counts["rejected"]) == (1, 1, 0)
    assert Ticket.objects.count() == 2


def test_the_same_bad_file_again_writes_its_bad_rows_once(take: Take, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.csv", "text,time", "路灯坏了,2026-02-30", "暖气不热,2026-11-02")
    take(path)
    assert take(path)["rejected"] == 1
    assert len(rejected(path)) == 1


STRANGE = (
    "路灯坏了💡",
    "الشارع مظلم",
    "路灯\u202e坏了",
    '=HYPERLINK("http://x","y")',
    "@SUM(1)",
    "<b>路灯</b>",
)


def test_strange_texts_are_taken_in_as_text(take: Take, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["text"], *([text] for text in STRANGE)])
    assert take(path)["accepted"] == len(STRANGE)
    kept = [sealing.unseal(words.text, "text") for words in Words.objects.order_by("pk")]
    assert kept == [text.replace("\u202e", "") for text in STRANGE]


def test_nul_bytes_never_reach_the_database(take: Take, tmp_path: Path) -> None:
    counts = take(written(tmp_path / "a.csv", "text\n路灯\x00坏了\n暖气不热\n"))
    assert counts["read"] == 2
    assert counts["accepted"] >= 1


def test_a_formula_in_a_rejected_row_is_not_run_by_a_spreadsheet(take: Take, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.csv", "text,time", "\"=cmd|'/c calc'!A0\",2999-01-01")
    take(path)
    (row,) = rejected(path)
    assert row["text"].startswith("'=")


def test_chinese_in_an_old_encoding_is_read(take: Take, tmp_path: Path) -> None:
    text = "标题,内容\n路灯,双井街道路灯坏了三天了没有人来修理\n"
    take(written(tmp_path / "a.csv", text.encode("gb18030")), "--map", "title=标题", "--map", "text=内容")
    assert Ticket.objects.get().text == "双井街道路灯坏了三天了没有人来修理"


def test_a_row_that_the_database_refuses_does_not_take_its_neighbours_along(
    take: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sometimes(requests: Any, *args: Any, **kwargs: Any) -> Any:
        if any("三" in request.text for request in requests):
            raise DataError("the database does not take this")
        return do_take_in(requests, *args, **kwargs)

    monkeypatch.setattr(taking_in, "do_take_in", sometimes)
    path = lines(tmp_path / "a.csv", "text", "第一件", "第二件", "第三件", "第四件")
    counts = take(path)
    assert (counts["accepted"], counts["rejected"]) == (3, 1)
    assert rejected(path)[0]["_reason"] == "the database does not take this"


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (BadSelector("distrcit"), "'distrcit' names no unit"),
        (MissingRule("rules", "dispatch.queue_hours", date(2026, 11, 20)), "'dispatch.queue_hours'"),
    ],
)
def test_a_broken_rule_ends_the_take_in_and_rejects_no_row(
    error: Exception, named: str, take: Take, three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise error

    monkeypatch.setattr(taking_in, "do_take_in", broken)
    with pytest.raises(OperatorError, match=re.escape(named)):
        take(three)
    rejects = three.with_name("three.rejected.csv")
    assert not rejects.exists() or not rejected(three)


def test_without_json_the_counts_are_told_in_words(three: Path, city: Book, reader: Reader) -> None:
    out = io.StringIO()
    call_command("take_in", str(three), stdout=out)
    assert "3  rows read" in out.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "rows"), [("teddy_t3_hot", 4326), ("teddy_t4_reply", 1449)])
def test_real_requests_go_in_whole_and_once(
    name: str, rows: int, take: Take, tmp_path: Path, now: datetime
) -> None:
    source = SHARED / f"{name}.parquet"
    if not source.exists():
        pytest.skip(f"{source} is not on this machine")
    words = [
        "--map",
        "title=title,text=detail,time=time,requester=user",
        "--rejects",
        str(tmp_path / "no.csv"),
    ]
    first = take(source, *words)
    assert first["read"] == rows
    assert first["accepted"] > 0.95 * rows
    assert Ticket.objects.count() == first["accepted"]
    others = Event.objects.filter(verb__in=("link", "urge", "repeat"))  # what they caused on earlier ones
    assert Event.objects.count() - others.count() == 2 * first["accepted"]
    again = take(source, *words)
    assert (again["read"], again["accepted"]) == (rows, 0)
    assert list(differences()) == []


def test_rejects_of_a_second_file_with_the_same_name_are_kept_too(take: Take, tmp_path: Path) -> None:
    bad = "title,text,time\n{0},双井街道{0}坏了,2026-02-30\n"
    path = written(tmp_path / "daily.csv", bad.format("路灯"))
    assert take(path)["rejected"] == 1
    assert take(path)["rejected"] == 1
    written(path, bad.format("电梯"))
    assert take(path)["rejected"] == 1
    assert [row["title"] for row in rejected(path)] == ["电梯"]
    assert "路灯" in (tmp_path / "daily.rejected.1.csv").read_text("utf-8")
