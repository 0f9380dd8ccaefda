"""From a row of a table to a clean request, or to the reason why it is none."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from jieban.intake.fieldmap import FIELD_NAMES, FIELDS, Mapping, MappingError, guess_columns, make_mapping
from jieban.intake.files import Row
from jieban.intake.moments import BadMoment, read_moment
from jieban.intake.text import clean_line, clean_text, is_blank
from jieban.people.phones import read_phone

__all__ = [
    "FIELDS",
    "FIELD_NAMES",
    "MAX_TEXT_CHARS",
    "IncomingRequest",
    "Mapping",
    "MappingError",
    "Refusal",
    "guess_columns",
    "make_mapping",
    "to_request",
]

MAX_TEXT_CHARS = 20_000
_MAX_LINE_CHARS = {
    "title": 300,
    "requester": 200,
    "phone": 100,
    "email": 254,
    "name": 100,
    "address": 500,
    "place": 200,
    "channel": 100,
    "category": 200,
    "demand_type": 100,
    "external_id": 100,
    "photo": 1_000,
}
_BLANK = dict.fromkeys(_MAX_LINE_CHARS, "")
_NOBODY = {
    "匿名",
    "匿名用户",
    "匿名网友",
    "无",
    "不详",
    "未知",
    "anonymous",
    "none",
    "null",
    "nan",
    "n/a",
    "-",
}


@dataclass(frozen=True, slots=True)
class IncomingRequest:
    """A request as it came in, cleaned but unread; what was not given is the empty string.

    `occurred_at` is in UTC. `requester_key` names the person stably ("requester:…" or "phone:…") and
    is empty where nothing identifies one. `fingerprint` (64 hex digits) is the same for the same
    request sent again, and different for different requests.
    """

    title: str
    text: str
    occurred_at: datetime | None
    requester_key: str
    phone: str
    name: str
    address: str
    place: str
    channel: str
    category_hint: str
    demand_type: str
    external_id: str
    photo: str
    fingerprint: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row is no request: its number, the field, what was wrong, and what to do about it."""

    row: int
    field: str
    reason: str
    remedy: str


class _Refused(Exception):
    """A field that cannot be taken."""

    def __init__(self, field: str, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
        self.remedy = remedy


def to_request(
    row: Row,
    mapping: Mapping,
    tz: tzinfo,
    *,
    now: datetime,
    source: str = "",
    max_text_chars: int = MAX_TEXT_CHARS,
) -> IncomingRequest | Refusal:
    """Take a row and give the request in it, or the refusal; nothing is ever cut.

    `tz` holds for times without a zone, `now` (aware) tells what lies in the future. `source` names
    the system that the external ids belong to: the same id of two sources is two requests.
    """
    try:
        return _request(row.values, mapping, tz, now, source, max_text_chars)
    except _Refused as refused:
        return Refusal(row.number, refused.field, refused.reason, refused.remedy)


def _request(
    values: dict[str, str], mapping: Mapping, tz: tzinfo, now: datetime, source: str, max_text_chars: int
) -> IncomingRequest:
    lines = _BLANK | {
        field: _line(field, values.get(column, ""))
        for field, column in mapping.columns.items()
        if field in _MAX_LINE_CHARS
    }
    text = _text(mapping.value(values, "text"), max_text_chars)
    title = lines["title"]
    if is_blank(title) and is_blank(text):
        raise _Refused("text", "Neither a title nor a text is given.", "Write what the request is about.")
    occurred_at = _moment(mapping.value(values, "time"), tz, now)
    phone, identifies = read_phone(lines["phone"])
    requester_key = _requester_key(lines["requester"], phone if identifies else "")
    external_id = lines["external_id"]
    return IncomingRequest(
        title=title,
        text=text,
        occurred_at=occurred_at,
        requester_key=requester_key,
        phone=phone,
        name=lines["name"],
        address=lines["address"],
        place=lines["place"],
        channel=lines["channel"],
        category_hint=lines["category"],
        demand_type=lines["demand_type"],
        external_id=external_id,
        photo=lines["photo"],
        email=_email(lines["email"]),
        fingerprint=(
            fingerprint("id", source, external_id)
            if external_id
            else fingerprint(
                "content",
                title,
                text,
                _written(occurred_at),
                lines["requester"],
                phone,
                lines["name"],
                lines["address"],
                lines["place"],
            )
        ),
    )


def fingerprint(*parts: str) -> str:
    """Give the SHA-256 of texts as 64 hex digits; different lists of texts never become one.

    Each text stands behind its length, so nothing inside a text can pass for the end of it.
    """
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()


def _line(field: str, written: str) -> str:
    if not written:
        return ""
    line = clean_line(written)
    limit = _MAX_LINE_CHARS[field]
    if len(line) > limit:
        raise _Refused(
            field,
            f"The {field} has {len(line):,} characters; at most {limit:,} are taken.",
            "Shorten it, or map a column that holds text to the field text.",
        )
    return line


def _text(written: str, limit: int) -> str:
    text = clean_text(written)
    if len(text) > limit:
        raise _Refused(
            "text",
            f"The text has {len(text):,} characters; at most {limit:,} are taken.",
            "Shorten it, split it into several requests, or raise the limit.",
        )
    return text


def _email(written: str) -> str:
    try:
        if written:
            validate_email(written)
    except ValidationError:
        raise _Refused(
            "email", "This is no e-mail address.", "Write it as name@example.com, or leave it empty."
        ) from None
    return written


def _moment(written: str, tz: tzinfo, now: datetime) -> datetime | None:
    try:
        return read_moment(written, tz, now)
    except BadMoment as error:
        raise _Refused("time", error.reason, error.remedy) from error


def _written(moment: datetime | None) -> str:
    return moment.isoformat() if moment is not None else ""


def _requester_key(requester: str, phone: str) -> str:
    # A masked number or name stands for many people.
    if requester and "*" not in requester and requester.casefold() not in _NOBODY:
        number, identifies = read_phone(requester)
        return f"phone:{number}" if identifies else f"requester:{requester}"
    return f"phone:{phone}" if phone else ""
