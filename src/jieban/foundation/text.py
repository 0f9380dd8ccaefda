"""A text without signs that nobody wrote (``clean``), and written one way for matching (``fold``)."""

from __future__ import annotations

import re
import unicodedata

import numpy as np

from jieban.foundation.lookalikes import HAN, LATIN, TRADITIONAL

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffc\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
"""Control signs, signs without width, writing directions, halves of pairs: nothing a person wrote."""


_PLAINER = (
    *((0x41, 0x5B), (0x3000, 0x3001), (0xFF01, 0xFF5F), (0x2460, 0x2469), (0x2E80, 0x2FDF)),
    *((0xF900, 0xFB00), (0x1D400, 0x1D800)),
)
"""Stretches of signs with a plainer form (NFKC) of one sign."""


def _pairs(text: str) -> zip[tuple[str, str]]:
    return zip(text[::2], text[1::2], strict=True)


def _fold_table() -> dict[int, str]:
    """Signs that fold to exactly one other sign.

    Full width to half width, capitals to small letters, digits of other scripts, signs kept for
    compatibility, traditional to simplified Chinese, letters that only look like Latin ones.
    """
    table = {ord(old): new for pairs in (TRADITIONAL, LATIN, HAN) for old, new in _pairs(pairs)}
    table |= {
        point: str(unicodedata.decimal(chr(point)))
        for point in range(0x660, 0xAC00)
        if unicodedata.category(chr(point)) == "Nd"
    }
    for low, high in _PLAINER:
        for point in range(low, high):
            plain = unicodedata.normalize("NFKC", chr(point)).lower()
            plain = table.get(ord(plain), plain) if len(plain) == 1 else plain
            if len(plain) == 1 and plain != chr(point):
                table[point] = plain
    for dash in "‐‑‒–—―−－":
        table[ord(dash)] = "-"
    return table


_FOLD = _fold_table()
_FOLD_POINTS = np.arange(0x20000, dtype=np.uint32)
_FOLD_POINTS[list(_FOLD)] = [ord(sign) for sign in _FOLD.values()]
_SHORT = 40
"""Below so many signs the plain way to fold is faster."""


def clean(text: str) -> str:
    """``text`` without invisible signs; line ends as ``\\n``. The visible wording stays as it is."""
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def fold(text: str) -> str:
    """``text`` for matching: half-width, small, simplified, one kind of dash; as long as ``text``."""
    if len(text) < _SHORT:
        return text.translate(_FOLD)
    points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    table = _FOLD_POINTS
    folded = np.where(points < len(table), table[np.minimum(points, len(table) - 1)], points)
    return folded.astype(np.uint32).tobytes().decode("utf-32-le")
