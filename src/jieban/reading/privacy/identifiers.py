"""The forms of Chinese numbers: mobile, landline, identity number, bank card.

Each takes the digits and the sizes of the groups in which they were written ("138 1234 5678" is 3, 4, 4).
"""

from __future__ import annotations

import re
from datetime import date

_MOBILE_GROUPS = frozenset(
    {
        (11,),
        (3, 8),
        (3, 4, 4),
        (3, 3, 5),
        (4, 4, 3),
        (4, 3, 4),
        (7, 4),
        (3, 4, 2, 2),
        (5, 6),
        (6, 5),
        (1,) * 11,
    }
)
_ID_GROUPS = frozenset(
    {(18,), (6, 8, 4), (6, 12), (14, 4), (6, 4, 4, 4), (3, 3, 4, 4, 4), (3, 3, 8, 4), (1,) * 18}
)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643—1999."""
_ID_CHECK = "10x98765432"
_PROVINCES = frozenset(
    {
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        81,
        82,
        83,
    }
)
_CARD_PREFIX = re.compile(r"62|4|5[1-5]|35|60|81")
_LANDLINE = re.compile(r"(010|02\d|0[3-9]\d\d)([2-8]\d{6,7})")


def is_mobile(digits: str, sizes: tuple[int, ...]) -> bool:
    """Whether the digits are a mobile number of the mainland, written in a usual grouping."""
    return len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789" and sizes in _MOBILE_GROUPS


def landline_parts(digits: str, sizes: tuple[int, ...]) -> tuple[str, str] | None:
    """Area code and number of a landline with its area code, or None."""
    match = _LANDLINE.fullmatch(digits)
    if not match:
        return None
    area, number = match.groups()
    split = {
        (len(digits),),
        (len(area), len(number)),
        (len(area), 4, 4),
        (len(area), 3, 4),
        (len(area), 4, 3),
        (len(area) + 4, 4),
    }
    return (area, number) if sizes in split else None


def is_id_number(digits: str, sizes: tuple[int, ...]) -> bool:
    """Whether the digits are an 18-digit identity number: province, birthday and check digit are right."""
    if len(digits) != 18 or sizes not in _ID_GROUPS or not digits[:17].isdigit():
        return False
    if int(digits[:2]) not in _PROVINCES:
        return False
    try:
        birthday = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=False))
    return birthday.year >= 1900 and _ID_CHECK[total % 11] == digits[17]


def is_old_id_number(digits: str, sizes: tuple[int, ...]) -> bool:
    """Whether the digits are an identity number of fifteen digits, given until 1999: province, birthday."""
    if len(digits) != 15 or not digits.isdigit() or sizes not in {(15,), (6, 6, 3)}:
        return False
    try:
        date(1900 + int(digits[6:8]), int(digits[8:10]), int(digits[10:12]))
    except ValueError:
        return False
    return int(digits[:2]) in _PROVINCES


def is_bank_card(digits: str, sizes: tuple[int, ...], named: bool) -> bool:
    """Whether the digits are a bank card: length, usual prefix, Luhn check digit.

    ``named`` says that the caller called it a card: then any 15 to 19 digits are taken.
    """
    if not digits.isdigit() or not 15 <= len(digits) <= 19:
        return False
    grouped = len(sizes) == 1 or (all(size == 4 for size in sizes[:-1]) and 1 <= sizes[-1] <= 4)
    grouped = grouped or (len(sizes) == 2 and sizes[0] == 6) or all(size == 1 for size in sizes)
    if not grouped or named:
        return grouped
    return bool(_CARD_PREFIX.match(digits)) and len(digits) >= 16 and luhn(digits)


def likely_sizes(digits: str) -> tuple[int, ...]:
    """How long a number that begins so may be: an identity number, a bank card, a mobile number."""
    sizes: tuple[int, ...] = ()
    if digits[:2].isdigit() and int(digits[:2]) in _PROVINCES:
        sizes += (18,)
    if _CARD_PREFIX.match(digits):
        sizes += (19, 18, 17, 16)
    if digits[0] == "1" and digits[1] in "3456789":
        sizes += (11,)
    return sizes


def luhn(digits: str) -> bool:
    """Whether the last of the digits is the Luhn check digit of the others (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
