"""Reading the many ways in which people and programs write down a date and time."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST_AHEAD = timedelta(days=1)

_NOTHING = {"", "-", "--", "/", "null", "none", "nan", "nat", "n/a", "\\n", "无"}
_WRITTEN = re.compile(
    r"(?P<year>\d{4})\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})\s?日?"
    r"(?:[T\s]{0,3}(?P<half>上午|下午)?\s?(?P<hour>\d{1,2})\s?[:时點点]\s?"
    r"(?:(?P<minute>\d{1,2})\s?[:分]?\s?(?:(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?\s?秒?)?)?"
    r"\s?(?P<half_after>am|pm)?\s?(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2}(?::\d{2})?)?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?P<zone>z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_DAY_OR_MONTH_FIRST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?:\s.*)?", re.DOTALL)
_EXCEL_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}(?:\.0+)?")
_EXCEL_DAY_ZERO = datetime(1899, 12, 30)
_MAX_CHARS = 64


class BadMoment(ValueError):
    """A date and time that cannot be meant; `reason` says why, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason = reason
        self.remedy = remedy


def read_moment(written: str, zone: tzinfo, now: datetime) -> datetime | None:
    """Take a date and time as written and give it in UTC; None if nothing is written.

    `zone` holds where the text names none (epoch seconds and milliseconds are UTC by definition), a
    date alone is its midnight, a bare five-digit number counts days as Excel does. `now` is an aware
    time. Raises `BadMoment` for what is no date, is ambiguous (3/4/2019), lies before 1990 or more
    than one day ahead of `now`.
    """
    text = unicodedata.normalize("NFKC", written).strip()
    if text.lower() in _NOTHING:
        return None
    if len(text) > _MAX_CHARS:
        raise _unreadable(text[:_MAX_CHARS] + "…")
    try:
        moment = _read(text, zone).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        if isinstance(error, BadMoment):
            raise
        raise BadMoment(
            f'The date "{text}" does not exist.', "Correct it, or leave the time empty."
        ) from error
    _refuse_impossible(text, moment, now)
    return moment


def _read(text: str, zone: tzinfo) -> datetime:
    match = _WRITTEN.fullmatch(text) or _COMPACT.fullmatch(text)
    if match:
        return _from_parts(match.groupdict(), zone)
    if _EXCEL_SERIAL.fullmatch(text):
        seconds = round(float(text) * 86_400)
        return (_EXCEL_DAY_ZERO + timedelta(seconds=seconds)).replace(tzinfo=zone)
    if _EPOCH.fullmatch(text):
        number = float(text)
        return datetime.fromtimestamp(number / 1000 if number >= 1e11 else number, UTC)
    if _DAY_OR_MONTH_FIRST.fullmatch(text):
        raise BadMoment(
            f'In "{text}" it is not certain which number is the day, the month and the year.',
            "Write the year first: 2019-12-30 17:06:14.",
        )
    raise _unreadable(text)


def _from_parts(parts: dict[str, str | None], zone: tzinfo) -> datetime:
    hour = int(parts["hour"] or 0)
    half = (parts.get("half") or parts.get("half_after") or "").lower()
    if half:
        hour = _full_hour(hour, half in ("pm", "下午"))
    return datetime(
        int(parts["year"] or 0),
        int(parts["month"] or 0),
        int(parts["day"] or 0),
        hour,
        int(parts["minute"] or 0),
        int(parts["second"] or 0),
        int((parts.get("fraction") or "0").ljust(6, "0")[:6]),
        tzinfo=_zone(parts["zone"]) or zone,
    )


def _full_hour(hour: int, is_afternoon: bool) -> int:
    if hour > 12:
        return hour
    return hour % 12 + (12 if is_afternoon else 0)


def _zone(written: str | None) -> tzinfo | None:
    if not written:
        return None
    if written[0] not in "+-":
        return UTC
    hours, minutes = int(written[1:3]), int(written[3:].replace(":", "")[:2])
    if minutes > 59:
        raise ValueError("minutes of a zone")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if written[0] == "-" else offset)


def _refuse_impossible(text: str, moment: datetime, now: datetime) -> None:
    if moment < EARLIEST:
        raise BadMoment(f'The date "{text}" lies before 1990.', "Correct it, or leave the time empty.")
    if moment > now + LATEST_AHEAD:
        raise BadMoment(f'The date "{text}" lies in the future.', "Correct it, or leave the time empty.")


def _unreadable(text: str) -> BadMoment:
    return BadMoment(f'"{text}" cannot be read as a date and time.', "Write it as 2019-12-30 17:06:14.")
