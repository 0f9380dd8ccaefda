"""What staff and requesters write about a ticket later on: shown and kept without personal numbers.

A note is part of the history, which is never edited, so it is masked before it is written.
"""

from __future__ import annotations

import re

from jieban.reading.privacy.secrets import Secret, find_secrets, mask
from jieban.reading.text import clean

_REQUESTERS = re.compile(
    r"(?:诉求人|来电人|反映人|投诉人|举报人|申请人|当事人|居民|业主|住户|租户|市民)[^，。；;,!！?？\n]{0,10}$"
)
_REACH = 14
_MOBILE = re.compile(r"(?:86)?1[3-9]\d{9}")


def masked(text: str) -> str:
    """``text`` as it may be kept: clean, stripped, with every personal number and name masked."""
    words = clean(text.strip())
    return mask(words, find_secrets(words))


def masked_by_staff(text: str) -> str:
    """The same for what staff write, where the number of an office and the name of an official may stay.

    A name or number that follows a word for the requester (诉求人, 居民 …) is no official's.
    """
    words = clean(text.strip())
    return mask(words, [one for one in find_secrets(words) if not _official(one, words)])


def _official(secret: Secret, words: str) -> bool:
    if _REQUESTERS.search(words[max(0, secret.start - _REACH) : secret.start]):
        return False
    if secret.kind == "name":
        return True
    digits = "".join(char for char in secret.value if char.isdigit())
    return secret.kind == "phone" and not _MOBILE.fullmatch(digits)
