"""Tables that people send, honest and hostile: what can be read is read, what cannot is told."""

import csv
import io
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.intake.tables import bad, refusal, rows, written

from jieban.intake.files import BadRow, CannotRead, Row, check_length, open_table
from jieban.intake.files.formulas import neutralise, restore
from jieban.intake.files.values import number_text

HEADER = "标题,内容,时间\n"
LINE = "路灯不亮,和平里东街路灯三天不亮,2019-02-28 11:25:05\n"
FAMILY = "👨‍👩‍👧"


class TestDelimited:
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
    )
    def test_encodings(self, tmp_path: Path, encoding: str) -> None:
        table = open_table(written(tmp_path / "a.csv", (HEADER + LINE * 3).encode(encoding)))
        assert table.columns == ("标题", "内容", "时间")
        assert [row.number for row in rows(table)] == [2, 3, 4]
        assert rows(table)[0].values["内容"] == "和平里东街路灯三天不亮"

    @pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
    def test_separators(self, tmp_path: Path, delimiter: str) -> None:
        header, line = ("title", "text", "time"), ("a", '"b, c; d"', "2019")
        content = "\n".join([delimiter.join(header), delimiter.join(line)])
        table = open_table(written(tmp_path / "a.csv", content))
        assert table.delimiter == delimiter
        assert rows(table)[0].values == {"title": "a", "text": "b, c; d", "time": "2019"}

    def test_tsv(self, tmp_path: Path) -> None:
        table = open_table(written(tmp_path / "a.tsv", "title\ttext\na,b,c\td\n"))
        assert (table.kind, rows(table)[0].values["title"]) == ("tsv", "a,b,c")

    def test_one_column(self, tmp_path: Path) -> None:
        assert rows(open_table(written(tmp_path / "a.csv", "内容\n路灯\n")))[0].values == {"内容": "路灯"}

    def test_mixed_line_ends_and_lines_in_cells(self, tmp_path: Path) -> None:
        table = open_table(written(tmp_path / "a.csv", 'a,b\r\n1,"x\r\ny"\n2,z\r3,w'))
        assert [(row.number, row.values["b"]) for row in rows(table)] == [(2, "x\r\ny"), (4, "z"), (5, "w")]

    def test_total(self, tmp_path: Path) -> None:
        table = open_table(written(tmp_path / "a.csv", HEADER + LINE * 7 + '"x\ny",b,c'))
        assert table.total == 8

    def test_blank_rows_are_no_rows(self, tmp_path: Path) -> None:
        table = open_table(written(tmp_path / "a.csv", "\n\na,b\n\n1,2\n,\n,,,\n3,4\n"))
        assert [row.number for row in rows(table)] == [5, 8]

    def test_empty_cells_at_the_end_are_harmless(self, tmp_path: Path) -> None:
        assert rows(open_table(written(tmp_path / "a.csv", "a,b,,\n1,2,,\n")))[0].values == {
            "a": "1",
            "b": "2",
        }

    def test_rows_of_another_width_are_bad_and_the_next_is_good(self, tmp_path: Path) -> None:
        found = list(open_table(written(tmp_path / "a.csv", "a,b\n1,2,3\n4\n5,6\n")))
        assert [type(row).__name__ for row in found] == ["BadRow", "BadRow", "Row"]
        assert isinstance(found[0], BadRow)
        assert found[0].number == 2
        assert found[0].raw == "1,2,3\n"
        assert "3 cells" in found[0].reason

    def test_unclosed_quotation_mark_costs_one_row(self, tmp_path: Path) -> None:
        found = list(open_table(written(tmp_path / "a.csv", 'a,b\n1,2\n3,"4\n5,6\n7,8\n')))
        assert [row.number for row in found] == [2, 3, 4, 5]
        assert [row.number for row in found if isinstance(row, BadRow)] == [3]

    def test_unclosed_quotation_marks_everywhere_end(self, tmp_path: Path) -> None:
        content = "a,b\n" + 'a","\n' * 400_000
        assert bad(open_table(written(tmp_path / "a.csv", content)))

    def test_undecodable_bytes_cost_one_row(self, tmp_path: Path) -> None:
        content = (HEADER + LINE * 3).encode() + b"\xff\xfe,x,y\n" + LINE.encode()
        table = open_table(written(tmp_path / "a.csv", content))
        assert table.encoding == "utf-8"
        assert [(row.number, row.raw) for row in bad(table)] == [(5, "\\xff\\xfe,x,y\n")]
        assert len(list(table)) == 5

    def test_undecodable_bytes_in_ascii(self, tmp_path: Path) -> None:
        content = b"a,b\n" + b"some words,more words\n" * 20 + b"\xff,x\n"
        assert [row.number for row in bad(open_table(written(tmp_path / "a.csv", content)))] == [22]

    def test_undecodable_bytes_in_gb18030(self, tmp_path: Path) -> None:
        content = (HEADER + LINE * 9).encode("gb18030") + b"\xff\xff,x,y\n" + LINE.encode("gb18030")
        table = open_table(written(tmp_path / "a.csv", content))
        assert table.encoding == "gb18030"
        assert [row.number for row in bad(table)] == [11]

    def test_nul_costs_one_row(self, tmp_path: Path) -> None:
        table = open_table(written(tmp_path / "a.csv", b"a,b\n1,\0\n2,3\n"))
        assert [(row.number, row.raw) for row in bad(table)] == [(2, "1,\\x00\n")]

    def test_a_text_of_a_megabyte_is_read_and_a_longer_one_is_bad(self, tmp_path: Path) -> None:
        just, more, much = "水" * 1_000_000, "水" * 1_000_001, "x" * 9_000_000
        found = list(open_table(written(tmp_path / "a.csv", f"a,b\n1,{just}\n2,{more}\n3,{much}\n4,end\n")))
        assert [type(row).__name__ for row in found] == ["Row", "BadRow", "BadRow", "Row"]
        assert isinstance(found[2], BadRow)
        assert len(found[2].raw) < 32_767
        assert found[3].number == 5

    def test_long_cell_over_many_lines(self, tmp_path: Path) -> None:
        found = list(open_table(written(tmp_path / "a.csv", 'a,b\n1,"' + "x\n" * 600_000 + '"\n2,3\n')))
        assert [type(row).__name__ for row in found] == ["BadRow", "Row"]

    def test_formulas_of_strangers_stay_text(self, tmp_path: Path) -> None:
        table = open_table(written(tmp_path / "a.csv", "a,b\n=cmd|' /C calc'!A0,'=1\n"))
        assert rows(table)[0].values == {"a": "=cmd|' /C calc'!A0", "b": "'=1"}

    def test_right_to_left_and_emoji(self, tmp_path: Path) -> None:
        table = open_table(written(tmp_path / "a.csv", f"a,b\nمرحبا,{FAMILY}\n"))
        assert rows(table)[0].values == {"a": "مرحبا", "b": FAMILY}

    def test_headers_are_made_distinct(self, tmp_path: Path) -> None:
        table = open_table(written(tmp_path / "a.csv", "a,,a,b \n1,2,3,4\n"))
        assert table.columns == ("a", "(column 2)", "a (2)", "b")

    def test_columns_with_underscore_are_left_out(self, tmp_path: Path) -> None:
        table = open_table(written(tmp_path / "a.csv", "_x,a\n1,2\n"))
        assert (table.columns, rows(table)[0].values) == (("a",), {"a": "2"})

    @pytest.mark.parametrize(
        "first", ["2019-02-28 11:25:05,x", "13800001111,路灯", "3.5,x", "x" * 200, "_a,_b"]
    )
    def test_a_first_row_of_data_is_no_header(self, tmp_path: Path, first: str) -> None:
        refusal(written(tmp_path / "a.csv", f"{first}\n1,2\n"))

    def test_can_be_read_twice(self, tmp_path: Path) -> None:
        table = open_table(written(tmp_path / "a.csv", HEADER + LINE))
        assert list(table) == list(table)

    def test_a_large_file_is_not_held(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write(HEADER)
            file.writelines(LINE for _ in range(200_000))
        tracemalloc.start()
        assert sum(1 for _ in open_table(path)) == 200_000
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 8 << 20


class TestWrongFiles:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("empty.csv", b""),
            ("blank.csv", b"\xef\xbb\xbf \r\n\n"),
            ("zeros.csv", bytes(5_000)),
            ("document.csv", b"%PDF-1.7\n%..."),
            ("photo.csv", b"\xff\xd8\xff\xe0..."),
            ("page.xls", b"<html><table><tr><td>1</td></tr></table></html>"),
            ("text.xlsx", b"a,b\n1,2\n"),
            ("text.parquet", b"a,b\n1,2\n"),
            ("json.csv", b'{"a": 1}\n{"a": 2}\n'),
            ("list.json", b'[{"a": 1}]'),
            ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000)),
            ("noise.csv", bytes(range(1, 32)) * 500),
            ("half.parquet", b"PAR1" + bytes(100)),
            ("half.xlsx", b"PK\x03\x04" + bytes(100)),
        ],
    )
    def test_are_refused(self, tmp_path: Path, name: str, content: bytes) -> None:
        refusal(written(tmp_path / name, content))

    def test_missing_file_and_folder(self, tmp_path: Path) -> None:
        assert "no file" in refusal(tmp_path / "a.csv").reason
        assert "folder" in refusal(tmp_path).reason

    def test_sheet_of_a_file_without_sheets(self, tmp_path: Path) -> None:
        refusal(written(tmp_path / "a.csv", HEADER + LINE), sheet="1")

    def test_locked_workbook_is_named_so(self, tmp_path: Path) -> None:
        content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
        assert "password" in refusal(written(tmp_path / "a.xlsx", content)).reason

    @given(
        content=st.binary(max_size=300),
        name=st.sampled_from(["a.csv", "a.jsonl", "a.xlsx", "a.parquet", "a"]),
    )
    @settings(max_examples=200, deadline=None)
    def test_any_bytes_are_read_or_refused(
        self, tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
    ) -> None:
        path = written(tmp_path_factory.mktemp("any") / name, content)
        try:
            for row in open_table(path):
                assert isinstance(row, Row | BadRow)
        except CannotRead:
            return


class TestJsonLines:
    def test_good_and_bad_lines(self, tmp_path: Path) -> None:
        content = (
            '{"title": "路灯", "n": 12345.0, "id": 123456789012345678901, "big": 1e17, "none": null,'
            ' "ok": true}\n'
            "\n"
            "{broken\n"
            "[1, 2]\n"
            '{"title": "x", "more": {"a": [1]}}\n'
            '{"title": NaN}\n'
            '{"title": "\\ud800"}\n'
            '{"title": "a\\u0000b"}\n' + "[" * 100_000 + "\n"
        )
        table = open_table(written(tmp_path / "a.jsonl", content.encode() + b'{"title": "\xff"}\n{"a": 1}'))
        assert table.columns == ("title", "n", "id", "big", "none", "ok", "more", "a")
        found = list(table)
        assert [row.number for row in found if isinstance(row, Row)] == [1, 5, 8, 11]
        assert [row.number for row in found if isinstance(row, BadRow)] == [3, 4, 6, 7, 9, 10]
        assert isinstance(found[0], Row)
        assert list(found[0].values.values()) == [
            "路灯",
            "12345",
            "123456789012345678901",
            "100000000000000000",
            "",
            "true",
            "",
            "",
        ]

    def test_no_object_at_all(self, tmp_path: Path) -> None:
        refusal(written(tmp_path / "a.jsonl", "x\ny\n"))

    def test_long_lines(self, tmp_path: Path) -> None:
        content = json.dumps({"a": "x" * 1_500_000}) + "\n" + '{"a": "' + "x" * 9_000_000 + '"}\n{"a": "b"}\n'
        found = list(open_table(written(tmp_path / "a.jsonl", '{"a": "1"}\n' + content)))
        assert [type(row).__name__ for row in found] == ["Row", "BadRow", "BadRow", "Row"]
        assert found[-1].number == 4


@given(st.text())
def test_neutralised_cells_come_back(cell: str) -> None:
    safe = neutralise(cell)
    assert restore(safe) == cell
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.from_regex(r"'{0,3}\s?[=+\-@\t\r0-9]{1,14}"))
def test_neutralised_formulas_come_back(cell: str) -> None:
    assert restore(neutralise(cell)) == cell


@pytest.mark.parametrize(
    ("number", "plain"),
    [
        ("12345.0", "12345"),
        ("1.23E+10", "12300000000"),
        ("-0.0", "0"),
        ("0.10", "0.1"),
        ("x", "x"),
        ("1e400", "1e400"),
    ],
)
def test_numbers_are_written_plainly(number: str, plain: str) -> None:
    assert number_text(number) == plain


@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2, max_size=2))
)
@settings(max_examples=50, deadline=None)
def test_what_python_writes_as_csv_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]]
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["标题", "b"], *cells])
    path = written(tmp_path_factory.mktemp("csv") / "a.csv", out.getvalue().encode())
    expected = [cell for cell in cells if any(cell)]
    assert [list(row.values.values()) for row in rows(open_table(path))] == expected


class TestLength:
    def test_a_file_with_too_many_rows_is_refused_before_the_first(self, tmp_path: Path) -> None:
        table = open_table(written(tmp_path / "a.csv", HEADER + LINE * 3))
        check_length(table, 3)
        with pytest.raises(CannotRead, match="more than 2 rows"):
            check_length(table, 2)
        with pytest.raises(CannotRead, match="more than 2 rows"):
            check_length(replace(table, total=None), 2)
