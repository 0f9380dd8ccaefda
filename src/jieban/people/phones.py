"""Telling a phone number that identifies a person from one that is only a note."""

import re
import unicodedata

_SPACING = re.compile(r"[\s\-‐‑‒–—―−.()\u200b\u200e\u200f\u202d\u202c]+")
# After 86 comes a mobile number, or an area code (10 is Beijing) mostly written without its 0.
_CHINA = re.compile(r"(?:\+|00)?86(?=1[3-9]\d{9}$|0?10\d{8}$|0?[2-9]\d{8,10}$)")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0[1-9]\d{8,10}")
_ABROAD = re.compile(r"\+[1-9]\d{6,14}")


def read_phone(written: str) -> tuple[str, bool]:
    """Take a phone number as written; give it in plain form and whether it identifies a person.

    Spaces, dashes and +86 are taken away from a Chinese mobile or landline number with area code; a
    number from abroad keeps its +. Anything else (masked such as 138****1234, without area code, two
    numbers, words) is given back as written and identifies nobody.
    """
    if not written:
        return "", False
    plain = _SPACING.sub("", unicodedata.normalize("NFKC", written))
    local = _CHINA.sub("", plain)
    if local != plain and not _MOBILE.fullmatch(local) and not local.startswith("0"):
        local = "0" + local
    if _MOBILE.fullmatch(local) or _LANDLINE.fullmatch(local):
        return local, True
    if _ABROAD.fullmatch(plain):
        return plain, True
    return written, False
