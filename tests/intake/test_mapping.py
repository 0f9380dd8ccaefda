"""From rows to requests: what people write becomes clean, what cannot be taken is told, nothing is cut."""

import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.intake.files import Row, open_table
from jieban.intake.mapping import (
    FIELD_NAMES,
    FIELDS,
    IncomingRequest,
    Mapping,
    MappingError,
    Refusal,
    fingerprint,
    guess_columns,
    make_mapping,
    to_request,
)
from jieban.intake.moments import BadMoment, read_moment
from jieban.intake.text import clean_line, clean_text, is_blank
from jieban.people.phones import read_phone

BEIJING = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
STRAIGHT = Mapping({field: field for field in FIELD_NAMES})
FAMILY = "👨‍👩‍👧"
SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def taken(source: str = "", **values: str) -> IncomingRequest:
    request = to_request(Row(2, values), STRAIGHT, BEIJING, now=NOW, source=source)
    assert isinstance(request, IncomingRequest), request
    return request


def refused(**values: str) -> Refusal:
    refusal = to_request(Row(7, values), STRAIGHT, BEIJING, now=NOW)
    assert isinstance(refusal, Refusal), refusal
    assert refusal.row == 7
    assert refusal.reason
    assert refusal.remedy
    return refusal


class TestMapping:
    def test_pairs(self) -> None:
        mapping = make_mapping(["title=标题", "text= 内 容 "], ["标题", "内 容", "电话"])
        assert mapping.columns == {"title": "标题", "text": "内 容"}

    def test_a_column_name_may_hold_an_equals_sign(self) -> None:
        assert make_mapping(["text=a=b"], ["a=b"]).columns == {"text": "a=b"}

    @pytest.mark.parametrize(
        ("pairs", "needle"),
        [
            (["titel=标题"], "Did you mean title or time?"),
            (["title=标提"], "Did you mean 标题?"),
            (["title=xyz"], "The columns are: 标题, 内容."),
            (["title"], "field=column"),
            (["title=标题", "title=内容"], "mapped twice"),
            (["phone=标题"], "text=内容"),
        ],
    )
    def test_mistakes_are_named(self, pairs: list[str], needle: str) -> None:
        with pytest.raises(MappingError) as caught:
            make_mapping(pairs, ["标题", "内容"])
        assert needle in str(caught.value)

    def test_every_field_has_a_meaning(self) -> None:
        assert all(name and meaning for name, meaning in FIELDS)

    @pytest.mark.parametrize(
        "columns",
        [
            ("工单编号", "主题", "诉求内容", "来电时间", "来电人", "联系电话", "地址", "来源", "分类"),
            ("ID", "Title", "Detail", "created", "User", "Mobile", "Address", "Channel", "Category"),
            ("external_id", "title", "text", "time", "requester", "phone", "address", "channel", "category"),
        ],
    )
    def test_usual_headers_are_known(self, columns: tuple[str, ...]) -> None:
        fields = (
            "external_id",
            "title",
            "text",
            "time",
            "requester",
            "phone",
            "address",
            "channel",
            "category",
        )
        assert guess_columns(columns) == dict(zip(fields, columns, strict=True))

    def test_earlier_words_win_and_a_column_is_used_once(self) -> None:
        assert guess_columns(["描述", "内容", "x"]) == {"text": "内容"}

    def test_nothing_to_guess(self) -> None:
        with pytest.raises(MappingError, match="The columns are: a, b"):
            make_mapping([], ["a", "b"])


class TestText:
    def test_clean(self) -> None:
        assert (
            clean_text("\ufeff a\0b\x07 \r\nc\rd\x0be\u2028f\t g \n\n\n\n\n\nh\n")
            == "ab\nc\nd\ne\nf\t g\n\n\nh"
        )

    def test_order_reversing_controls_go_and_languages_stay(self) -> None:
        assert clean_text("abc\u202egpj.exe\u2066x\u2069") == "abcgpj.exex"
        for kept in ("مرحبا", "שלום", FAMILY, "نمی\u200cخواهم", "❤️", "𠮷"):
            assert clean_text(kept) == kept

    def test_composed(self) -> None:
        assert clean_text("e\u0301") == "é"

    def test_line(self) -> None:
        assert clean_line(" a\n\tb\u3000c ") == "a b c"

    def test_a_megabyte_of_spaces_is_quick(self) -> None:
        assert (
            clean_text("a" + " " * 1_000_000 + "b" + "\n" * 1_000_000 + "c")
            == "a" + " " * 1_000_000 + "b\n\n\nc"
        )

    @pytest.mark.parametrize("blank", ["", " \n", "\u200b\u200d", "\u3000", "\u0301"])
    def test_blank(self, blank: str) -> None:
        assert is_blank(blank)
        assert not is_blank(blank + "😀")

    @given(st.text() | st.text("a\r\n\t \0\x0b\u202e\u0301é\u1161\u1100"))
    def test_cleaning_is_idempotent(self, text: str) -> None:
        once = clean_text(text)
        assert clean_text(once) == once
        assert clean_line(clean_line(text)) == clean_line(text)

    @given(st.text(st.characters(exclude_categories=["Cs"])))
    def test_cleaning_leaves_what_can_be_seen(self, text: str) -> None:
        def visible(words: str) -> str:
            composed = unicodedata.normalize("NFC", words)
            return "".join(sign for sign in composed if unicodedata.category(sign)[0] not in "CZM")

        joined = "".join(sign for sign in text if unicodedata.category(sign)[0] not in "CZM")
        assert visible(clean_text(joined)) == visible(joined)


class TestMoments:
    @pytest.mark.parametrize(
        ("written", "utc"),
        [
            ("2019/12/30 17:06:14", "2019-12-30T09:06:14"),
            ("2019-02-28 11:25:05", "2019-02-28T03:25:05"),
            ("2019/1/2 8:05", "2019-01-02T00:05:00"),
            ("2019年2月3日 8:05", "2019-02-03T00:05:00"),
            ("2019年2月3日8时5分6秒", "2019-02-03T00:05:06"),
            ("2019年2月3日 下午 3:05", "2019-02-03T07:05:00"),
            ("2019年2月3日 上午8点", "2019-02-03T00:00:00"),
            ("2019-02-03 3:05 PM", "2019-02-03T07:05:00"),
            ("2019-02-03 12:05 am", "2019-02-02T16:05:00"),
            ("２０１９-０２-０３　０８：０５", "2019-02-03T00:05:00"),
            ("2019.02.03", "2019-02-02T16:00:00"),
            ("20190203", "2019-02-02T16:00:00"),
            ("20190203080506", "2019-02-03T00:05:06"),
            ("201902030805", "2019-02-03T00:05:00"),
            ("2019-02-03T08:05:06.123456789Z", "2019-02-03T08:05:06.123456"),
            ("2019-02-03T08:05:06+01:00", "2019-02-03T07:05:06"),
            ("2019-02-03 08:05:06 -0530", "2019-02-03T13:35:06"),
            ("43499.3368055556", "2019-02-03T00:05:00"),
            ("43499", "2019-02-02T16:00:00"),
            ("1549152306", "2019-02-03T00:05:06"),
            ("1549152306123", "2019-02-03T00:05:06.123000"),
            ("1990-01-01 08:00:00", "1990-01-01T00:00:00"),
        ],
    )
    def test_many_ways_to_write(self, written: str, utc: str) -> None:
        moment = read_moment(written, BEIJING, NOW)
        assert moment == datetime.fromisoformat(utc).replace(tzinfo=UTC)
        assert moment.tzinfo is UTC

    @pytest.mark.parametrize("written", ["", "  ", "-", "NULL", "NaT"])
    def test_nothing(self, written: str) -> None:
        assert read_moment(written, BEIJING, NOW) is None

    @pytest.mark.parametrize(
        ("written", "needle"),
        [
            ("2019-02-30 08:05", "does not exist"),
            ("2019-13-01", "does not exist"),
            ("2019-01-01 25:00", "does not exist"),
            ("2019-01-01 08:05:06+99:00", "does not exist"),
            ("1989-12-31", "before 1990"),
            ("0001-01-01", "does not exist"),
            ("0002-01-01", "before 1990"),
            ("12345", "before 1990"),
            ("2026-11-03", "future"),
            ("9999-12-31 23:59", "future"),
            ("9999999999999", "future"),
            ("3/4/2019", "not certain"),
            ("yesterday", "cannot be read"),
            ("1" * 5_000, "cannot be read"),
        ],
    )
    def test_impossible_ones_are_told(self, written: str, needle: str) -> None:
        with pytest.raises(BadMoment, match=needle) as caught:
            read_moment(written, BEIJING, NOW)
        assert len(str(caught.value)) < 200

    def test_a_day_ahead_is_a_clock_that_is_wrong(self) -> None:
        assert read_moment("2026-11-02 07:59", BEIJING, NOW) is not None

    @given(st.datetimes(datetime(1990, 1, 2), datetime(2026, 10, 30)))
    def test_iso_is_always_read(self, moment: datetime) -> None:
        assert read_moment(moment.isoformat(sep=" "), UTC, NOW) == moment.replace(tzinfo=UTC)

    @given(st.text(max_size=30) | st.text("0123456789-/: .年月日T+Z", max_size=25))
    def test_any_text_is_read_or_refused(self, written: str) -> None:
        try:
            moment = read_moment(written, BEIJING, NOW)
        except BadMoment:
            return
        assert moment is None or moment <= NOW + timedelta(days=1)


class TestPhones:
    @pytest.mark.parametrize(
        ("written", "plain"),
        [
            ("13812341234", "13812341234"),
            ("+86 138-1234-1234", "13812341234"),
            ("008613812341234", "13812341234"),
            ("８６１３８１２３４１２３４", "13812341234"),
            ("(010) 6512 3456", "01065123456"),
            ("+86 10 6512 3456", "01065123456"),
            ("+86 (0)755 8888 1234", "075588881234"),
            ("+1 212-555-0100", "+12125550100"),
        ],
    )
    def test_that_identify(self, written: str, plain: str) -> None:
        assert read_phone(written) == (plain, True)

    @pytest.mark.parametrize(
        "written", ["138****1234", "65123456", "12345", "13812341234/13912341234", "无", ""]
    )
    def test_that_do_not(self, written: str) -> None:
        assert read_phone(written) == (written, False)


class TestRequests:
    def test_all_fields(self) -> None:
        request = taken(
            title=" 路灯\n不亮 ",
            text="和平里\r\n东街",
            time="2019-02-28 11:25:05",
            requester="A0001",
            phone="+86 138 1234 1234",
            name="张三",
            address="和平里东街1号",
            place="和平里",
            channel="电话",
            category="市政",
            demand_type="投诉",
            external_id="20190228-1",
            photo="a.jpg",
        )
        assert request == IncomingRequest(
            title="路灯 不亮",
            text="和平里\n东街",
            occurred_at=datetime(2019, 2, 28, 3, 25, 5, tzinfo=UTC),
            requester_key="requester:A0001",
            phone="13812341234",
            name="张三",
            address="和平里东街1号",
            place="和平里",
            channel="电话",
            category_hint="市政",
            demand_type="投诉",
            external_id="20190228-1",
            photo="a.jpg",
            fingerprint=fingerprint("id", "", "20190228-1"),
        )

    def test_title_or_text_is_enough(self) -> None:
        assert taken(title="路灯").text == ""
        assert taken(text="路灯").title == ""

    @pytest.mark.parametrize("empty", ["", " \n", "\0", "\u202e", "\u200b"])
    def test_neither_title_nor_text(self, empty: str) -> None:
        assert refused(title=empty, text=empty).field == "text"

    def test_long_texts_are_refused_and_not_cut(self) -> None:
        assert len(taken(text="水" * 20_000).text) == 20_000
        refusal = refused(text="水" * 1_000_000)
        assert refusal.field == "text"
        assert "1,000,000" in refusal.reason
        assert "20,000" in refusal.reason

    def test_the_limit_is_an_argument(self) -> None:
        row = Row(2, {"text": "水" * 11})
        assert isinstance(to_request(row, STRAIGHT, BEIJING, now=NOW, max_text_chars=10), Refusal)

    def test_long_lines_are_refused_with_their_field(self) -> None:
        assert refused(text="x", address="路" * 1_000).field == "address"

    def test_bad_time_is_refused_with_its_field(self) -> None:
        assert refused(text="x", time="2019-02-30").field == "time"

    @pytest.mark.parametrize(
        ("requester", "phone", "key"),
        [
            ("A1", "13812341234", "requester:A1"),
            ("匿名", "13812341234", "phone:13812341234"),
            ("", "13812341234", "phone:13812341234"),
            ("138 1234 1234", "", "phone:13812341234"),
            ("138****1234", "", ""),
            ("", "138****1234", ""),
            ("", "", ""),
        ],
    )
    def test_who_it_is(self, requester: str, phone: str, key: str) -> None:
        assert taken(text="x", requester=requester, phone=phone).requester_key == key

    def test_the_same_request_again(self) -> None:
        first = taken(title="路灯", text="a\r\nb", time="2019-02-28 11:25:05", requester="A1")
        again = taken(title=" 路灯 ", text="a\nb\0", time="2019年2月28日 11:25:05", requester="A1")
        assert first.fingerprint == again.fingerprint
        assert len(first.fingerprint) == 64

    def test_masked_phones_still_tell_requests_apart(self) -> None:
        assert taken(text="x", phone="138****1").fingerprint != taken(text="x", phone="138****2").fingerprint

    def test_an_external_id_decides_within_its_source(self) -> None:
        assert taken(text="x", external_id="1").fingerprint == taken(text="y", external_id="1").fingerprint
        assert (
            taken(text="x", external_id="1").fingerprint != taken("b", text="x", external_id="1").fingerprint
        )

    def test_a_text_cannot_pass_for_an_external_id(self) -> None:
        assert taken(title="1").fingerprint != taken(title="x", external_id="1").fingerprint

    @given(st.lists(st.text("ab:1,\"'|\0\n")), st.lists(st.text("ab:1,\"'|\0\n")))
    def test_fingerprints_are_stable_and_no_separator_fools_them(
        self, one: list[str], other: list[str]
    ) -> None:
        assert (fingerprint(*one) == fingerprint(*other)) == (one == other)

    @given(st.dictionaries(st.sampled_from(FIELD_NAMES), st.text(st.characters(exclude_categories=["Cs"]))))
    def test_any_row_is_a_request_or_a_refusal(self, values: dict[str, str]) -> None:
        result = to_request(Row(1, values), STRAIGHT, BEIJING, now=NOW)
        if isinstance(result, Refusal):
            assert result.field in FIELD_NAMES
            assert result.reason
        else:
            assert result.title or result.text
            (result.title + result.text).encode()


@pytest.mark.parametrize("name", ["teddy_t3_hot.parquet", "teddy_t4_reply.parquet"])
def test_real_messages(name: str) -> None:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the real data ../shared/data/{name} is not here")
    table = open_table(path)
    mapping = make_mapping(["title=title", "text=detail", "time=time", "requester=user"], table.columns)
    results = [to_request(row, mapping, BEIJING, now=NOW) for row in table if isinstance(row, Row)]
    assert len(results) == table.total
    refusals = [result for result in results if isinstance(result, Refusal)]
    assert all(refusal.reason and refusal.remedy for refusal in refusals)
    assert len(refusals) < len(results) / 100
    requests = [result for result in results if isinstance(result, IncomingRequest)]
    assert all(request.occurred_at and request.requester_key for request in requests)
