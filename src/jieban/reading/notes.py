"""What staff and requesters write about a ticket later on: shown and kept without personal numbers.

A note is part of the history, which is never edited, so it is masked before it is written.
"""

from __future__ import annotations

import re

from jieban.reading.secrets import Secret, find_secrets, mask
from jieban.reading.text import clean

_MOBILE = re.compile(r"(?:86)?1[3-9]\d{9}")


def masked(text: str) -> str:
    """``text`` as it may be kept: clean, stripped, with every personal number and name masked."""
    words = clean(text.strip())
    return mask(words, find_secrets(words))


def masked_by_staff(text: str) -> str:
    """The same for what staff write, where the number of an office and the name of an official may stay."""
    words = clean(text.strip())
    return mask(words, [one for one in find_secrets(words) if not _official(one)])


def _official(secret: Secret) -> bool:
    if secret.kind == "name":
        return True
    digits = "".join(char for char in secret.value if char.isdigit())
    return secret.kind == "phone" and not _MOBILE.fullmatch(digits)
