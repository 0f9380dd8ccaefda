"""Masks for personal data on screens, in files and in logs."""

from __future__ import annotations

import re

_NUMERAL = "0-9０-９一二三四五六七八九十零〇"
_NOT_A_COUNT = r"(?![0-9０-９年月日元万亿人户米个多余平度点分秒%％])"
_HOME = re.compile(
    rf"(?P<unit>[{_NUMERAL}甲乙丙丁A-Za-z]{{1,3}})(?=单元)"
    rf"|(?:(?<=单元)|(?<=号楼)|(?<=[栋幢座]))(?P<behind>[\s,，、-]?[A-Za-z]?[0-9０-９]{{3,4}}){_NOT_A_COUNT}"
    rf"|(?<=单元)(?P<flat>[\s-]?[{_NUMERAL}]{{1,5}})(?=[室号户房])"
    rf"|(?<![{_NUMERAL}A-Za-z-])(?P<room>[A-Za-z]?[{_NUMERAL}]{{3,4}})(?=室|房间|号?房(?![屋产价租东]))"
)
_DASHED = re.compile(r"(?<![\d-])(\d{1,2}[-－—])(\d{1,2})([-－—])(\d{3,4})(?![\d-])")
_BETWEEN = re.compile(r"[\s-]")
_SIGN = re.compile(r"[^\s,，、-]")
_NOBODYS = frozenset({"先生", "女士", "匿名", "居民", "业主", "市民", "群众", "用户", "不详", "未知"})
_LEAST_DIGITS = 7


def mask_phone(phone: str) -> str:
    """``13812345678`` → ``138****5678``; short numbers keep their last two digits."""
    digits = phone.strip()
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if digits else ""


def mask_name(name: str) -> str:
    """``王小明`` → ``王**``."""
    return f"{name[0]}{'*' * min(len(name) - 1, 2)}" if name else ""


def mask_home(text: str) -> str:
    """``3号楼2单元501室`` → ``3号楼*单元***室``: which entrance and which flat stay with the requester.

    Estate, street and building stay readable, so that a unit finds the place; so do counts (``200户``).
    """
    dashed = _DASHED.sub(
        lambda found: f"{found[1]}{'*' * len(found[2])}{found[3]}{'*' * len(found[4])}", text
    )
    return _HOME.sub(lambda found: _SIGN.sub("*", found[0]), dashed)


def mask_known(text: str, name: str, phone: str) -> str:
    """``text`` with each mention of a person's own name and number masked, however the number is spaced."""
    given = name.strip()
    if len(given) >= 2 and given not in _NOBODYS and given != text.strip():  # all of the words is no name
        text = text.replace(given, mask_name(given))
    for digits in _written(phone):
        if digits not in _BETWEEN.sub("", text):
            continue  # the usual case, without a pattern of its own for each number
        spaced = r"[\s-]?".join(digits)
        text = re.sub(rf"(?<!\d){spaced}(?!\d)", mask_phone(digits), text)
    return text


def _written(phone: str) -> list[str]:
    """The digits of a number as people write them: whole, and a landline without its area code."""
    digits = "".join(sign for sign in phone if sign.isdigit())
    if "*" in phone or len(digits) < _LEAST_DIGITS:
        return []
    local = re.fullmatch(r"0(?:10|2\d|[3-9]\d\d)(\d{7,8})", digits)
    return [digits, local[1]] if local else [digits]
