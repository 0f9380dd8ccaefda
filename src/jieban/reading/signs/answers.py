"""Answers that a request gives by itself: a sum, how many people, a day, a temperature, a contract. Pure.

Only what is said once and clearly is taken; where two sums stand side by side, or "about" stands before
a number, a person asks. Values come as the text in which answers are kept: digits with a point, ISO
days, ``yes`` and ``no``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

from jieban.reading.text import fold

_NUM = r"(?:\d[\d,]*(?:\.\d+)?|[零一二两三四五六七八九十百千万]+)"
_MONEY = re.compile(
    rf"(?P<n>{_NUM})(?P<u>[十百千]?万|千|百)?(?P<about>[多来余几]+)?万?(?P<yuan>元|块|圆|万)?"
)
_TOTAL = re.compile(r"(?:一共|总共|共计|合计|总计|共)[^，。；,;\d零一二两三四五六七八九十百千万]{0,6}$")
_RATE_BEFORE = re.compile(r"(?:每天|每月|一天|一个月|月薪|日薪|时薪|每小时|月工资|底薪)[^，。；,;\d]{0,4}$")
_RATE_AFTER = re.compile(r"钱?(?:/|每|一(?:天|个?月|小时)|(?:天|月)\b)")
_ABOUT_BEFORE = re.compile(r"(?:大概|大约|差不多|将近|接近|约|近|至少|不到|超过|不止|好几)$")
_PEOPLE = re.compile(
    rf"(?P<n>{_NUM})(?P<about>[多来余几]+)?(?:名|个|位|号)?(?:农民工|工人|民工|工友|同事|员工|职工|人)(?!民|工|行道|家|均)"
)
_DAY = re.compile(r"(?:(?P<y>(?:19|20)\d\d)年|(?P<rel>今年|去年))?(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]")
_SINCE_BEFORE = re.compile(r"(?:从|自|打)(?:我们?|他们)?$")
_SINCE_AFTER = re.compile(r"(?:起|开始|以来|至今|到现在|就)")
_DEGREES = re.compile(
    r"(?:室温|屋里|家里|屋内|室内|屋子|房间|客厅|卧室|温度|只有|才)[^，。；,;\d]{0,6}(?P<n>\d{1,2}(?:\.\d)?)(?P<about>多|来)?(?:度|℃|°)"
)
_NO_CONTRACT = re.compile(
    r"(?:没有?|未|从没|没给)(?:跟我们|和我们|跟我|给我们|给我)?签?(?:订|过|任何)?(?:劳动|劳务)?合同"
)
_CONTRACT = re.compile(r"(?:签了|签过|签订了|签的是|都?有)(?:劳动|劳务|用工)?合同")
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_MOST_PEOPLE = 10_000


def read_answers(text: str, wanted: Iterable[str], on: date) -> dict[str, str]:
    """What ``text`` says of the things asked for: field code -> value.

    What is looked for follows from the last part of a code: ``amount``, ``people``, ``since``,
    ``temperature``, ``contract``. ``on`` is the day (city date) on which it was said.
    """
    words = fold(text)
    found: dict[str, str] = {}
    for code in wanted:
        read = _READERS.get(code.rpartition(".")[2])
        value = read(words, on) if read else ""
        if value:
            found[code] = value
    return found


def named_in(text: str, names: Iterable[str]) -> str:
    """The one of ``names`` that stands in the text; empty when none or more than one does."""
    words = fold(text)
    found = {name for name in names if name and fold(name) in words}
    return found.pop() if len(found) == 1 else ""


def number_of(written: str) -> Decimal | None:
    """The number that digits or Chinese numerals mean (三万二 = 32,000); None for what is none."""
    plain = written.replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", plain):
        return Decimal(plain)
    total = section = 0
    digit = last = 0
    for sign in plain:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
            if sign == "零":
                last = 10  # 一百零五: the digit that follows stands for itself
        elif sign in _UNITS:
            section += (digit or 1) * _UNITS[sign]
            last, digit = _UNITS[sign], 0
        elif sign == "万":
            total, section, digit, last = (total + section + digit) * 10_000, 0, 0, 10_000
        else:
            return None
    tail = digit * (last // 10 if last > 10 and plain[-2:-1] != "零" else 1)
    return Decimal(total + section + tail) if plain else None


def _amount(words: str, on: date) -> str:
    sums: list[Decimal] = []
    totals: list[Decimal] = []
    for hit in _MONEY.finditer(words):
        value = _money(hit)
        before, after = words[max(0, hit.start() - 8) : hit.start()], words[hit.end() : hit.end() + 4]
        if value is None or _RATE_BEFORE.search(before) or _RATE_AFTER.match(after):
            continue
        if hit["about"] or _ABOUT_BEFORE.search(before):
            return ""
        sums.append(value)
        if _TOTAL.search(words[max(0, hit.start() - 10) : hit.start()]):
            totals.append(value)
    return _only(totals or sums)


def _money(hit: re.Match[str]) -> Decimal | None:
    """The yuan of a match; None where nothing says that it is money."""
    value = number_of(hit["n"])
    in_numerals = hit["n"].endswith("万") or "万" in hit["n"]
    if value is None or not (hit["yuan"] or "万" in (hit["u"] or "") or in_numerals):
        return None
    for sign in hit["u"] or "":
        value *= {"十": 10, "百": 100, "千": 1000, "万": 10_000}[sign]
    return value * 10_000 if hit["yuan"] == "万" else value


def _people(words: str, on: date) -> str:
    counts = []
    for hit in _PEOPLE.finditer(words):
        value = number_of(hit["n"])
        before = words[max(0, hit.start() - 3) : hit.start()]
        if value is None or not 0 < value < _MOST_PEOPLE or value != int(value) or before.endswith("第"):
            continue
        if hit["about"] or _ABOUT_BEFORE.search(before):
            return ""
        counts.append(value)
    return _only(counts)


def _since(words: str, on: date) -> str:
    days = []
    for hit in _DAY.finditer(words):
        begins = _SINCE_BEFORE.search(words[max(0, hit.start() - 4) : hit.start()])
        lasts = _SINCE_AFTER.match(words[hit.end() : hit.end() + 3])
        day = _day(hit, on) if begins or lasts else None
        if day and day <= on:
            days.append(day.isoformat())
    return days[0] if len(set(days)) == 1 else ""


def _day(hit: re.Match[str], on: date) -> date | None:
    """The day of a match; without a year the last one that has been."""
    month, day = int(hit["m"]), int(hit["d"])
    year = int(hit["y"]) if hit["y"] else on.year - (hit["rel"] == "去年")
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found.replace(year=year - 1) if found > on and not (hit["y"] or hit["rel"]) else found


def _temperature(words: str, on: date) -> str:
    hits = list(_DEGREES.finditer(words))
    if any(hit["about"] or "不到" in hit[0] or "不足" in hit[0] for hit in hits):
        return ""
    return _only([Decimal(hit["n"]) for hit in hits if Decimal(hit["n"]) <= 40])


def _contract(words: str, on: date) -> str:
    if _NO_CONTRACT.search(words):
        return "no"
    return "yes" if _CONTRACT.search(words) else ""


def _only(values: list[Decimal]) -> str:
    """The value that all agree on, as text."""
    if len(set(values)) != 1:
        return ""
    text = f"{values[0]:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_READERS: Mapping[str, Callable[[str, date], str]] = {
    "amount": _amount,
    "people": _people,
    "since": _since,
    "temperature": _temperature,
    "contract": _contract,
}
"""Last part of a field's code -> what reads it."""
