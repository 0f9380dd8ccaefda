"""Personal numbers and names in a request: found, masked, and told by kind.

A number is masked only when its form says what it is: a mobile or landline by its groups, an identity
number by birthday and check digit, a bank card by prefix and check digit. Where the caller names the
kind himself ("身份证号 …") a mistyped number is masked too. Ticket numbers, amounts, dates, house
numbers stay readable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jieban.reading.privacy.identifiers import (
    is_bank_card,
    is_id_number,
    is_mobile,
    is_old_id_number,
    landline_parts,
    likely_sizes,
)
from jieban.reading.privacy.names import person_names
from jieban.reading.text import fold

_RUN = re.compile(r"(?<!\d)\d(?:[ \-.)/·]{0,2}\d)*(?: ?x(?![a-z]))?")
_WORD_NUMBER = re.compile(
    r"(?<![零〇一幺二两三四五六七八九十百千\d])[一幺1][三四五六七八九3-9][零〇一幺二三四五六七八九\d]{9}"
    r"(?![零〇一幺二三四五六七八九十百千万\d])"
)
_PLATE = re.compile(
    r"(?:[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[a-hj-z][·•. -]{0,2}|(?<!大)使)"
    r"(?=[a-z]*\d)(?:[a-hj-np-z0-9]{5,6}|[a-hj-np-z0-9]{4}[警学挂领港澳])(?![a-z0-9])"
)
_EMAIL = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}"
)
_ACCOUNT = re.compile(
    r"(?:微信号?|wx|vx|v信|qq号?|扣扣)[:：是 ]{0,3}([a-z][a-z0-9_-]{5,19}|[1-9]\d{5,11})(?![a-z0-9])"
)
_PASSPORT = re.compile(r"(?:护照|通行证)(?:号码?)?[:：是为 ]{0,3}([a-z]{1,2}\d{7,9})(?!\d)")

_NOT_PERSONAL = re.compile(
    r"(?:单号|编号|工单|订单|流水号?|运单|案号|文号|合同号|发票号?码?|票号|序号|条码|条形码|受理号|受理码|"
    r"回执号?|批号|货号|许可证号|信用代码|执照号|户号|表号|电表|水表|气表|金额|共计|合计|单)"
    r"(?:号码?)?[:：是为#no. ]{0,4}$"
)
_ID_CUE = re.compile(r"(?:身份证|证件)(?:号码?|号)?[:：是为 ]{0,4}$")
_CARD_CUE = re.compile(
    r"(?:卡号|银行卡|储蓄卡|信用卡|借记卡|账号|帐号|账户|工资卡)(?:号码?)?[:：是为 ]{0,4}$"
)
_PHONE_CUE = re.compile(
    r"(?:电话|座机|固话|联系方式|联系|致电|拨打|回电|打给|号码|手机|tel|phone)[^\d，。；;,!！?？]{0,6}$"
)
_AMOUNT = re.compile(r" ?(?:元|万|块|亿|平方|米|吨|公斤|斤|号院|号楼|度电|户|%)")
_CUE_REACH = 14

_WORD_DIGITS = str.maketrans("零〇一幺二三四五六七八九", "001123456789")
_LONGEST_WINDOW = 6
_SHORTEST_NUMBER = 7
_LONGEST_NUMBER = 21
_SINGLES, _LONGEST_SINGLES = 11, 19
_ENDLESS = 40


@dataclass(frozen=True, slots=True)
class Secret:
    """A stretch of text that is personal: where it stands, what kind, how it is shown, its full value."""

    start: int
    end: int
    kind: str
    shown: str
    value: str


def find_secrets(text: str, folded: str = "") -> list[Secret]:
    """All secrets of a cleaned ``text``, in order and without overlap; ``folded`` is its folded form.

    Kinds: ``email``, ``id``, ``card``, ``phone``, ``plate``, ``account``, ``name``.
    """
    if not text:
        return []
    folded = folded or fold(text)
    secrets: list[Secret] = []
    covered = bytearray(len(text))
    for found in _candidates(text, folded):
        if not any(covered[found.start : found.end]):
            covered[found.start : found.end] = b"\x01" * (found.end - found.start)
            secrets.append(found)
    return sorted(secrets, key=lambda secret: secret.start)


def mask(text: str, secrets: list[Secret]) -> str:
    """``text`` with every secret replaced by the way it is shown."""
    parts: list[str] = []
    position = 0
    for secret in secrets:
        parts += (text[position : secret.start], secret.shown)
        position = secret.end
    return "".join((*parts, text[position:]))


def _candidates(text: str, folded: str) -> Iterator[Secret]:
    if "@" in folded:
        for match in _EMAIL.finditer(folded):
            shown = f"{text[match.start()]}***{text[match.start() + match[0].index('@') : match.end()]}"
            yield Secret(match.start(), match.end(), "email", shown, match[0])
    yield from _numbers(text, folded)
    for match in _PLATE.finditer(folded):
        yield _covered(text, match.start(), match.end(), "plate", 2, 2)
    for pattern, kind in ((_ACCOUNT, "account"), (_PASSPORT, "id")):
        for match in pattern.finditer(folded):
            yield _covered(text, match.start(1), match.end(1), kind, 2, 1)
    for start, end in person_names(folded):
        yield Secret(start, end, "name", text[start] + "*" * (end - start - 1), text[start:end])


def _numbers(text: str, folded: str) -> Iterator[Secret]:
    for match in _RUN.finditer(folded):
        if match.end() - match.start() >= _SHORTEST_NUMBER:
            yield from _in_run(text, folded, match.start(), match.end())
    for match in _WORD_NUMBER.finditer(folded):
        digits = match[0].translate(_WORD_DIGITS)
        if is_mobile(digits, (11,)) and not match[0].isascii():
            yield _covered(text, match.start(), match.end(), "phone", 3, 4, digits)


def _in_run(text: str, folded: str, start: int, end: int) -> Iterator[Secret]:
    """Secrets in one run of digits and separators: the longest window of groups that has a known form."""
    groups = [(start + m.start(), start + m.end()) for m in re.finditer(r"[\dx]+", folded[start:end])]
    index = 0
    while index < len(groups):
        if len(groups) > _ENDLESS and all(b - a == 1 for a, b in groups[index : index + _ENDLESS]):
            index += _ENDLESS  # single digits without end are nobody's number
            continue
        found = next(
            (s for window in _windows(folded, groups, index) if (s := _window(text, folded, window))), None
        )
        if found:
            yield found
            index += sum(1 for group in groups[index : index + _LONGEST_SINGLES] if group[0] < found.end)
        else:
            index += 1


def _windows(folded: str, groups: list[tuple[int, int]], index: int) -> Iterator[list[tuple[int, int]]]:
    """The stretches of groups from ``index`` that are long enough for a number, the longest first."""
    singles = _single_digits(groups, index)
    if len(singles) >= _SINGLES:  # digit by digit: an identity number, a card, a mobile number
        digits = "".join(folded[start] for start, _ in singles)
        yield from (singles[:size] for size in likely_sizes(digits) if size <= len(singles))
        return
    near = groups[index : index + _LONGEST_WINDOW]
    total = sum(b - a for a, b in near)
    for size in range(len(near), 0, -1):
        if total < _SHORTEST_NUMBER:
            return
        yield near[:size]
        total -= near[size - 1][1] - near[size - 1][0]


def _single_digits(groups: list[tuple[int, int]], index: int) -> list[tuple[int, int]]:
    """The groups of one digit that follow one another from ``index``, as many as a number can have."""
    near = groups[index : index + _LONGEST_SINGLES]
    return near[: next((place for place, (a, b) in enumerate(near) if b - a != 1), len(near))]


def _window(text: str, folded: str, groups: list[tuple[int, int]]) -> Secret | None:
    start, end = groups[0][0], groups[-1][1]
    sizes = tuple(b - a for a, b in groups)
    digits = "".join(folded[a:b] for a, b in groups)
    if not _SHORTEST_NUMBER <= len(digits) <= _LONGEST_NUMBER:
        return None
    before = folded[max(0, start - _CUE_REACH) : start]
    if _ID_CUE.search(before) and re.fullmatch(r"\d{15}|\d{17}[\dx]", digits):
        return _covered(text, start, end, "id", 3, 2, digits)
    if _NOT_PERSONAL.search(before) or _AMOUNT.match(folded, end):
        return None
    if is_id_number(digits, sizes) or is_old_id_number(digits, sizes):
        return _covered(text, start, end, "id", 3, 2, digits)
    if is_bank_card(digits, sizes, named=bool(_CARD_CUE.search(before))):
        return _covered(text, start, end, "card", 0, 4, digits)
    return _phone(text, folded, groups, digits, sizes, before)


def _phone(
    text: str, folded: str, groups: list[tuple[int, int]], digits: str, sizes: tuple[int, ...], before: str
) -> Secret | None:
    start, end = groups[0][0], groups[-1][1]
    prefix = next((p for p in ("0086", "86") if digits.startswith(p) and len(digits) == 11 + len(p)), "")
    if is_mobile(digits[len(prefix) :], _without(sizes, len(prefix))):
        return _covered(text, start, end, "phone", len(prefix) + 3, 4, digits[len(prefix) :])
    parts = landline_parts(digits, sizes)
    if parts:
        return _covered(text, start, end, "phone", len(parts[0]), 2, "-".join(parts))
    bare = sizes in ((8,), (4, 4), (7,), (3, 4)) and digits[0] in "2345678"
    if bare and digits[:3] not in ("400", "800") and _PHONE_CUE.search(before):
        return _covered(text, start, end, "phone", 2, 2, digits)
    return None


def _without(sizes: tuple[int, ...], prefix: int) -> tuple[int, ...]:
    """Group sizes after a prefix of ``prefix`` digits was taken off the front."""
    if not prefix:
        return sizes
    return sizes[1:] if sizes[0] == prefix else (sizes[0] - prefix, *sizes[1:])


def _covered(text: str, start: int, end: int, kind: str, first: int, last: int, value: str = "") -> Secret:
    """A secret whose letters and digits are stars but for the ``first`` and the ``last`` ones."""
    quote = text[start:end]
    marks = [index for index, sign in enumerate(quote) if sign.isalnum()]
    hidden = set(marks[first : len(marks) - last])
    shown = "".join("*" if index in hidden else sign for index, sign in enumerate(quote))
    return Secret(start, end, kind, shown, value or quote)
