"""Workbooks and Parquet files, honest and hostile: they are checked before they are unpacked."""

import tracemalloc
import zipfile
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.intake.tables import bad, refusal, rows

from jieban.intake.files import CannotRead, Row, open_table


def workbook(path: Path, *table: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "工单"
    for row in table:
        book.active.append(row)
    book.save(path)
    return path


def with_parts(path: Path, parts: dict[str, bytes]) -> Path:
    """Replace parts inside a workbook."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in (content | parts).items():
            archive.writestr(name, part)
    return path


SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def sheet_xml(rows_xml: str) -> bytes:
    return f"<worksheet {NAMESPACE}><sheetData>{rows_xml}</sheetData></worksheet>".encode()


class TestExcel:
    def test_values_become_plain_text(self, tmp_path: Path) -> None:
        path = workbook(
            tmp_path / "a.xlsx",
            ("编号", "时间", "日", "数", "长", "真", "公式"),
            (
                12345.0,
                datetime(2019, 12, 30, 17, 6, 14),
                date(2019, 2, 3),
                0.1,
                123456789012345,
                True,
                "x",
            ),
        )
        table = open_table(path)
        assert table.sheet == "工单"
        assert table.total == 1
        row = rows(table)[0]
        assert row.number == 2
        assert list(row.values.values()) == [
            "12345",
            "2019-12-30 17:06:14",
            "2019-02-03",
            "0.1",
            "123456789012345",
            "true",
            "x",
        ]

    def test_blank_rows_and_missing_cells(self, tmp_path: Path) -> None:
        table = open_table(workbook(tmp_path / "a.xlsx", (), ("a", "b"), (1,), (), (None, 2)))
        assert [(row.number, row.values) for row in rows(table)] == [
            (3, {"a": "1", "b": ""}),
            (5, {"a": "", "b": "2"}),
        ]

    def test_cells_beyond_the_header_are_bad(self, tmp_path: Path) -> None:
        assert [
            row.number for row in bad(open_table(workbook(tmp_path / "a.xlsx", ("a",), (1, 2), (3,))))
        ] == [2]

    def test_sheets_by_name(self, tmp_path: Path) -> None:
        path = workbook(tmp_path / "a.xlsx", ("a",), (1,))
        book = openpyxl.load_workbook(path)
        book.create_sheet("第二").append(["b"])
        book["工单"].sheet_state = "hidden"
        book.save(path)
        assert open_table(path).sheet == "第二"
        assert open_table(path, "工单").columns == ("a",)
        assert "第二" in refusal(path, "third").remedy

    def test_empty_sheet(self, tmp_path: Path) -> None:
        assert "empty" in refusal(workbook(tmp_path / "a.xlsx")).reason

    def test_other_archives_are_named_so(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
            archive.writestr("a.txt", "x")
        assert "not an Excel workbook" in refusal(tmp_path / "a.xlsx").reason

    def test_named_csv_it_is_refused_with_its_kind(self, tmp_path: Path) -> None:
        path = workbook(tmp_path / "a.xlsx", ("a",)).rename(tmp_path / "a.csv")
        assert "Excel" in refusal(path).reason

    def test_zip_bomb(self, tmp_path: Path) -> None:
        path = workbook(tmp_path / "a.xlsx", ("a",))
        with_parts(path, {SHEET: sheet_xml(" " * (64 << 20))})
        assert path.stat().st_size < 200_000
        assert "bomb" in refusal(path).reason

    def test_entities_that_multiply(self, tmp_path: Path) -> None:
        entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(
            f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
        )
        cell = '<row><c t="inlineStr"><is><t>&j;</t></is></c></row>'
        bomb = f"<!DOCTYPE x [{entities}]>".encode() + sheet_xml(cell)
        assert "damaged" in refusal(with_parts(workbook(tmp_path / "a.xlsx", ("a",)), {SHEET: bomb})).reason

    def test_a_cell_far_away_costs_no_memory(self, tmp_path: Path) -> None:
        far = '<row r="1"><c r="A1" t="str"><v>a</v></c></row>'
        far += '<row r="20000"><c r="XFD20000"><v>1</v></c></row>'
        path = with_parts(workbook(tmp_path / "a.xlsx", ("a",)), {SHEET: sheet_xml(far)})
        tracemalloc.start()
        assert [row.number for row in bad(open_table(path))] == [20_000]
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
        tracemalloc.stop()

    def test_a_row_beyond_the_last(self, tmp_path: Path) -> None:
        far = '<row r="1"><c r="A1" t="str"><v>a</v></c></row><row r="99999999999"><c><v>1</v></c></row>'
        path = with_parts(workbook(tmp_path / "a.xlsx", ("a",)), {SHEET: sheet_xml(far)})
        assert "more rows" in refusal(path).reason

    def test_cut_off(self, tmp_path: Path) -> None:
        path = workbook(tmp_path / "a.xlsx", ("a",), *((str(n),) for n in range(2_000)))
        path.write_bytes(path.read_bytes()[:-2_000])
        refusal(path)

    @pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
    def test_broken_parts(self, tmp_path: Path, part: str) -> None:
        path = with_parts(workbook(tmp_path / "a.xlsx", ("a",), ("b",)), {part: b"<broken"})
        assert "damaged" in refusal(path).reason

    def test_shared_texts_and_rounded_ids(self, tmp_path: Path) -> None:
        path = workbook(tmp_path / "a.xlsx", ("a",))
        with zipfile.ZipFile(path) as archive:
            types = archive.read("[Content_Types].xml").decode()
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        types = types.replace(
            "</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
        )
        texts = f"<sst {NAMESPACE}><si><t>编号</t></si><si><r><t>路</t></r><r><t>灯</t></r></si></sst>"
        cells = "".join(
            f"<row>{cell}</row>"
            for cell in (
                '<c t="s"><v>0</v></c>',
                '<c t="s"><v>1</v></c>',
                "<c><v>1.23456789012E+17</v></c>",
                '<c t="s"><v>7</v></c>',
            )
        )
        parts = {"[Content_Types].xml": types.encode(), "xl/sharedStrings.xml": texts.encode()}
        with_parts(path, parts | {SHEET: sheet_xml(cells)})
        found = iter(open_table(path))
        assert [row.values["编号"] for row in islice(found, 2) if isinstance(row, Row)] == [
            "路灯",
            "123456789012000000",
        ]
        with pytest.raises(CannotRead, match="damaged"):
            next(found)

    def test_escaped_characters(self, tmp_path: Path) -> None:
        cell = '<row><c t="str"><v>a</v></c></row><row><c t="str"><v>x_x000D_y</v></c></row>'
        path = with_parts(workbook(tmp_path / "a.xlsx", ("a",)), {SHEET: sheet_xml(cell)})
        assert rows(open_table(path))[0].values["a"] == "x\ry"


class TestParquet:
    def test_values_become_plain_text(self, tmp_path: Path) -> None:
        table = pa.table(
            {
                "id": [1, None],
                "time": pa.array([1_551_353_105_123_456_789, None], pa.timestamp("ns")),
                "score": [12345.0, float("nan")],
                "money": [Decimal("1.50"), None],
                "text": ["路灯", "x"],
                "tags": [["a"], None],
                "__index_level_0__": [0, 1],
            }
        )
        pq.write_table(table, tmp_path / "a.parquet")
        found = open_table(tmp_path / "a.parquet")
        assert found.total == 2
        assert found.columns == ("id", "time", "score", "money", "text", "tags")
        first, second = rows(found)
        assert list(first.values.values()) == [
            "1",
            "2019-02-28 11:25:05.123456",
            "12345",
            "1.5",
            "路灯",
            '["a"]',
        ]
        assert list(second.values.values()) == ["", "", "", "", "x", ""]
        assert second.number == 2

    def test_cut_off_and_overwritten(self, tmp_path: Path) -> None:
        path = tmp_path / "a.parquet"
        pq.write_table(pa.table({"a": [str(n) for n in range(5_000)]}), path)
        whole = path.read_bytes()
        path.write_bytes(whole[:-20])
        assert "cut off" in refusal(path).reason
        path.write_bytes(whole[:30] + bytes(2_000) + whole[2_030:])
        refusal(path)

    def test_one_long_text_used_a_million_times(self, tmp_path: Path) -> None:
        path = tmp_path / "a.parquet"
        long = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array(["x" * 900_000]))
        pq.write_table(pa.table({"a": long.cast(pa.dictionary(pa.int32(), pa.string()))}), path)
        before = pa.total_allocated_bytes()
        for row in islice(open_table(path), 3_000):
            assert isinstance(row, Row)
        assert pa.default_memory_pool().max_memory() - before < 256 << 20
