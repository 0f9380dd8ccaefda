"""Finding out how the text of a file is written down: UTF-8, UTF-16 or GB18030."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jieban.intake.files.table import CannotRead

MARK_UNDECODABLE = "jieban-mark-undecodable"
"""Error handler: an undecodable byte 0xNN becomes the lone surrogate U+DCNN, in every encoding."""

UNDECODABLE = re.compile("[\udc00-\udcff]")

_CHUNK = 1 << 16
_SAMPLE = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Above this share of undecodable bytes among all that is not ASCII, it is another encoding.
_MAX_DAMAGE = 0.2
# As many undecodable bytes say enough: marking each one is slow.
_ENOUGH_DAMAGE = 1_000


@dataclass(frozen=True)
class Encoding:
    """How a file is encoded (a Python codec name), and whether every byte of it can be decoded."""

    name: str
    is_whole: bool


def guess_encoding(path: Path) -> Encoding:
    """Take a text file and give its encoding; the whole file is looked at, a piece at a time.

    A byte order mark decides. Otherwise UTF-8 if it decodes but for a few damaged bytes, then
    GB18030. Raises `CannotRead` if it is neither.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, _damage(path, name) == 0)
    name = _utf16_without_mark(head) or "utf-8"
    damage = _damage(path, name)
    if damage == 0:
        return Encoding(name, True)
    if name != "utf-8" or damage < _MAX_DAMAGE:
        return Encoding(name, False)
    damage = _damage(path, "gb18030")
    if damage < _MAX_DAMAGE:
        return Encoding("gb18030", damage == 0)
    if _is_mostly_ascii(path):
        return Encoding("utf-8", False)
    raise CannotRead(
        "The text is in an encoding that is neither UTF-8, UTF-16 nor GB18030.",
        'Open it in the program that made it and save it as "CSV UTF-8".',
    )


def _utf16_without_mark(head: bytes) -> str:
    """In UTF-16 every separator and digit has a zero byte on the same side; in damaged text few have."""
    if len(head) < 4:
        return ""
    high, low = head[0::2].count(0), head[1::2].count(0)
    pairs = len(head) // 2
    if low + high < pairs * 0.4 and _starts_as_utf8(head):
        return ""
    if low > pairs * 0.05 and low > 4 * high:
        return "utf-16-le" if _has_lines(head, "utf-16-le") else ""
    if high > pairs * 0.05 and high > 4 * low:
        return "utf-16-be" if _has_lines(head, "utf-16-be") else ""
    return ""


def _starts_as_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _has_lines(head: bytes, encoding: str) -> bool:
    text = head.decode(encoding, "replace")
    if "\0" in text:
        return False
    return "\n" in text or "\r" in text or not (b"\n" in head or b"\r" in head)


def _damage(path: Path, encoding: str) -> float:
    """Give the share of undecodable bytes in what is not ASCII; 0.0 for a whole file."""
    if _is_whole(path, encoding):
        return 0.0
    bad = good = 0
    for text in _decoded(path, encoding, MARK_UNDECODABLE):
        if text.isascii():
            continue
        found = len(UNDECODABLE.findall(text))
        bad += found
        good += len(text) - found - _ascii_count(text)
        if bad > _ENOUGH_DAMAGE:
            break
    return max(bad, 1) / max(bad + good, 1)


def _is_whole(path: Path, encoding: str) -> bool:
    try:
        for _ in _decoded(path, encoding, "strict"):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _ascii_count(text: str) -> int:
    return len(text.encode("ascii", "ignore"))


def _decoded(path: Path, encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)


def _is_mostly_ascii(path: Path) -> bool:
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    return sum(byte > 127 for byte in sample) * 20 < len(sample)


def _mark_undecodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in bad), error.end


codecs.register_error(MARK_UNDECODABLE, _mark_undecodable)
