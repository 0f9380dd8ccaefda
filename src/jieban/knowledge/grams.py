"""The grams of a text for search: single Chinese signs, pairs of them, and whole Latin words and numbers.

A word or number that touches a Chinese sign also counts together with it ("3号", "a7县", "第12"): what
is rare in an answer is mostly a number with its unit. Grams are numbers of ``BITS`` bits, the same on
every machine; the work is linear in the length of the text.
"""

from __future__ import annotations

import re
from zlib import crc32

import numpy as np
import numpy.typing as npt

BITS = 22
SPACE = 1 << BITS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_FIRST, _LAST = "\u3400", "\u9fff"
_PART = re.compile(r"[a-z0-9]{1,40}")
_SINGLE, _PAIR = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)
_DOWN = np.uint32(15)


def grams(plain: str) -> Ints:
    """The numbers of all grams of a text in plain script, with repetitions."""
    points = np.frombuffer(plain.encode("utf-32-le", "replace"), dtype=np.uint32)
    if not len(points):
        return np.zeros(0, dtype=np.int64)
    chinese = (points >= ord(_FIRST)) & (points <= ord(_LAST))
    single = _mixed(points * _SINGLE)
    pair = _mixed((single[:-1] ^ points[1:]) * _PAIR)
    found = np.concatenate((single[chinese], pair[chinese[:-1] & chinese[1:]])) >> np.uint32(32 - BITS)
    words = [crc32(word.encode()) & (SPACE - 1) for word in _words(plain)]
    return np.concatenate((found.astype(np.int64), np.array(words, dtype=np.int64)))


def _words(plain: str) -> list[str]:
    """Latin words and numbers, each also with the Chinese sign that it touches on either side."""
    words: list[str] = []
    for part in _PART.finditer(plain):
        word, start, end = part[0], part.start(), part.end()
        words.append(word)
        if end < len(plain) and _FIRST <= plain[end] <= _LAST:
            words.append(word + plain[end])
        if start and _FIRST <= plain[start - 1] <= _LAST:
            words.append(plain[start - 1] + word)
    return words


def counted(plain: str) -> tuple[Ints, Floats]:
    """The distinct grams of a text, in order, and how often each occurs."""
    found, often = np.unique(grams(plain), return_counts=True)
    return found, often.astype(np.float64)


def _mixed(values: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    return values ^ (values >> _DOWN)
