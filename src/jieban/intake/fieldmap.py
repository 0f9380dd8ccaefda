"""Which column holds what: `--map field=column`, or a guess by the names of the columns."""

import difflib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

FIELDS: tuple[tuple[str, str], ...] = (
    ("title", "what it is about, in one line"),
    ("text", "what the person says"),
    ("time", "when it was said, with or without a zone"),
    ("requester", "a stable name or number by which the source knows the person"),
    ("phone", "phone number of the person"),
    ("email", "e-mail address at which the person wants to be told"),
    ("name", "name of the person"),
    ("address", "where it is, as an address"),
    ("place", "where it is, as the name of a district, street, community or building"),
    ("channel", "the way it came: call, web, app, post …"),
    ("category", "the category that the source gave, as a hint"),
    ("demand_type", "the kind of demand that the source gave: complaint, consultation …"),
    ("external_id", "the number of the request at the source"),
    ("photo", "file name or address of a photo"),
)
"""Every field that a column can be mapped to, with its meaning."""

FIELD_NAMES: tuple[str, ...] = tuple(name for name, _ in FIELDS)

# Earlier words win. The name of a field is always among its own words.
_HEADERS: dict[str, str] = {
    "title": "标题 主题 诉求标题 留言主题 工单标题 subject summary headline",
    "text": "内容 诉求内容 详情 诉求详情 留言详情 留言内容 反映内容 工单内容 问题描述 描述 正文 "
    "detail details content description body message complaint",
    "time": "时间 来电时间 留言时间 诉求时间 受理时间 创建时间 提交时间 反映时间 日期 "
    "created created_at create_time created_date datetime date timestamp occurred_at open_dt",
    "requester": "来电人 诉求人 留言用户 用户 用户编号 市民编号 来电人编号 "
    "user user_id userid username requester_id citizen reporter customer author",
    "phone": "电话 来电号码 联系电话 手机 手机号 手机号码 电话号码 联系方式 "
    "mobile tel telephone phone_number phone_no caller contact",
    "email": "邮箱 电子邮箱 电子邮件 联系邮箱 e-mail mail email_address",
    "name": "姓名 来电人姓名 联系人 诉求人姓名 full_name requester_name contact_name",
    "address": "地址 诉求地址 事发地址 问题地址 详细地址 联系地址 "
    "location street_address location_street_name",
    "place": "地点 事发地点 区域 所属区域 街道 社区 town district neighborhood area",
    "channel": "渠道 来源 诉求来源 来源渠道 受理渠道 诉求渠道 source origin",
    "category": "分类 诉求分类 问题分类 类别 问题类别 一级标签 一级分类 cat label",
    "demand_type": "诉求类型 诉求性质 工单类型 demand request_type type",
    "external_id": "编号 工单编号 工单号 诉求编号 留言编号 受理编号 案件编号 id "
    "externalid case_id ticket_id case_enquiry_id unique_key",
    "photo": "照片 图片 附件 picture image photo_url image_url",
}


class MappingError(ValueError):
    """A mapping that cannot be used; `reason` says what is wrong, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True)
class Mapping:
    """Which column each field is read from; fields that are not mapped are left out."""

    columns: dict[str, str]

    def value(self, values: dict[str, str], field: str) -> str:
        """Take the values of a row and give those of a field, empty if it is not mapped or not there."""
        column = self.columns.get(field)
        return values.get(column, "") if column is not None else ""


def make_mapping(pairs: Sequence[str], columns: Sequence[str]) -> Mapping:
    """Take what follows `--map` and the columns of the table, and give the mapping.

    Each pair is `field=column`. With pairs, exactly these fields are mapped; without any, the columns
    are guessed by their names. Raises `MappingError` for an unknown field or column, a field mapped
    twice, a pair without =, and if neither title nor text is mapped.
    """
    mapped = _parse(pairs, columns) if pairs else guess_columns(columns)
    if not mapped.keys() & {"title", "text"}:
        raise MappingError(
            "No column is known to hold the title or the text of the requests.",
            f"Name one, such as text=内容. The columns are: {', '.join(columns)}.",
        )
    return Mapping(mapped)


def guess_columns(columns: Sequence[str]) -> dict[str, str]:
    """Take the names of columns and give the field → column pairs that can be told by name."""
    known = {_plain(column): column for column in reversed(columns)}
    guessed: dict[str, str] = {}
    for field in FIELD_NAMES:
        for word in (field, *_HEADERS[field].split()):
            column = known.get(_plain(word))
            if column is not None and column not in guessed.values():
                guessed[field] = column
                break
    return guessed


def _parse(pairs: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    mapped: dict[str, str] = {}
    for pair in pairs:
        field, separator, column = (part.strip() for part in pair.partition("="))
        if not separator or not field or not column:
            raise MappingError(f'"{pair}" is not a pair of a field and a column.', "Write field=column.")
        if field not in FIELD_NAMES:
            raise _unknown("field", field, FIELD_NAMES)
        if column not in columns:
            raise _unknown("column", column, columns)
        if field in mapped:
            raise MappingError(
                f'The field "{field}" is mapped twice, to "{mapped[field]}" and to "{column}".',
                "Keep one of the two.",
            )
        mapped[field] = column
    return mapped


def _unknown(what: str, name: str, known: Sequence[str]) -> MappingError:
    plain = {_plain(candidate): candidate for candidate in known}
    near = [plain[word] for word in difflib.get_close_matches(_plain(name), plain, n=3, cutoff=0.5)]
    suggestion = f"Did you mean {' or '.join(near)}? " if near else ""
    return MappingError(f'There is no {what} "{name}".', f"{suggestion}The {what}s are: {', '.join(known)}.")


def _plain(name: str) -> str:
    """Make names comparable: width, case, spaces, dashes and underscores do not count."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in folded if character.isalnum())
