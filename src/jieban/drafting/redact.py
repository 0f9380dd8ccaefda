"""What leaves the house for a model, and what comes back from it: nothing personal out, no markup in. Pure.

What is personal goes out as its kind alone, without the digits that staff still see. Names are known by
cue words only (``reading.privacy``); the requester's own name and number are not sent at all.
"""

from __future__ import annotations

import re

from jieban.foundation.text import clean, fold
from jieban.reading.privacy.notes import masked, masked_by_staff
from jieban.reading.privacy.secrets import find_secrets

MOST_SIGNS = 4000
"""Of a requester's words so much is sent."""
_SHOWN = {
    "phone": "〔电话〕",
    "id": "〔证件号〕",
    "card": "〔卡号〕",
    "plate": "〔车牌〕",
    "email": "〔邮箱〕",
    "account": "〔账号〕",
    "name": "〔姓名〕",
}
_STARRED = re.compile(
    r"[\u4e00-\u9fff]\*{1,3}(?![*a-zA-Z0-9])|[a-zA-Z0-9_@.+-]{0,40}\*{2,40}[a-zA-Z0-9@.*+-]{0,60}"
)
_COUNT = r"[\d一二三四五六七八九十a-zA-Z-]{1,8}"
_HOUSE = re.compile(
    rf"(?<![月\d一二三四五六七八九十a-zA-Z-]){_COUNT}(?:号楼|栋|幢|单元|号院|号(?!线)|室)"
    rf"(?:{_COUNT}(?:号楼|栋|幢|座|单元|号|室|户|层|门)){{0,5}}[\d-]{{0,8}}"
)
"""The day of a month ("5月3号") and a line of the metro are no house numbers."""
_MARKUP = re.compile(
    r"<(script|style)\b.{0,5000}?</\1\s*>|</?[a-zA-Z!][^<>]{0,500}>", re.DOTALL | re.IGNORECASE
)
_LINK = re.compile(r"!?\[([^\[\]]{0,200})\]\([^()\s]{0,500}\)")
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.|javascript:|data:)[^\s，。；！？、）》”]{0,500}", re.IGNORECASE
)


def outgoing(text: str, *, houses: bool = True) -> str:
    """A requester's words as they may leave: clean, bounded, each personal thing replaced by its kind.

    ``houses`` hides numbers of buildings, flats and doors, too.
    """
    words = clean(text)[:MOST_SIGNS]
    parts, position = [], 0
    for secret in find_secrets(words):
        parts += [words[position : secret.start], _SHOWN[secret.kind]]
        position = secret.end
    hidden = _STARRED.sub("〔已隐去〕", "".join((*parts, words[position:])))
    return _HOUSE.sub("〔门牌〕", hidden) if houses else hidden


def passage_out(text: str, most: int) -> str:
    """Words of the knowledge base as they leave: numbers of offices stay, those of persons do not."""
    return masked_by_staff(text[:most])


def incoming(text: str, *, staff: bool = False) -> str:
    """Words of a model as they are kept: no markup, no links, nothing personal, one line.

    ``staff``: the number of an office may stay, as in what staff write.
    """
    words = clean(text)
    for _ in range(3):  # what is hidden in what is taken away comes to light once more
        words = _ADDRESS.sub("", _LINK.sub(r"\1", _MARKUP.sub("", words)))
    words = re.sub(r"\s+", " ", words.replace("<", "＜").replace(">", "＞")).strip()
    return masked_by_staff(words) if staff else masked(words)


def same(text: str) -> str:
    """A text for comparing quotes: folded, without blanks and punctuation."""
    return re.sub(r"[\W_]+", "", fold(text))
