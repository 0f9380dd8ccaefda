"""The reject file: no row is lost, none comes twice, and what comes back is what was sent."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jieban.intake.files import BadRow, Row, open_table
from jieban.intake.mapping import Refusal
from jieban.intake.rejects import CannotWrite, RejectFile, mark_of, reject_path, set_aside

COLUMNS = ("标题", "内容")
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


def row(number: int, title: str = "路灯", text: str = "三天不亮") -> Row:
    return Row(number, {"标题": title, "内容": text})


def why(number: int) -> Refusal:
    return Refusal(number, "time", "The date does not exist.", "Correct it.")


def back(path: Path) -> list[dict[str, str]]:
    return [found.values for found in open_table(path) if isinstance(found, Row)]


def test_written_for_excel_and_read_back(tmp_path: Path) -> None:
    path = reject_path(tmp_path / "十二月.xlsx")
    assert path.name == "十二月.rejected.csv"
    with RejectFile(path, COLUMNS) as rejects:
        assert rejects.add(row(2), why(2))
        assert rejects.count == 1
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    header, line = path.read_text(encoding="utf-8-sig").splitlines()
    assert header == '"标题","内容","_row","_field","_reason","_remedy","_raw","_file"'
    assert line == '"路灯","三天不亮","2","time","The date does not exist.","Correct it.","",""'
    table = open_table(path)
    assert table.columns == COLUMNS
    assert back(path) == [row(2).values]


def test_no_rejects_no_file(tmp_path: Path) -> None:
    with RejectFile(tmp_path / "a.csv", COLUMNS):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "cell",
    [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "'=1",
        "''x",
        " =1",
        "＝1",
        "010",
        "1" * 18,
    ],
)
def test_formulas_are_made_harmless_and_come_back(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "a.csv"
    with RejectFile(path, COLUMNS) as rejects:
        rejects.add(row(2, cell), Refusal(2, "time", "=1+1", ""))
    content = path.read_bytes().decode("utf-8-sig")
    assert ',"=1+1"' not in content
    assert not content.splitlines()[1].startswith(('"=', '"+', '"-', '"@', '"\t'))
    assert back(path) == [row(2, cell).values]


def test_columns_named_like_formulas(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for resume in (False, True):
        with RejectFile(path, ("=a", "12345"), resume=resume) as rejects:
            rejects.add(Row(2, {"=a": "1", "12345": "2"}), why(2))
    assert back(path) == [{"=a": "1", "12345": "2"}]


def test_bad_rows_keep_their_text_and_are_not_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with RejectFile(path, COLUMNS) as rejects:
        rejects.add(BadRow(3, "The row has 3 cells.", "a,b,c\n"))
    assert "a,b,c" in path.read_text(encoding="utf-8")
    assert back(path) == [{"标题": "", "内容": ""}]


def test_values_without_a_column_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with RejectFile(path, ("标题",)) as rejects:
        rejects.add(row(2), why(2))
    assert "三天不亮" in path.read_text(encoding="utf-8")


def test_a_row_without_a_reason_is_a_mistake_of_the_programmer(tmp_path: Path) -> None:
    with RejectFile(tmp_path / "a.csv", COLUMNS) as rejects, pytest.raises(ValueError, match="refusal"):
        rejects.add(row(2))


def test_an_earlier_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with RejectFile(path, COLUMNS) as rejects:
        rejects.add(row(2), why(2))
    with pytest.raises(CannotWrite, match="still there"):
        RejectFile(path, COLUMNS)
    with pytest.raises(CannotWrite, match="columns"):
        RejectFile(path, ("others",), resume=True)
    assert len(back(path)) == 1


def test_the_record_of_another_input_is_kept_aside_and_that_of_this_one_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for mark, aside in (("f1", None), ("f1", None), ("f2", "a.1.csv"), ("f3", "a.2.csv")):
        kept = set_aside(path, COLUMNS, mark)
        assert (kept.name if kept else None) == aside
        with RejectFile(path, COLUMNS, mark=mark, resume=True) as rejects:
            rejects.add(row(2, mark), why(2))
    assert [back(tmp_path / name)[0]["标题"] for name in ("a.1.csv", "a.2.csv", "a.csv")] == [
        "f1",
        "f2",
        "f3",
    ]


def test_a_file_that_is_no_record_is_never_moved(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("标题,内容\n路灯,不亮\n", "utf-8")
    assert set_aside(path, COLUMNS, "f1") is None
    with pytest.raises(CannotWrite, match="columns"):
        RejectFile(path, COLUMNS, mark="f1", resume=True)


def test_a_mark_tells_inputs_and_sheets_apart(tmp_path: Path) -> None:
    one, other, same = tmp_path / "1", tmp_path / "2", tmp_path / "3"
    for path, text in ((one, "a"), (other, "b"), (same, "a")):
        path.write_text(text)
    assert mark_of(one) == mark_of(same) != mark_of(other)
    assert mark_of(one, "x") != mark_of(one, "y")


def test_resuming_writes_no_row_twice(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for _ in range(3):
        with RejectFile(path, COLUMNS, resume=True) as rejects:
            for number in (2, 9, 5):
                rejects.add(row(number, 'a "quoted"\nline'), why(number))
            assert not rejects.add(row(5), why(5))
            assert rejects.count == 3
    assert len(back(path)) == 3


@given(cut=st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_whatever_a_kill_leaves_is_continued(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("cut") / "a.csv"
    rows = [row(number, f'{number}, "x"\r\n=y', "\n\n") for number in range(2, 8)]
    with RejectFile(path, COLUMNS) as rejects:
        for each in rows:
            rejects.add(each, why(each.number))
    header = path.read_bytes().index(b"\n") + 1
    os.truncate(path, max(path.stat().st_size - cut, header))
    with RejectFile(path, COLUMNS, resume=True) as rejects:
        for each in rows:
            rejects.add(each, why(each.number))
    assert back(path) == [each.values for each in rows]


def test_killed_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    program = textwrap.dedent(
        """
        import os, signal, sys
        from pathlib import Path
        from jieban.intake.files import Row
        from jieban.intake.mapping import Refusal
        from jieban.intake.rejects import RejectFile
        rejects = RejectFile(Path(sys.argv[1]), ("a",))
        for number in range(2, 1002):
            rejects.add(Row(number, {"a": "x"}), Refusal(number, "a", "r", "m"))
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    source = str(Path(__file__).parents[2] / "src")
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], env=os.environ | {"PYTHONPATH": source}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    with RejectFile(path, ("a",), resume=True) as rejects:
        assert rejects.count == 1_000
        assert not rejects.add(Row(1001, {"a": "x"}), why(1001))
    assert len(back(path)) == 1_000


@given(cells=st.lists(st.tuples(PLAIN, PLAIN), min_size=1, max_size=8))
@settings(max_examples=80, deadline=None)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("round") / "a.csv"
    with RejectFile(path, COLUMNS) as rejects:
        for number, (title, text) in enumerate(cells, start=2):
            rejects.add(row(number, title, text), why(number))
    assert back(path) == [{"标题": title, "内容": text} for title, text in cells]
