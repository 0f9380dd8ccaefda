"""Names of persons, found only where the caller says that a name follows ("我叫…", "联系人：…")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jieban.reading.wordlists import words

_SURNAMES = "".join(name for name in words("surnames") if len(name) == 1)
_COMPOUND = tuple(name for name in words("surnames") if len(name) == 2)
_HAN = "[\u4e00-\u9fff]"
_GIVEN = rf"(?:(?:{'|'.join(_COMPOUND)}){_HAN}{{1,2}}|[{_SURNAMES}]{_HAN}{{1,2}}?)"
_AFTER = (
    r"(?=[^\u4e00-\u9fff]|$|电话|手机|身份证|住|家住|联系|先生|女士|今年|现年|是|男|女|和|在|来自|要|想|"
    r"于|向|反映|投诉|的)"
)
_STRONG = re.compile(
    rf"(?:我叫|我名叫|名叫|本人姓名|姓名|名字叫|名字是|联系人|联络人|投诉人|反映人|举报人|诉求人|申请人|当事人|署名|落款)"
    rf"(?:是|为|叫)?[:：\s]{{0,3}}({_GIVEN}){_AFTER}"
)
_STRONG_LONG = re.compile(rf"(?:我叫|我名叫|本人姓名|名字叫)[:：\s]{{0,2}}([{_SURNAMES}]{_HAN}{{2}})")
_WEAK = re.compile(
    rf"(?:我是|本人|本人是)({_GIVEN})(?=[^\u4e00-\u9fff]|$|电话|手机|身份证|，|今年|现年|家住)"
)
_NOT_LAST = frozenset(
    "生员民主户人工师客长者妈爸众友区村街镇路里园院店家市县省乡城楼门站桥巷庄屯坊营堡校班级厂矿司局所队的了吗呢"
    "业学机票车房地方面边上下内外前后时候年月日天次岁"
)
_NOT_NAMES = frozenset(words("not_names"))


def person_names(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each name that follows a cue, and of its further mentions in ``text``."""
    names: set[str] = set()
    spans: list[tuple[int, int]] = []
    for pattern in (_STRONG, _STRONG_LONG, _WEAK):
        for match in pattern.finditer(text):
            name = match[1]
            if name in _NOT_NAMES or name[:2] in _NOT_NAMES or name[-1] in _NOT_LAST:
                continue
            spans.append(match.span(1))
            if len(name) >= 3:
                names.add(name)
    yield from spans
    for name in sorted(names):
        for match in re.finditer(re.escape(name), text):
            yield match.span()
