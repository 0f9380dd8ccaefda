"""The figures in a text, in digits or in Chinese numerals ("三万六", "2.5万", "十五"), as numbers. Pure."""

from __future__ import annotations

import re

from jieban.foundation.text import fold

_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_TIMES = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
_ARABIC = re.compile(r"\d{1,15}(?:,\d{3}){0,4}(?:\.\d{1,4})?[十百千]?[万亿]?")
_CHINESE = re.compile(r"[零〇一二三四五六七八九两十百千万亿]{1,20}")


def figures(text: str) -> set[float]:
    """All numbers that ``text`` tells; a year said digit by digit (二〇二四) is one, too."""
    text = fold(text)
    found = {_arabic(one) for one in _ARABIC.findall(text)}
    rest = _ARABIC.sub(" ", text)
    return found | {_chinese(one) for one in _CHINESE.findall(rest) if _is_figure(one)}


def _is_figure(text: str) -> bool:
    return text != "万一" and bool(set(text) - set("万亿百千"))


def _arabic(text: str) -> float:
    plain = text.replace(",", "")
    times = 1
    while plain[-1] in _TIMES or plain[-1] in _LARGE:
        times *= _TIMES.get(plain[-1], 1) * _LARGE.get(plain[-1], 1)
        plain = plain[:-1]
    return float(plain) * times


def _chinese(text: str) -> float:
    if not set(text) & (_TIMES.keys() | _LARGE.keys()):
        return float("".join(str(_DIGITS[sign]) for sign in text))
    total = part = digit = 0
    last = 1
    for sign in text:
        if sign in _DIGITS:
            digit, last = _DIGITS[sign], 1 if sign in "零〇" else last
        elif sign in _TIMES:
            part += max(digit, 1) * _TIMES[sign]
            digit, last = 0, _TIMES[sign]
        elif sign == "万":
            total += (part + digit or 1) * _LARGE[sign]
            part, digit, last = 0, 0, _LARGE[sign]
        else:
            total = (total + part + digit or 1) * _LARGE[sign]
            part, digit, last = 0, 0, _LARGE[sign]
    return float(total + part + digit * (last // 10 if last > 10 else 1))
